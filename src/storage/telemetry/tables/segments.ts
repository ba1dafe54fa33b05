// X-Ray segments: the document as it came, with the columns that searches need.
import { defineTable } from "../table.ts";

export const segments = defineTable({
  name: "segments",
  columns: {
    world: { type: "UInt32" },
    /** `1-8hex-24hex`; the first part is the trace's start, so this is nearly an order of time. */
    trace_id: { type: "String" },
    segment_id: { type: "String" },
    parent_id: { type: "String" },
    name: { type: "LowCardinality(String)" },
    started_at: { type: "DateTime64(6)", codec: "Delta, ZSTD(1)" },
    /** Seconds; negative while the segment is in progress. */
    duration: { type: "Float64" },
    received_at: { type: "DateTime64(3)", codec: "Delta, ZSTD(1)" },
    /** Bits: 1 error, 2 fault, 4 throttle, 8 in progress. */
    flags: { type: "UInt8" },
    http_status: { type: "UInt16" },
    http_method: { type: "LowCardinality(String)" },
    http_url: { type: "String" },
    annotations: { type: "Map(LowCardinality(String), String)" },
    number_annotations: { type: "Map(LowCardinality(String), Float64)" },
    document: { type: "String", codec: "ZSTD(3)" },
  },
  materialized: {
    annotation_items: {
      type: "Array(String)",
      expression: "arrayMap((k, v) -> concat(k, '=', v), mapKeys(annotations), mapValues(annotations))",
    },
  },
  indexes: [
    "INDEX starts started_at TYPE minmax GRANULARITY 1",
    "INDEX annotation_tokens annotation_items TYPE bloom_filter(0.01) GRANULARITY 1",
  ],
  engine: "MergeTree",
  partitionBy: "toDate(started_at)",
  orderBy: "(world, trace_id, started_at)",
  expiresAt: "toDateTime(started_at) + toIntervalDay(30)",
  // Documents are read by trace, a few at a time: in small granules a trace does not unpack 8,192 of them.
  settings: { index_granularity: 1024 },
  shardBy: "cityHash64(trace_id)",
});
