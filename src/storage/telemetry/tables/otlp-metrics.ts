// Metrics that came as OTLP: which labels a series has, and its samples as they came.
import { defineTable } from "../table.ts";

export const otlpSeries = defineTable({
  name: "otlp_series",
  columns: {
    world: { type: "UInt32" },
    /** The label `__name__`, by which nearly every query asks. */
    name: { type: "LowCardinality(String)" },
    series_id: { type: "UInt64" },
    labels: { type: "Map(LowCardinality(String), String)" },
    last_seen_at: { type: "DateTime64(3)" },
  },
  engine: "ReplacingMergeTree",
  versionColumn: "last_seen_at",
  partitionBy: "tuple()",
  orderBy: "(world, name, series_id)",
  // Samples may be of 14 days before they came, and series are noted some minutes apart.
  expiresAt: "toDateTime(last_seen_at) + toIntervalDay(16)",
  shardBy: "series_id",
});

/** For 15 days: a day longer than samples may be old when they come. */
export const otlpSamples = defineTable({
  name: "otlp_samples",
  columns: {
    series_id: { type: "UInt64", codec: "Delta, ZSTD(1)" },
    timestamp: { type: "DateTime64(3)", codec: "Delta, ZSTD(1)" },
    value: { type: "Float64" },
  },
  engine: "MergeTree",
  partitionBy: "toDate(timestamp)",
  orderBy: "(series_id, timestamp)",
  expiresAt: "toDateTime(timestamp) + toIntervalDay(15)",
  shardBy: "series_id",
});
