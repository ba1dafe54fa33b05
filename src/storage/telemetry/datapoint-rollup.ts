// The statements that roll datapoints up, each safe to be run again.
import { bucketSql } from "../../core/metrics/histogram.ts";
import { joinSql, rawSql, sql, type Sql } from "../../core/sql.ts";
import type { RollupPeriodSeconds } from "../metric-rollups.ts";
import type { Telemetry } from "../telemetry.ts";

const seconds = (epochMs: number): Sql => sql`toDateTime(${Math.floor(epochMs / 1_000)})`;

/** In the order in which the statements select them. */
const writtenColumns = rawSql(
  "metric_id, timestamp, sample_count, sum, minimum, maximum, histogram, version",
);

/**
 * Rolls up the windows of `[from, to)` (epoch milliseconds, whole windows): minutes to five minutes, and
 * these to hours. A minute's row of a single value has it in `sum` alone, so that its bucket is computed
 * here; the rows that are written have every column.
 */
export async function rollUp(
  telemetry: Telemetry,
  periodSeconds: RollupPeriodSeconds,
  from: number,
  to: number,
  version: number,
): Promise<void> {
  const range = sql`timestamp >= ${seconds(from)} AND timestamp < ${seconds(to)}`;
  if (periodSeconds === 300) {
    const one = rawSql("rows.sample_count = 1");
    const bucket = bucketSql(rawSql("rows.sum"));
    await telemetry.execute(sql`
      INSERT INTO datapoints_300 (${writtenColumns})
      SELECT metric_id, toStartOfInterval(rows.timestamp, INTERVAL 300 SECOND) AS window,
        sum(rows.sample_count), sum(rows.sum),
        min(if(${one}, rows.sum, rows.minimum)), max(if(${one}, rows.sum, rows.maximum)),
        sumMap(if(${one}, map(${bucket}, toFloat64(1)), rows.histogram)), toUInt32(${version})
      FROM datapoints_60 AS rows WHERE ${range}
      GROUP BY metric_id, window`);
    return;
  }
  await telemetry.execute(sql`
    INSERT INTO datapoints_3600 (${writtenColumns})
    SELECT metric_id, toStartOfInterval(rows.timestamp, INTERVAL 3600 SECOND) AS window,
      sum(rows.sample_count), sum(rows.sum), min(rows.minimum), max(rows.maximum),
      sumMap(rows.histogram), toUInt32(${version})
    FROM datapoints_300 AS rows FINAL WHERE ${range}
    GROUP BY metric_id, window`);
}

export interface DatapointInstants {
  /** Of the first datapoint at or behind each instant that was asked for; epoch milliseconds. */
  readonly firsts: readonly (number | undefined)[];
  readonly last: number | undefined;
}

/** Where there are datapoints before `to`, so that a pause is skipped, not read. */
export async function datapointInstants(
  telemetry: Telemetry,
  froms: readonly number[],
  to: number,
): Promise<DatapointInstants> {
  const firsts = froms.map((from) => sql`minOrNullIf(instant, instant >= ${Math.floor(from / 1_000)})`);
  const [row] = await telemetry.query<{ firsts: readonly (number | null)[]; last: number | null }>(sql`
    SELECT [${joinSql(firsts, ", ")}] AS firsts, maxOrNull(instant) AS last
    FROM (
      SELECT toUnixTimestamp(timestamp) AS instant FROM datapoints_60
      WHERE timestamp >= ${seconds(Math.max(0, Math.min(...froms)))} AND timestamp < ${seconds(to)}
    )`);
  const epochMs = (instant: number | null | undefined) =>
    typeof instant === "number" ? instant * 1_000 : undefined;
  return { firsts: froms.map((_, index) => epochMs(row?.firsts[index])), last: epochMs(row?.last) };
}
