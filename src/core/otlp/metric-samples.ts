// Samples of labelled series out of an ExportMetricsServiceRequest, in the JSON form of OTLP.
import { utf8Bytes } from "../logs/log-batch.ts";
import { listOf, memberOf, nanosecondsOf, plainAttributes } from "./plain-values.ts";

/** No label is empty; the name of the metric is `__name__`. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly value: number;
}

export interface MetricSamples {
  /** Of one datapoint as many as its kind makes, in the order of the request. */
  readonly samples: readonly MetricSample[];
  readonly datapoints: number;
  /** How many datapoints are not taken, by the reason. */
  readonly rejected: ReadonlyMap<string, number>;
  /** Why the request is refused as a whole. */
  readonly refusal?: string;
}

const kilobyte = 1_024;
const dayMs = 86_400_000;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html */
export const otlpMetricLimits = {
  /** Of the request without compression. */
  requestBytes: kilobyte * kilobyte,
  datapoints: 1_000,
  /** Of a datapoint, with those of its scope and resource. */
  attributes: 150,
  labelBytes: 40 * kilobyte,
  futureMs: 10 * 60_000,
  pastMs: 14 * dayMs,
  /** Ours: each bucket is a series. */
  buckets: 200,
  /** Ours, of all series of a request: each has the labels of its resource again, and may have buckets. */
  seriesBytes: 16 * kilobyte * kilobyte,
} as const;

/** Where the samples are put, and when; `now` in epoch milliseconds. */
export interface Ingestion {
  readonly account: string;
  readonly region: string;
  readonly now: number;
}

/**
 * Attributes become labels: those of the resource and of the scope with the prefix of their kind, those of
 * the datapoint bare. Sums keep the temporality that they come with, and say it in the label
 * `__temporality__`. A histogram becomes the series `NAME_bucket` by the label `le`, `NAME_sum` and
 * `NAME_count`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL-Querying.html
 *
 * @throws TypeError when the request is not in the form of OTLP.
 */
export function metricSamples(request: unknown, ingestion: Ingestion): MetricSamples {
  const collector = createCollector(ingestion);
  const own = new Map([
    ["@aws.account", ingestion.account],
    ["@aws.region", ingestion.region],
  ]);
  for (const resourceMetrics of listOf(request, "resourceMetrics")) {
    const resource = memberOf(resourceMetrics, "resource");
    const schemaUrl = memberOf(resourceMetrics, "schemaUrl");
    const ofResource = labelsOf("@resource.", resource, { schema_url: schemaUrl });
    for (const scopeMetrics of listOf(resourceMetrics, "scopeMetrics")) {
      const scope = memberOf(scopeMetrics, "scope");
      const fields = {
        name: memberOf(scope, "name"),
        version: memberOf(scope, "version"),
        schema_url: memberOf(scopeMetrics, "schemaUrl"),
      };
      const labels = new Map([...ofResource, ...labelsOf("@instrumentation.", scope, fields), ...own]);
      const attributes = listOf(resource, "attributes").length + listOf(scope, "attributes").length;
      for (const metric of listOf(scopeMetrics, "metrics")) collector.take(metric, { labels, attributes });
    }
  }
  return collector.collected();
}

/** What datapoints have from around them. */
interface Surroundings {
  readonly labels: ReadonlyMap<string, string>;
  /** How many attributes the resource and the scope have. */
  readonly attributes: number;
}

/** Attributes by their names, fields with an `@` before theirs. */
function labelsOf(
  prefix: string,
  holder: unknown,
  fields: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, string> {
  const attributes = Object.entries(plainAttributes(holder) ?? {});
  const all = [...attributes, ...Object.entries(fields).map(([name, value]) => [`@${name}`, value] as const)];
  return new Map(
    all.flatMap(([name, value]) => {
      const text = textOf(value);
      return text === "" || name === "" ? [] : [[prefix + name, text] as const];
    }),
  );
}

/** A label without a value is none. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A datapoint with the series of its metric. */
interface Datapoint {
  readonly point: unknown;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly at: number;
}

interface PointKind {
  /** Of what becomes a series, its name as `__type__` says it. */
  readonly typeOf: (content: unknown) => string;
  readonly hasTemporality: boolean;
  /** A text says why the datapoint is not taken. */
  readonly samplesOf: (datapoint: Datapoint) => readonly MetricSample[] | string;
}

const kinds: Readonly<Record<string, PointKind>> = {
  gauge: { typeOf: () => "gauge", hasTemporality: false, samplesOf: numberSamples },
  sum: {
    typeOf: (content) => (memberOf(content, "isMonotonic") === true ? "counter" : "gauge"),
    hasTemporality: true,
    samplesOf: numberSamples,
  },
  histogram: { typeOf: () => "histogram", hasTemporality: true, samplesOf: histogramSamples },
};

const unsupportedKinds: Readonly<Record<string, string>> = {
  exponentialHistogram: "Exponential histograms are not supported; send explicit buckets.",
  summary: "Summaries are not supported; send histograms.",
};

/** The sender knows that there is no value: https://opentelemetry.io/docs/specs/otel/metrics/data-model/#no-recorded-value */
const noRecordedValue = 1;

function createCollector({ now }: Ingestion) {
  const samples: MetricSample[] = [];
  const rejected = new Map<string, number>();
  let datapoints = 0;
  let seriesBytes = 0;
  let refusal: string | undefined;
  const reject = (reason: string, count = 1) => rejected.set(reason, (rejected.get(reason) ?? 0) + count);

  return {
    take(metric: unknown, around: Surroundings): void {
      const name = memberOf(metric, "name");
      if (typeof name !== "string" || name === "") throw new TypeError("a metric has no name");
      for (const [kind, reason] of Object.entries(unsupportedKinds)) {
        const points = listOf(memberOf(metric, kind), "dataPoints");
        datapoints += points.length;
        if (points.length > 0) reject(reason, points.length);
      }
      for (const [kind, pointKind] of Object.entries(kinds)) {
        const content = memberOf(metric, kind);
        if (content === undefined) continue;
        const type = [["__type__", pointKind.typeOf(content)] as const];
        const ofMetric = pointKind.hasTemporality
          ? [...type, ["__temporality__", temporalityOf(content)] as const]
          : type;
        const labels = new Map([...around.labels, ...ofMetric]);
        for (const point of listOf(content, "dataPoints"))
          takePoint(point, pointKind, name, { ...around, labels });
      }
    },
    collected(): MetricSamples {
      const isTooMany = datapoints > otlpMetricLimits.datapoints;
      const reason = isTooMany ? `A request has at most ${otlpMetricLimits.datapoints} datapoints.` : refusal;
      return { samples, datapoints, rejected, ...(reason === undefined ? {} : { refusal: reason }) };
    },
  };

  function takePoint(point: unknown, kind: PointKind, name: string, around: Surroundings): void {
    datapoints += 1;
    if (datapoints > otlpMetricLimits.datapoints) return;
    const at = Number((nanosecondsOf(memberOf(point, "timeUnixNano")) ?? 0n) / 1_000_000n);
    if (at < now - otlpMetricLimits.pastMs || at > now + otlpMetricLimits.futureMs) {
      refusal = "The times of datapoints are at most 14 days in the past and 10 minutes in the future.";
      return;
    }
    if ((Number(memberOf(point, "flags") ?? 0) & noRecordedValue) !== 0) return;
    const own = labelsOf("", point, {});
    const labels = new Map([...own, ...around.labels]);
    const bytes = bytesOf(labels);
    const found =
      labelProblem(bytes, around.attributes + listOf(point, "attributes").length) ??
      (seriesBytes > otlpMetricLimits.seriesBytes ? tooMuch : kind.samplesOf({ point, name, labels, at }));
    if (typeof found === "string") {
      reject(found);
      return;
    }
    seriesBytes += bytes * found.length;
    samples.push(...found);
  }
}

function labelProblem(bytes: number, attributes: number): string | undefined {
  const { attributes: maximum, labelBytes } = otlpMetricLimits;
  if (attributes > maximum) return `A datapoint has at most ${maximum} labels.`;
  return bytes > labelBytes ? `The labels of a datapoint have at most ${labelBytes} bytes.` : undefined;
}

const tooMuch = `The labels of all series of a request have at most ${otlpMetricLimits.seriesBytes} bytes.`;

function bytesOf(labels: ReadonlyMap<string, string>): number {
  let bytes = 0;
  for (const [name, value] of labels) bytes += utf8Bytes(name) + utf8Bytes(value);
  return bytes;
}

/** https://opentelemetry.io/docs/specs/otel/metrics/data-model/#temporality */
function temporalityOf(content: unknown): string {
  const temporality = memberOf(content, "aggregationTemporality");
  if (temporality === 1) return "delta";
  if (temporality === 2) return "cumulative";
  throw new TypeError("an aggregation temporality is neither delta nor cumulative");
}

function numberSamples(datapoint: Datapoint): readonly MetricSample[] | string {
  const { point } = datapoint;
  const value = memberOf(point, "asDouble") ?? memberOf(point, "asInt");
  return value === undefined ? "A datapoint has no value." : [sampleOf(datapoint, "", numberOf(value))];
}

function histogramSamples(datapoint: Datapoint): readonly MetricSample[] | string {
  const { point } = datapoint;
  const bounds = listOf(point, "explicitBounds").map(numberOf);
  const counts = listOf(point, "bucketCounts").map(numberOf);
  const count = numberOf(memberOf(point, "count") ?? 0);
  const sum = memberOf(point, "sum");
  if (bounds.length > otlpMetricLimits.buckets) {
    return `A histogram has at most ${otlpMetricLimits.buckets} buckets.`;
  }
  if (counts.length > 0 && counts.length !== bounds.length + 1) {
    return "A histogram has one bucket more than it has bounds.";
  }
  if (bounds.some((bound, index) => !(bound > (bounds[index - 1] ?? Number.NEGATIVE_INFINITY)))) {
    return "The bounds of a histogram grow.";
  }
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += counts[index] ?? 0;
    return sampleOf(datapoint, "_bucket", below, String(bound));
  });
  return [
    ...(counts.length === 0 ? [] : buckets),
    sampleOf(datapoint, "_bucket", count, "+Inf"),
    ...(sum === undefined ? [] : [sampleOf(datapoint, "_sum", numberOf(sum))]),
    sampleOf(datapoint, "_count", count),
  ];
}

function sampleOf({ name, labels, at }: Datapoint, suffix: string, value: number, le?: string): MetricSample {
  const own = [["__name__", name + suffix] as const, ...(le === undefined ? [] : [["le", le] as const])];
  return { labels: Object.fromEntries([...labels, ...own]), at, value };
}

/** 64-bit integers come as text, and so do NaN and the infinities. */
function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  if (Number.isNaN(number) && value !== "NaN") throw new TypeError("a value is no number");
  return number;
}
