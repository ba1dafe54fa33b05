// Alarms of a monitoring account on metrics of its source accounts, through the official client.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatch, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { readBusEvents } from "../../src/storage/telemetry/bus-events.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

const [source, otherSource, stranger] = ["222222222222", "333333333333", "444444444444"] as const;
const folder = mkdtempSync(join(tmpdir(), "groundwatch-linked-"));
const links = `${testAccount}=${source},${otherSource}`;

let server: TestServer;
const clientOf = (account: string = testAccount) => new CloudWatch(server.clientConfig({ account }));

beforeAll(async () => {
  server = await startTestServer({ data: folder, linkedAccounts: links });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const metric = (Id: string, AccountId?: string): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: { Namespace: "Shop", MetricName: "Load" }, Period: 60, Stat: "Maximum" },
  ...(AccountId === undefined ? {} : { AccountId }),
});
const hidden = (query: MetricDataQuery): MetricDataQuery => ({ ...query, ReturnData: false });

const above = {
  EvaluationPeriods: 1,
  Threshold: 50,
  ComparisonOperator: "GreaterThanThreshold",
} as const;

const load = (account: string, Value: number) =>
  clientOf(account).putMetricData({
    Namespace: "Shop",
    MetricData: [{ MetricName: "Load", Value }],
  });

const described = async (AlarmName: string) =>
  (await clientOf().describeAlarms({ AlarmNames: [AlarmName] })).MetricAlarms![0]!;

test("an alarm watches the metric of the account that its query names", async () => {
  await clientOf().putMetricAlarm({ AlarmName: "linked", Metrics: [metric("m", source)], ...above });
  await clientOf().putMetricAlarm({ AlarmName: "own", Metrics: [metric("m", testAccount)], ...above });
  await load(testAccount, 5);
  await load(source, 90);
  await server.advance(60_000);
  expect(await described("own")).toMatchObject({ StateValue: "OK", Metrics: [{ AccountId: testAccount }] });
  expect(await described("linked")).toMatchObject({
    StateValue: "ALARM",
    StateReason: expect.stringContaining("[90.0 "),
    Metrics: [{ Id: "m", AccountId: source, MetricStat: { Metric: { MetricName: "Load" } } }],
  });
});

test("events name the account", async () => {
  const { telemetry, worlds, clock } = server.dependencies;
  const world = await worlds.numberOf(testAccount, testRegion);
  const range = { world, bus: "default", from: 0, to: clock.now(), limit: 100 };
  const details = (await readBusEvents(telemetry, range)).map(({ event }) => JSON.parse(event).detail);
  expect(
    details.find(({ alarmName, previousState }) => alarmName === "linked" && previousState),
  ).toMatchObject({
    state: { value: "ALARM" },
    configuration: { metrics: [{ id: "m", accountId: source }] },
  });
});

test("expressions compute with metrics of several accounts", async () => {
  const Metrics = [
    hidden(metric("own")),
    hidden(metric("linked", source)),
    hidden(metric("other", otherSource)),
    { Id: "sum", Expression: "own + linked + other" },
  ];
  await clientOf().putMetricAlarm({ AlarmName: "sum", Metrics, ...above, Threshold: 100 });
  await load(testAccount, 1);
  await load(source, 40);
  await load(otherSource, 60);
  await server.advance(60_000);
  expect(await described("sum")).toMatchObject({
    StateValue: "ALARM",
    StateReason: expect.stringContaining("[101.0 "),
  });
});

test("bands are made of the metric of that account", async () => {
  const Metrics = [metric("m", source), { Id: "band", Expression: "ANOMALY_DETECTION_BAND(m)" }];
  const { Threshold: _, ...rest } = above;
  const band = { ThresholdMetricId: "band", ComparisonOperator: "GreaterThanUpperThreshold" } as const;
  await clientOf().putMetricAlarm({ AlarmName: "unusual", Metrics, ...rest, ...band });
  const { AnomalyDetectors } = await clientOf().describeAnomalyDetectors({ MetricName: "Load" });
  expect(AnomalyDetectors).toMatchObject([{ SingleMetricAnomalyDetector: { AccountId: source } }]);
  const single = { Namespace: "Shop", MetricName: "Load", Stat: "Maximum" };
  const put = (AccountId: string) =>
    clientOf().putAnomalyDetector({ SingleMetricAnomalyDetector: { ...single, AccountId } });
  expect((await put(source)).AnomalyDetectorId).toBe(AnomalyDetectors![0]!.AnomalyDetectorId);
  expect((await put(testAccount)).AnomalyDetectorId).not.toBe(AnomalyDetectors![0]!.AnomalyDetectorId);
  expect(await refusal(put(stranger))).toContain(`The account ${stranger} is not linked to this account.`);
  await clientOf().deleteAlarms({ AlarmNames: ["unusual"] });
});

test("a query is about the metrics of all linked accounts", async () => {
  const Expression = 'SELECT MAX(Load) FROM "Shop" GROUP BY AWS.AccountId ORDER BY MAX() DESC';
  await clientOf().putMetricAlarm({
    AlarmName: "accounts",
    Metrics: [{ Id: "q", Expression, Period: 60 }],
    ...above,
  });
  await load(testAccount, 10);
  await load(otherSource, 60);
  await load(stranger, 99);
  await server.advance(60_000);
  const { AlarmContributors } = await clientOf().describeAlarmContributors({ AlarmName: "accounts" });
  expect(AlarmContributors!.map(({ ContributorAttributes }) => ContributorAttributes)).toEqual([
    { "AWS.AccountId": otherSource },
  ]);
});

test("what is not linked, and what belongs to no account, is refused", async () => {
  const put = (Metrics: MetricDataQuery[], more = {}) =>
    refusal(clientOf().putMetricAlarm({ AlarmName: "refused", Metrics, ...above, ...more }));
  expect(await put([metric("m", stranger)])).toBe(
    `ValidationException: The account ${stranger} is not linked to this account.`,
  );
  const expression = { Id: "e", Expression: "m * 2", AccountId: source };
  expect(await put([hidden(metric("m", source)), expression])).toContain("of a MetricStat");
  const AlarmActions = [`arn:aws:automate:${testRegion}:ec2:stop`];
  expect(await put([metric("m", source)], { AlarmActions })).toContain("metrics of other accounts");
});

test("a definition on a linked account is tried on stored data", async () => {
  const groundwatch = new GroundwatchClient(server.clientConfig());
  const MetricStat = { Metric: { Namespace: "Shop", MetricName: "Load" }, Period: 60, Stat: "Maximum" };
  const tried = (AccountId: string) =>
    groundwatch.backtestAlarm({
      From: server.clock.now() - 600_000,
      Definition: { ...above, Metrics: [{ Id: "m", MetricStat, AccountId }] },
    });
  const { Transitions } = await tried(source);
  expect(Transitions.filter(({ State }) => State === "ALARM")).toHaveLength(1);
  expect((await tried(testAccount)).Transitions.some(({ State }) => State === "ALARM")).toBe(false);
  expect(await refusal(tried(stranger))).toContain("is not linked");
});

test("without the link an alarm has no data, and says why", async () => {
  await clientOf().putMetricAlarm({ AlarmName: "linked", Metrics: [metric("m", source)], ...above });
  const startAt = server.clock.now();
  await server.stop();
  server = await startTestServer(
    { data: folder, linkedAccounts: `${testAccount}=${otherSource}` },
    { startAt },
  );
  await load(source, 90);
  await server.advance(60_000);
  const cause = `The account ${source} is not linked to this account.`;
  for (const name of ["linked", "sum"]) {
    expect(await described(name)).toMatchObject({
      StateValue: "INSUFFICIENT_DATA",
      EvaluationState: "EVALUATION_ERROR",
      StateReason: expect.stringContaining(cause),
    });
  }
  const groundwatch = new GroundwatchClient(server.clientConfig());
  const { Notes } = await groundwatch.explainAlarm({ AlarmName: "linked" });
  expect(Notes).toContain(`The metric cannot be read: ${cause}`);
});
