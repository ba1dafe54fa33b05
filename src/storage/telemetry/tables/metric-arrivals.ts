// Which minutes of which series had data, in the order of its arrival, where a metric stream wants to know.
import { defineTable } from "../table.ts";

export const metricArrivals = defineTable({
  name: "metric_arrivals",
  columns: {
    world: { type: "UInt32" },
    sequence: { type: "UInt64", codec: "Delta, ZSTD(1)" },
    arrived_at: { type: "DateTime", codec: "Delta, ZSTD(1)" },
    metric_id: { type: "UInt64" },
    /** The start of the minute that the data is of. */
    minute: { type: "DateTime", codec: "Delta, ZSTD(1)" },
  },
  engine: "MergeTree",
  partitionBy: "toDate(arrived_at)",
  orderBy: "(world, sequence)",
  // A stream that could not deliver for a day begins to lose what is older.
  expiresAt: "arrived_at + toIntervalDay(2)",
  shardBy: "world",
});
