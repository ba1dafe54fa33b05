// Log events of groups with a key: as log events, with every text that comes from them sealed.
import { defineTable } from "../table.ts";
import { eventLayout, eventPlaces, streamIndex } from "./log-events.ts";

/** What is sealed has no pattern that could be compressed. */
const sealed = { type: "String", codec: "NONE" } as const;

/**
 * A sealed text is a nonce, the ciphertext and a tag (`storage/encryption/envelope.ts`), and empty where the
 * text is. There is no index over texts: it would tell their words.
 */
export const logEventsSealed = defineTable({
  name: "log_events_sealed",
  columns: {
    ...eventPlaces,
    /** Which data key of the group has sealed the event. */
    data_key: { type: "UInt32" },
    message: sealed,
    transformed: sealed,
    unmasked: sealed,
    /** The map as JSON. */
    indexed: sealed,
  },
  indexes: [streamIndex],
  ...eventLayout,
});
