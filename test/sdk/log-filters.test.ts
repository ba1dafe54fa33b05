// Metric filters: what they count, when, and what of them is refused.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs, type MetricTransformation } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testStartAt, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;
let metrics: CloudWatch;

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs(server.clientConfig());
  metrics = new CloudWatch(server.clientConfig());
});

afterAll(() => server?.stop());

async function sums(MetricName: string, dimensions: Readonly<Record<string, string>> = {}) {
  const { Datapoints = [] } = await metrics.getMetricStatistics({
    Namespace: "shop",
    MetricName,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    StartTime: new Date(testStartAt - 7_200_000),
    EndTime: new Date(server.clock.now() + 3_600_000),
    Period: 60,
    Statistics: ["SampleCount", "Sum"],
  });
  return Datapoints.toSorted((a, b) => Number(a.Timestamp) - Number(b.Timestamp)).map(
    ({ SampleCount, Sum, Unit }) => [SampleCount, Sum, Unit],
  );
}

function putFilter(
  logGroupName: string,
  filterPattern: string,
  transformation: Partial<MetricTransformation>,
  more: object = {},
) {
  const metricTransformations = [
    { metricName: "unnamed", metricNamespace: "shop", metricValue: "1", ...transformation },
  ];
  const filterName = transformation.metricName ?? "unnamed";
  return logs.putMetricFilter({ logGroupName, filterName, filterPattern, metricTransformations, ...more });
}

describe("a metric filter counts", () => {
  test("events that are put after it, at their own time, when the put is answered", async () => {
    const group = await newLogGroup(server, logs);
    await group.put([[0, "ERROR before"]]);
    await putFilter(group.logGroupName, "ERROR", { metricName: "errors", unit: "Count" });
    await group.put([
      [-3_600_000, "ERROR an hour ago"],
      [0, "ERROR one"],
      [1, "all is well"],
      [2, "ERROR two"],
    ]);
    expect(await sums("errors")).toEqual([
      [1, 1, "Count"],
      [2, 2, "Count"],
    ]);
  });

  test("values and dimensions of the events", async () => {
    const group = await newLogGroup(server, logs);
    await putFilter(group.logGroupName, "{ $.path = /cart* }", {
      metricName: "size",
      metricValue: "$.size",
      dimensions: { Path: "$.path", Code: "$.code" },
      unit: "Bytes",
    });
    const event = (path: string, code: number | undefined, size: unknown) =>
      JSON.stringify({ path, code, size });
    await group.put([
      [0, event("/cart", 200, 10)],
      [1, event("/cart", 200, 2.5)],
      [2, event("/cart/1", undefined, 7)],
      [3, event("/home", 200, 1_000)],
      [4, event("/cart", 200, "large")],
    ]);
    expect(await sums("size", { Path: "/cart", Code: "200" })).toEqual([[2, 12.5, "Bytes"]]);
    expect(await sums("size", { Path: "/cart/1" })).toEqual([[1, 7, "Bytes"]]);
    const { Metrics } = await metrics.listMetrics({ Namespace: "shop", MetricName: "size" });
    expect(Metrics).toHaveLength(2);
  });

  test("for the account and the region, if they are asked for, and only where criteria say so", async () => {
    const group = await newLogGroup(server, logs);
    const emitSystemFieldDimensions = ["@aws.account", "@aws.region"];
    await putFilter(group.logGroupName, "", { metricName: "here" }, { emitSystemFieldDimensions });
    const elsewhere = { fieldSelectionCriteria: '@aws.region NOT IN ["us-east-1"]' };
    await putFilter(group.logGroupName, "", { metricName: "elsewhere" }, elsewhere);
    await group.put([[0, "event"]]);
    const dimensions = { "@aws.account": "123456789012", "@aws.region": "us-east-1" };
    expect(await sums("here", dimensions)).toEqual([[1, 1, "None"]]);
    expect(await sums("elsewhere")).toEqual([]);
  });

  test("what a transformer made of events, if it is put so", async () => {
    const { logGroupName, put } = await newLogGroup(server, logs);
    const transformerConfig = [{ parseJSON: {} }, { addKeys: { entries: [{ key: "kind", value: "made" }] } }];
    await logs.putTransformer({ logGroupIdentifier: logGroupName, transformerConfig });
    const pattern = '{ $.kind = "made" }';
    await putFilter(logGroupName, pattern, { metricName: "made" }, { applyOnTransformedLogs: true });
    await putFilter(logGroupName, pattern, { metricName: "not-made" });
    await put([[0, '{"a":1}']]);
    expect(await sums("made")).toEqual([[1, 1, "None"]]);
    expect(await sums("not-made")).toEqual([]);
    const { metricFilters } = await logs.describeMetricFilters({ logGroupName });
    expect(metricFilters?.map((filter) => filter.applyOnTransformedLogs)).toEqual([true, false]);
  });

  test("nothing once it is deleted, and by the new pattern once it is replaced", async () => {
    const group = await newLogGroup(server, logs);
    const { logGroupName } = group;
    await putFilter(logGroupName, "a", { metricName: "changing" });
    await group.put([[0, "a"]]);
    await putFilter(logGroupName, "b", { metricName: "changing" });
    await group.put([[1, "a"]]);
    await group.put([[2, "b"]]);
    await logs.deleteMetricFilter({ logGroupName, filterName: "changing" });
    await group.put([[3, "b"]]);
    expect(await sums("changing")).toEqual([[2, 2, "None"]]);
    expect(await refusal(logs.deleteMetricFilter({ logGroupName, filterName: "changing" }))).toContain(
      "ResourceNotFoundException",
    );
  });
});

describe("the default value", () => {
  test("is reported for minutes with events of which none matched", async () => {
    const group = await newLogGroup(server, logs);
    await putFilter(group.logGroupName, "ERROR", { metricName: "defaulted", defaultValue: 0.5 });
    await group.put([[0, "fine"]]);
    await group.put([[0, "fine"]]);
    expect(await sums("defaulted")).toEqual([]);
    await server.advance(60_000);
    expect(await sums("defaulted")).toEqual([[1, 0.5, "None"]]);
    // A match in the same minute, before or after events that do not match, leaves it out.
    await group.put([[0, "fine"]]);
    await group.put([[0, "ERROR"]]);
    await group.put([[0, "fine"]]);
    await server.advance(60_000);
    // And so does a minute without events.
    await server.advance(120_000);
    expect(await sums("defaulted")).toEqual([
      [1, 0.5, "None"],
      [1, 1, "None"],
    ]);
  });

  test("is reported although the server was stopped in the minute", async () => {
    const first = await startTestServer();
    const { dataFolder: data } = first;
    await first.stop();
    const open = await startTestServer({ data });
    const client = new CloudWatchLogs(open.clientConfig());
    const group = await newLogGroup(open, client);
    await client.putMetricFilter({
      logGroupName: group.logGroupName,
      filterName: "f",
      filterPattern: "ERROR",
      metricTransformations: [
        { metricName: "restarted", metricNamespace: "shop", metricValue: "1", defaultValue: 3 },
      ],
    });
    await group.put([[0, "fine"]]);
    await open.stop();
    const again = await startTestServer({ data }, { startAt: testStartAt + 30_000 });
    await again.advance(60_000);
    const { Datapoints } = await new CloudWatch(again.clientConfig()).getMetricStatistics({
      Namespace: "shop",
      MetricName: "restarted",
      StartTime: new Date(testStartAt),
      EndTime: new Date(testStartAt + 60_000),
      Period: 60,
      Statistics: ["Sum"],
    });
    expect(Datapoints).toMatchObject([{ Sum: 3 }]);
    await again.stop();
  });
});

describe("metric filters are described", () => {
  test("with all that was put, by group, prefix and metric, page by page", async () => {
    const group = await newLogGroup(server, logs);
    const { logGroupName } = group;
    const transformation = {
      metricName: "described-1",
      metricNamespace: "shop",
      metricValue: "$.v",
      dimensions: { d: "$.d" },
      unit: "Count" as const,
    };
    await putFilter(logGroupName, "{ $.v = * }", transformation, {
      fieldSelectionCriteria: '@aws.region = "us-east-1"',
    });
    await putFilter(logGroupName, "x", { metricName: "described-2", defaultValue: 0 });
    await putFilter(logGroupName, "x", { metricName: "other" });
    const creationTime = server.clock.now();
    const first = {
      filterName: "described-1",
      filterPattern: "{ $.v = * }",
      metricTransformations: [transformation],
      creationTime,
      logGroupName,
      applyOnTransformedLogs: false,
      fieldSelectionCriteria: '@aws.region = "us-east-1"',
    };
    const page = await logs.describeMetricFilters({ logGroupName, limit: 1 });
    expect(page.metricFilters).toEqual([first]);
    const rest = await logs.describeMetricFilters({ logGroupName, nextToken: page.nextToken });
    expect(rest.metricFilters?.map(({ filterName }) => filterName)).toEqual(["described-2", "other"]);
    expect(rest.nextToken).toBeUndefined();
    const named = await logs.describeMetricFilters({ logGroupName, filterNamePrefix: "described-" });
    expect(named.metricFilters).toHaveLength(2);
    const metric = { metricName: "described-2", metricNamespace: "shop" };
    const { metricFilters } = await logs.describeMetricFilters(metric);
    expect(metricFilters?.map((filter) => filter.logGroupName)).toEqual([logGroupName]);
    const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: logGroupName });
    expect(logGroups?.find((found) => found.logGroupName === logGroupName)?.metricFilterCount).toBe(3);
  });

  test("no more once their group was deleted, also when it is made again", async () => {
    const { logGroupName } = await newLogGroup(server, logs);
    await putFilter(logGroupName, "x", { metricName: "gone" });
    await logs.deleteLogGroup({ logGroupName });
    await logs.createLogGroup({ logGroupName });
    expect((await logs.describeMetricFilters({ logGroupName })).metricFilters).toEqual([]);
  });
});

describe("metric filters are refused", () => {
  test.each<[string, Partial<MetricTransformation>, object, string]>([
    ["{ $.a", {}, {}, "InvalidParameterException: Invalid filter pattern"],
    ["a", { metricValue: "$.a" }, {}, "InvalidParameterException: Invalid metric transformation"],
    ["{ $.a = 1 }", { dimensions: { a: "$.a" }, defaultValue: 0 }, {}, "mutually exclusive"],
    ["a", { metricNamespace: "AWS/Logs" }, {}, "reserved"],
    ["a", {}, { applyOnTransformedLogs: true }, "log transformer"],
    ["a", {}, { emitSystemFieldDimensions: ["@source.log"] }, "Invalid system field"],
    ["a", {}, { fieldSelectionCriteria: "@aws.zone = 'a'" }, "at character 1"],
    ["a", {}, { logGroupName: "none" }, "ResourceNotFoundException"],
  ])("%s with %o and %o", async (pattern, transformation, more, message) => {
    const { logGroupName } = await newLogGroup(server, logs);
    expect(await refusal(putFilter(logGroupName, pattern, transformation, more))).toContain(message);
  });

  test("beyond a hundred of a group, and beyond five regular expressions", async () => {
    const { logGroupName } = await newLogGroup(server, logs);
    const one = putFilter(logGroupName, "%a% %b% %c% %d% %e%", { metricName: "regexes" });
    await one;
    expect(await refusal(putFilter(logGroupName, "%f%", { metricName: "more" }))).toContain(
      "LimitExceededException",
    );
    for (let index = 1; index < 100; index++) await putFilter(logGroupName, "a", { metricName: `f${index}` });
    expect(await refusal(putFilter(logGroupName, "a", { metricName: "f100" }))).toContain(
      "LimitExceededException",
    );
    await putFilter(logGroupName, "b", { metricName: "f99" });
  });
});
