// Metrics that came as OTLP: puts their samples into the store, and reads what PromQL selects.
import type { MetricSample } from "../core/otlp/metric-samples.ts";
import type { PromqlMatcher } from "../core/promql/expression.ts";
import type { PromqlLabels, PromqlSample, PromqlSelection, PromqlSeries } from "../core/promql/series.ts";
import { joinSql, sql } from "../core/sql.ts";
import {
  findOtlpSeries,
  otlpLabelNames,
  otlpLabelValues,
  OtlpSeriesRegistry,
  type FoundSeries,
  type SeriesQuestion,
} from "./telemetry/otlp-series.ts";
import { storableInstant } from "./telemetry/instants.ts";
import type { Telemetry } from "./telemetry.ts";

/**
 * What one selection may read, and of samples all selections of a query together; AWS's figures are for a
 * day of many queries.
 */
export const otlpReadLimits = { series: 10_000, samples: 500_000 } as const;
/** So many samples are read in some milliseconds; the first statement says how many to ask for. */
const samplesPerStatement = 25_000;
const seriesPerStatement = { first: 100, maximum: 2_000 } as const;
const retentionMs = 15 * 86_400_000;

/** A selection reads too much; the message says what. */
export class TooMuchSelected extends Error {
  override readonly name = "TooMuchSelected";
}

export const tooManySamples = () =>
  new TooMuchSelected(`A query reads more than ${otlpReadLimits.samples} samples.`);

export interface OtlpMetrics {
  /** Resolves when the samples are stored and found; `now` in epoch milliseconds. */
  write(world: number, samples: readonly MetricSample[], now: number): Promise<void>;
  /** The series with samples in the window. @throws TooMuchSelected */
  read(world: number, selection: PromqlSelection, now: number): Promise<readonly PromqlSeries[]>;
  /** The labels of each series that a question is about, the names that labels have, the values of one. */
  listSeries(question: SeriesQuestion): Promise<readonly PromqlLabels[]>;
  listLabels(question: SeriesQuestion): Promise<readonly string[]>;
  listValues(question: SeriesQuestion, label: string): Promise<readonly string[]>;
  /** Forgets which series are known: they were erased. */
  forget(): void;
}

export function createOtlpMetrics(telemetry: Telemetry): OtlpMetrics {
  const registry = new OtlpSeriesRegistry(telemetry);
  return {
    async write(world, samples, now) {
      if (samples.length === 0) return;
      const labels = samples.map((sample) => sample.labels);
      const { ids, stored } = registry.note(world, labels, now);
      const appended = telemetry.append("otlp_samples", {
        series_id: ids,
        timestamp: samples.map(({ at }) => at),
        value: samples.map(({ value }) => value),
      });
      await Promise.all([stored, appended]);
    },
    async read(world, { matchers, fromMs, toMs }, now) {
      const { series: limit } = otlpReadLimits;
      const question = { world, selectors: [matchers.map(storedMatcher)], limit: limit + 1 };
      const found = await findOtlpSeries(telemetry, question);
      if (found.length > limit) throw new TooMuchSelected(`A selector matches more than ${limit} series.`);
      const from = Math.max(fromMs, now - retentionMs);
      const samples = await readSamples(telemetry, found, { from, to: toMs });
      return found.flatMap(({ id, labels }): readonly PromqlSeries[] => {
        const own = samples.get(id);
        return own === undefined ? [] : [{ labels: evaluatedLabels(labels), samples: own }];
      });
    },
    async listSeries(question) {
      const found = await findOtlpSeries(telemetry, stored(question));
      return found.map(({ labels }) => labels);
    },
    listLabels: (question) => otlpLabelNames(telemetry, stored(question)),
    listValues: (question, label) => otlpLabelValues(telemetry, stored(question), storedLabel(label)),
    forget: () => registry.forget(),
  };
}

interface SamplesRow {
  readonly id: string;
  readonly times: readonly number[];
  /** NaN and the infinities are text. */
  readonly values: readonly (number | string)[];
}

async function readSamples(
  telemetry: Telemetry,
  series: readonly FoundSeries[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<string, readonly PromqlSample[]>> {
  const samples = new Map<string, readonly PromqlSample[]>();
  let left: number = otlpReadLimits.samples;
  let taken: number = seriesPerStatement.first;
  for (let start = 0; start < series.length;) {
    const ids = series.slice(start, start + taken).map(({ id }) => sql`${BigInt(id)}`);
    start += taken;
    const condition = sql`series_id IN (${joinSql(ids, ", ")})
      AND timestamp > fromUnixTimestamp64Milli(${BigInt(storableInstant(from))})
      AND timestamp <= fromUnixTimestamp64Milli(${BigInt(storableInstant(to))})`;
    const rows = await telemetry.query<SamplesRow>(sql`
      SELECT series_id AS id, groupArray(toFloat64(toUnixTimestamp64Milli(timestamp))) AS times,
        groupArray(value) AS values
      FROM (SELECT series_id, timestamp, value FROM otlp_samples WHERE ${condition}
        ORDER BY series_id, timestamp LIMIT ${left + 1})
      GROUP BY series_id`);
    for (const row of rows) {
      left -= row.times.length;
      samples.set(row.id, samplesOf(row));
    }
    if (left < 0) throw tooManySamples();
    const samplesPerSeries = (otlpReadLimits.samples - left) / start;
    taken = Math.ceil(Math.min(seriesPerStatement.maximum, samplesPerStatement / samplesPerSeries));
  }
  return samples;
}

/** In the order of time; of several samples of an instant one counts. */
function samplesOf({ times, values }: SamplesRow): readonly PromqlSample[] {
  const byTime = new Map<number, number>();
  for (const [index, at] of times.entries()) byTime.set(at, numberOf(values[index]));
  return [...byTime].map(([at, value]) => ({ at, value })).sort((one, other) => one.at - other.at);
}

function numberOf(value: number | string | undefined): number {
  if (typeof value === "number") return value;
  return { inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY }[value ?? ""] ?? Number.NaN;
}

/**
 * Datapoint attributes can be asked for with their prefix too, and the label of the account has two names.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL-Querying.html
 */
function storedLabel(label: string): string {
  if (label === "@datapoint.@name") return "__name__";
  if (label === "@aws.account_id") return "@aws.account";
  return label.startsWith("@datapoint.") ? label.slice("@datapoint.".length) : label;
}

const storedMatcher = (matcher: PromqlMatcher): PromqlMatcher => ({
  ...matcher,
  label: storedLabel(matcher.label),
});

const stored = (question: SeriesQuestion): SeriesQuestion => ({
  ...question,
  selectors: question.selectors.map((matchers) => matchers.map(storedMatcher)),
});

/** What says how a series came is for matchers: two series are compared without it. */
function evaluatedLabels(labels: FoundSeries["labels"]): FoundSeries["labels"] {
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => name !== "__type__" && name !== "__temporality__"),
  );
}
