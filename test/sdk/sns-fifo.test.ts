// FIFO topics: in order within a group, once within five minutes, to queues only.
import { createHash, randomUUID } from "node:crypto";
import { SNS, type PublishCommandInput } from "@aws-sdk/client-sns";
import { SQS, type Message } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, type TestServer } from "../support/server.ts";

let server: TestServer;
let sns: SNS;
let sqs: SQS;

beforeAll(async () => {
  server = await startTestServer();
  sns = new SNS(server.clientConfig());
  sqs = new SQS(server.clientConfig());
});

afterAll(async () => {
  await server?.stop();
});

async function newTopic(more: Record<string, string> = {}): Promise<string> {
  const Attributes = { FifoTopic: "true", ...more };
  return (await sns.createTopic({ Name: `t-${randomUUID()}.fifo`, Attributes })).TopicArn!;
}

async function newQueue(kind: "fifo" | "standard", more: Record<string, string> = {}) {
  const isFifo = kind === "fifo";
  const name = `q-${randomUUID()}${isFifo ? ".fifo" : ""}`;
  const Attributes = { ...(isFifo ? { FifoQueue: "true" } : {}), ...more };
  const { QueueUrl } = await sqs.createQueue({ QueueName: name, Attributes });
  return { QueueUrl: QueueUrl!, arn: `arn:aws:sqs:us-east-1:${testAccount}:${name}` };
}

async function subscribe(TopicArn: string, Endpoint: string, Attributes: Record<string, string> = {}) {
  const given = { RawMessageDelivery: "true", ...Attributes };
  return sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint, Attributes: given });
}

async function receiveAll(QueueUrl: string): Promise<readonly Message[]> {
  const received: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.receiveMessage({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["All"],
    });
    if (Messages.length === 0) return received;
    received.push(...Messages);
    for (const { ReceiptHandle } of Messages) {
      await sqs.deleteMessage({ QueueUrl, ReceiptHandle: ReceiptHandle! });
    }
  }
}

const bodiesIn = async (QueueUrl: string) => (await receiveAll(QueueUrl)).map(({ Body }) => Body);
const send = (TopicArn: string, more: Omit<PublishCommandInput, "TopicArn">) =>
  sns.publish({ TopicArn, MessageGroupId: "g", ...more });

test("a queue gets the messages of a group in order, with their deduplication ids", async () => {
  const TopicArn = await newTopic();
  const [fifo, standard] = [await newQueue("fifo"), await newQueue("standard")];
  await subscribe(TopicArn, fifo.arn);
  await subscribe(TopicArn, standard.arn);
  const texts = Array.from({ length: 25 }, (_, index) => `m${index}`);
  const numbers: string[] = [];
  for (const text of texts.slice(0, 5)) {
    const { SequenceNumber } = await send(TopicArn, { Message: text, MessageDeduplicationId: text });
    numbers.push(SequenceNumber!);
  }
  for (let start = 5; start < texts.length; start += 10) {
    const { Successful } = await sns.publishBatch({
      TopicArn,
      PublishBatchRequestEntries: texts.slice(start, start + 10).map((text) => {
        return { Id: text, Message: text, MessageGroupId: "g", MessageDeduplicationId: text };
      }),
    });
    numbers.push(...Successful!.map(({ SequenceNumber }) => SequenceNumber!));
  }
  expect(numbers.every((number) => /^\d{20}$/.test(number))).toBe(true);
  expect(numbers).toEqual(numbers.toSorted((one, other) => (one < other ? -1 : 1)));
  await server.advance(0);
  const received = await receiveAll(fifo.QueueUrl);
  expect(received.map(({ Body }) => Body)).toEqual(texts);
  expect(received[3]!.Attributes).toMatchObject({ MessageGroupId: "g", MessageDeduplicationId: "m3" });
  expect(
    (await bodiesIn(standard.QueueUrl)).toSorted((one, other) => texts.indexOf(one!) - texts.indexOf(other!)),
  ).toEqual(texts);
});

test("what fails first is not overtaken by what follows in its group", async () => {
  const TopicArn = await newTopic();
  const dead = await newQueue("fifo");
  const gone = await newQueue("fifo");
  const there = await newQueue("fifo");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn });
  await subscribe(TopicArn, gone.arn, { RedrivePolicy });
  await subscribe(TopicArn, there.arn);
  await sqs.deleteQueue({ QueueUrl: gone.QueueUrl });
  for (const text of ["a", "b", "c"]) await send(TopicArn, { Message: text, MessageDeduplicationId: text });
  await server.advance(0);
  expect(await bodiesIn(dead.QueueUrl)).toEqual(["a", "b", "c"]);
  expect(await bodiesIn(there.QueueUrl)).toEqual(["a", "b", "c"]);
});

test("a message is delivered once in five minutes, by its id or content", async () => {
  const TopicArn = await newTopic({ ContentBasedDeduplication: "true", FifoThroughputScope: "Topic" });
  const { QueueUrl, arn } = await newQueue("standard");
  await subscribe(TopicArn, arn);
  const first = await send(TopicArn, { Message: "x" });
  const again = await send(TopicArn, { Message: "x", MessageGroupId: "other" });
  expect(again).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
  const hash = createHash("sha256").update("x").digest("hex");
  await send(TopicArn, { Message: "another", MessageDeduplicationId: hash });
  await server.advance(0);
  expect(await bodiesIn(QueueUrl)).toEqual(["x"]);
  await server.advance(299_999);
  await send(TopicArn, { Message: "x" });
  await server.advance(0);
  expect(await bodiesIn(QueueUrl)).toEqual([]);
  await server.advance(1);
  await send(TopicArn, { Message: "x" });
  await server.advance(0);
  expect(await bodiesIn(QueueUrl)).toEqual(["x"]);
  await sns.setTopicAttributes({
    TopicArn,
    AttributeName: "FifoThroughputScope",
    AttributeValue: "MessageGroup",
  });
  for (const MessageGroupId of ["a", "b", "a"]) await send(TopicArn, { Message: "y", MessageGroupId });
  await server.advance(0);
  expect(await bodiesIn(QueueUrl)).toEqual(["y", "y"]);
});

test("a message that is not raw says its sequence number, and filters hold", async () => {
  const TopicArn = await newTopic();
  const { QueueUrl, arn } = await newQueue("fifo");
  await subscribe(TopicArn, arn, {
    RawMessageDelivery: "false",
    FilterPolicy: JSON.stringify({ kind: ["wanted"] }),
  });
  const attributes = (kind: string) => ({ kind: { DataType: "String", StringValue: kind } });
  const wanted = { Message: "1", MessageDeduplicationId: "1", MessageAttributes: attributes("wanted") };
  const { SequenceNumber } = await send(TopicArn, wanted);
  await send(TopicArn, { ...wanted, MessageDeduplicationId: "2", MessageAttributes: attributes("other") });
  await server.advance(0);
  const texts = await bodiesIn(QueueUrl);
  expect(texts.map((text) => JSON.parse(text!) as object)).toMatchObject([
    { Type: "Notification", SequenceNumber, TopicArn, Message: "1" },
  ]);
});

describe("what is refused", () => {
  const named = (Name: string, Attributes: Record<string, string> = {}) =>
    refusal(sns.createTopic({ Name, Attributes }));

  test("names and attributes of the other kind", async () => {
    expect(await named("a.fifo")).toMatch(/Invalid parameter: Topic Name/);
    expect(await named("a", { FifoTopic: "true" })).toMatch(/Invalid parameter: Topic Name/);
    expect(await named("a", { ContentBasedDeduplication: "true" })).toMatch(
      /Invalid parameter: AttributeName/,
    );
    expect(await named("a.fifo", { FifoTopic: "true", FifoThroughputScope: "x" })).toMatch(
      /Topic or MessageGroup/,
    );
    const TopicArn = await newTopic();
    const change = { TopicArn, AttributeName: "FifoTopic", AttributeValue: "false" };
    expect(await refusal(sns.setTopicAttributes(change))).toMatch(/Invalid parameter: AttributeName/);
    const { Attributes } = await sns.getTopicAttributes({ TopicArn });
    expect(Attributes).toMatchObject({ FifoTopic: "true", ContentBasedDeduplication: "false" });
  });

  test("messages that have no place in an order", async () => {
    const TopicArn = await newTopic();
    expect(await refusal(sns.publish({ TopicArn, Message: "x" }))).toMatch(
      /The MessageGroupId parameter is required for FIFO topics/,
    );
    expect(await refusal(send(TopicArn, { Message: "x" }))).toMatch(
      /should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly/,
    );
    const spaced = send(TopicArn, { Message: "x", MessageDeduplicationId: "a b" });
    expect(await refusal(spaced)).toMatch(/Invalid parameter: MessageDeduplicationId/);
    const entry = { Id: "a", Message: "x" };
    const { Failed } = await sns.publishBatch({ TopicArn, PublishBatchRequestEntries: [entry] });
    expect(Failed).toMatchObject([{ Id: "a", Code: "InvalidParameter", SenderFault: true }]);
  });

  test("subscribers that keep no order, and too many of those that do", async () => {
    const TopicArn = await newTopic();
    for (const [Protocol, Endpoint] of [
      ["http", "http://127.0.0.1:1/"],
      ["email", "a@example.com"],
      ["lambda", `arn:aws:lambda:us-east-1:${testAccount}:function:f`],
    ] as const) {
      expect(await refusal(sns.subscribe({ TopicArn, Protocol, Endpoint }))).toMatch(
        `Invalid parameter: Invalid protocol type: ${Protocol}`,
      );
    }
    const standard = await newQueue("standard");
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: standard.arn });
    const { arn } = await newQueue("fifo");
    expect(await refusal(subscribe(TopicArn, arn, { RedrivePolicy }))).toMatch(/of the topic's kind/);
    const endpoint = (index: number) => `arn:aws:sqs:us-east-1:${testAccount}:many-${index}.fifo`;
    await Promise.all(Array.from({ length: 100 }, (_, index) => subscribe(TopicArn, endpoint(index))));
    expect(await refusal(subscribe(TopicArn, endpoint(100)))).toMatch(/^SubscriptionLimitExceeded/);
    await subscribe(TopicArn, endpoint(99));
  });
});
