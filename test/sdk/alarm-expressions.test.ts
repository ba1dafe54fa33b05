// Alarms on expressions through the official client: metric math, queries of many time series, what cannot
// be computed.
import {
  CloudWatch,
  type MetricDataQuery,
  type PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAlarmActionQueue } from "../../src/storage/alarm-actions.ts";
import { readBusEvents } from "../../src/storage/telemetry/bus-events.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
const topic = `arn:aws:sns:${testRegion}:${testAccount}:operators`;

let server: TestServer;
let cloudwatch: CloudWatch;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
});
afterAll(() => server.stop());

const metric = (Id: string, MetricName: string, Period = 60): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: { Namespace: "Shop", MetricName }, Period, Stat: "Sum" },
  ReturnData: false,
});

const alarm = (AlarmName: string, Metrics: MetricDataQuery[]): PutMetricAlarmCommandInput => ({
  AlarmName,
  Metrics,
  EvaluationPeriods: 1,
  Threshold: 10,
  ComparisonOperator: "GreaterThanThreshold",
});

async function put(values: Readonly<Record<string, number>>): Promise<void> {
  await cloudwatch.putMetricData({
    Namespace: "Shop",
    MetricData: Object.entries(values).map(([name, Value]) => {
      const [MetricName, host] = name.split(" ");
      return {
        MetricName,
        Value,
        ...(host === undefined ? {} : { Dimensions: [{ Name: "Host", Value: host }] }),
      };
    }),
  });
}

async function described(name: string) {
  const { MetricAlarms = [] } = await cloudwatch.describeAlarms({ AlarmNames: [name] });
  return MetricAlarms[0]!;
}

async function advance(minutes = 1): Promise<void> {
  await server.advance(minutes * minuteMs);
}

test("an alarm on metric math follows the value of the expression", async () => {
  const rate = { Id: "rate", Expression: "100 * errors / requests", Label: "error rate" };
  await cloudwatch.putMetricAlarm({
    ...alarm("errors", [metric("errors", "Errors"), metric("requests", "Requests"), rate]),
    AlarmActions: [topic],
  });
  await put({ Errors: 1, Requests: 100 });
  await advance();
  expect(await described("errors")).toMatchObject({ StateValue: "OK" });
  await put({ Errors: 20, Requests: 100 });
  await advance();
  const fired = await described("errors");
  expect(fired).toMatchObject({
    StateValue: "ALARM",
    StateReason:
      "Threshold Crossed: 1 datapoint [20.0 (02/11/26 12:01:00)] was greater than the threshold (10.0).",
    Metrics: [{ Id: "errors" }, { Id: "requests" }, { Id: "rate", Label: "error rate" }],
  });
  expect(JSON.parse(fired.StateReasonData ?? "")).toMatchObject({ period: 60, recentDatapoints: [20] });
  await put({ Errors: 3, Requests: 100 });
  await advance();
  expect(await described("errors")).toMatchObject({ StateValue: "OK" });
  await advance(4);
  expect(await described("errors")).toMatchObject({
    StateValue: "INSUFFICIENT_DATA",
    StateReason: "Insufficient Data: 1 datapoint was unknown.",
  });
});

test("expressions of high resolution are evaluated every ten seconds", async () => {
  const expression = { Id: "twice", Expression: "fast * 2" };
  await cloudwatch.putMetricAlarm(alarm("fast", [metric("fast", "Fast", 10), expression]));
  await cloudwatch.putMetricData({
    Namespace: "Shop",
    MetricData: [{ MetricName: "Fast", Value: 6, StorageResolution: 1 }],
  });
  await server.advance(10_000);
  expect(await described("fast")).toMatchObject({ StateValue: "ALARM" });
  await cloudwatch.deleteAlarms({ AlarmNames: ["fast"] });
  await server.advance(50_000);
});

const query = 'SELECT AVG(Load) FROM "Shop" GROUP BY Host ORDER BY AVG() DESC';
const contributorsOf = async (AlarmName: string) =>
  (await cloudwatch.describeAlarmContributors({ AlarmName })).AlarmContributors ?? [];

test("an alarm on a query of many time series has contributors, each with its own state", async () => {
  await cloudwatch.putMetricAlarm({
    ...alarm("hosts", [{ Id: "q", Expression: query, Period: 60 }]),
    AlarmActions: [topic, `arn:aws:automate:${testRegion}:ec2:reboot`],
  });
  await advance();
  expect(await described("hosts")).toMatchObject({ StateValue: "INSUFFICIENT_DATA" });
  await put({ "Load a": 5, "Load b": 50, "Load c": 7 });
  await advance();
  expect(await described("hosts")).toMatchObject({
    StateValue: "ALARM",
    StateReason: "1 out of 3 time series evaluated to ALARM",
  });
  const [first] = await contributorsOf("hosts");
  expect(first).toMatchObject({
    ContributorId: expect.stringMatching(/^[0-9a-f]{16}$/),
    ContributorAttributes: { Host: "b" },
    StateReason: expect.stringMatching(
      /^Threshold Crossed: 1 datapoint was greater than the threshold \(10\.0\)\. The .* \[50\.0 /,
    ),
  });
  await put({ "Load a": 15, "Load b": 50, "Load c": 7 });
  await advance();
  const hosts = (await contributorsOf("hosts")).map((one) => one.ContributorAttributes?.["Host"]);
  expect(new Set(hosts)).toEqual(new Set(["a", "b"]));
  expect(await described("hosts")).toMatchObject({
    StateReason: "2 out of 3 time series evaluated to ALARM",
  });
  // The same query with another description is about the same time series: none of them is news.
  const same = [{ Id: "q", Expression: query, Period: 60 }];
  await cloudwatch.putMetricAlarm({ ...alarm("hosts", same), AlarmDescription: "hosts that are busy" });
  expect(await contributorsOf("hosts")).toHaveLength(2);
  await put({ "Load a": 1, "Load b": 1, "Load c": 7 });
  await advance();
  expect(await described("hosts")).toMatchObject({
    StateValue: "OK",
    StateReason: "3 time series evaluated to OK",
  });
  expect(await contributorsOf("hosts")).toEqual([]);

  const { AlarmHistoryItems = [] } = await cloudwatch.describeAlarmHistory({
    AlarmName: "hosts",
    AlarmContributorId: first!.ContributorId!,
    HistoryItemType: "AlarmContributorStateUpdate",
    ScanBy: "TimestampAscending",
  });
  expect(AlarmHistoryItems.map((one) => [one.HistoryItemType, one.HistorySummary])).toEqual([
    ["AlarmContributorStateUpdate", "Contributor state updated to ALARM"],
    ["AlarmContributorStateUpdate", "Contributor state updated to OK"],
  ]);
  const { AlarmHistoryItems: ofAlarm = [] } = await cloudwatch.describeAlarmHistory({ AlarmName: "hosts" });
  expect(ofAlarm.some((one) => one.AlarmContributorId !== undefined)).toBe(false);
});

test("a time series in ALARM whose data stops leaves the contributors", async () => {
  await cloudwatch.putMetricAlarm(
    alarm("pumps", [
      {
        Id: "q",
        Expression: 'SELECT MAX(Pressure) FROM "Shop" GROUP BY Host ORDER BY MAX() DESC',
        Period: 60,
      },
    ]),
  );
  await put({ "Pressure p": 90 });
  await advance();
  expect(await contributorsOf("pumps")).toHaveLength(1);
  await advance(4);
  expect(await contributorsOf("pumps")).toEqual([]);
  expect(await described("pumps")).toMatchObject({
    StateValue: "INSUFFICIENT_DATA",
    StateReason: "No time series were returned by the query. Treat missing data is configured as [Missing].",
  });
});

test("contributors have events and actions of their own", async () => {
  const { telemetry, worlds, clock, state } = server.dependencies;
  const world = await worlds.numberOf(testAccount, testRegion);
  const range = { world, bus: "default", from: 0, to: clock.now(), limit: 1_000 };
  const events = (await readBusEvents(telemetry, range)).map(({ event }) => JSON.parse(event));
  const ofHosts = events.find(
    (event) =>
      event["detail-type"] === "CloudWatch Alarm Contributor State Change" &&
      event.detail.alarmName === "hosts",
  );
  expect(ofHosts.detail).toMatchObject({
    alarmContributor: { id: expect.any(String), attributes: { Host: "b" } },
    state: { value: "ALARM" },
  });
  const { AlarmHistoryItems = [] } = await cloudwatch.describeAlarmHistory({ AlarmName: "hosts" });
  const settled = AlarmHistoryItems.filter((one) => one.HistoryItemType === "Action").length;
  // Whoever delivers may have been faster: then the actions are in the history.
  const queue = createAlarmActionQueue(state);
  const waiting = await queue.take(clock.now() + 86_400_000, 1, 1_000);
  const ofAlarm = waiting.filter(({ action }) => action.alarmName === "hosts");
  const reboots = ofAlarm.filter(({ action }) => action.actionArn.includes(":reboot"));
  expect(reboots.every(({ action }) => action.contributor !== undefined)).toBe(true);
  expect(ofAlarm.length + settled).toBeGreaterThan(0);
});

test("an expression that cannot be computed is told, and data is missing", async () => {
  const missing = { Id: "r", Expression: "INSIGHT_RULE_METRIC('no-such-rule', 'Sum')", Period: 60 };
  await cloudwatch.putMetricAlarm({ ...alarm("unknown", [missing]), TreatMissingData: "breaching" });
  await advance();
  expect(await described("unknown")).toMatchObject({
    StateValue: "ALARM",
    EvaluationState: "EVALUATION_ERROR",
    StateReason: expect.stringContaining("no-such-rule"),
  });
});

test.each([
  [
    [{ Id: "e", Expression: "SEARCH('{Shop} Load', 'Sum', 60)" }],
    "SEARCH is not supported on Metric Alarms.",
  ],
  [[metric("m", "Load"), { Id: "e", Expression: "m +" }], "Error in expression 'e'"],
  [[metric("m", "Load"), { Id: "e", Expression: "[m, m]" }], "needs a single time series"],
  [[metric("m", "Load"), metric("n", "Load", 300), { Id: "e", Expression: "m + n" }], "the same period"],
  [[{ Id: "q", Expression: 'SELECT AVG(Load) FROM "Shop" GROUP BY Host', Period: 60 }], "must have ORDER BY"],
  [[{ Id: "q", Expression: 'SELECT AVG(Load) FROM "Shop"' }], "Period must not be null"],
])("refuses %j", async (queries, message) => {
  expect(await refusal(cloudwatch.putMetricAlarm(alarm("refused", queries)))).toContain(message);
});

test("refuses to reboot an instance because of an expression", async () => {
  const input = alarm("reboot", [metric("m", "Load"), { Id: "e", Expression: "m * 2" }]);
  const AlarmActions = [`arn:aws:automate:${testRegion}:ec2:reboot`];
  expect(await refusal(cloudwatch.putMetricAlarm({ ...input, AlarmActions }))).toContain(
    "can't perform EC2 actions",
  );
});
