// Log events of groups with a key, many in a row: their places, and all of their texts, packed and sealed.
import { defineTable } from "../table.ts";
import { eventLayout, eventPlaces, streamIndex } from "./log-events.ts";

/** The events of a block came in one call, and are of one stream and one day: they expire together. */
export const logEventsSealedBlocks = defineTable({
  name: "log_events_sealed_blocks",
  columns: {
    /** The timestamp is the earliest of the block, the sequence number that of its first event. */
    ...eventPlaces,
    last_at: { type: "DateTime64(3)", codec: "Delta, ZSTD(1)" },
    /** How many milliseconds each event is later than the earliest, in the order of sequence numbers. */
    offsets: { type: "Array(UInt32)", codec: "Delta(4), ZSTD(1)" },
    /** Which data key of the group has sealed the block. */
    data_key: { type: "UInt32" },
    /** A nonce, the ciphertext of `sealed-blocks/pack-texts.ts` and a tag. */
    sealed: { type: "String", codec: "NONE" },
  },
  indexes: [streamIndex],
  ...eventLayout,
  expiresAt: "toDateTime(last_at) + toIntervalDay(retention_days)",
  /**
   * Blocks that are read together are opened together, so these shall be few. Of a compact part the engine
   * does not know the sizes of columns, and reads all of it.
   * https://clickhouse.com/docs/operations/settings/merge-tree-settings#min_bytes_for_wide_part
   */
  settings: { index_granularity_bytes: 512 * 1024, min_bytes_for_wide_part: 1024 * 1024 },
});
