// Events as they were put on an event bus.
import { defineTable } from "../table.ts";

export const busEvents = defineTable({
  name: "bus_events",
  columns: {
    world: { type: "UInt32" },
    bus: { type: "LowCardinality(String)" },
    timestamp: { type: "DateTime64(3)", codec: "Delta, ZSTD(1)" },
    sequence: { type: "UInt64", codec: "Delta, ZSTD(1)" },
    received_at: { type: "DateTime64(3)", codec: "Delta, ZSTD(1)" },
    event_id: { type: "String" },
    source: { type: "LowCardinality(String)" },
    detail_type: { type: "LowCardinality(String)" },
    resources: { type: "Array(String)" },
    /** The whole event as JSON, as a target would receive it. */
    event: { type: "String", codec: "ZSTD(3)" },
  },
  indexes: [
    "INDEX ids event_id TYPE bloom_filter(0.01) GRANULARITY 1",
    "INDEX resource_names resources TYPE bloom_filter(0.01) GRANULARITY 1",
  ],
  engine: "MergeTree",
  partitionBy: "toDate(received_at)",
  orderBy: "(world, bus, received_at, sequence)",
  expiresAt: "toDateTime(received_at) + toIntervalDay(30)",
  shardBy: "cityHash64(world, bus)",
});
