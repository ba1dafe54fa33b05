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
}

export interface PeriodSamples extends SampleSet {
  /** The start of the period. */
  readonly startAt: number;
}

interface Row {
  readonly metricId: string;
  readonly slot: number;
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

/**
 * The samples of each series by its number (as text), in the order of time; periods without samples are not
 * there.
 */
export async function readDatapoints(
  telemetry: Telemetry,
  query: DatapointQuery,
  options?: QueryOptions,
): Promise<ReadonlyMap<string, readonly PeriodSamples[]>> {
  const sources = sourcesOf(query);
  const found = new Map<string, PeriodSamples[]>();
  if (sources.length === 0 || query.metricIds.length === 0) return found;
  const rows = await telemetry.query<Row>(
    sql`
    SELECT metric_id AS metricId, toInt32(slot) AS slot, sum(samples) AS sampleCount, sum(total) AS sum,
      min(lowest) AS minimum, max(highest) AS maximum,
      ${rawSql(query.wantsHistogram ? "sumMap(distribution)" : "map()::Map(Int16, Float64)")} AS merged,
      mapKeys(merged) AS buckets, mapValues(merged) AS counts
    FROM (${joinSql(
      sources.map((source) => selectFrom(source, query)),
      " UNION ALL ",
    )})
    GROUP BY metric_id, slot
    ORDER BY metric_id, slot`,
    options,
  );
  for (const { metricId, slot, buckets, counts, ...samples } of rows) {
    const series = found.get(metricId) ?? [];
    found.set(metricId, series);
    const histogram = new Map(buckets.map((bucket, index) => [bucket, counts[index] ?? 0]));
    series.push({ ...samples, histogram, startAt: query.from + slot * query.periodSeconds * 1_000 });
  }
  return found;
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
    SELECT metric_id,
      intDiv(toInt64(toUnixTimestamp(timestamp)) - ${seconds(query.from)}, ${query.periodSeconds}) AS slot,
      sum(sample_count) AS samples, sum(sum) AS total, ${minimum} AS lowest, ${maximum} AS highest
      ${query.wantsHistogram ? sql`, ${distribution} AS distribution` : rawSql("")}
    FROM ${rawSql(tableNames[resolution])}
    WHERE metric_id IN (${ids})
      AND timestamp >= toDateTime(${seconds(from)}) AND timestamp < toDateTime(${Math.ceil(to / 1_000)})
    GROUP BY metric_id, slot`;
}

const seconds = (epochMs: number) => Math.max(0, Math.floor(epochMs / 1_000));
