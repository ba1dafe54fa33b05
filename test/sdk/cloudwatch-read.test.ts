// GetMetricStatistics and GetMetricData through the official client: values, periods, ages, pages and errors.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatch, type GetMetricDataCommandInput, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

let server: TestServer;
let metrics: CloudWatch;
/** The values 1 to 100, one a second from here on, as `ramp` of `Read`. */
let start: number;

beforeAll(async () => {
  server = await startTestServer();
  metrics = new CloudWatch(server.clientConfig());
  start = server.clock.now() - 10 * minuteMs;
  await metrics.putMetricData({
    Namespace: "Read",
    MetricData: Array.from({ length: 100 }, (_, index) => ({
      MetricName: "ramp",
      Value: index + 1,
      StorageResolution: 1,
      Timestamp: new Date(start + index * 1_000),
    })),
  });
});

afterAll(() => server?.stop());

function query(id: string, stat: string, period = 3600, name = "ramp"): MetricDataQuery {
  return {
    Id: id,
    MetricStat: { Metric: { Namespace: "Read", MetricName: name }, Period: period, Stat: stat },
  };
}

const read = (
  queries: MetricDataQuery[],
  options: Partial<GetMetricDataCommandInput> = {},
  client = metrics,
) =>
  client.getMetricData({
    StartTime: new Date(start),
    EndTime: new Date(start + 5 * minuteMs),
    MetricDataQueries: queries,
    ...options,
  });

describe("GetMetricData", () => {
  test.each([
    ["SampleCount", 100],
    ["Sum", 5_050],
    ["Average", 50.5],
    ["Minimum", 1],
    ["Maximum", 100],
    ["p50", 50],
    ["p99", 99],
    ["tm90", 45.5],
    ["TM(10%:90%)", 50.5],
    ["wm90", 49.6],
    ["tc10", 10],
    ["TS(90%:)", 955],
    ["PR(:25.5)", 25],
    ["IQM", 50.5],
  ])("computes %s", async (stat, expected) => {
    const { MetricDataResults } = await read([query("a", stat)]);
    expect(MetricDataResults).toHaveLength(1);
    const [value] = MetricDataResults?.[0]?.Values ?? [];
    expect(Math.abs((value ?? Number.NaN) - expected)).toBeLessThanOrEqual(expected * 0.01);
  });

  test("orders datapoints as asked, the newest first unless told otherwise", async () => {
    const Timestamps = [new Date(start), new Date(start + minuteMs)];
    const Values = [1830, 3220];
    const descending = await read([query("a", "Sum", 60)]);
    expect(descending.MetricDataResults).toEqual([
      {
        Id: "a",
        Label: "ramp",
        Timestamps: Timestamps.toReversed(),
        Values: Values.toReversed(),
        StatusCode: "Complete",
      },
    ]);
    const ascending = await read([query("a", "Sum", 60)], { ScanBy: "TimestampAscending" });
    expect(ascending.MetricDataResults).toMatchObject([{ Timestamps, Values }]);
  });

  test("begins its periods at the start", async () => {
    const later = new Date(start + minuteMs);
    const { MetricDataResults } = await read([query("a", "SampleCount", 120)], { StartTime: later });
    expect(MetricDataResults).toMatchObject([{ Timestamps: [later], Values: [40] }]);
  });

  test("reads seconds of metrics that were put by the second", async () => {
    const { MetricDataResults } = await read([query("a", "Sum", 1), query("b", "Sum", 10)], {
      ScanBy: "TimestampAscending",
    });
    expect(MetricDataResults?.[0]?.Values).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(MetricDataResults?.[1]?.Values?.slice(0, 2)).toEqual([55, 155]);
  });

  test("labels results by what differs, or as asked, and returns only what it should", async () => {
    const own = { ...query("c", "Sum"), Label: "mine" };
    const hidden = { ...query("d", "Sum"), ReturnData: false };
    const { MetricDataResults } = await read([query("a", "Sum"), query("b", "Maximum"), own, hidden]);
    expect(MetricDataResults?.map(({ Id, Label }) => [Id, Label])).toEqual([
      ["a", "Sum"],
      ["b", "Maximum"],
      ["c", "mine"],
    ]);
  });

  test("pages by datapoints; the pages hold what one answer would", async () => {
    const queries = [query("a", "Sum", 1), query("b", "Average", 5)];
    for (const ScanBy of ["TimestampAscending", "TimestampDescending"] as const) {
      const whole = await read(queries, { ScanBy });
      const values = new Map<string, number[]>();
      const statuses = new Set<string | undefined>();
      let NextToken: string | undefined;
      do {
        const page = await read(queries, { ScanBy, MaxDatapoints: 70, NextToken });
        expect(page.MetricDataResults?.reduce((sum, { Values = [] }) => sum + Values.length, 0)).toBeLessThan(
          71,
        );
        for (const { Id = "", Values = [], StatusCode } of page.MetricDataResults ?? []) {
          values.set(Id, [...(values.get(Id) ?? []), ...Values]);
          statuses.add(StatusCode);
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      for (const { Id = "", Values } of whole.MetricDataResults ?? []) expect(values.get(Id)).toEqual(Values);
      expect(statuses).toEqual(new Set(["PartialData", "Complete"]));
    }
  });

  test.each([
    ["awsQuery", { protocol: AwsQueryProtocol }],
    ["rpc-v2-cbor", { protocol: AwsSmithyRpcV2CborProtocol }],
  ])("answers the same over %s", async (_, options) => {
    const other = new CloudWatch({ ...server.clientConfig(), ...options });
    const expected = await read([query("a", "p90", 60)]);
    const found = await read([query("a", "p90", 60)], {}, other);
    expect(found.MetricDataResults).toEqual(expected.MetricDataResults);
  });

  test("knows nothing of other accounts and regions, and of metrics that are not there", async () => {
    for (const elsewhere of [{ account: "999999999999" }, { region: "eu-west-1" }]) {
      const other = new CloudWatch(server.clientConfig(elsewhere));
      expect((await read([query("a", "Sum")], {}, other)).MetricDataResults).toMatchObject([{ Values: [] }]);
    }
    expect((await read([query("a", "Sum", 60, "absent")])).MetricDataResults).toMatchObject([
      { Values: [], StatusCode: "Complete" },
    ]);
  });

  test("refuses what AWS refuses", async () => {
    const expression = { Id: "e", Expression: "b * 2" };
    const cases: readonly (readonly [Promise<unknown>, RegExp])[] = [
      [read([query("A", "Sum")]), /^ValidationException: .*not matching the expected pattern/],
      [read([query("a", "Sum"), query("a", "Sum")]), /^ValidationException: .*not unique/],
      [read([query("a", "median")]), /^InvalidParameterValueException: The value median for parameter/],
      [read([{ ...query("a", "Sum", 60), Period: 300 }]), /^ValidationException: .*must be the same/],
      [read([query("a", "Sum", 45)]), /^InvalidParameterValueException: .*multiple of 60/],
      [read([{ ...query("a", "Sum"), ReturnData: false }]), /^ValidationException: .*ReturnData/],
      [read([query("a", "Sum"), expression]), /^ValidationException: .*Undefined id 'b'/],
      [read([]), /^ValidationException/],
      [read([query("a", "Sum")], { NextToken: "x" }), /^InvalidNextToken: /],
      [
        read([query("a", "Sum")], { EndTime: new Date(start) }),
        /^InvalidParameterValueException: The parameter StartTime must be less than the parameter EndTime/,
      ],
      [read([query("a", "Sum")], { LabelOptions: { Timezone: "CET" } }), /^ValidationException/],
    ];
    for (const [call, expected] of cases) expect(await refusal(call)).toMatch(expected);
  });
});

describe("GetMetricStatistics", () => {
  const statistics = (options: object = {}) =>
    metrics.getMetricStatistics({
      Namespace: "Read",
      MetricName: "ramp",
      StartTime: new Date(start),
      EndTime: new Date(start + 5 * minuteMs),
      Period: 300,
      ...options,
    });

  test("answers several statistics at once, extended ones apart", async () => {
    const { Datapoints, Label } = await statistics({
      Statistics: ["Sum", "Average"],
      ExtendedStatistics: ["p90", "tm50"],
    });
    expect(Label).toBe("ramp");
    expect(Datapoints).toEqual([
      {
        Timestamp: new Date(start),
        Sum: 5_050,
        Average: 50.5,
        Unit: "None",
        ExtendedStatistics: { p90: expect.any(Number), tm50: expect.any(Number) },
      },
    ]);
    const { p90 = 0, tm50 = 0 } = Datapoints?.[0]?.ExtendedStatistics ?? {};
    expect(Math.abs(p90 - 90)).toBeLessThan(0.9);
    expect(Math.abs(tm50 - 25.5)).toBeLessThan(0.3);
  });

  test("has no percentile of a statistic set", async () => {
    const StatisticValues = { SampleCount: 4, Sum: 10, Minimum: 1, Maximum: 4 };
    const Timestamp = new Date(start);
    await metrics.putMetricData({
      Namespace: "Read",
      MetricData: [{ MetricName: "set", StatisticValues, Timestamp }],
    });
    expect((await statistics({ MetricName: "set", ExtendedStatistics: ["p50"] })).Datapoints).toEqual([]);
    expect((await statistics({ MetricName: "set", Statistics: ["Sum"] })).Datapoints).toMatchObject([
      { Sum: 10 },
    ]);
  });

  test("refuses too many datapoints and calls without a statistic", async () => {
    const StartTime = new Date(start - dayMs);
    const EndTime = new Date(start + minuteMs);
    expect(await refusal(statistics({ StartTime, EndTime, Period: 60, Statistics: ["Sum"] }))).toBe(
      "InvalidParameterCombinationException: You have requested up to 1,441 datapoints, which exceeds the " +
        "limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the " +
        "time range.",
    );
    expect(await refusal(statistics())).toMatch(/^InvalidParameterCombinationException: Must specify either/);
  });
});

test("resolution falls with age: a minute after 3 hours, five after 15 days, an hour after 63", async () => {
  const own = await startTestServer();
  try {
    const client = new CloudWatch(own.clientConfig());
    const at = own.clock.now() - minuteMs;
    await client.putMetricData({
      Namespace: "Age",
      MetricData: [{ MetricName: "m", Value: 7, StorageResolution: 1, Timestamp: new Date(at) }],
    });
    const sum = async (Period: number) => {
      const hour = Math.floor(at / hourMs) * hourMs;
      const { MetricDataResults } = await client.getMetricData({
        StartTime: new Date(hour),
        EndTime: new Date(hour + hourMs),
        MetricDataQueries: [
          { Id: "a", MetricStat: { Metric: { Namespace: "Age", MetricName: "m" }, Period, Stat: "Sum" } },
        ],
      });
      return MetricDataResults?.[0]?.Values;
    };
    const all = async () => Promise.all([1, 60, 300, 3600].map(sum));
    expect(await all()).toEqual([[7], [7], [7], [7]]);
    await own.advance(4 * hourMs);
    expect(await all()).toEqual([[], [7], [7], [7]]);
    await own.advance(16 * dayMs);
    expect(await all()).toEqual([[], [], [7], [7]]);
    await own.advance(50 * dayMs);
    expect(await all()).toEqual([[], [], [], [7]]);
    await own.advance(400 * dayMs);
    expect(await all()).toEqual([[], [], [], []]);
  } finally {
    await own.stop();
  }
}, 60_000);

test("metrics are there after a restart, and go on", async () => {
  const data = mkdtempSync(join(tmpdir(), "groundwatch-metrics-"));
  try {
    const sums: unknown[] = [];
    for (let run = 0; run < 2; run++) {
      const own = await startTestServer({ data });
      const client = new CloudWatch(own.clientConfig());
      await client.putMetricData({ Namespace: "Restart", MetricData: [{ MetricName: "m", Value: 3 }] });
      const { Datapoints } = await client.getMetricStatistics({
        Namespace: "Restart",
        MetricName: "m",
        StartTime: new Date(own.clock.now() - hourMs),
        EndTime: new Date(own.clock.now() + hourMs),
        Period: 7200,
        Statistics: ["Sum"],
      });
      sums.push(Datapoints?.[0]?.Sum);
      await own.stop();
    }
    expect(sums).toEqual([3, 6]);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
