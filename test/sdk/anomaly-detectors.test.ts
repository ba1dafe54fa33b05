// Anomaly detectors through the official client: definitions, training on the clock, bands, alarms.
import {
  CloudWatch,
  type MetricDataQuery,
  type PutAnomalyDetectorCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testStartAt, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

let server: TestServer;
let cloudwatch: CloudWatch;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  await history("Requests", (at) => busy(at) + wiggle(at));
  await history("Orders", (at) => busy(at) + wiggle(at));
  await history("Errors", (at) => busy(at) / 10 + wiggle(at) / 10);
});
afterAll(() => server.stop());

/** Busy from eight to eighteen, UTC. */
const busy = (at: number) => ((at / hourMs) % 24 >= 8 && (at / hourMs) % 24 < 18 ? 200 : 50);
const wiggle = (at: number) => ((at / minuteMs) % 7) - 3;

/** Five days of a metric, a value each five minutes. */
async function history(MetricName: string, value: (at: number) => number): Promise<void> {
  const data = [];
  for (let at = testStartAt - 5 * dayMs; at < testStartAt; at += 5 * minuteMs) {
    data.push({ MetricName, Timestamp: new Date(at), Value: value(at) });
  }
  for (let from = 0; from < data.length; from += 1_000) {
    await cloudwatch.putMetricData({ Namespace: "Shop", MetricData: data.slice(from, from + 1_000) });
  }
}

const single = (MetricName: string, Stat = "Average") => ({ Namespace: "Shop", MetricName, Stat });
const query = (Id: string, MetricName: string): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: { Namespace: "Shop", MetricName }, Period: 300, Stat: "Average" },
  ReturnData: false,
});
const rate: MetricDataQuery[] = [
  query("errors", "Errors"),
  query("requests", "Requests"),
  { Id: "rate", Expression: "100 * errors / requests", ReturnData: true },
];

async function stateOf(MetricName: string): Promise<string | undefined> {
  const { AnomalyDetectors = [] } = await cloudwatch.describeAnomalyDetectors({ MetricName });
  return AnomalyDetectors[0]?.StateValue;
}

async function band(queries: MetricDataQuery[], from = testStartAt, to = testStartAt + dayMs) {
  const { MetricDataResults = [] } = await cloudwatch.getMetricData({
    MetricDataQueries: queries,
    StartTime: new Date(from),
    EndTime: new Date(to),
    ScanBy: "TimestampAscending",
  });
  return MetricDataResults;
}

describe("bands", () => {
  test("of a metric without a detector: two series with their labels, at every period", async () => {
    const results = await band([
      query("m1", "Requests"),
      { Id: "ad1", Expression: "ANOMALY_DETECTION_BAND(m1, 3)", Label: "Requests (expected)" },
    ]);
    expect(results.map(({ Id, Label }) => [Id, Label])).toEqual([
      ["ad1", "Requests (expected) High"],
      ["ad1", "Requests (expected) Low"],
    ]);
    const [high, low] = results;
    expect(high!.Timestamps).toHaveLength(288);
    const at = (hour: number) => ((hour + 24 - 12) % 24) * 12 + 6;
    for (const [hour, expected] of [
      [15, 200],
      [22, 50],
      [6, 50],
      [9, 200],
    ] as const) {
      expect(high!.Values![at(hour)]).toBeGreaterThan(expected + 3);
      expect(high!.Values![at(hour)]).toBeLessThan(expected + 30);
      expect(low!.Values![at(hour)]).toBeLessThan(expected - 3);
      expect(low!.Values![at(hour)]).toBeGreaterThan(expected - 30);
    }
  });

  test("of an expression, without a label and with the usual two deviations", async () => {
    const queries = rate.map((one) => ({ ...one, ReturnData: false }));
    const results = await band([...queries, { Id: "ad", Expression: "ANOMALY_DETECTION_BAND(rate)" }]);
    expect(results.map(({ Label }) => Label)).toEqual(["ad High", "ad Low"]);
    const [high, low] = results.map(({ Values = [] }) => Values[30]!);
    expect(high).toBeGreaterThan(10);
    expect(high).toBeLessThan(13);
    expect(low).toBeLessThan(10);
    expect(low).toBeGreaterThan(7);
  });

  test("are part of other expressions: how far a metric is above what is expected", async () => {
    const results = await band(
      [
        query("m1", "Requests"),
        { Id: "above", Expression: "m1 - FIRST(ANOMALY_DETECTION_BAND(m1, 2))", Period: 300 },
      ],
      testStartAt - hourMs,
      testStartAt,
    );
    expect(results).toHaveLength(1);
    expect(results[0]!.Label).toBe("above");
    expect(results[0]!.Values!.length).toBe(12);
    expect(Math.max(...results[0]!.Values!)).toBeLessThan(3);
  });

  test("of a metric without data have no datapoints", async () => {
    const results = await band([
      query("m1", "Unknown"),
      { Id: "ad", Expression: "ANOMALY_DETECTION_BAND(m1)" },
    ]);
    expect(results.map(({ Values }) => Values)).toEqual([[], []]);
  });
});

describe("detectors", () => {
  test("are put, described as AWS shows them, trained a minute later and deleted", async () => {
    const { AnomalyDetectorId } = await cloudwatch.putAnomalyDetector({
      SingleMetricAnomalyDetector: single("Requests"),
      Configuration: {
        ExcludedTimeRanges: [
          { StartTime: new Date("2026-10-01T00:00:00Z"), EndTime: new Date("2026-10-02T00:00:00Z") },
        ],
        MetricTimezone: "Europe/Berlin",
      },
      MetricCharacteristics: { PeriodicSpikes: true },
    });
    const { AnomalyDetectors } = await cloudwatch.describeAnomalyDetectors({ MetricName: "Requests" });
    const metric = { Namespace: "Shop", MetricName: "Requests", Dimensions: [], Stat: "Average" };
    expect(AnomalyDetectors).toEqual([
      {
        AnomalyDetectorId,
        ...metric,
        SingleMetricAnomalyDetector: metric,
        Configuration: {
          ExcludedTimeRanges: [
            { StartTime: new Date("2026-10-01T00:00:00Z"), EndTime: new Date("2026-10-02T00:00:00Z") },
          ],
          MetricTimezone: "Europe/Berlin",
          AdaptationSpeed: "NORMAL",
          OutlierFilteringStrength: "MODERATE",
        },
        MetricCharacteristics: { PeriodicSpikes: true },
        StateValue: "PENDING_TRAINING",
      },
    ]);
    await server.advance(2 * minuteMs);
    expect(await stateOf("Requests")).toBe("TRAINED");
    await cloudwatch.deleteAnomalyDetector({ SingleMetricAnomalyDetector: single("Requests") });
    expect(await stateOf("Requests")).toBeUndefined();
    expect(
      await refusal(
        cloudwatch.deleteAnomalyDetector({ ...AnomalyDetectors![0]!.SingleMetricAnomalyDetector }),
      ),
    ).toBe("ResourceNotFoundException: The anomaly detector does not exist.");
  });

  test("know the members of old, and their settings move the band", async () => {
    const requests: PutAnomalyDetectorCommandInput = single("Requests");
    const upper = async () => {
      const [high] = await band([
        query("m1", "Requests"),
        { Id: "ad", Expression: "ANOMALY_DETECTION_BAND(m1)" },
      ]);
      return high!.Values!.map(Math.round);
    };
    const before = await upper();
    // All that was busy is excluded.
    const ranges = [1, 2, 3, 4, 5].map((days) => ({
      StartTime: new Date(Math.floor(testStartAt / dayMs) * dayMs - (days - 1) * dayMs + 8 * hourMs),
      EndTime: new Date(Math.floor(testStartAt / dayMs) * dayMs - (days - 1) * dayMs + 18 * hourMs),
    }));
    const first = {
      StartTime: new Date(testStartAt - 5 * dayMs),
      EndTime: new Date(testStartAt - 5 * dayMs + 6 * hourMs),
    };
    await cloudwatch.putAnomalyDetector({
      ...requests,
      Configuration: { ExcludedTimeRanges: [...ranges, first] },
    });
    const after = await upper();
    expect(Math.max(...before)).toBeGreaterThan(200);
    expect(Math.max(...after)).toBeLessThan(100);
    await cloudwatch.deleteAnomalyDetector(requests);
    expect(await upper()).toEqual(before);
  });

  test("lack data until there is some", async () => {
    await cloudwatch.putAnomalyDetector({ SingleMetricAnomalyDetector: single("Young") });
    await server.advance(2 * minuteMs);
    expect(await stateOf("Young")).toBe("TRAINED_INSUFFICIENT_DATA");
    for (let minute = 0; minute < 90; minute += 5) {
      await cloudwatch.putMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "Young", Value: 5 }] });
      await server.advance(5 * minuteMs);
    }
    expect(await stateOf("Young")).toBe("TRAINED");
  });

  test("on metric math are found by their type, and there is one for each subject", async () => {
    const MetricMathAnomalyDetector = { MetricDataQueries: rate };
    const { AnomalyDetectorId } = await cloudwatch.putAnomalyDetector({ MetricMathAnomalyDetector });
    const again = await cloudwatch.putAnomalyDetector({ MetricMathAnomalyDetector });
    expect(again.AnomalyDetectorId).toBe(AnomalyDetectorId);
    const AnomalyDetectorTypes = ["METRIC_MATH" as const];
    const { AnomalyDetectors } = await cloudwatch.describeAnomalyDetectors({
      AnomalyDetectorTypes,
      MetricName: "Errors",
    });
    expect(AnomalyDetectors).toMatchObject([{ AnomalyDetectorId, MetricMathAnomalyDetector }]);
    expect(
      (await cloudwatch.describeAnomalyDetectors({ Namespace: "Else", AnomalyDetectorTypes }))
        .AnomalyDetectors,
    ).toEqual([]);
    await server.advance(2 * minuteMs);
    const trained = await cloudwatch.describeAnomalyDetectors({ AnomalyDetectorIds: [AnomalyDetectorId!] });
    expect(trained.AnomalyDetectors).toMatchObject([{ StateValue: "TRAINED" }]);
    await cloudwatch.deleteAnomalyDetector({ AnomalyDetectorId: AnomalyDetectorId! });
  });

  test("come in pages, by dimensions and by namespace", async () => {
    for (const host of ["a", "b", "c", "d", "e"]) {
      await cloudwatch.putAnomalyDetector({
        SingleMetricAnomalyDetector: {
          Namespace: "Hosts",
          MetricName: "Load",
          Stat: "p99",
          Dimensions: [{ Name: "Host", Value: host }],
        },
      });
    }
    const hosts: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await cloudwatch.describeAnomalyDetectors({
        Namespace: "Hosts",
        MaxResults: 2,
        ...(NextToken === undefined ? {} : { NextToken }),
      });
      expect(page.AnomalyDetectors!.length).toBeLessThanOrEqual(2);
      hosts.push(...page.AnomalyDetectors!.map(({ Dimensions }) => Dimensions![0]!.Value));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(new Set(hosts)).toEqual(new Set(["a", "b", "c", "d", "e"]));
    expect(hosts).toHaveLength(5);
    const Dimensions = [{ Name: "Host", Value: "c" }];
    const { AnomalyDetectors } = await cloudwatch.describeAnomalyDetectors({ Dimensions });
    expect(AnomalyDetectors).toMatchObject([{ Dimensions, Stat: "p99" }]);
  });

  const range = (from: number, to: number) => ({ StartTime: new Date(from), EndTime: new Date(to) });
  const detector = { SingleMetricAnomalyDetector: single("Requests") };
  const math = (MetricDataQueries: MetricDataQuery[]) => ({
    MetricMathAnomalyDetector: { MetricDataQueries },
  });
  test.each<[PutAnomalyDetectorCommandInput, string]>([
    [{}, "MissingRequiredParameterException: The parameter Namespace is required."],
    [{ Namespace: "Shop", MetricName: "m" }, "The parameter Stat is required."],
    [{ ...detector, Namespace: "Shop" }, "InvalidParameterCombinationException: Only one of"],
    [{ ...detector, Configuration: { MetricTimezone: "Mars/Olympus" } }, "is not a known time zone"],
    [{ ...detector, Configuration: { ExcludedTimeRanges: [range(2_000, 1_000)] } }, "must be less than"],
    [
      {
        ...detector,
        Configuration: { ExcludedTimeRanges: Array.from({ length: 11 }, () => range(0, 1_000)) },
      },
      "must not have a size greater than 10.",
    ],
    [{ SingleMetricAnomalyDetector: { ...single("m"), AccountId: "999999999999" } }, "is not linked"],
    [math(rate.slice(0, 2)), "At least one of the MetricDataQueries must have ReturnData set to true."],
    [math([...rate, { Id: "e", Expression: "rate * 2" }]), "Exactly one element"],
    [math([query("m", "Errors"), { Id: "e", Expression: "[m, m]" }]), "must return a single time series"],
    [math([query("m", "Errors"), { Id: "e", Expression: "SUM(METRICS())" }]), "are not supported in anomaly"],
    [math([query("m", "Errors"), { Id: "e", Expression: "m +" }]), "Error in expression 'e'"],
  ])("refuse %j", async (input, message) => {
    expect(await refusal(cloudwatch.putAnomalyDetector(input))).toContain(message);
  });

  test("refuse questions that contradict themselves", async () => {
    const ids = { AnomalyDetectorIds: ["x"], Namespace: "Shop" };
    expect(await refusal(cloudwatch.describeAnomalyDetectors(ids))).toContain("InvalidParameterCombination");
    expect(await refusal(cloudwatch.describeAnomalyDetectors({ MaxResults: 101 }))).toContain("at most 100");
    expect(await refusal(cloudwatch.describeAnomalyDetectors({ NextToken: "no" }))).toContain(
      "InvalidNextToken",
    );
  });
});

test("an alarm on a band makes its detector, fires on what is not expected, and comes back", async () => {
  await cloudwatch.putMetricAlarm({
    AlarmName: "requests",
    Metrics: [
      { ...query("m1", "Requests"), ReturnData: true },
      { Id: "ad1", Expression: "ANOMALY_DETECTION_BAND(m1, 4)" },
    ],
    ThresholdMetricId: "ad1",
    ComparisonOperator: "LessThanLowerOrGreaterThanUpperThreshold",
    EvaluationPeriods: 1,
  });
  expect(await stateOf("Requests")).toBe("PENDING_TRAINING");
  const minutes = 5 - ((server.clock.now() / minuteMs) % 5);
  await server.advance(minutes * minuteMs);
  const observe = async (Value: number) => {
    await cloudwatch.putMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "Requests", Value }] });
    await server.advance(5 * minuteMs);
    const { MetricAlarms } = await cloudwatch.describeAlarms({ AlarmNames: ["requests"] });
    return MetricAlarms![0]!;
  };
  expect(await stateOf("Requests")).toBe("TRAINED");
  expect(await observe(busy(server.clock.now()))).toMatchObject({ StateValue: "OK" });
  const fired = await observe(busy(server.clock.now()) + 500);
  expect(fired).toMatchObject({
    StateValue: "ALARM",
    StateReason: expect.stringContaining("Thresholds Crossed: 1 datapoint"),
  });
  expect(JSON.parse(fired.StateReasonData!).recentUpperThresholds).toHaveLength(1);
  expect(await observe(busy(server.clock.now()))).toMatchObject({ StateValue: "OK" });
  expect(await observe(0)).toMatchObject({ StateValue: "ALARM" });
});

test("an alarm goes by the detector that was put, and by what it is told later", async () => {
  const midnight = Math.floor(testStartAt / dayMs) * dayMs;
  const busyHours = [0, 1, 2, 3, 4, 5].map((days) => ({
    StartTime: new Date(midnight - days * dayMs + 7 * hourMs),
    EndTime: new Date(midnight - days * dayMs + 19 * hourMs),
  }));
  const put = (ExcludedTimeRanges: typeof busyHours) =>
    cloudwatch.putAnomalyDetector({
      SingleMetricAnomalyDetector: single("Orders"),
      Configuration: { ExcludedTimeRanges },
    });
  await put(busyHours);
  await cloudwatch.putMetricAlarm({
    AlarmName: "orders",
    Metrics: [
      { ...query("m1", "Orders"), ReturnData: true },
      { Id: "band", Expression: "ANOMALY_DETECTION_BAND(m1, 4)" },
    ],
    ThresholdMetricId: "band",
    ComparisonOperator: "GreaterThanUpperThreshold",
    EvaluationPeriods: 1,
  });
  const { AnomalyDetectors } = await cloudwatch.describeAnomalyDetectors({ MetricName: "Orders" });
  expect(AnomalyDetectors).toHaveLength(1);
  const usual = async () => {
    const MetricData = [{ MetricName: "Orders", Value: busy(server.clock.now()) }];
    await cloudwatch.putMetricData({ Namespace: "Shop", MetricData });
    await server.advance(5 * minuteMs);
  };
  await usual();
  await put([]);
  await usual();
  const { AlarmHistoryItems } = await cloudwatch.describeAlarmHistory({
    AlarmName: "orders",
    HistoryItemType: "StateUpdate",
    ScanBy: "TimestampAscending",
  });
  const changes = AlarmHistoryItems!.map(({ HistoryData }) => {
    const { newState } = JSON.parse(HistoryData!) as {
      newState: { stateValue: string; stateReasonData: { recentUpperThresholds: number[] } };
    };
    return [newState.stateValue, newState.stateReasonData.recentUpperThresholds[0]! > 200];
  });
  expect(changes).toEqual([
    ["ALARM", false],
    ["OK", true],
  ]);
});
