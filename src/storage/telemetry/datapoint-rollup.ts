// The statements that roll datapoints up, each safe to be run again.
import { bucketSql } from "../../core/metrics/histogram.ts";
import { rawSql, sql, type Sql } from "../../core/sql.ts";
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

/**
 * The instant of the first datapoint in `[from, to)`, undefined when there is none: a pause is skipped, not
 * read.
 */
export async function firstDatapointAt(
  telemetry: Telemetry,
  from: number,
  to: number,
): Promise<number | undefined> {
  const [row] = await telemetry.query<{ rows: string; first: number }>(sql`
    SELECT count() AS rows, toUnixTimestamp(min(timestamp)) AS first FROM datapoints_60
    WHERE timestamp >= ${seconds(Math.max(0, from))} AND timestamp < ${seconds(to)}`);
  return row === undefined || Number(row.rows) === 0 ? undefined : row.first * 1_000;
}
