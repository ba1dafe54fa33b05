// Queues through the official client, over JSON and over awsQuery.
import { randomUUID } from "node:crypto";
import { SQS, type Message, type ReceiveMessageResult } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testStartAt, type TestServer } from "../support/server.ts";

let server: TestServer;
let sqs: SQS;

beforeAll(async () => {
  server = await startTestServer();
  sqs = new SQS(server.clientConfig());
});

afterAll(async () => {
  await server?.stop();
});

const newName = () => `q-${randomUUID()}`;

async function newQueue(attributes: Record<string, string> = {}): Promise<string> {
  const suffix = attributes["FifoQueue"] === "true" ? ".fifo" : "";
  const { QueueUrl } = await sqs.createQueue({ QueueName: newName() + suffix, Attributes: attributes });
  return QueueUrl!;
}

const bodies = (messages: readonly Message[] | undefined) => messages?.map(({ Body }) => Body);

describe("queues", () => {
  test("are made, found, listed by pages and deleted", async () => {
    const prefix = newName();
    for (const letter of ["a", "b", "c"]) await sqs.createQueue({ QueueName: `${prefix}-${letter}` });
    const url = `${server.endpoint}/${testAccount}/${prefix}-a`;
    expect(await sqs.getQueueUrl({ QueueName: `${prefix}-a` })).toMatchObject({ QueueUrl: url });
    const first = await sqs.listQueues({ QueueNamePrefix: prefix, MaxResults: 2 });
    expect(first.QueueUrls).toEqual([url, url.replace(/a$/, "b")]);
    const second = await sqs.listQueues({
      QueueNamePrefix: prefix,
      MaxResults: 2,
      NextToken: first.NextToken,
    });
    expect(second).toMatchObject({ QueueUrls: [url.replace(/a$/, "c")] });
    expect(second.NextToken).toBeUndefined();
    await sqs.deleteQueue({ QueueUrl: url });
    expect(await refusal(sqs.getQueueUrl({ QueueName: `${prefix}-a` }))).toBe(
      "QueueDoesNotExist: The specified queue does not exist.",
    );
  });

  test("made again with the same attributes are the same, with others refused", async () => {
    const QueueName = newName();
    const made = await sqs.createQueue({ QueueName, Attributes: { VisibilityTimeout: "5" } });
    const again = await sqs.createQueue({
      QueueName,
      Attributes: { VisibilityTimeout: "5", DelaySeconds: "0" },
    });
    expect(again.QueueUrl).toBe(made.QueueUrl);
    expect(await refusal(sqs.createQueue({ QueueName, Attributes: { VisibilityTimeout: "6" } }))).toBe(
      "QueueNameExists: A queue already exists with the same name and a different value for attribute " +
        "VisibilityTimeout",
    );
  });

  test.each([
    [{ QueueName: "a b" }, /Can only include alphanumeric characters, hyphens, or underscores. 1 to 80/],
    [{ QueueName: "x", Attributes: { FifoQueue: "true" } }, /must end with .fifo suffix/],
    [
      { QueueName: "x", Attributes: { VisibilityTimeout: "43201" } },
      /InvalidAttributeValue: Invalid value for the/,
    ],
    [{ QueueName: "x", Attributes: { ContentBasedDeduplication: "true" } }, /Unknown Attribute ContentBased/],
    [
      { QueueName: "x", Attributes: { KmsMasterKeyId: "k" } },
      /does not support the attribute KmsMasterKeyId/,
    ],
    [{ QueueName: "x", Attributes: { SqsManagedSseEnabled: "true" } }, /InvalidAttributeValue/],
    [
      {
        QueueName: "x",
        Attributes: {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: `arn:aws:sqs:us-east-1:${testAccount}:nowhere`,
            maxReceiveCount: 3,
          }),
        },
      },
      /Dead letter target does not exist/,
    ],
  ])("%j is refused", async (input, message) => {
    expect(await refusal(sqs.createQueue(input))).toMatch(message);
  });

  test("have attributes and tags that can be changed", async () => {
    const QueueUrl = await newQueue({ DelaySeconds: "1" });
    await sqs.setQueueAttributes({ QueueUrl, Attributes: { VisibilityTimeout: "77", DelaySeconds: "0" } });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
    expect(Attributes).toMatchObject({
      VisibilityTimeout: "77",
      DelaySeconds: "0",
      MessageRetentionPeriod: "345600",
      MaximumMessageSize: "1048576",
      ApproximateNumberOfMessages: "0",
      QueueArn: `arn:aws:sqs:us-east-1:${testAccount}:${QueueUrl.split("/").at(-1)!}`,
      CreatedTimestamp: String(testStartAt / 1_000),
    });
    const some = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["DelaySeconds"] });
    expect(some.Attributes).toEqual({ DelaySeconds: "0" });
    await sqs.tagQueue({ QueueUrl, Tags: { team: "shop", env: "test" } });
    await sqs.untagQueue({ QueueUrl, TagKeys: ["env"] });
    expect(await sqs.listQueueTags({ QueueUrl })).toMatchObject({ Tags: { team: "shop" } });
  });

  test("of one account and region are not another's", async () => {
    const QueueUrl = await newQueue();
    const other = new SQS(server.clientConfig({ account: "999988887777" }));
    expect(await refusal(other.sendMessage({ QueueUrl, MessageBody: "x" }))).toMatch(/^AccessDenied/);
    const elsewhere = new SQS(server.clientConfig({ region: "eu-west-1" }));
    expect(await refusal(elsewhere.receiveMessage({ QueueUrl }))).toMatch(/QueueDoesNotExist/);
  });
});

describe("messages", () => {
  test("carry body and attributes, whose digests the client checks, and system attributes", async () => {
    const QueueUrl = await newQueue();
    const attributes = {
      "Order.Id": { DataType: "Number.long", StringValue: "42" },
      blob: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2, 3]) },
    };
    const sent = await sqs.sendMessage({
      QueueUrl,
      MessageBody: "héllo ☃",
      MessageAttributes: attributes,
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-2-3" } },
    });
    expect(sent.MD5OfMessageAttributes).toMatch(/^[\da-f]{32}$/);
    const { Messages } = await sqs.receiveMessage({
      QueueUrl,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
    });
    expect(Messages).toMatchObject([
      {
        MessageId: sent.MessageId,
        Body: "héllo ☃",
        MessageAttributes: attributes,
        MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
        MD5OfBody: sent.MD5OfMessageBody,
        Attributes: {
          SenderId: testAccount,
          SentTimestamp: String(server.clock.now()),
          ApproximateReceiveCount: "1",
          AWSTraceHeader: "Root=1-2-3",
        },
      },
    ]);
  });

  test("show only the attributes that are asked for, by name or prefix", async () => {
    const QueueUrl = await newQueue();
    const text = (StringValue: string) => ({ DataType: "String", StringValue });
    await sqs.sendMessage({
      QueueUrl,
      MessageBody: "x",
      MessageAttributes: { "a.one": text("1"), "a.two": text("2"), b: text("3") },
    });
    const { Messages } = await sqs.receiveMessage({ QueueUrl, MessageAttributeNames: ["a.*"] });
    expect(Object.keys(Messages![0]!.MessageAttributes!)).toEqual(["a.one", "a.two"]);
    expect(Messages![0]!.Attributes).toBeUndefined();
  });

  test("come again when their visibility is over, and not when they were deleted", async () => {
    const QueueUrl = await newQueue({ VisibilityTimeout: "10" });
    await sqs.sendMessage({ QueueUrl, MessageBody: "once" });
    expect(bodies((await sqs.receiveMessage({ QueueUrl })).Messages)).toEqual(["once"]);
    expect((await sqs.receiveMessage({ QueueUrl })).Messages).toBeUndefined();
    await server.advance(10_000);
    const { Messages } = await sqs.receiveMessage({ QueueUrl });
    const ReceiptHandle = Messages![0]!.ReceiptHandle!;
    await sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout: 60 });
    await server.advance(59_000);
    expect((await sqs.receiveMessage({ QueueUrl })).Messages).toBeUndefined();
    await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
    await server.advance(60_000);
    expect((await sqs.receiveMessage({ QueueUrl })).Messages).toBeUndefined();
    expect(await refusal(sqs.deleteMessage({ QueueUrl, ReceiptHandle: "nonsense" }))).toBe(
      'ReceiptHandleIsInvalid: The input receipt handle "nonsense" is not a valid receipt handle.',
    );
  });

  test("go and come in batches, of which single entries may fail", async () => {
    const QueueUrl = await newQueue();
    const sent = await sqs.sendMessageBatch({
      QueueUrl,
      Entries: [
        { Id: "a", MessageBody: "1" },
        { Id: "b", MessageBody: "2", DelaySeconds: 901 },
        { Id: "c", MessageBody: "3" },
      ],
    });
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["a", "c"]);
    expect(sent.Failed).toMatchObject([{ Id: "b", SenderFault: true, Code: "InvalidParameterValue" }]);
    const { Messages } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    expect(bodies(Messages)).toEqual(["1", "3"]);
    const entries = Messages!.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const changed = await sqs.changeMessageVisibilityBatch({
      QueueUrl,
      Entries: entries.map((entry) => ({ ...entry, VisibilityTimeout: 100 })),
    });
    expect(changed.Successful).toHaveLength(2);
    const deleted = await sqs.deleteMessageBatch({
      QueueUrl,
      Entries: [...entries, { Id: "bad", ReceiptHandle: "?" }],
    });
    expect(deleted.Successful).toHaveLength(2);
    expect(deleted.Failed).toMatchObject([{ Id: "bad", Code: "ReceiptHandleIsInvalid" }]);
  });

  test.each([
    [[], /EmptyBatchRequest/],
    [
      [
        { Id: "a", MessageBody: "1" },
        { Id: "a", MessageBody: "2" },
      ],
      /BatchEntryIdsNotDistinct: Id a repeated/,
    ],
    [[{ Id: "a b", MessageBody: "1" }], /InvalidBatchEntryId/],
    [
      Array.from({ length: 11 }, (_, i) => ({ Id: `${i}`, MessageBody: "x" })),
      /TooManyEntriesInBatchRequest/,
    ],
    [["a", "b"].map((Id) => ({ Id, MessageBody: "x".repeat(600_000) })), /BatchRequestTooLong/],
  ])("the batch %# is refused as a whole", async (Entries, message) => {
    expect(await refusal(sqs.sendMessageBatch({ QueueUrl: await newQueue(), Entries }))).toMatch(message);
  });

  test("that cannot be are refused in SQS's words", async () => {
    const QueueUrl = await newQueue({ MaximumMessageSize: "1024" });
    const send = (more: object) => refusal(sqs.sendMessage({ QueueUrl, MessageBody: "x", ...more }));
    expect(await send({ MessageBody: "x".repeat(1_025) })).toMatch(/must be shorter than 1024 bytes/);
    expect(await send({ MessageBody: "\u0001" })).toMatch(/InvalidMessageContents/);
    expect(await send({ MessageBody: "" })).toMatch(/must contain the parameter MessageBody/);
    expect(await send({ MessageDeduplicationId: "1" })).toMatch(/not valid for this queue type/);
    expect(await send({ MessageAttributes: { "aws.x": { DataType: "String", StringValue: "1" } } })).toMatch(
      /attribute name 'aws.x' is invalid/,
    );
    expect(await refusal(sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 11 }))).toMatch(
      /Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10/,
    );
    expect(await refusal(sqs.receiveMessage({ QueueUrl: `${server.endpoint}/x` }))).toMatch(/InvalidAddress/);
  });

  test("end a long poll as they arrive", async () => {
    const QueueUrl = await newQueue({ ReceiveMessageWaitTimeSeconds: "20" });
    const polling = sqs.receiveMessage({ QueueUrl });
    await sqs.sendMessage({ QueueUrl, MessageBody: "at last" });
    expect(bodies((await polling).Messages)).toEqual(["at last"]);
  });

  test("that fail too often are on the dead-letter queue, which knows its sources", async () => {
    const dead = await newQueue();
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: dead, AttributeNames: ["QueueArn"] });
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: Attributes!["QueueArn"],
      maxReceiveCount: "1",
    });
    const QueueUrl = await newQueue({ RedrivePolicy, VisibilityTimeout: "0" });
    await sqs.sendMessage({ QueueUrl, MessageBody: "poison" });
    expect(bodies((await sqs.receiveMessage({ QueueUrl })).Messages)).toEqual(["poison"]);
    expect((await sqs.receiveMessage({ QueueUrl })).Messages).toBeUndefined();
    expect(bodies((await sqs.receiveMessage({ QueueUrl: dead })).Messages)).toEqual(["poison"]);
    expect((await sqs.listDeadLetterSourceQueues({ QueueUrl: dead })).queueUrls).toEqual([QueueUrl]);
  });

  test("are purged, once a minute", async () => {
    const QueueUrl = await newQueue();
    await sqs.sendMessage({ QueueUrl, MessageBody: "x" });
    await sqs.purgeQueue({ QueueUrl });
    expect((await sqs.receiveMessage({ QueueUrl })).Messages).toBeUndefined();
    expect(await refusal(sqs.purgeQueue({ QueueUrl }))).toMatch(/^PurgeQueueInProgress: Only one PurgeQueue/);
    await server.advance(60_000);
    await sqs.purgeQueue({ QueueUrl });
  });

  test("of a FIFO queue have sequence numbers, are in order and not stored twice", async () => {
    const QueueUrl = await newQueue({ FifoQueue: "true", ContentBasedDeduplication: "true" });
    const send = (MessageBody: string) => sqs.sendMessage({ QueueUrl, MessageBody, MessageGroupId: "g" });
    const first = await send("1");
    const second = await send("2");
    expect((await send("1")).MessageId).toBe(first.MessageId);
    expect(BigInt(second.SequenceNumber!) > BigInt(first.SequenceNumber!)).toBe(true);
    const { Messages }: ReceiveMessageResult = await sqs.receiveMessage({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["SequenceNumber", "MessageGroupId"],
    });
    expect(Messages).toMatchObject([
      { Body: "1", Attributes: { SequenceNumber: first.SequenceNumber, MessageGroupId: "g" } },
      { Body: "2" },
    ]);
    expect(await refusal(sqs.sendMessage({ QueueUrl, MessageBody: "x" }))).toMatch(/MessageGroupId/);
  });
});

test("awsQuery: attributes by number, maps flattened, old codes of errors, a queue as the path", async () => {
  const query = async (path: string, fields: Record<string, string>) => {
    const scope = `Credential=${testAccount}/20261102/us-east-1/sqs/aws4_request`;
    const response = await fetch(`${server.endpoint}${path}`, {
      method: "POST",
      headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` },
      body: new URLSearchParams({ Version: "2012-11-05", ...fields }),
    });
    return response.text();
  };
  const name = newName();
  const created = await query("/", {
    Action: "CreateQueue",
    QueueName: name,
    "Attribute.1.Name": "VisibilityTimeout",
    "Attribute.1.Value": "40",
  });
  expect(created).toContain(`<QueueUrl>${server.endpoint}/${testAccount}/${name}</QueueUrl>`);
  const path = `/${testAccount}/${name}`;
  const sent = await query(path, {
    Action: "SendMessage",
    MessageBody: "a <b> & c",
    "MessageAttribute.1.Name": "kind",
    "MessageAttribute.1.Value.DataType": "String",
    "MessageAttribute.1.Value.StringValue": "test",
  });
  expect(sent).toMatch(/<MD5OfMessageAttributes>[\da-f]{32}</);
  const received = await query(path, {
    Action: "ReceiveMessage",
    "AttributeName.1": "All",
    "MessageAttributeName.1": "kind",
  });
  expect(received).toContain("<Body>a &lt;b&gt; &amp; c</Body>");
  expect(received).toContain("<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>");
  expect(received).toContain("<MessageAttribute><Name>kind</Name><Value>");
  const missing = await query(`${path}-not`, { Action: "ReceiveMessage" });
  expect(missing).toContain("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>");
});
