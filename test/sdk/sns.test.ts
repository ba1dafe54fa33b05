// Topics and subscriptions through the official client.
import { randomUUID } from "node:crypto";
import { SNS, type PublishCommandInput, type SubscribeCommandInput } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
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

const arnOf = (name: string) => `arn:aws:sns:us-east-1:${testAccount}:${name}`;
const queueArnOf = (name: string) => `arn:aws:sqs:us-east-1:${testAccount}:${name}`;
const newName = () => `t-${randomUUID()}`;

async function newTopic(Attributes: Record<string, string> = {}): Promise<string> {
  return (await sns.createTopic({ Name: newName(), Attributes })).TopicArn!;
}

describe("topics", () => {
  test("are made, made again, listed by pages and deleted with their subscriptions", async () => {
    const other = new SNS(server.clientConfig({ account: "222233334444" }));
    const names = Array.from({ length: 101 }, (_, i) => `topic-${String(i).padStart(3, "0")}`);
    await Promise.all(names.map((Name) => other.createTopic({ Name })));
    const again = await other.createTopic({ Name: "topic-007" });
    expect(again.TopicArn).toBe("arn:aws:sns:us-east-1:222233334444:topic-007");
    const first = await other.listTopics({});
    expect(first.Topics).toHaveLength(100);
    const second = await other.listTopics({ NextToken: first.NextToken });
    expect(second.Topics).toEqual([{ TopicArn: "arn:aws:sns:us-east-1:222233334444:topic-100" }]);
    expect(second.NextToken).toBeUndefined();
    const TopicArn = again.TopicArn!;
    await other.subscribe({ TopicArn, Protocol: "sqs", Endpoint: "arn:aws:sqs:us-east-1:222233334444:q" });
    await other.deleteTopic({ TopicArn });
    await other.deleteTopic({ TopicArn });
    expect(await refusal(other.getTopicAttributes({ TopicArn }))).toBe(
      "NotFoundException: Topic does not exist",
    );
    expect((await other.listSubscriptions({})).Subscriptions ?? []).toEqual([]);
  });

  test("have attributes that are read and set", async () => {
    const Name = newName();
    const { TopicArn } = await sns.createTopic({ Name, Attributes: { DisplayName: "Shop" } });
    await sns.setTopicAttributes({ TopicArn, AttributeName: "SignatureVersion", AttributeValue: "2" });
    const { Attributes } = await sns.getTopicAttributes({ TopicArn });
    expect(Attributes).toMatchObject({
      TopicArn: arnOf(Name),
      Owner: testAccount,
      DisplayName: "Shop",
      SignatureVersion: "2",
      SubscriptionsConfirmed: "0",
      SubscriptionsPending: "0",
      SubscriptionsDeleted: "0",
    });
    expect(JSON.parse(Attributes!["Policy"]!)).toMatchObject({ Id: "__default_policy_ID" });
    expect(JSON.parse(Attributes!["EffectiveDeliveryPolicy"]!)).toMatchObject({
      http: { defaultHealthyRetryPolicy: { numRetries: 3, minDelayTarget: 20, backoffFunction: "linear" } },
    });
    expect(await refusal(sns.createTopic({ Name, Attributes: { DisplayName: "Other" } }))).toBe(
      "InvalidParameterException: Invalid parameter: Attributes Reason: Topic already exists with " +
        "different attributes",
    );
    expect(await refusal(sns.createTopic({ Name, Tags: [{ Key: "team", Value: "shop" }] }))).toMatch(
      /Tags Reason: Topic already exists with different tags/,
    );
  });

  test.each([
    [{ Name: "a b" }, /InvalidParameterException: Invalid parameter: Topic Name/],
    [{ Name: "x", Attributes: { Policy: "{}" } }, /Invalid parameter: Policy/],
    [{ Name: "x", Attributes: { KmsMasterKeyId: "k" } }, /does not support the attribute KmsMasterKeyId/],
    [{ Name: "x", Attributes: { Nonsense: "k" } }, /Invalid parameter: AttributeName/],
    [{ Name: "x", Attributes: { DeliveryPolicy: "{" } }, /DeliveryPolicy: failed to parse JSON/],
    [
      {
        Name: "x",
        Attributes: {
          DeliveryPolicy: JSON.stringify({ http: { defaultThrottlePolicy: { maxReceivesPerSecond: 1 } } }),
        },
      },
      /does not support the throttlePolicy/,
    ],
    [{ Name: "x", Tags: [{ Key: "aws:x", Value: "y" }] }, /System tags cannot be added/],
  ])("%j is refused", async (input, message) => {
    expect(await refusal(sns.createTopic(input))).toMatch(message);
  });

  test("of others are not there, or not to be touched", async () => {
    const TopicArn = await newTopic();
    const other = new SNS(server.clientConfig({ account: "999988887777" }));
    expect(await refusal(other.publish({ TopicArn, Message: "x" }))).toMatch(
      /AuthorizationErrorException: User: .* is not authorized to perform: SNS:Publish on resource/,
    );
    const elsewhere = new SNS(server.clientConfig({ region: "eu-west-1" }));
    expect(await refusal(elsewhere.publish({ TopicArn, Message: "x" }))).toBe(
      "InvalidParameterException: Invalid parameter: TopicArn",
    );
    expect(await refusal(sns.publish({ TopicArn: "topic", Message: "x" }))).toMatch(
      /TopicArn Reason: An ARN must have at least 6 elements, not 1/,
    );
  });

  test("have tags and permissions", async () => {
    const ResourceArn = await newTopic();
    await sns.tagResource({
      ResourceArn,
      Tags: [
        { Key: "team", Value: "shop" },
        { Key: "env", Value: "" },
      ],
    });
    await sns.untagResource({ ResourceArn, TagKeys: ["env"] });
    expect((await sns.listTagsForResource({ ResourceArn })).Tags).toEqual([{ Key: "team", Value: "shop" }]);
    expect(await refusal(sns.listTagsForResource({ ResourceArn: arnOf("none") }))).toBe(
      "ResourceNotFoundException: Resource does not exist",
    );
    const permission = { TopicArn: ResourceArn, Label: "other" };
    const allowed = { ...permission, AWSAccountId: ["111122223333"], ActionName: ["Publish"] };
    await sns.addPermission(allowed);
    expect(await refusal(sns.addPermission(allowed))).toMatch(/Statement already exists/);
    const labels = async () => {
      const { Attributes } = await sns.getTopicAttributes({ TopicArn: ResourceArn });
      const { Statement } = JSON.parse(Attributes!["Policy"]!) as { Statement: { Sid: string }[] };
      return Statement.map(({ Sid }) => Sid);
    };
    expect(await labels()).toEqual(["__default_statement_ID", "other"]);
    await sns.removePermission(permission);
    expect(await labels()).toEqual(["__default_statement_ID"]);
  });
});

describe("subscriptions", () => {
  test("of a queue are there at once, and once only", async () => {
    const TopicArn = await newTopic();
    const subscription = { TopicArn, Protocol: "sqs", Endpoint: queueArnOf("orders") };
    const { SubscriptionArn } = await sns.subscribe(subscription);
    expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:[\\da-f-]{36}$`));
    expect((await sns.subscribe(subscription)).SubscriptionArn).toBe(SubscriptionArn);
    expect(
      await refusal(sns.subscribe({ ...subscription, Attributes: { RawMessageDelivery: "true" } })),
    ).toMatch(/Subscription already exists with different attributes/);
    expect((await sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions).toEqual([
      { SubscriptionArn, Owner: testAccount, Protocol: "sqs", Endpoint: queueArnOf("orders"), TopicArn },
    ]);
    await sns.setSubscriptionAttributes({
      SubscriptionArn,
      AttributeName: "FilterPolicy",
      AttributeValue: '{"store":["a"]}',
    });
    expect((await sns.getSubscriptionAttributes({ SubscriptionArn })).Attributes).toMatchObject({
      RawMessageDelivery: "false",
      FilterPolicy: '{"store":["a"]}',
      FilterPolicyScope: "MessageAttributes",
      PendingConfirmation: "false",
      ConfirmationWasAuthenticated: "true",
      Endpoint: queueArnOf("orders"),
    });
    await sns.unsubscribe({ SubscriptionArn });
    await sns.unsubscribe({ SubscriptionArn });
    expect(await refusal(sns.getSubscriptionAttributes({ SubscriptionArn }))).toBe(
      "NotFoundException: Subscription does not exist",
    );
  });

  test("of others wait for two days to be confirmed, and show no password", async () => {
    const TopicArn = await newTopic();
    const subscription = { TopicArn, Protocol: "http", Endpoint: "http://me:secret@127.0.0.1:9/x" };
    expect(await sns.subscribe(subscription)).toMatchObject({ SubscriptionArn: "pending confirmation" });
    const { SubscriptionArn } = await sns.subscribe({ ...subscription, ReturnSubscriptionArn: true });
    expect((await sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions).toMatchObject([
      { SubscriptionArn: "PendingConfirmation", Endpoint: "http://me:****@127.0.0.1:9/x" },
    ]);
    expect((await sns.getTopicAttributes({ TopicArn })).Attributes).toMatchObject({
      SubscriptionsPending: "1",
    });
    expect(await refusal(sns.confirmSubscription({ TopicArn, Token: "guess" }))).toBe(
      "InvalidParameterException: Invalid parameter: Token",
    );
    await server.advance(2 * 86_400_000);
    expect(await refusal(sns.getSubscriptionAttributes({ SubscriptionArn }))).toMatch(/NotFoundException/);
    const stored = server.dependencies.state.collection("topic-subscriptions");
    const count = () => stored.count(`${testAccount}/us-east-1`);
    const before = await count();
    await sns.publish({ TopicArn, Message: "to nobody" });
    expect(await count()).toBe(before - 1);
  });

  const refused: [Partial<SubscribeCommandInput>, RegExp][] = [
    [{ Protocol: "pigeon", Endpoint: "x" }, /does not support this protocol string: pigeon/],
    [{ Protocol: "sms", Endpoint: "+15555550100" }, /NotImplementedException: .* protocol sms/],
    [{ Protocol: "http", Endpoint: "https://x/" }, /Endpoint must match the specified protocol/],
    [{ Protocol: "email", Endpoint: "somebody" }, /Invalid parameter: Email address/],
    [{ Protocol: "sqs", Endpoint: "orders" }, /Invalid parameter: SQS endpoint ARN/],
    [{ Protocol: "sqs", Endpoint: queueArnOf("q.fifo") }, /FIFO SQS Queues can not be subscribed/],
    [
      { Protocol: "email", Endpoint: "a@b.c", Attributes: { RawMessageDelivery: "true" } },
      /Delivery protocol \[email\] does not support raw message delivery/,
    ],
    [
      { Protocol: "sqs", Endpoint: queueArnOf("q"), Attributes: { FilterPolicy: '{"a":"b"}' } },
      /must be an object or an array/,
    ],
    [
      {
        Protocol: "sqs",
        Endpoint: queueArnOf("q"),
        Attributes: { RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:q"}' },
      },
      /deadLetterTargetArn must be a queue of the topic's kind, account and region/,
    ],
  ];
  test.each(refused)("%j is refused", async (input, message) => {
    const TopicArn = await newTopic();
    expect(await refusal(sns.subscribe({ TopicArn, Protocol: undefined, ...input }))).toMatch(message);
  });
});

describe("messages", () => {
  test.each<[Omit<PublishCommandInput, "TopicArn">, RegExp]>([
    [{ Message: "" }, /Invalid parameter: Empty message/],
    [{ Message: "x", Subject: "two\nlines" }, /Invalid parameter: Subject/],
    [{ Message: "x".repeat(262_145) }, /Invalid parameter: Message too long/],
    [{ Message: "{}", MessageStructure: "json" }, /No default entry in JSON message body/],
    [{ Message: "x", MessageDeduplicationId: "d" }, /not valid for this topic type/],
    [
      { Message: "x", MessageAttributes: { n: { DataType: "Number", StringValue: "many" } } },
      /Could not cast message attribute 'n' value to number/,
    ],
    [{ Message: "x", PhoneNumber: "+15555550100" }, /NotImplementedException: .* text messages/],
  ])("%j is refused", async (input, message) => {
    expect(await refusal(sns.publish({ TopicArn: await newTopic(), ...input }))).toMatch(message);
  });

  test("in a batch fail each by itself, or all together", async () => {
    const TopicArn = await newTopic();
    const entries = (...ids: string[]) => ids.map((Id) => ({ Id, Message: Id === "bad" ? "" : "m" }));
    const publish = (...ids: string[]) =>
      sns.publishBatch({ TopicArn, PublishBatchRequestEntries: entries(...ids) });
    const { Successful, Failed } = await publish("a", "bad", "b");
    expect(Successful?.map(({ Id }) => Id)).toEqual(["a", "b"]);
    expect(Failed).toEqual([
      { Id: "bad", SenderFault: true, Code: "InvalidParameter", Message: "Invalid parameter: Empty message" },
    ]);
    expect(await refusal(publish())).toMatch(/EmptyBatchRequest/);
    expect(await refusal(publish("a", "a"))).toMatch(/BatchEntryIdsNotDistinct/);
    expect(await refusal(publish("a b"))).toMatch(/InvalidBatchEntryId/);
    expect(await refusal(publish(..."abcdefghijk".split("")))).toMatch(/TooManyEntriesInBatchRequest/);
  });

  test("reach the queues whose filter policies they pass, raw or in their envelope", async () => {
    const TopicArn = await newTopic();
    const receiveFrom = async (QueueUrl: string) => {
      const { Messages = [] } = await sqs.receiveMessage({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
      });
      return Messages;
    };
    const queueWith = async (Attributes: Record<string, string>) => {
      const name = newName();
      const { QueueUrl } = await sqs.createQueue({ QueueName: name });
      await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: queueArnOf(name), Attributes });
      return QueueUrl!;
    };
    const all = await queueWith({});
    const raw = await queueWith({ RawMessageDelivery: "true" });
    const cheap = await queueWith({ FilterPolicy: '{"price":[{"numeric":["<",10]}]}' });
    const paid = await queueWith({
      FilterPolicy: '{"order":{"paid":[true]}}',
      FilterPolicyScope: "MessageBody",
    });
    const price = { DataType: "Number", StringValue: "12" };
    const Message = '{"order":{"paid":true}}';
    const { MessageId } = await sns.publish({
      TopicArn,
      Subject: "An order",
      Message,
      MessageAttributes: { price },
    });
    await sns.publish({
      TopicArn,
      MessageStructure: "json",
      Message: '{"default":"for all","sqs":"for queues"}',
      MessageAttributes: { price: { ...price, StringValue: "9" } },
    });
    await server.advance(0);
    const envelopes = (await receiveFrom(all)).map(({ Body }) => JSON.parse(Body!) as object);
    expect(envelopes).toMatchObject([
      {
        Type: "Notification",
        MessageId,
        TopicArn,
        Subject: "An order",
        Message,
        Timestamp: "2026-11-04T12:00:00.000Z",
        SignatureVersion: "1",
        MessageAttributes: { price: { Type: "Number", Value: "12" } },
      },
      { Message: "for queues" },
    ]);
    expect(await receiveFrom(raw)).toMatchObject([
      { Body: Message, MessageAttributes: { price } },
      { Body: "for queues" },
    ]);
    expect(await receiveFrom(cheap)).toMatchObject([{ Body: expect.stringContaining("for queues") }]);
    expect(await receiveFrom(paid)).toMatchObject([{ Body: expect.stringContaining(MessageId!) }]);
  });
});

test("what is not there says why", async () => {
  const told = "NotImplementedException: Groundwatch does not support the operation";
  expect(await refusal(sns.getSMSAttributes({}))).toBe(
    `${told} GetSMSAttributes of sns: no text messages are sent.`,
  );
  const protection = sns.putDataProtectionPolicy({ ResourceArn: "arn", DataProtectionPolicy: "{}" });
  expect(await refusal(protection)).toMatch(/PutDataProtectionPolicy of sns: message data protection/);
});
