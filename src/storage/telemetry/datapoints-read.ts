// Datapoints on their way out: many series at once, merged by period, in one statement.
import { bucketSql } from "../../core/metrics/histogram.ts";
import { sourcesOf, type SourceRange } from "../../core/metrics/periods.ts";
import type { SampleSet } from "../../core/metrics/statistics.ts";
import { joinSql, rawSql, sql, type Sql } from "../../core/sql.ts";
import type { QueryOptions, Telemetry } from "../telemetry.ts";

export interface DatapointQuery {
  readonly metricIds: readonly bigint[];
  /** Periods begin here; epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly periodSeconds: number;
  readonly now: number;
  readonly rolledUpTo: { readonly 300: number; readonly 3600: number };
  readonly wantsHistogram: boolean;
  /** Where to read, for callers who know better than `sourcesOf`. */
  readonly sources?: readonly SourceRange[];
}

export interface PeriodSamples extends SampleSet {
  /** The start of the period. */
  readonly startAt: number;
}

/** A period of a series. */
interface PeriodRow {
  readonly metricId: string;
  readonly slot: number;
  readonly samples: number;
  readonly total: number;
  readonly lowest: number;
  readonly highest: number;
  /** Only when it is wanted. */
  readonly distribution?: Readonly<Record<string, number>>;
}

/** A series as columns, one item for each period: a row for each would be ten times the text. */
interface SeriesRow {
  readonly metricId: string;
  readonly slots: readonly number[];
  readonly sampleCounts: readonly number[];
  readonly sums: readonly number[];
  readonly minimums: readonly number[];
  readonly maximums: readonly number[];
  /** Only when they are wanted. */
  readonly histograms?: readonly (readonly [readonly number[], readonly number[]])[];
}

/** Every SELECT within another costs the engine 3 ms, more than the text of so many periods. */
const periodsAsRows = 200;

/**
 * The samples of each series by its number (as text), in the order of time; periods without samples are not
 * there.
 */
export async function readDatapoints(
  telemetry: Telemetry,
  query: DatapointQuery,
  options?: QueryOptions,
): Promise<ReadonlyMap<string, readonly PeriodSamples[]>> {
  const sources = query.sources ?? sourcesOf(query);
  if (sources.length === 0 || query.metricIds.length === 0) return new Map();
  const periods = (query.to - query.from) / (query.periodSeconds * 1_000);
  const select = selectPeriods(sources, query);
  if (query.metricIds.length * periods > periodsAsRows) {
    const rows = await telemetry.query<SeriesRow>(selectSeries(select, query), options);
    return new Map(rows.map((row) => [row.metricId, samplesOfSeries(row, query)]));
  }
  const series = new Map<string, PeriodSamples[]>();
  for (const row of await telemetry.query<PeriodRow>(select, options)) {
    const samples = series.get(row.metricId);
    if (samples === undefined) series.set(row.metricId, [samplesOfPeriod(row, query)]);
    else samples.push(samplesOfPeriod(row, query));
  }
  for (const samples of series.values()) samples.sort((one, other) => one.startAt - other.startAt);
  return series;
}

/** `PeriodRow`s in any order. */
function selectPeriods(sources: readonly SourceRange[], query: DatapointQuery): Sql {
  const selects = sources.map((source) => selectFrom(source, query));
  const [only] = selects;
  if (only !== undefined && selects.length === 1) return only;
  return sql`
    SELECT metricId, slot, sum(samples) AS samples, sum(total) AS total, min(lowest) AS lowest,
      max(highest) AS highest ${rawSql(query.wantsHistogram ? ", sumMap(distribution) AS distribution" : "")}
    FROM (${joinSql(selects, " UNION ALL ")})
    GROUP BY metricId, slot`;
}

/** `SeriesRow`s of what a select of `PeriodRow`s gives. */
function selectSeries(select: Sql, { wantsHistogram }: DatapointQuery): Sql {
  const histograms = ", groupArray((mapKeys(distribution), mapValues(distribution))) AS histograms";
  return sql`
    SELECT metricId, groupArray(slot) AS slots, groupArray(samples) AS sampleCounts,
      groupArray(total) AS sums, groupArray(lowest) AS minimums, groupArray(highest) AS maximums
      ${rawSql(wantsHistogram ? histograms : "")}
    FROM (${select})
    GROUP BY metricId`;
}

function samplesOfPeriod(row: PeriodRow, { from, periodSeconds }: DatapointQuery): PeriodSamples {
  const buckets = Object.entries(row.distribution ?? {});
  return {
    startAt: from + row.slot * periodSeconds * 1_000,
    sampleCount: row.samples,
    sum: row.total,
    minimum: row.lowest,
    maximum: row.highest,
    histogram:
      buckets.length === 0 ? noHistogram : new Map(buckets.map(([key, count]) => [Number(key), count])),
  };
}

function samplesOfSeries(row: SeriesRow, { from, periodSeconds }: DatapointQuery): readonly PeriodSamples[] {
  return row.slots
    .map((slot, index) => ({
      startAt: from + slot * periodSeconds * 1_000,
      sampleCount: row.sampleCounts[index] ?? 0,
      sum: row.sums[index] ?? 0,
      minimum: row.minimums[index] ?? 0,
      maximum: row.maximums[index] ?? 0,
      histogram: histogramOf(row.histograms?.[index]),
    }))
    .sort((one, other) => one.startAt - other.startAt);
}

const noHistogram: ReadonlyMap<number, number> = new Map();

function histogramOf(columns: readonly [readonly number[], readonly number[]] | undefined) {
  if (columns === undefined) return noHistogram;
  const [buckets, counts] = columns;
  return new Map(buckets.map((bucket, index) => [bucket, counts[index] ?? 0]));
}

const tableNames = {
  recent: "recent_datapoints",
  60: "datapoints_60",
  300: "datapoints_300 AS rows FINAL",
  3600: "datapoints_3600 AS rows FINAL",
} as const;

/** In the tables of data as it came, a row of a single value has it in `sum` alone. */
function selectFrom({ resolution, from, to }: SourceRange, query: DatapointQuery): Sql {
  const raw = resolution === "recent" || resolution === 60;
  const minimum = raw ? rawSql("min(if(sample_count = 1, sum, minimum))") : rawSql("min(minimum)");
  const maximum = raw ? rawSql("max(if(sample_count = 1, sum, maximum))") : rawSql("max(maximum)");
  const one = sql`if(sample_count = 1, map(${bucketSql(rawSql("sum"))}, toFloat64(1)), histogram)`;
  const distribution = raw ? sql`sumMap(${one})` : rawSql("sumMap(histogram)");
  const ids = joinSql(
    query.metricIds.map((id) => sql`${id}`),
    ", ",
  );
  return sql`
    SELECT metric_id AS metricId,
      toInt32(intDiv(toInt64(toUnixTimestamp(timestamp)) - ${seconds(query.from)}, ${query.periodSeconds}))
        AS slot,
      sum(sample_count) AS samples, sum(sum) AS total, ${minimum} AS lowest, ${maximum} AS highest
      ${query.wantsHistogram ? sql`, ${distribution} AS distribution` : rawSql("")}
    FROM ${rawSql(tableNames[resolution])}
    WHERE metric_id IN (${ids})
      AND timestamp >= toDateTime(${seconds(from)}) AND timestamp < toDateTime(${Math.ceil(to / 1_000)})
    GROUP BY metric_id, slot`;
}

const seconds = (epochMs: number) => Math.max(0, Math.floor(epochMs / 1_000));
