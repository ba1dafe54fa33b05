// Metrics of OTLP as samples: labels of every scope, the kinds of metrics, what is not taken.
import { expect, test } from "vitest";
import { metricSamples, otlpMetricLimits, type MetricSample } from "./metric-samples.ts";

const now = Date.UTC(2026, 10, 2, 12);
const ingestion = { account: "123456789012", region: "us-east-1", now };
const timeUnixNano = `${now}000000`;
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const number = (asDouble: unknown, attributes: readonly unknown[] = []) => ({
  timeUnixNano,
  asDouble,
  attributes,
});

const requestOf = (metrics: readonly unknown[], resource: object = {}) => ({
  resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }],
});
const samplesOf = (...metrics: readonly unknown[]) => metricSamples(requestOf(metrics), ingestion);
const gauge = (dataPoints: readonly unknown[]) => ({ name: "temperature", gauge: { dataPoints } });

/** Like `name{label="value"} 3`, without the labels that all have. */
function line({ labels, value }: MetricSample): string {
  const { __name__: name, "@aws.account": _, "@aws.region": __, __type__: type, ...others } = labels;
  const written = Object.entries(others).map(([label, of]) => `${label}=${of}`);
  return `${type} ${name}{${written.join(" ")}} ${value}`;
}

test("attributes and fields of the resource, the scope and the datapoint are labels", () => {
  const request = {
    resourceMetrics: [
      {
        schemaUrl: "https://schemas/1",
        resource: { attributes: [text("service.name", "shop"), text("empty", "")] },
        scopeMetrics: [
          {
            scope: { name: "library", version: "1.2", attributes: [text("kind", "auto")] },
            metrics: [gauge([number(21.5, [text("room", "1"), { key: "floor", value: { intValue: "3" } }])])],
          },
        ],
      },
    ],
  };
  expect(metricSamples(request, ingestion).samples).toEqual([
    {
      at: now,
      value: 21.5,
      labels: {
        __name__: "temperature",
        __type__: "gauge",
        "@aws.account": "123456789012",
        "@aws.region": "us-east-1",
        "@resource.service.name": "shop",
        "@resource.@schema_url": "https://schemas/1",
        "@instrumentation.kind": "auto",
        "@instrumentation.@name": "library",
        "@instrumentation.@version": "1.2",
        room: "1",
        floor: "3",
      },
    },
  ]);
});

test("sums keep their temporality; whole numbers come as text, NaN and the infinities too", () => {
  const sum = (isMonotonic: boolean, aggregationTemporality: number, point: object) => ({
    name: "requests",
    sum: { isMonotonic, aggregationTemporality, dataPoints: [{ timeUnixNano, ...point }] },
  });
  const { samples } = samplesOf(
    sum(true, 2, { asInt: "12" }),
    sum(false, 1, { asDouble: -0.5 }),
    gauge([number("NaN"), number("-Infinity")]),
  );
  expect(samples.map(line)).toEqual([
    "counter requests{__temporality__=cumulative} 12",
    "gauge requests{__temporality__=delta} -0.5",
    "gauge temperature{} NaN",
    "gauge temperature{} -Infinity",
  ]);
});

test("a histogram is its buckets up to each bound, its sum and its count", () => {
  const point = {
    timeUnixNano,
    count: "6",
    sum: 4.2,
    bucketCounts: ["1", "3", "2"],
    explicitBounds: [0.5, 1],
  };
  const { samples } = samplesOf({
    name: "latency",
    histogram: { aggregationTemporality: 2, dataPoints: [point, { timeUnixNano, count: "1" }] },
  });
  const labels = "__temporality__=cumulative";
  expect(samples.map(line)).toEqual([
    `histogram latency_bucket{${labels} le=0.5} 1`,
    `histogram latency_bucket{${labels} le=1} 4`,
    `histogram latency_bucket{${labels} le=+Inf} 6`,
    `histogram latency_sum{${labels}} 4.2`,
    `histogram latency_count{${labels}} 6`,
    `histogram latency_bucket{${labels} le=+Inf} 1`,
    `histogram latency_count{${labels}} 1`,
  ]);
});

test("datapoints that cannot be taken are counted by the reason; the others are taken", () => {
  const attributes = Array.from({ length: otlpMetricLimits.attributes + 1 }, (_, index) =>
    text(`a${index}`, "b"),
  );
  const { samples, rejected, datapoints } = samplesOf(
    { name: "e", exponentialHistogram: { dataPoints: [{}, {}] } },
    { name: "s", summary: { dataPoints: [{}] } },
    gauge([
      number(1),
      number(2, attributes),
      number(3, [text("big", "é".repeat(otlpMetricLimits.labelBytes / 2))]),
      { timeUnixNano, flags: 1 },
      { timeUnixNano },
    ]),
    {
      name: "h",
      histogram: {
        aggregationTemporality: 1,
        dataPoints: [
          { timeUnixNano, bucketCounts: ["1"], explicitBounds: [1] },
          { timeUnixNano, bucketCounts: ["1", "2", "3"], explicitBounds: [2, 2] },
        ],
      },
    },
  );
  expect(samples.map(({ value }) => value)).toEqual([1]);
  expect([...rejected]).toEqual([
    ["Exponential histograms are not supported; send explicit buckets.", 2],
    ["Summaries are not supported; send histograms.", 1],
    ["A datapoint has at most 150 labels.", 1],
    ["The labels of a datapoint have at most 40960 bytes.", 1],
    ["A datapoint has no value.", 1],
    ["A histogram has one bucket more than it has bounds.", 1],
    ["The bounds of a histogram grow.", 1],
  ]);
  expect(datapoints).toBe(10);
});

test("a small request makes no more series than are bearable", () => {
  const explicitBounds = Array.from({ length: otlpMetricLimits.buckets }, (_, index) => index);
  const bucketCounts = [...explicitBounds, 0];
  const point = (name: string) => ({
    timeUnixNano,
    count: "1",
    explicitBounds,
    bucketCounts,
    attributes: [text("name", name), text("large", "x".repeat(20_000))],
  });
  const dataPoints = Array.from({ length: 100 }, (_, index) => point(String(index)));
  const { samples, rejected } = samplesOf({
    name: "h",
    histogram: { aggregationTemporality: 2, dataPoints },
  });
  expect(samples).toHaveLength(5 * 202);
  expect([...rejected]).toEqual([["The labels of all series of a request have at most 16777216 bytes.", 95]]);
});

test("an attribute without a name is no label", () => {
  const { samples } = samplesOf(gauge([number(1, [text("", "nothing"), text("a", "b")])]));
  expect(samples.map(line)).toEqual(["gauge temperature{a=b} 1"]);
});

test("too many datapoints, and times that are too far away, refuse the request", () => {
  const points = Array.from({ length: otlpMetricLimits.datapoints + 1 }, () => number(1));
  expect(samplesOf(gauge(points)).refusal).toBe("A request has at most 1000 datapoints.");
  expect(samplesOf(gauge(points.slice(1))).refusal).toBeUndefined();
  const at = (ms: number) => gauge([{ timeUnixNano: `${now + ms}000000`, asDouble: 1 }]);
  const times = "The times of datapoints are at most 14 days in the past and 10 minutes in the future.";
  expect(samplesOf(at(600_001)).refusal).toBe(times);
  expect(samplesOf(at(600_000)).refusal).toBeUndefined();
  expect(samplesOf(at(-14 * 86_400_000 - 1)).refusal).toBe(times);
});

/** A text in so many arrays. */
const nested = (depth: number): unknown =>
  depth === 0 ? { stringValue: "x" } : { arrayValue: { values: [nested(depth - 1)] } };
const deep = (depth: number) => gauge([number(1, [{ key: "a", value: nested(depth) } as never])]);

test("values are nested to a hundred", () => {
  expect(samplesOf(deep(100)).samples).toHaveLength(1);
  expect(() => samplesOf(deep(101))).toThrow(new TypeError("values are nested too deeply"));
});

test.each([
  [{ gauge: { dataPoints: [] } }, "a metric has no name"],
  [
    { name: "n", sum: { dataPoints: [number(1)] } },
    "an aggregation temporality is neither delta nor cumulative",
  ],
  [{ name: "n", gauge: { dataPoints: [number("many")] } }, "a value is no number"],
])("%j is no metric", (metric, reason) => {
  expect(() => samplesOf(metric)).toThrow(new TypeError(reason));
});
