// The metric registry: which namespace, name and dimensions a metric id stands for, and when it was last
// seen.
import { defineTable } from "../table.ts";

export const metrics = defineTable({
  name: "metrics",
  columns: {
    /** The number of the (account, region) pair. */
    world: { type: "UInt32" },
    namespace: { type: "LowCardinality(String)" },
    name: { type: "LowCardinality(String)" },
    /** Of the metric whatever its unit: the number of its series without a unit. */
    identity: { type: "UInt64" },
    /** Of the metric with this unit; data under another unit is another series. */
    metric_id: { type: "UInt64" },
    unit: { type: "LowCardinality(String)" },
    dimensions: { type: "Map(LowCardinality(String), String)" },
    last_seen_at: { type: "DateTime64(3)" },
  },
  engine: "ReplacingMergeTree",
  versionColumn: "last_seen_at",
  partitionBy: "tuple()",
  orderBy: "(world, namespace, name, identity, metric_id)",
  expiresAt: "toDateTime(last_seen_at) + toIntervalDay(455)",
  shardBy: "identity",
});
