// What keeps the actions of alarms from being performed: suppressors with their periods, and mute rules.
import { CloudWatch, type PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBusEvents } from "../../src/storage/telemetry/bus-events.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

let server: TestServer;
let cloudwatch: CloudWatch;
let sqs: SQS;
let TopicArn: string;
let QueueUrl: string;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  sqs = new SQS(server.clientConfig());
  const sns = new SNS(server.clientConfig());
  TopicArn = (await sns.createTopic({ Name: "operators" })).TopicArn!;
  QueueUrl = (await sqs.createQueue({ QueueName: "operators" })).QueueUrl!;
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
  await sns.subscribe({
    TopicArn,
    Protocol: "sqs",
    Endpoint: Attributes!["QueueArn"],
    Attributes: { RawMessageDelivery: "true" },
  });
});
afterAll(() => server.stop());

/** No data ever comes: the states are those that the test sets. */
const quiet: Omit<PutMetricAlarmCommandInput, "AlarmName"> = {
  Namespace: "Shop",
  MetricName: "Load",
  Statistic: "Average",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 50,
  ComparisonOperator: "GreaterThanThreshold",
  TreatMissingData: "ignore",
};

async function set(AlarmName: string, StateValue: "OK" | "ALARM"): Promise<void> {
  await cloudwatch.setAlarmState({ AlarmName, StateValue, StateReason: "by the test" });
  await server.advance(0);
}

/** What the subscriber of the topic has got since it was asked last. */
async function told(): Promise<readonly string[]> {
  const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
  for (const { ReceiptHandle } of Messages) await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
  return Messages.map(({ Body }) => {
    const { AlarmName, NewStateValue } = JSON.parse(Body!) as { AlarmName: string; NewStateValue: string };
    return `${AlarmName}: ${NewStateValue}`;
  });
}

async function suppressedBy(): Promise<string | undefined> {
  const { CompositeAlarms } = await cloudwatch.describeAlarms({
    AlarmNames: ["shop"],
    AlarmTypes: ["CompositeAlarm"],
  });
  return CompositeAlarms![0]!.ActionsSuppressedBy;
}

test("a composite alarm whose suppressor is in ALARM acts after it has left, and the extension", async () => {
  for (const AlarmName of ["busy", "deployment"]) await cloudwatch.putMetricAlarm({ ...quiet, AlarmName });
  await cloudwatch.putCompositeAlarm({
    AlarmName: "shop",
    AlarmRule: "ALARM(busy)",
    AlarmActions: [TopicArn],
    OKActions: [TopicArn],
    ActionsSuppressor: "deployment",
    ActionsSuppressorWaitPeriod: 60,
    ActionsSuppressorExtensionPeriod: 120,
  });
  await server.advance(0);
  await server.advance(2 * minuteMs);
  await told();

  await set("deployment", "ALARM");
  await set("busy", "ALARM");
  expect(await suppressedBy()).toBe("Alarm");
  await server.advance(10 * minuteMs);
  expect(await told()).toEqual([]);
  await set("deployment", "OK");
  expect(await suppressedBy()).toBe("ExtensionPeriod");
  await server.advance(120 * secondMs - 1);
  expect(await told()).toEqual([]);
  await server.advance(1);
  expect(await told()).toEqual(["shop: ALARM"]);
  expect(await suppressedBy()).toBeUndefined();
});

test("it waits for a suppressor that may still come: not longer than its wait period", async () => {
  await set("busy", "OK");
  expect(await suppressedBy()).toBe("WaitPeriod");
  await server.advance(60 * secondMs - 1);
  expect(await told()).toEqual([]);
  await server.advance(1);
  expect(await told()).toEqual(["shop: OK"]);

  await set("busy", "ALARM");
  await server.advance(30 * secondMs);
  await set("deployment", "ALARM");
  expect(await suppressedBy()).toBe("Alarm");
  await server.advance(10 * minuteMs);
  expect(await told()).toEqual([]);
  // It comes back while it is suppressed: nobody is told of either.
  await set("busy", "OK");
  await server.advance(10 * minuteMs);
  expect(await told()).toEqual([]);
});

/** What the newest event of each alarm says of a mute rule. */
async function muteDetails(): Promise<ReadonlyMap<string, unknown>> {
  const { telemetry, worlds, clock } = server.dependencies;
  const world = await worlds.numberOf(testAccount, testRegion);
  const range = { world, bus: "default", from: 0, to: clock.now() + 1, limit: 1_000 };
  const details = (await readBusEvents(telemetry, range)).map(({ event }) => JSON.parse(event).detail);
  const changes = details.filter(({ previousState }) => previousState?.value === "OK");
  return new Map(changes.map(({ alarmName, muteDetail }) => [alarmName, muteDetail]));
}

test("a mute rule holds back the actions of its alarms alone, until it ends in another state", async () => {
  for (const AlarmName of ["muted", "loud"]) {
    await cloudwatch.putMetricAlarm({ ...quiet, AlarmName, AlarmActions: [TopicArn], OKActions: [TopicArn] });
  }
  for (const name of ["muted", "loud"]) await set(name, "OK");
  await told();
  await cloudwatch.putAlarmMuteRule({
    Name: "at work",
    Rule: { Schedule: { Expression: "cron(* * * * *)", Duration: "PT1H" } },
    MuteTargets: { AlarmNames: ["muted"] },
  });
  await server.advance(minuteMs);
  for (const name of ["muted", "loud"]) await set(name, "ALARM");
  expect(await told()).toEqual(["loud: ALARM"]);
  const { AlarmHistoryItems } = await cloudwatch.describeAlarmHistory({ AlarmName: "muted" });
  expect(AlarmHistoryItems![0]!.HistorySummary).toBe("Alarm updated from OK to ALARM");
  const mutes = await muteDetails();
  expect(mutes.get("muted")).toEqual({
    mutedByArn: `arn:aws:cloudwatch:${testRegion}:${testAccount}:alarm-mute-rule:at work`,
    muteWindowStart: expect.stringMatching(/^2026-11-02T/),
    muteWindowEnd: expect.stringMatching(/^2026-11-02T/),
  });
  expect(mutes.get("loud")).toBeUndefined();

  await cloudwatch.deleteAlarmMuteRule({ AlarmMuteRuleName: "at work" });
  await server.advance(secondMs);
  expect(await told()).toEqual(["muted: ALARM"]);
  await server.advance(minuteMs);
  expect(await told()).toEqual([]);
});

test("an alarm that a rule is about no longer is told of at once", async () => {
  const rule = (...AlarmNames: string[]) =>
    cloudwatch.putAlarmMuteRule({
      Name: "moved",
      Rule: { Schedule: { Expression: "cron(* * * * *)", Duration: "PT1H" } },
      MuteTargets: { AlarmNames },
    });
  await rule("muted", "loud");
  await server.advance(minuteMs);
  for (const name of ["muted", "loud"]) await set(name, "OK");
  expect(await told()).toEqual([]);
  await rule("loud");
  await server.advance(secondMs);
  expect(await told()).toEqual(["muted: OK"]);
  await cloudwatch.deleteAlarmMuteRule({ AlarmMuteRuleName: "moved" });
  await server.advance(secondMs);
  expect(await told()).toEqual(["loud: OK"]);
  for (const name of ["muted", "loud"]) await set(name, "ALARM");
  await told();
});

test("an alarm that is muted and comes back before the end has told nobody", async () => {
  await cloudwatch.putAlarmMuteRule({
    Name: "again",
    Rule: { Schedule: { Expression: "cron(* * * * *)", Duration: "PT1H" } },
    MuteTargets: { AlarmNames: ["muted"] },
  });
  await server.advance(minuteMs);
  await set("muted", "OK");
  await set("muted", "ALARM");
  await cloudwatch.deleteAlarmMuteRule({ AlarmMuteRuleName: "again" });
  await server.advance(minuteMs);
  expect(await told()).toEqual([]);
});
