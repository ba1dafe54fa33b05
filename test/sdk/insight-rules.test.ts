// Contributor Insights through the official client: rules, reports, what counts and what does not, alarms.
import { CloudWatch, type GetInsightRuleReportCommandInput } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
const Schema = { Name: "CloudWatchLogRule", Version: 1 };

let server: TestServer;
let cloudwatch: CloudWatch;
let logs: CloudWatchLogs;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  logs = new CloudWatchLogs(server.clientConfig());
  for (const logGroupName of ["api-one", "api-two", "apache", "other"]) {
    await logs.createLogGroup({ logGroupName });
    await logs.createLogStream({ logGroupName, logStreamName: "s" });
  }
});
afterAll(() => server.stop());

async function log(logGroupName: string, ...messages: (object | string)[]): Promise<void> {
  const timestamp = server.clock.now();
  await logs.putLogEvents({
    logGroupName,
    logStreamName: "s",
    logEvents: messages.map((one) => {
      return { timestamp, message: typeof one === "string" ? one : JSON.stringify(one) };
    }),
  });
}

async function rule(RuleName: string, change: object, Contribution: object): Promise<void> {
  const RuleDefinition = JSON.stringify({
    Schema,
    LogGroupNames: ["api-*"],
    LogFormat: "JSON",
    AggregateOn: "Count",
    Contribution,
    ...change,
  });
  await cloudwatch.putInsightRule({ RuleName, RuleDefinition });
}

async function report(RuleName: string, change: Partial<GetInsightRuleReportCommandInput> = {}) {
  return cloudwatch.getInsightRuleReport({
    RuleName,
    StartTime: new Date(testStartAt),
    EndTime: new Date(testStartAt + 24 * 60 * minuteMs),
    Period: 60,
    ...change,
  });
}

const ranking = async (name: string, change: Partial<GetInsightRuleReportCommandInput> = {}) =>
  (await report(name, change)).Contributors!.map(
    ({ Keys, ApproximateAggregateValue }) => `${Keys!.join("+")} ${ApproximateAggregateValue}`,
  );

const allMetrics = [
  "UniqueContributors",
  "MaxContributorValue",
  "SampleCount",
  "Sum",
  "Minimum",
  "Maximum",
  "Average",
];

describe("reports", () => {
  beforeAll(async () => {
    await log("api-one", { ip: "before", bytes: 1_000, status: 200 });
    await server.advance(minuteMs);
    await rule("hits", {}, { Keys: ["$.ip"] });
    await rule("bytes", { AggregateOn: "Sum" }, { Keys: ["$.ip"], ValueOf: "$.bytes" });
    await rule("users", {}, { Keys: ["$.ip", "$.user.names[1]"] });
    await log(
      "api-one",
      { ip: "a", bytes: 10, status: 200, user: { names: ["x", "Ada"] } },
      { ip: "a", bytes: 30, status: 404, user: { names: ["x", "Bob"] } },
      { ip: "b", bytes: 500, status: 500 },
      { bytes: 7 },
      "no JSON at all",
    );
    await log("api-two", { ip: "a", bytes: "5", status: 200 }, { ip: "c", bytes: "many", status: 200 });
    await log("other", { ip: "elsewhere", bytes: 1 });
    await server.advance(minuteMs);
    await log("api-two", { ip: "b", bytes: 100, status: 200, user: { names: ["y", "Ada"] } });
  });

  test("count the contributors, from when the rule was put, in the groups that it names", async () => {
    const found = await report("hits", { Metrics: allMetrics });
    expect(found).toMatchObject({
      KeyLabels: ["$.ip"],
      AggregationStatistic: "Count",
      AggregateValue: 6,
      ApproximateUniqueCount: 3,
      Contributors: [
        { Keys: ["a"], ApproximateAggregateValue: 3 },
        {
          Keys: ["b"],
          ApproximateAggregateValue: 2,
          Datapoints: [
            { Timestamp: new Date(testStartAt + minuteMs), ApproximateValue: 1 },
            { Timestamp: new Date(testStartAt + 2 * minuteMs), ApproximateValue: 1 },
          ],
        },
        { Keys: ["c"], ApproximateAggregateValue: 1 },
      ],
    });
    expect(found.MetricDatapoints).toEqual([
      {
        Timestamp: new Date(testStartAt + minuteMs),
        UniqueContributors: 3,
        MaxContributorValue: 3,
        SampleCount: 5,
        Sum: 5,
        Minimum: 1,
        Maximum: 1,
        Average: 1,
      },
      {
        Timestamp: new Date(testStartAt + 2 * minuteMs),
        UniqueContributors: 1,
        MaxContributorValue: 1,
        SampleCount: 1,
        Sum: 1,
        Minimum: 1,
        Maximum: 1,
        Average: 1,
      },
    ]);
  });

  test("add up a field, of the events that have a number there", async () => {
    expect(await ranking("bytes")).toEqual(["b 600", "a 45"]);
    expect(await ranking("bytes", { MaxContributorCount: 1 })).toEqual(["b 600"]);
    const { MetricDatapoints } = await report("bytes", { Metrics: allMetrics, Period: 300 });
    expect(MetricDatapoints).toEqual([
      {
        Timestamp: new Date(testStartAt),
        UniqueContributors: 2,
        MaxContributorValue: 600,
        SampleCount: 5,
        Sum: 645,
        Minimum: 5,
        Maximum: 500,
        Average: 129,
      },
    ]);
  });

  test("order by the largest single value", async () => {
    await rule("sizes", { AggregateOn: "Sum" }, { Keys: ["$.k"], ValueOf: "$.v" });
    await log("api-one", { k: "many", v: 6 }, { k: "many", v: 6 }, { k: "large", v: 10 });
    expect(await ranking("sizes")).toEqual(["many 12", "large 10"]);
    expect(await ranking("sizes", { OrderBy: "Maximum" })).toEqual(["large 10", "many 12"]);
  });

  test("take every combination of several keys for a contributor", async () => {
    expect(await ranking("users")).toEqual(["a+Ada 1", "a+Bob 1", "b+Ada 1"]);
  });

  const filters: readonly [object, string[]][] = [
    [{ Match: "$.m", In: ["PUT", "POST"] }, ["1", "2"]],
    [{ Match: "$.m", NotIn: ["PUT"] }, ["2", "3"]],
    [{ Match: "$.m", StartsWith: ["P", "X"] }, ["1", "2"]],
    [{ Match: "$.s", GreaterThan: 300 }, ["2"]],
    [{ Match: "$.s", LessThan: 300.5 }, ["1", "3"]],
    [{ Match: "$.s", EqualTo: 200 }, ["1"]],
    [{ Match: "$.s", NotEqualTo: 200 }, ["2", "3"]],
    [{ Match: "$.d", IsPresent: true }, ["3"]],
    [{ Match: "$.d", IsPresent: false }, ["1", "2", "4"]],
  ];

  test("let only events through that every filter matches; of objects only leaves are present", async () => {
    for (const [index, [filter]] of filters.entries()) {
      await rule(`filter ${index}`, {}, { Keys: ["$.id"], Filters: [filter] });
    }
    await rule("both", {}, { Keys: ["$.id"], Filters: [filters[1]![0], filters[3]![0]] });
    await log(
      "api-one",
      { id: 1, m: "PUT", s: 200 },
      { id: 2, m: "POST", s: 500, d: { inner: 1 } },
      { id: 3, m: "GET", s: "300", d: "leaf" },
      { id: 4, d: null },
    );
    for (const [index, [, ids]] of filters.entries()) {
      const { Contributors = [] } = await report(`filter ${index}`);
      expect([index, ...Contributors.map(({ Keys }) => Keys![0])]).toEqual([index, ...ids]);
    }
    expect(await ranking("both")).toEqual(["2 1"]);
  });

  test("read lines in the common log format, in which quotes and brackets hold together", async () => {
    const clf = { LogGroupNames: ["apache"], LogFormat: "CLF" };
    const Filters = [{ Match: "Status", GreaterThan: 399 }];
    await rule("lines", { ...clf, Fields: { "1": "Ip", "6": "Status" } }, { Keys: ["Ip", "5"], Filters });
    await log(
      "apache",
      '10.0.0.1 - ada [10/Oct/2026:13:55:36 -0700] "GET /a b.gif HTTP/1.0" 404 2326',
      '10.0.0.1 - ada [10/Oct/2026:13:55:36 -0700] "GET /a b.gif HTTP/1.0" 200 2326',
      '10.0.0.2 - - [10/Oct/2026:13:55:37 -0700] "GET /c HTTP/1.0" 500 1',
      "short",
    );
    expect(await ranking("lines")).toEqual([
      "10.0.0.1+GET /a b.gif HTTP/1.0 1",
      "10.0.0.2+GET /c HTTP/1.0 1",
    ]);
  });

  test("look at transformed events if they are to", async () => {
    await logs.createLogGroup({ logGroupName: "shaped" });
    await logs.createLogStream({ logGroupName: "shaped", logStreamName: "s" });
    const transformerConfig = [
      { parseJSON: {} },
      { addKeys: { entries: [{ key: "place", value: "shop" }] } },
    ];
    await logs.putTransformer({ logGroupIdentifier: "shaped", transformerConfig });
    for (const ApplyOnTransformedLogs of [true, false]) {
      await cloudwatch.putInsightRule({
        RuleName: `transformed ${ApplyOnTransformedLogs}`,
        RuleDefinition: JSON.stringify({
          Schema,
          LogGroupNames: ["shaped"],
          LogFormat: "JSON",
          Contribution: { Keys: ["$.place"] },
          AggregateOn: "Count",
        }),
        ApplyOnTransformedLogs,
      });
    }
    await log("shaped", { place: "home" }, { ip: "a" });
    expect(await ranking("transformed false")).toEqual(["home 1"]);
    expect(await ranking("transformed true")).toEqual(["home 1", "shop 1"]);
  });

  test("agree with a plain computation over the same events", async () => {
    await rule("law", { AggregateOn: "Sum" }, { Keys: ["$.who"], ValueOf: "$.n" });
    const events = Array.from({ length: 500 }, (_, index) => ({
      who: `w${(index * 7_919) % 23}`,
      n: ((index * 104_729) % 1_000) / 8,
    }));
    await log("api-two", ...events);
    const sums = new Map<string, number>();
    for (const { who, n } of events) sums.set(who, (sums.get(who) ?? 0) + n);
    const expected = [...sums].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1));
    const { Contributors, ApproximateUniqueCount } = await report("law", { MaxContributorCount: 100 });
    expect(ApproximateUniqueCount).toBe(23);
    expect(
      Contributors!.map(({ Keys, ApproximateAggregateValue }) => [Keys![0], ApproximateAggregateValue]),
    ).toEqual(expected);
  });
});

describe("rules", () => {
  test("look at what arrives while they are enabled, and begin anew with a new definition", async () => {
    await rule("switched", {}, { Keys: ["$.phase"] });
    await log("api-one", { phase: "first" });
    await server.advance(minuteMs);
    await cloudwatch.disableInsightRules({ RuleNames: ["switched"] });
    await log("api-one", { phase: "disabled" });
    await server.advance(minuteMs);
    await cloudwatch.enableInsightRules({ RuleNames: ["switched"] });
    await log("api-one", { phase: "second" });
    expect(await ranking("switched")).toEqual(["first 1", "second 1"]);
    await server.advance(minuteMs);
    await rule("switched", {}, { Keys: ["$.phase"] });
    expect(await ranking("switched")).toEqual(["first 1", "second 1"]);
    await rule("switched", {}, { Keys: ["$.phase", "$.phase"] });
    expect(await ranking("switched")).toEqual([]);
    await log("api-one", { phase: "third" });
    expect(await ranking("switched")).toEqual(["third+third 1"]);
  });

  test("are described page by page, tagged and deleted", async () => {
    const RuleDefinition = JSON.stringify({
      Schema,
      LogGroupNames: ["shop"],
      LogFormat: "JSON",
      Contribution: { Keys: ["$.ip"] },
      AggregateOn: "Count",
    });
    const put = { RuleName: "zz described", RuleDefinition, RuleState: "DISABLED" };
    await cloudwatch.putInsightRule({ ...put, Tags: [{ Key: "team", Value: "shop" }] });
    const ResourceARN = `arn:aws:cloudwatch:${testRegion}:${testAccount}:insight-rule/zz described`;
    expect((await cloudwatch.listTagsForResource({ ResourceARN })).Tags).toEqual([
      { Key: "team", Value: "shop" },
    ]);
    const names: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await cloudwatch.describeInsightRules({
        MaxResults: 3,
        ...(NextToken === undefined ? {} : { NextToken }),
      });
      names.push(...page.InsightRules!.map(({ Name }) => Name));
      NextToken = page.NextToken;
      if (NextToken !== undefined) continue;
      expect(page.InsightRules!.at(-1)).toEqual({
        Name: "zz described",
        State: "DISABLED",
        Schema: '{"Name":"CloudWatchLogRule","Version":1}',
        Definition: RuleDefinition,
        ManagedRule: false,
        ApplyOnTransformedLogs: false,
      });
    } while (NextToken !== undefined);
    expect(new Set(names).size).toBe(names.length);
    const { Failures } = await cloudwatch.deleteInsightRules({ RuleNames: ["zz described", "unknown"] });
    expect(Failures).toMatchObject([
      { FailureResource: "unknown", ExceptionType: "ResourceNotFoundException", FailureCode: "404" },
    ]);
    expect(await refusal(report("zz described"))).toMatch(/^ResourceNotFoundException/);
  });

  test("are refused with what is wrong in them", async () => {
    const bad = cloudwatch.putInsightRule({ RuleName: "bad", RuleDefinition: "{}" });
    expect(await refusal(bad)).toMatch(
      /^InvalidParameterValueException: .* is invalid: Schema is required\.$/,
    );
    expect(await refusal(report("hits", { Period: 90 }))).toContain("multiple of 60");
    expect(await refusal(report("hits", { Metrics: ["Median"] }))).toContain("Median");
    expect(await refusal(report("hits", { OrderBy: "Name" }))).toContain("OrderBy");
    expect(await refusal(report("hits", { MaxContributorCount: 101 }))).toContain("between 1 and 100");
    const EndTime = new Date(testStartAt + 25 * 60 * minuteMs);
    expect(await refusal(report("hits", { EndTime }))).toContain("1,440 periods");
  });
});

describe("INSIGHT_RULE_METRIC", () => {
  test("is a time series in expressions", async () => {
    const { MetricDataResults } = await cloudwatch.getMetricData({
      MetricDataQueries: [
        { Id: "e1", Expression: "INSIGHT_RULE_METRIC('bytes', 'MaxContributorValue') * 2", Period: 60 },
      ],
      StartTime: new Date(testStartAt),
      EndTime: new Date(testStartAt + 3 * minuteMs),
      ScanBy: "TimestampAscending",
    });
    expect(MetricDataResults![0]!.Values).toEqual([1_000, 200]);
  });

  test("fires an alarm", async () => {
    await rule("errors", {}, { Keys: ["$.host"], Filters: [{ Match: "$.level", In: ["error"] }] });
    await cloudwatch.putMetricAlarm({
      AlarmName: "errors",
      Metrics: [{ Id: "e1", Expression: "INSIGHT_RULE_METRIC('errors', 'UniqueContributors')", Period: 60 }],
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold",
      TreatMissingData: "notBreaching",
    });
    const state = async () =>
      (await cloudwatch.describeAlarms({ AlarmNames: ["errors"] })).MetricAlarms![0]!.StateValue;
    await log("api-one", { host: "a", level: "error" }, { host: "b", level: "info" });
    await server.advance(minuteMs);
    expect(await state()).toBe("OK");
    await log("api-one", { host: "a", level: "error" }, { host: "b", level: "error" });
    await server.advance(minuteMs);
    expect(await state()).toBe("ALARM");
  });
});
