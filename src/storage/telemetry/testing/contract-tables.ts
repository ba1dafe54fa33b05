// Tables of the contract suite: one with every column type, one with partitions and expiry.
import { defineTable } from "../table.ts";

export const contractTables = {
  every_type: defineTable({
    name: "every_type",
    columns: {
      run: { type: "UInt32" },
      position: { type: "UInt16" },
      tiny: { type: "UInt8" },
      huge: { type: "UInt64" },
      single: { type: "Float32" },
      double: { type: "Float64" },
      second: { type: "DateTime" },
      millisecond: { type: "DateTime64(3)", codec: "Delta, ZSTD(1)" },
      microsecond: { type: "DateTime64(6)" },
      text: { type: "String" },
      word: { type: "LowCardinality(String)" },
      list: { type: "Array(String)" },
      counts: { type: "Array(UInt32)" },
      labels: { type: "Map(LowCardinality(String), String)" },
      numbers: { type: "Map(LowCardinality(String), Float64)" },
      histogram: { type: "Map(Int16, Float64)" },
    },
    materialized: { doubled: { type: "UInt32", expression: "position * 2" } },
    engine: "MergeTree",
    partitionBy: "tuple()",
    orderBy: "(run, position)",
    shardBy: "run",
  }),
  daily: defineTable({
    name: "daily",
    columns: {
      writer: { type: "UInt32" },
      timestamp: { type: "DateTime64(3)" },
      sequence: { type: "UInt64" },
    },
    engine: "MergeTree",
    partitionBy: "toDate(timestamp)",
    orderBy: "(writer, sequence)",
    expiresAt: "toDateTime(timestamp) + toIntervalDay(10)",
    shardBy: "writer",
  }),
  registry: defineTable({
    name: "registry",
    columns: { name: { type: "String" }, seen_at: { type: "DateTime64(3)" } },
    engine: "ReplacingMergeTree",
    versionColumn: "seen_at",
    partitionBy: "tuple()",
    orderBy: "name",
    expiresAt: "toDateTime(seen_at) + toIntervalDay(10)",
    shardBy: "cityHash64(name)",
  }),
} as const;
