// The log lines that notifications of log alarms carry, from log events to a queue that is told.
import { CloudWatch, type PutLogAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
let server: TestServer;
let cloudwatch: CloudWatch;
let logs: CloudWatchLogs;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  logs = new CloudWatchLogs(server.clientConfig());
  await logs.createLogGroup({ logGroupName: "/shop" });
  await logs.createLogStream({ logGroupName: "/shop", logStreamName: "web" });
});
afterAll(() => server.stop());

async function log(...messages: object[]): Promise<void> {
  const logEvents = messages.map((message) => ({
    timestamp: server.clock.now(),
    message: JSON.stringify(message),
  }));
  await logs.putLogEvents({ logGroupName: "/shop", logStreamName: "web", logEvents });
}

const errors: PutLogAlarmCommandInput = {
  AlarmName: "errors",
  ScheduledQueryConfiguration: {
    QueryString: 'filter level = "ERROR"',
    LogGroupIdentifiers: ["/shop"],
    ScheduledQueryRoleARN: `arn:aws:iam::${testAccount}:role/queries`,
    AggregationExpression: "count(*)",
    ScheduleConfiguration: { ScheduleExpression: "rate(5 minutes)", StartTimeOffset: 300 },
  },
  QueryResultsToEvaluate: 2,
  QueryResultsToAlarm: 1,
  Threshold: 1,
  ComparisonOperator: "GreaterThanThreshold",
  TreatMissingData: "notBreaching",
};

const configured = (changes: object) => ({
  ScheduledQueryConfiguration: { ...errors.ScheduledQueryConfiguration!, ...changes },
});

async function described(AlarmName: string) {
  const { LogAlarms = [] } = await cloudwatch.describeAlarms({
    AlarmNames: [AlarmName],
    AlarmTypes: ["LogAlarm"],
  });
  return LogAlarms[0]!;
}

/** What a queue is told by a topic of its own, as the notifications' JSON. */
async function toldQueue(name: string) {
  const sqs = new SQS(server.clientConfig());
  const sns = new SNS(server.clientConfig());
  const { QueueUrl } = await sqs.createQueue({ QueueName: name });
  const { TopicArn } = await sns.createTopic({ Name: name });
  const Endpoint = `arn:aws:sqs:${testRegion}:${testAccount}:${name}`;
  const Statement = { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: Endpoint };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
  const Attributes = { RawMessageDelivery: "true" };
  await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint, Attributes });
  const next = async () => {
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 5 });
    await sqs.deleteMessage({ QueueUrl, ReceiptHandle: Messages[0]!.ReceiptHandle! });
    return JSON.parse(Messages[0]!.Body!);
  };
  return { topic: TopicArn!, next };
}

const role = `arn:aws:iam::${testAccount}:role/lines`;
const everyMinute = { ScheduleExpression: "rate(1 minute)", StartTimeOffset: 60 };

test("a notification carries the newest events of the run that decided", async () => {
  const { topic, next } = await toldQueue("lines");
  await cloudwatch.putLogAlarm({
    ...errors,
    ...configured({ ScheduleConfiguration: everyMinute }),
    AlarmName: "lines",
    AlarmActions: [topic],
    OKActions: [topic],
    QueryResultsToEvaluate: 1,
    ActionLogLineCount: 2,
    ActionLogLineRoleArn: role,
  });
  expect(await described("lines")).toMatchObject({ ActionLogLineCount: 2, ActionLogLineRoleArn: role });
  await log({ level: "ERROR", id: 1 }, { level: "INFO", id: 2 });
  await log({ level: "ERROR", id: 3 });
  await server.advance(1_000);
  await log({ level: "ERROR", id: 4 });
  await server.advance(minuteMs - 1_000);
  const told = await next();
  expect(told).toMatchObject({ AlarmName: "lines", NewStateValue: "ALARM" });
  const messages = told.LogLines.map((line: Record<string, string>) => JSON.parse(line["@message"]!).id);
  expect(messages[0]).toBe(4);
  expect(messages).toHaveLength(2);
  expect(Object.keys(told.LogLines[0])).toEqual(["@timestamp", "@message"]);
  await server.advance(minuteMs);
  expect(await next()).not.toHaveProperty("LogLines");
});

test("a contributor's notification carries the events of its group, in the fields of the query", async () => {
  const { topic, next } = await toldQueue("grouped-lines");
  await cloudwatch.putLogAlarm({
    ...errors,
    ...configured({
      QueryString: "fields host, latency",
      AggregationExpression: "max(latency) by host",
      ScheduleConfiguration: everyMinute,
    }),
    AlarmName: "grouped lines",
    AlarmActions: [topic],
    OKActions: [topic],
    QueryResultsToEvaluate: 1,
    Threshold: 100,
    ActionLogLineCount: 50,
    ActionLogLineRoleArn: role,
  });
  await log({ host: "a", latency: 50 }, { host: "b", latency: 250 }, { host: "a", latency: 20 });
  await server.advance(minuteMs);
  expect(await next()).toMatchObject({
    AlarmContributorAttributes: { host: "b" },
    LogLines: [{ host: "b", latency: "250" }],
  });
  // All groups are gone: the alarm has no data, and the group is OK.
  await server.advance(minuteMs);
  expect(await next()).toMatchObject({ NewStateValue: "OK", AlarmContributorAttributes: { host: "b" } });
  expect(await described("grouped lines")).toMatchObject({ StateValue: "OK" });
});

test.each([
  ["a number", { status: 500 }],
  ["a text with signs", { status: 'a "b" \\ c\nd' }],
  ["nothing", {}],
])("the lines of a group that is %s are its own", async (name, group) => {
  const { topic, next } = await toldQueue(`lines-of-${name.replaceAll(" ", "-")}`);
  await cloudwatch.putLogAlarm({
    ...errors,
    ...configured({
      QueryString: "fields id | filter ispresent(latency)",
      AggregationExpression: "max(latency) by status",
      ScheduleConfiguration: everyMinute,
    }),
    AlarmName: `lines of ${name}`,
    AlarmActions: [topic],
    QueryResultsToEvaluate: 1,
    Threshold: 100,
    ActionLogLineCount: 50,
    ActionLogLineRoleArn: role,
  });
  await log({ ...group, latency: 250, id: "own" }, { status: "other", latency: 50, id: "other" });
  await server.advance(minuteMs);
  expect((await next()).LogLines).toEqual([{ id: "own" }]);
});
