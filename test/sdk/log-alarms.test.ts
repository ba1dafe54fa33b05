// Log alarms through the official clients: from log events to a state, for one value and for many groups.
import { CloudWatch, type PutLogAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
let server: TestServer;
let cloudwatch: CloudWatch;
let logs: CloudWatchLogs;
let groundwatch: GroundwatchClient;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  logs = new CloudWatchLogs(server.clientConfig());
  groundwatch = new GroundwatchClient(server.clientConfig());
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

test("the results of a query that runs on a schedule decide the state", async () => {
  const Tags = [{ Key: "team", Value: "shop" }];
  const tagged = { ...errors, ...configured({ Tags }) };
  await cloudwatch.putLogAlarm(tagged);
  expect(await described("errors")).toMatchObject({
    StateValue: "INSUFFICIENT_DATA",
    QueryResultsToEvaluate: 2,
    ScheduledQueryConfiguration: {
      ...tagged.ScheduledQueryConfiguration,
      QueryARN: expect.stringContaining(`arn:aws:logs:${testRegion}:${testAccount}:scheduled-query:`),
    },
  });
  expect((await cloudwatch.describeAlarms({})).MetricAlarms).toEqual([]);
  await log({ level: "ERROR" }, { level: "INFO" });
  await server.advance(5 * minuteMs);
  expect(await described("errors")).toMatchObject({ StateValue: "OK" });
  await log({ level: "ERROR" }, { level: "ERROR" }, { level: "ERROR" });
  await server.advance(4 * minuteMs);
  expect(await described("errors")).toMatchObject({ StateValue: "OK" });
  await server.advance(minuteMs);
  expect(await described("errors")).toMatchObject({
    StateValue: "ALARM",
    StateReason:
      "Threshold Crossed: 1 out of the last 2 query results [3.0 (02/11/26 12:10:00)] was greater than the " +
      "threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).",
    StateTransitionedTimestamp: new Date(testStartAt + 10 * minuteMs),
  });
  expect(JSON.parse((await described("errors")).StateReasonData!)).toMatchObject({
    threshold: 1,
    queryResultsToEvaluate: 2,
    queryResultsToAlarm: 1,
    results: [
      { status: "COMPLETE", timestamp: "2026-11-02T12:10:00.000+0000", value: 3 },
      { status: "COMPLETE", value: 1 },
    ],
  });
  const explained = await groundwatch.explainAlarm({ AlarmName: "errors" });
  expect(explained).toMatchObject({ AlarmType: "LogAlarm", PeriodSeconds: 300 });
  expect(explained.Datapoints?.map(({ Sentence }) => Sentence)).toEqual([
    "1 is not greater than 1: not breaching",
    "3 is greater than 1: breaching",
  ]);
  const { AlarmHistoryItems = [] } = await cloudwatch.describeAlarmHistory({ AlarmTypes: ["LogAlarm"] });
  expect(AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary)).toEqual([
    "Alarm updated from OK to ALARM",
    "Alarm updated from INSUFFICIENT_DATA to OK",
    'Alarm "errors" created',
  ]);
});

test("groups of the aggregation are contributors", async () => {
  await cloudwatch.putLogAlarm({
    ...errors,
    AlarmName: "slow",
    ScheduledQueryConfiguration: {
      ...errors.ScheduledQueryConfiguration!,
      QueryString: "",
      AggregationExpression: "avg(latency) by host | sort desc",
      ScheduleConfiguration: { ScheduleExpression: "rate(1 minute)", StartTimeOffset: 60 },
    },
    Threshold: 100,
  });
  await log({ host: "a", latency: 50 }, { host: "b", latency: 250 }, { host: "b", latency: 150 });
  await server.advance(minuteMs);
  expect(await described("slow")).toMatchObject({
    StateValue: "ALARM",
    StateReason: "1 out of 2 contributors evaluated to ALARM",
  });
  const { AlarmContributors } = await cloudwatch.describeAlarmContributors({ AlarmName: "slow" });
  expect(AlarmContributors).toMatchObject([{ ContributorAttributes: { host: "b" } }]);
});

test("contributors come and go, each with its history, and actions are performed for each", async () => {
  const AlarmActions = [`arn:aws:sns:${testRegion}:${testAccount}:operators`];
  await cloudwatch.putLogAlarm({
    ...errors,
    AlarmName: "slow hosts",
    ScheduledQueryConfiguration: {
      ...errors.ScheduledQueryConfiguration!,
      QueryString: "",
      AggregationExpression: "max(latency) by host | sort desc",
      ScheduleConfiguration: { ScheduleExpression: "rate(1 minute)", StartTimeOffset: 60 },
    },
    QueryResultsToEvaluate: 1,
    Threshold: 100,
    AlarmActions,
  });
  const minute = async (...hosts: [string, number][]) => {
    await log(...hosts.map(([host, latency]) => ({ host, latency })));
    await server.advance(minuteMs);
    const { AlarmContributors } = await cloudwatch.describeAlarmContributors({ AlarmName: "slow hosts" });
    const names = AlarmContributors!.map(({ ContributorAttributes }) => ContributorAttributes!["host"]!);
    return [(await described("slow hosts")).StateValue!, ...names.toSorted()];
  };
  expect(await minute(["a", 50], ["b", 250])).toEqual(["ALARM", "b"]);
  expect(await minute(["a", 150], ["b", 250])).toEqual(["ALARM", "a", "b"]);
  expect(await minute(["a", 150], ["b", 20])).toEqual(["ALARM", "a"]);
  expect(await minute(["a", 15], ["b", 20])).toEqual(["OK"]);
  const history = async (HistoryItemType: "AlarmContributorStateUpdate" | "AlarmContributorAction") => {
    const { AlarmHistoryItems } = await cloudwatch.describeAlarmHistory({
      AlarmName: "slow hosts",
      AlarmTypes: ["LogAlarm"],
      HistoryItemType,
      ScanBy: "TimestampAscending",
    });
    return AlarmHistoryItems!;
  };
  const changes = (await history("AlarmContributorStateUpdate")).map((item) => [
    item.AlarmContributorAttributes!["host"],
    item.HistorySummary!.split(" ").at(-1),
  ]);
  expect(changes).toEqual([
    ["b", "ALARM"],
    ["a", "ALARM"],
    ["b", "OK"],
    ["a", "OK"],
  ]);
  const actions = await history("AlarmContributorAction");
  expect(actions.map((item) => item.AlarmContributorAttributes!["host"])).toEqual(["b", "a"]);
});

const role = `arn:aws:iam::${testAccount}:role/lines`;
const everyMinute = { ScheduleExpression: "rate(1 minute)", StartTimeOffset: 60 };

test("an empty count is a result of nought, an empty average is none", async () => {
  const quiet = {
    ...errors,
    Threshold: 1,
    ComparisonOperator: "LessThanThreshold",
    TreatMissingData: "missing",
    QueryResultsToEvaluate: 1,
  } as const;
  const query = (AggregationExpression: string) =>
    configured({
      QueryString: 'filter level = "NONE"',
      AggregationExpression,
      ScheduleConfiguration: everyMinute,
    });
  await cloudwatch.putLogAlarm({ ...quiet, ...query("count(*)"), AlarmName: "counted" });
  await cloudwatch.putLogAlarm({ ...quiet, ...query("avg(latency)"), AlarmName: "averaged" });
  await server.advance(minuteMs);
  expect(await described("counted")).toMatchObject({ StateValue: "ALARM" });
  expect(await described("averaged")).toMatchObject({ StateValue: "INSUFFICIENT_DATA" });
});

test("another query begins again without data, another threshold does not", async () => {
  const alarm = {
    ...errors,
    ...configured({ ScheduleConfiguration: everyMinute }),
    AlarmName: "changing",
    QueryResultsToEvaluate: 1,
    Threshold: 0,
  };
  await cloudwatch.putLogAlarm(alarm);
  await log({ level: "ERROR" });
  await server.advance(minuteMs);
  expect(await described("changing")).toMatchObject({ StateValue: "ALARM" });
  await cloudwatch.putLogAlarm({ ...alarm, Threshold: 10 });
  expect(await described("changing")).toMatchObject({ StateValue: "ALARM" });
  await log({ level: "ERROR" });
  await server.advance(minuteMs);
  expect(await described("changing")).toMatchObject({ StateValue: "OK" });
  const changed = configured({ QueryString: 'filter level = "WARN"', ScheduleConfiguration: everyMinute });
  await cloudwatch.putLogAlarm({ ...alarm, ...changed });
  expect(await described("changing")).toMatchObject({
    StateValue: "INSUFFICIENT_DATA",
    StateReason: "Unchecked: The query was changed",
  });
  const { AlarmHistoryItems = [] } = await cloudwatch.describeAlarmHistory({
    AlarmName: "changing",
    AlarmTypes: ["LogAlarm"],
    HistoryItemType: "StateUpdate",
  });
  expect(AlarmHistoryItems[0]?.HistorySummary).toBe("Alarm updated from OK to INSUFFICIENT_DATA");
  await log({ level: "WARN" });
  await server.advance(minuteMs);
  expect(await described("changing")).toMatchObject({ StateValue: "ALARM" });
});

test("without enough results to decide there is no data, however missing ones are treated", async () => {
  await cloudwatch.putLogAlarm({
    ...errors,
    ...configured({ ScheduleConfiguration: everyMinute }),
    AlarmName: "young",
    QueryResultsToEvaluate: 3,
    QueryResultsToAlarm: 3,
  });
  await server.advance(minuteMs);
  expect(await described("young")).toMatchObject({ StateValue: "INSUFFICIENT_DATA" });
  await server.advance(minuteMs);
  expect(await described("young")).toMatchObject({ StateValue: "OK" });
});

test("a query that cannot be run any more leaves the alarm without data, and says why", async () => {
  await logs.deleteLogGroup({ logGroupName: "/shop" });
  await server.advance(5 * minuteMs);
  expect(await described("errors")).toMatchObject({
    StateValue: "INSUFFICIENT_DATA",
    EvaluationState: "EVALUATION_FAILURE",
  });
  await server.advance(5 * minuteMs);
  expect(await described("errors")).toMatchObject({
    StateValue: "INSUFFICIENT_DATA",
    EvaluationState: "EVALUATION_ERROR",
    StateReason: expect.stringContaining("Log group '/shop' does not exist"),
  });
});

test.each([
  [{ Threshold: Number.NaN }, "The value NaN for parameter Threshold is not supported"],
  [{ ActionLogLineCount: 5 }, "ActionLogLineRoleArn is required"],
  [{ ActionLogLineCount: 51, ActionLogLineRoleArn: role }, "less than or equal to 50"],
  [
    {
      ...configured({ QueryString: "unmask @message" }),
      ActionLogLineCount: 5,
      ActionLogLineRoleArn: role,
    },
    "use unmask cannot be included",
  ],
  [{ QueryResultsToAlarm: 3 }, "QueryResultsToAlarm must be less than or equal to QueryResultsToEvaluate"],
  [{ ComparisonOperator: "GreaterThanUpperThreshold" as const }, "cannot be used with log alarms"],
  [configured({ AggregationExpression: "latency > 3 |" }), "AggregationExpression must be an aggregation"],
  [configured({ AggregationExpression: "pct(latency, 99)" }), "AggregationExpression must be an aggregation"],
  [
    configured({ AggregationExpression: "count(*) by bin(5m)" }),
    "AggregationExpression must be an aggregation",
  ],
  [configured({ AggregationExpression: "count(*) by a, b, c, d, e, f" }), "AggregationExpression must be"],
  [configured({ QueryString: "filter (" }), "QueryString: "],
  [
    configured({ QueryString: "limit x" }),
    "QueryString: limit takes a whole number at line 1 and position 6",
  ],
  [
    configured({ ScheduleConfiguration: { ScheduleExpression: "cron(* * * * *)", StartTimeOffset: 60 } }),
    "ScheduleExpression must be of the form rate(5 minutes)",
  ],
  [
    configured({
      ScheduleConfiguration: { ScheduleExpression: "rate(1 hour)", StartTimeOffset: 60, EndTimeOffset: 60 },
    }),
    "EndTimeOffset must be non-negative and less than StartTimeOffset",
  ],
])("refuses %j", async (changes, message) => {
  expect(await refusal(cloudwatch.putLogAlarm({ ...errors, ...changes }))).toContain(message);
});

test("names are unique over the types of alarms", async () => {
  const metric = { Namespace: "Shop", MetricName: "Load", Statistic: "Sum", Period: 60 } as const;
  const rule = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" } as const;
  expect(await refusal(cloudwatch.putMetricAlarm({ AlarmName: "errors", ...metric, ...rule }))).toBe(
    "ValidationException: The name errors is already in use by an alarm of the type LogAlarm.",
  );
  await cloudwatch.putMetricAlarm({ AlarmName: "load", ...metric, ...rule });
  expect(await refusal(cloudwatch.putLogAlarm({ ...errors, AlarmName: "load" }))).toBe(
    "ValidationException: The name load is already in use by an alarm of the type MetricAlarm.",
  );
});
