// BacktestAlarm through the own client: it finds what really happened, and what would have.
import { CloudWatch, type PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderBacktest } from "../../src/bin/backtest.ts";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startTestServer, testStartAt, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
let server: TestServer;
let cloudwatch: CloudWatch;
let groundwatch: GroundwatchClient;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  groundwatch = new GroundwatchClient(server.clientConfig());
});
afterAll(() => server.stop());

const load = {
  Namespace: "Shop",
  MetricName: "Load",
  Statistic: "Average",
  Period: 60,
  EvaluationPeriods: 2,
  Threshold: 50,
  ComparisonOperator: "GreaterThanThreshold",
} as const;

const rate = {
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  Threshold: 120,
  ComparisonOperator: "GreaterThanThreshold",
  Metrics: [
    {
      Id: "m",
      MetricStat: { Metric: { Namespace: "Shop", MetricName: "Load" }, Period: 60, Stat: "Maximum" },
      ReturnData: false,
    },
    { Id: "e", Expression: "m * 2" },
  ],
} as const;

const alarms: Readonly<Record<string, Omit<PutMetricAlarmCommandInput, "AlarmName">>> = {
  plain: load,
  slow: {
    ...load,
    Period: 300,
    EvaluationPeriods: 1,
    DatapointsToAlarm: 1,
    TreatMissingData: "notBreaching",
  },
  computed: { ...rate, Metrics: [...rate.Metrics] },
};

/** Undefined is a minute without data. */
const minutes = [
  10,
  60,
  70,
  undefined,
  20,
  80,
  90,
  95,
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
  30,
  80,
  81,
  10,
  10,
];

test("finds the changes that the alarms really went through", async () => {
  for (const [AlarmName, alarm] of Object.entries(alarms))
    await cloudwatch.putMetricAlarm({ AlarmName, ...alarm });
  for (const Value of minutes) {
    if (Value !== undefined) {
      await cloudwatch.putMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "Load", Value }] });
    }
    await server.advance(minuteMs);
  }
  for (const AlarmName of Object.keys(alarms)) {
    const { AlarmHistoryItems = [] } = await cloudwatch.describeAlarmHistory({
      AlarmName,
      HistoryItemType: "StateUpdate",
      ScanBy: "TimestampAscending",
    });
    const happened = AlarmHistoryItems.map((item) => {
      const { newState } = JSON.parse(item.HistoryData ?? "") as {
        newState: { stateValue: string; stateReason: string };
      };
      return [item.Timestamp?.getTime(), newState.stateValue, newState.stateReason];
    });
    const found = await groundwatch.backtestAlarm({ AlarmName, From: testStartAt + 1 });
    expect(found.Transitions.map(({ At, State, Reason }) => [At, State, Reason])).toEqual(happened);
    expect(happened.length).toBeGreaterThan(1);
    expect(found).toMatchObject({ Evaluations: minutes.length, IsTruncated: false });
  }
});

test("tries a definition that is not there yet, and writes nothing", async () => {
  const found = await groundwatch.backtestAlarm({
    From: testStartAt + 1,
    Definition: { ...load, EvaluationPeriods: 1, Threshold: 85 },
  });
  expect(found.Transitions.map(({ At, State }) => [(At - testStartAt) / minuteMs, State])).toEqual([
    [1, "OK"],
    [7, "ALARM"],
    [11, "INSUFFICIENT_DATA"],
    [14, "OK"],
  ]);
  expect(renderBacktest(found).split("\n").slice(1, 2)).toEqual([
    "2026-11-02T12:07:00Z  OK -> ALARM  Threshold Crossed: 1 datapoint [90.0 (02/11/26 12:06:00)] was " +
      "greater than the threshold (85.0).",
  ]);
  expect((await cloudwatch.describeAlarms({})).MetricAlarms).toHaveLength(Object.keys(alarms).length);
});

test.each([
  [{ AlarmName: "none", From: testStartAt }, "There is no alarm none."],
  [{ From: testStartAt }, "Exactly one of AlarmName and Definition must be given."],
  [{ AlarmName: "plain", From: testStartAt, To: testStartAt }, "From must be before To"],
  [{ AlarmName: "plain", From: testStartAt - 40 * 86_400_000 }, "more than 45000 for this alarm"],
  [{ AlarmName: "computed", From: testStartAt - 2 * 86_400_000 }, "more than 1500 for this alarm"],
  [
    { From: testStartAt, Definition: { ...load, Period: 7 } },
    "Period must be 10, 20, 30 or a multiple of 60",
  ],
  [{ From: testStartAt, Definition: { ...load, ComparisonOperator: "Above" } }, "must be one of"],
])("refuses %j", async (input, message) => {
  await expect(groundwatch.backtestAlarm(input)).rejects.toThrow(message);
});
