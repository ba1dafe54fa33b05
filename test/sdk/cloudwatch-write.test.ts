// PutMetricData and ListMetrics through the official client: every form of a datum, limits, errors and
// rollups.
import { CloudWatch, paginateListMetrics } from "@aws-sdk/client-cloudwatch";
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let metrics: CloudWatch;

beforeAll(async () => {
  server = await startTestServer();
  metrics = new CloudWatch(server.clientConfig());
});

afterAll(() => server?.stop());

let names = 0;
const newName = () => `metric-${++names}`;

/** The statistics of a metric of the namespace `Test` over the hour around now, in one datapoint. */
async function statistics(name: string, options: object = {}) {
  const answer = await metrics.getMetricStatistics({
    Namespace: "Test",
    MetricName: name,
    StartTime: new Date(server.clock.now() - 1_800_000),
    EndTime: new Date(server.clock.now() + 1_800_000),
    Period: 3600,
    Statistics: ["SampleCount", "Sum", "Minimum", "Maximum"],
    ...options,
  });
  return answer.Datapoints;
}

const put = (name: string, datum: object) =>
  metrics.putMetricData({ Namespace: "Test", MetricData: [{ MetricName: name, ...datum }] });

describe("a datum", () => {
  test("is a value, values with counts, or a statistic set, and they add up", async () => {
    const name = newName();
    await put(name, { Value: 4 });
    await put(name, { Values: [1, 10], Counts: [2, 1] });
    await put(name, { StatisticValues: { SampleCount: 3, Sum: 9, Minimum: 2, Maximum: 5 } });
    expect(await statistics(name)).toMatchObject([{ SampleCount: 7, Sum: 25, Minimum: 1, Maximum: 10 }]);
  });

  test("of another unit is kept apart", async () => {
    const name = newName();
    await put(name, { Value: 1, Unit: "Seconds" });
    await put(name, { Value: 2, Unit: "Bytes" });
    expect(await statistics(name, { Unit: "Bytes" })).toMatchObject([{ Sum: 2, Unit: "Bytes" }]);
    expect((await statistics(name))?.map(({ Unit }) => Unit).sort()).toEqual(["Bytes", "Seconds"]);
  });

  test("has the same dimensions in any order", async () => {
    const name = newName();
    const dimensions = [
      { Name: "b", Value: "2" },
      { Name: "a", Value: "1" },
    ];
    await put(name, { Value: 1, Dimensions: dimensions });
    await put(name, { Value: 1, Dimensions: dimensions.toReversed() });
    expect(await statistics(name, { Dimensions: dimensions })).toMatchObject([{ SampleCount: 2 }]);
    expect(await statistics(name)).toEqual([]);
  });

  test("that breaks a rule is refused in AWS's words, with all that came with it", async () => {
    const name = newName();
    const both = { Value: 1, StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 } };
    expect(await refusal(put(name, both))).toBe(
      "InvalidParameterCombinationException: The parameters MetricData.member.1.Value and " +
        "MetricData.member.1.StatisticValues are mutually exclusive and you have specified both.",
    );
    expect(await refusal(put(name, {}))).toMatch(/^InvalidParameterCombinationException: At least one of/);
    expect(await refusal(put(name, { Value: Number.NaN }))).toBe(
      "InvalidParameterValueException: The value NaN for parameter MetricData.member.1.Value is invalid.",
    );
    expect(await refusal(put(name, { Value: 2 ** 361 }))).toMatch(/is invalid/);
    expect(await refusal(put(name, { Values: [1, 2], Counts: [1] }))).toMatch(/must be of the same size/);
    expect(await refusal(put(name, { Value: 1, StorageResolution: 30 }))).toMatch(
      /StorageResolution is invalid/,
    );
    const old = new Date(server.clock.now() - 15 * 86_400_000);
    expect(await refusal(put(name, { Value: 1, Timestamp: old }))).toMatch(/within the past two weeks/);
    const early = new Date(server.clock.now() + 3 * 3_600_000);
    expect(await refusal(put(name, { Value: 1, Timestamp: early }))).toMatch(/two hours in the future/);
    const good = { MetricName: name, Value: 1 };
    const bad = { MetricName: name, Value: 1, Dimensions: [{ Name: "é", Value: "x" }] };
    expect(await refusal(metrics.putMetricData({ Namespace: "Test", MetricData: [good, bad] }))).toMatch(
      /MetricData.member.2.Dimensions.member.1.Name must contain only ASCII/,
    );
    const many = Array.from({ length: 1001 }, () => good);
    expect(await refusal(metrics.putMetricData({ Namespace: "Test", MetricData: many }))).toMatch(
      /must not have a size greater than 1000/,
    );
    expect(await refusal(metrics.putMetricData({ Namespace: "AWS/EC2", MetricData: [good] }))).toBe(
      "InvalidParameterValueException: The value AWS/ for parameter Namespace is invalid.",
    );
    const withEntity = { MetricData: [good] };
    const EntityMetricData = [withEntity, withEntity, withEntity];
    expect(await refusal(metrics.putMetricData({ Namespace: "Test", EntityMetricData }))).toMatch(
      /The collection EntityMetricData must not have a size greater than 2/,
    );
    expect(await refusal(metrics.putMetricData({ Namespace: "Test", MetricData: [] }))).toMatch(
      /^MissingRequiredParameterException/,
    );
    expect(await statistics(name)).toEqual([]);
  });

  test("may come with an entity", async () => {
    const name = newName();
    await metrics.putMetricData({
      Namespace: "Test",
      EntityMetricData: [
        {
          Entity: { KeyAttributes: { Type: "Service", Name: "a" } },
          MetricData: [{ MetricName: name, Value: 5 }],
        },
      ],
      StrictEntityValidation: false,
    });
    expect(await statistics(name)).toMatchObject([{ Sum: 5 }]);
  });
});

test.each([
  ["awsJson1.0", {}],
  ["awsQuery", { protocol: AwsQueryProtocol }],
  ["rpc-v2-cbor", { protocol: AwsSmithyRpcV2CborProtocol }],
])("%s carries every form", async (protocol, options) => {
  const client = new CloudWatch({ ...server.clientConfig(), ...options, disableRequestCompression: true });
  const Namespace = `Protocol/${protocol}`;
  const Timestamp = new Date(server.clock.now() - 60_000);
  await client.putMetricData({
    Namespace,
    MetricData: [
      {
        MetricName: "m",
        Timestamp,
        Value: 1.5,
        Unit: "Count",
        Dimensions: [{ Name: "d", Value: "v & <w>" }],
      },
      { MetricName: "m", Timestamp, Values: [2, 3], Counts: [1, 2], Unit: "Count", StorageResolution: 1 },
    ],
  });
  const { Metrics } = await client.listMetrics({ Namespace });
  expect(Metrics?.map(({ Dimensions }) => Dimensions).sort((a, b) => a!.length - b!.length)).toEqual([
    [],
    [{ Name: "d", Value: "v & <w>" }],
  ]);
  const { Datapoints } = await client.getMetricStatistics({
    Namespace,
    MetricName: "m",
    StartTime: Timestamp,
    EndTime: new Date(server.clock.now()),
    Period: 60,
    Statistics: ["Sum", "SampleCount"],
    ...(protocol === "awsQuery" ? {} : { Unit: "Count" as const }),
  });
  expect(Datapoints).toMatchObject([{ Sum: 8, SampleCount: 3, Unit: "Count", Timestamp }]);
});

describe("ListMetrics", () => {
  test("finds by namespace, name and dimensions, and pages", async () => {
    const Namespace = "Listing";
    const data = Array.from({ length: 1_100 }, (_, index) => ({
      MetricName: `m${index % 2}`,
      Value: 1,
      Dimensions: [
        { Name: "host", Value: `h${index}` },
        { Name: "zone", Value: index % 10 === 0 ? "a" : "b" },
      ],
    }));
    await metrics.putMetricData({ Namespace, MetricData: data.slice(0, 600) });
    await metrics.putMetricData({ Namespace, MetricData: data.slice(600) });
    const found = new Set<string>();
    for await (const page of paginateListMetrics({ client: metrics }, { Namespace })) {
      expect(page.Metrics?.length).toBeLessThanOrEqual(500);
      for (const metric of page.Metrics ?? []) found.add(JSON.stringify(metric));
    }
    expect(found.size).toBe(1_100);
    const zone = await metrics.listMetrics({ Namespace, Dimensions: [{ Name: "zone", Value: "a" }] });
    expect(zone.Metrics).toHaveLength(110);
    const host = await metrics.listMetrics({
      Namespace,
      MetricName: "m1",
      Dimensions: [{ Name: "host", Value: "h7" }],
    });
    expect(host.Metrics).toMatchObject([{ MetricName: "m1", Namespace }]);
    expect((await metrics.listMetrics({ Namespace, Dimensions: [{ Name: "absent" }] })).Metrics).toEqual([]);
  });

  test("shows what had data lately, and forgets it after two weeks", async () => {
    const own = await startTestServer();
    try {
      const client = new CloudWatch(own.clientConfig());
      await client.putMetricData({ Namespace: "Age", MetricData: [{ MetricName: "old", Value: 1 }] });
      await own.advance(4 * 3_600_000);
      await client.putMetricData({ Namespace: "Age", MetricData: [{ MetricName: "new", Value: 1 }] });
      const listed = async (options: object = {}) =>
        (await client.listMetrics({ Namespace: "Age", ...options })).Metrics?.map(
          ({ MetricName }) => MetricName,
        );
      expect(await listed()).toEqual(["new", "old"]);
      expect(await listed({ RecentlyActive: "PT3H" })).toEqual(["new"]);
      await own.advance(14 * 86_400_000 - 3_600_000);
      expect(await listed()).toEqual(["new"]);
    } finally {
      await own.stop();
    }
  });

  test("refuses a token that is none", async () => {
    expect(await refusal(metrics.listMetrics({ NextToken: "x" }))).toMatch(/^InvalidParameterValueException/);
  });
});

test("rollups hold what minutes held, late data included", async () => {
  const own = await startTestServer();
  try {
    const client = new CloudWatch(own.clientConfig());
    const start = own.clock.now();
    const putAt = (offsetMs: number, Value: number) =>
      client.putMetricData({
        Namespace: "Roll",
        MetricData: [{ MetricName: "up", Value, Timestamp: new Date(start + offsetMs) }],
      });
    for (let minute = 0; minute < 30; minute++) await putAt(minute * 60_000 - 1_800_000, minute);
    await own.advance(20 * 60_000);
    await putAt(-1_200_000, 1_000); // late: its windows are rolled up already
    await own.advance(16 * 86_400_000); // minutes are gone now
    const read = async (Period: number) =>
      client.getMetricStatistics({
        Namespace: "Roll",
        MetricName: "up",
        StartTime: new Date(start - 3_600_000),
        EndTime: new Date(start + 3_600_000),
        Period,
        Statistics: ["SampleCount", "Sum", "Maximum"],
      });
    const five = (await read(300)).Datapoints ?? [];
    expect(five.reduce((sum, point) => sum + (point.SampleCount ?? 0), 0)).toBe(31);
    expect(five.reduce((sum, point) => sum + (point.Sum ?? 0), 0)).toBe(435 + 1_000);
    await own.advance(50 * 86_400_000); // and the five minutes too
    const hours = (await read(3600)).Datapoints ?? [];
    expect(hours.reduce((sum, point) => sum + (point.Sum ?? 0), 0)).toBe(1_435);
    expect(Math.max(...hours.map((point) => point.Maximum ?? 0))).toBe(1_000);
  } finally {
    await own.stop();
  }
});
