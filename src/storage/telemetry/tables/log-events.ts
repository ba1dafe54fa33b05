// Log events: the message, a token bloom filter over it, and a small map of the group's indexed fields.
import { defineTable } from "../table.ts";

/**
 * The retention of a group that keeps its events for ever, in days: 2081; a larger one would wrap DateTime.
 */
export const neverExpireDays = 20_000;

/** Where an event belongs, whatever its text. */
export const eventPlaces = {
  /** Numbers from the control plane; a group that is deleted and made again has a new one. */
  group_id: { type: "UInt32" },
  stream_id: { type: "UInt32" },
  timestamp: { type: "DateTime64(3)", codec: "Delta, ZSTD(1)" },
  /** Unique and growing with arrival: milliseconds, node and counter. */
  sequence: { type: "UInt64", codec: "Delta, ZSTD(1)" },
  ingested_at: { type: "DateTime64(3)", codec: "Delta, ZSTD(1)" },
  /** The group's retention when the event arrived; reads apply the current one as well. */
  retention_days: { type: "UInt16" },
} as const;

/** Events are told apart by group and time, and go with their retention. */
export const eventLayout = {
  engine: "MergeTree",
  partitionBy: "(toDate(timestamp), retention_days)",
  orderBy: "(group_id, timestamp, sequence)",
  expiresAt: "toDateTime(timestamp) + toIntervalDay(retention_days)",
  shardBy: "cityHash64(group_id, stream_id)",
} as const;

/** Events are sorted by their own time: whoever follows a group reads what arrived in a second of it. */
export const arrivalIndex = "INDEX arrivals sequence TYPE minmax GRANULARITY 1";

export const streamIndex = "INDEX streams stream_id TYPE bloom_filter(0.01) GRANULARITY 1";

export const logEvents = defineTable({
  name: "log_events",
  columns: {
    ...eventPlaces,
    /** What readers see: sensitive data is masked here already. */
    message: { type: "String" },
    /** The event as its group's transformer made it, as JSON and masked; empty without one. */
    transformed: { type: "String" },
    /** The message as it came, where something in it is masked; else empty. */
    unmasked: { type: "String" },
    indexed: { type: "Map(LowCardinality(String), String)" },
  },
  indexes: [
    "INDEX message_tokens message TYPE tokenbf_v1(65536, 3, 0) GRANULARITY 1",
    streamIndex,
    arrivalIndex,
  ],
  ...eventLayout,
});
