// Datapoints by resolution: as they came, per minute, per five minutes and per hour, each with its own
// retention.
import { defineTable } from "../table.ts";

/**
 * One statistic set of one metric. A row of a single value (`sample_count` 1) stores only `sum`: `minimum`,
 * `maximum` and `histogram` are 0 and empty, and readers put `sum` in their place. It makes such rows three
 * times cheaper.
 */
const valueColumns = {
  sample_count: { type: "Float64" },
  sum: { type: "Float64" },
  minimum: { type: "Float64" },
  maximum: { type: "Float64" },
  histogram: { type: "Map(Int16, Float64)" },
} as const;

const keyColumns = {
  metric_id: { type: "UInt64", codec: "Delta, ZSTD(1)" },
  timestamp: { type: "DateTime", codec: "Delta, ZSTD(1)" },
} as const;

/**
 * Everything of the last three hours at its own resolution (1 second for high-resolution metrics), by time.
 */
export const recentDatapoints = defineTable({
  name: "recent_datapoints",
  columns: { ...keyColumns, resolution_seconds: { type: "UInt8" }, ...valueColumns },
  engine: "MergeTree",
  partitionBy: "toStartOfHour(timestamp)",
  orderBy: "(timestamp, metric_id)",
  expiresAt: "timestamp + toIntervalHour(3)",
  shardBy: "metric_id",
});

/** By minute for 15 days. */
export const datapoints60 = defineTable({
  name: "datapoints_60",
  columns: { ...keyColumns, resolution_seconds: { type: "UInt8" }, ...valueColumns },
  engine: "MergeTree",
  partitionBy: "toDate(timestamp)",
  orderBy: "(metric_id, timestamp)",
  expiresAt: "timestamp + toIntervalDay(15)",
  shardBy: "metric_id",
});

const rollupColumns = { ...keyColumns, ...valueColumns, version: { type: "UInt32" } } as const;

/** Five minutes for 63 days; a window that is computed again replaces itself by `version`. */
export const datapoints300 = defineTable({
  name: "datapoints_300",
  columns: rollupColumns,
  engine: "ReplacingMergeTree",
  versionColumn: "version",
  partitionBy: "toMonday(timestamp)",
  orderBy: "(metric_id, timestamp)",
  expiresAt: "timestamp + toIntervalDay(63)",
  shardBy: "metric_id",
});

/** Hours for 455 days. */
export const datapoints3600 = defineTable({
  name: "datapoints_3600",
  columns: rollupColumns,
  engine: "ReplacingMergeTree",
  versionColumn: "version",
  partitionBy: "toYYYYMM(timestamp)",
  orderBy: "(metric_id, timestamp)",
  expiresAt: "timestamp + toIntervalDay(455)",
  shardBy: "metric_id",
});
