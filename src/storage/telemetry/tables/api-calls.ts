// API calls: the CloudTrail record of every answered call, with the columns of its look-up attributes.
import { defineTable } from "../table.ts";

export const apiCalls = defineTable({
  name: "api_calls",
  columns: {
    world: { type: "UInt32" },
    /** Management, Data or Insight. */
    category: { type: "LowCardinality(String)" },
    called_at: { type: "DateTime64(3)", codec: "Delta, ZSTD(1)" },
    sequence: { type: "UInt64", codec: "Delta, ZSTD(1)" },
    event_id: { type: "String" },
    event_name: { type: "LowCardinality(String)" },
    event_source: { type: "LowCardinality(String)" },
    read_only: { type: "UInt8" },
    user_name: { type: "LowCardinality(String)" },
    access_key_id: { type: "LowCardinality(String)" },
    resource_types: { type: "Array(String)" },
    resource_names: { type: "Array(String)" },
    /** The whole record as JSON. */
    record: { type: "String", codec: "ZSTD(3)" },
  },
  indexes: [
    "INDEX ids event_id TYPE bloom_filter(0.01) GRANULARITY 1",
    "INDEX types resource_types TYPE bloom_filter(0.01) GRANULARITY 1",
    "INDEX names resource_names TYPE bloom_filter(0.01) GRANULARITY 1",
    "INDEX users user_name TYPE bloom_filter(0.01) GRANULARITY 1",
    "INDEX access_keys access_key_id TYPE bloom_filter(0.01) GRANULARITY 1",
    "INDEX operations event_name TYPE bloom_filter(0.01) GRANULARITY 1",
    "INDEX sources event_source TYPE bloom_filter(0.01) GRANULARITY 1",
  ],
  engine: "MergeTree",
  // Weeks, because a search for what is rare opens every part of the ninety days.
  partitionBy: "toMonday(called_at)",
  orderBy: "(world, category, called_at, sequence)",
  expiresAt: "toDateTime(called_at) + toIntervalDay(90)",
  // A page has 50 records, so granules are small: the rare match does not unpack 8,192 of them.
  settings: { index_granularity: 1024 },
  shardBy: "cityHash64(world)",
});
