// Policies of topics: what they allow other accounts and services, and what they deny their own.
import { randomUUID } from "node:crypto";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, type TestServer } from "../support/server.ts";

const otherAccount = "999988887777";
let server: TestServer;
let sns: SNS;
let other: SNS;
let sqs: SQS;
let otherSqs: SQS;

beforeAll(async () => {
  server = await startTestServer();
  sns = new SNS(server.clientConfig());
  sqs = new SQS(server.clientConfig());
  other = new SNS(server.clientConfig({ account: otherAccount }));
  otherSqs = new SQS(server.clientConfig({ account: otherAccount }));
});

afterAll(async () => {
  await server?.stop();
});

const newTopic = async () => (await sns.createTopic({ Name: `t-${randomUUID()}` })).TopicArn!;

async function newQueue(client: SQS, account: string, Policy?: object) {
  const name = `q-${randomUUID()}`;
  const Attributes = Policy === undefined ? {} : { Policy: JSON.stringify(Policy) };
  const { QueueUrl } = await client.createQueue({ QueueName: name, Attributes });
  return { QueueUrl: QueueUrl!, arn: `arn:aws:sqs:us-east-1:${account}:${name}` };
}

const setPolicy = (TopicArn: string, ...statements: object[]) =>
  sns.setTopicAttributes({
    TopicArn,
    AttributeName: "Policy",
    AttributeValue: JSON.stringify({
      Statement: statements.map((one) => ({ Effect: "Allow", Resource: TopicArn, ...one })),
    }),
  });

const textsIn = async (client: SQS, QueueUrl: string) => {
  const { Messages = [] } = await client.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
  return Messages.map(({ Body }) => (JSON.parse(Body!) as { Message: string }).Message);
};

describe("other accounts", () => {
  test("may do what AddPermission allows them, until RemovePermission", async () => {
    const TopicArn = await newTopic();
    const { QueueUrl, arn } = await newQueue(sqs, testAccount);
    await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: arn });
    const publish = () => other.publish({ TopicArn, Message: "from elsewhere" });
    const refused =
      `AuthorizationErrorException: User: arn:aws:iam::${otherAccount}:root is not authorized to perform: ` +
      `SNS:Publish on resource: ${TopicArn} because no resource-based policy allows the SNS:Publish action`;
    expect(await refusal(publish())).toBe(refused);
    const permission = { TopicArn, Label: "shop", AWSAccountId: [otherAccount], ActionName: ["Publish"] };
    await sns.addPermission(permission);
    await publish();
    await other.publishBatch({ TopicArn, PublishBatchRequestEntries: [{ Id: "a", Message: "another" }] });
    await server.advance(0);
    expect((await textsIn(sqs, QueueUrl)).toSorted((one, two) => one.localeCompare(two))).toEqual([
      "another",
      "from elsewhere",
    ]);
    expect(await refusal(other.getTopicAttributes({ TopicArn }))).toMatch(/SNS:GetTopicAttributes/);
    expect(await refusal(other.deleteTopic({ TopicArn }))).toMatch(/SNS:DeleteTopic/);
    expect(await refusal(other.tagResource({ ResourceArn: TopicArn, Tags: [] }))).toMatch(/SNS:TagResource/);
    await sns.removePermission({ TopicArn, Label: "shop" });
    expect(await refusal(publish())).toBe(refused);
  });

  test("are not told which topics there are", async () => {
    const TopicArn = `arn:aws:sns:us-east-1:${testAccount}:nowhere`;
    expect(await refusal(other.publish({ TopicArn, Message: "x" }))).toMatch(/^AuthorizationError/);
    expect(await refusal(sns.publish({ TopicArn, Message: "x" }))).toMatch(/^NotFoundException/);
  });

  test("subscribe what is theirs at once, within what the policy says, and look after it", async () => {
    const TopicArn = await newTopic();
    await setPolicy(TopicArn, {
      Principal: { AWS: otherAccount },
      Action: "sns:Subscribe",
      Condition: { StringEquals: { "sns:Protocol": "sqs" } },
    });
    const allowing = {
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
    };
    const condition = { ArnEquals: { "aws:SourceArn": TopicArn } };
    const { QueueUrl, arn } = await newQueue(otherSqs, otherAccount, {
      Statement: [{ ...allowing, Condition: condition }],
    });
    const web = other.subscribe({ TopicArn, Protocol: "http", Endpoint: "http://127.0.0.1:1/" });
    expect(await refusal(web)).toMatch(/SNS:Subscribe/);
    const { SubscriptionArn } = await other.subscribe({ TopicArn, Protocol: "sqs", Endpoint: arn });
    expect(SubscriptionArn).toMatch(/^arn:aws:sns/);
    await sns.publish({ TopicArn, Message: "to elsewhere" });
    await server.advance(0);
    expect(await textsIn(otherSqs, QueueUrl)).toEqual(["to elsewhere"]);
    const { Attributes } = await other.getSubscriptionAttributes({ SubscriptionArn });
    expect(Attributes).toMatchObject({ Owner: otherAccount, ConfirmationWasAuthenticated: "true" });
    await other.unsubscribe({ SubscriptionArn });
    expect((await sns.listSubscriptionsByTopic({ TopicArn })).Subscriptions).toEqual([]);
  });

  test("get nothing on a queue whose policy does not want it", async () => {
    const TopicArn = await newTopic();
    const { QueueUrl, arn } = await newQueue(otherSqs, otherAccount);
    await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: arn });
    await server.advance(0);
    expect(await textsIn(otherSqs, QueueUrl)).toEqual([]);
  });
});

test("a policy denies its own account too, but not the way out", async () => {
  const TopicArn = await newTopic();
  await setPolicy(TopicArn, { Effect: "Deny", Principal: "*", Action: "sns:*" });
  expect(await refusal(sns.publish({ TopicArn, Message: "x" }))).toMatch(
    /SNS:Publish on resource: .* with an explicit deny in a resource-based policy/,
  );
  await setPolicy(TopicArn);
  await sns.publish({ TopicArn, Message: "x" });
});

test("a queue of one's own account takes what its policy, if it has one, allows", async () => {
  const TopicArn = await newTopic();
  const closed = await newQueue(sqs, testAccount, { Statement: [] });
  const open = await newQueue(sqs, testAccount);
  for (const { arn } of [closed, open]) await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: arn });
  await sns.publish({ TopicArn, Message: "x" });
  await server.advance(0);
  expect(await textsIn(sqs, closed.QueueUrl)).toEqual([]);
  expect(await textsIn(sqs, open.QueueUrl)).toEqual(["x"]);
});

test("alarms publish where the policy lets CloudWatch, their own account's topics first of all", async () => {
  const [usual, closed, mine, elsewhere] = [
    await newTopic(),
    await newTopic(),
    await newTopic(),
    (await other.createTopic({ Name: "alarms" })).TopicArn!,
  ];
  const alarmArn = `arn:aws:cloudwatch:us-east-1:${testAccount}:alarm:allowed`;
  await setPolicy(closed, { Principal: { Service: "events.amazonaws.com" }, Action: "sns:Publish" });
  const cloudWatch = { Principal: { Service: "cloudwatch.amazonaws.com" }, Action: "sns:Publish" };
  await setPolicy(mine, { ...cloudWatch, Condition: { ArnLike: { "aws:SourceArn": alarmArn } } });
  const alarms = new CloudWatch(server.clientConfig());
  const AlarmName = "allowed";
  await alarms.putMetricAlarm({
    AlarmName,
    Namespace: "N",
    MetricName: "M",
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: "GreaterThanThreshold",
    AlarmActions: [usual, closed, mine, elsewhere],
  });
  await alarms.setAlarmState({ AlarmName, StateValue: "ALARM", StateReason: "to see" });
  await server.advance(0);
  const { AlarmHistoryItems } = await alarms.describeAlarmHistory({ AlarmName, HistoryItemType: "Action" });
  const told = (arn: string) =>
    AlarmHistoryItems!.find(({ HistorySummary }) => HistorySummary!.includes(arn))!.HistorySummary;
  expect(told(usual)).toBe(`Successfully executed action ${usual}`);
  expect(told(mine)).toBe(`Successfully executed action ${mine}`);
  for (const arn of [closed, elsewhere]) {
    expect(told(arn)).toBe(
      `Failed to execute action ${arn}. Received error: "Resource: ${alarmArn} is not authorized to ` +
        `perform: SNS:Publish on resource: ${arn}"`,
    );
  }
});

test("signed callers of other accounts, and users of the own one, are held to the policy", async () => {
  const keyOf = (account: string, userName: string | undefined, number: number) => ({
    accessKeyId: `AKIAIOSFODNN7EXAMPL${number}`,
    secretAccessKey: `secret${number}`,
    account,
    userName,
  });
  const [owner, guest, ann] = [
    keyOf(testAccount, undefined, 1),
    keyOf(otherAccount, undefined, 2),
    keyOf(testAccount, "ann", 3),
  ] as const;
  const startAt = Date.now(); // the client signs by the machine's time
  const accessKeys = [owner, guest, ann];
  const secured = await startTestServer({ auth: "iam", account: testAccount, accessKeys }, { startAt });
  try {
    const { endpoint, region } = secured.clientConfig();
    const clientOf = (credentials: typeof owner) =>
      new SNS({ endpoint, region, credentials, maxAttempts: 1 });
    const { TopicArn } = await clientOf(owner).createTopic({ Name: "secured" });
    const publish = (key: typeof owner) => refusal(clientOf(key).publish({ TopicArn, Message: "x" }));
    expect(await publish(guest)).toMatch(/^AuthorizationErrorException: .*999988887777:root/);
    expect(await publish(ann)).toBe("accepted");
    const statements = [
      { Effect: "Allow", Principal: { AWS: otherAccount }, Action: "sns:Publish" },
      { Effect: "Deny", Principal: { AWS: `arn:aws:iam::${testAccount}:user/ann` }, Action: "sns:*" },
    ];
    await clientOf(owner).setTopicAttributes({
      TopicArn,
      AttributeName: "Policy",
      AttributeValue: JSON.stringify({ Statement: statements }),
    });
    expect(await publish(guest)).toBe("accepted");
    expect(await publish(ann)).toMatch(/:user\/ann is not authorized .* with an explicit deny/);
    expect(await publish(owner)).toBe("accepted");
    const undo = { TopicArn, AttributeName: "Policy", AttributeValue: "" };
    expect(await refusal(clientOf(ann).setTopicAttributes(undo))).toMatch(/explicit deny/);
  } finally {
    await secured.stop();
  }
});
