// Log events of groups with a key, one by one: their places, and all that comes from their texts, sealed.
import { defineTable } from "../table.ts";
import { arrivalIndex, eventLayout, eventPlaces, streamIndex } from "./log-events.ts";

/** There is no index over texts: it would tell their words. */
export const logEventsSealed = defineTable({
  name: "log_events_sealed",
  columns: {
    ...eventPlaces,
    /** Which data key of the group has sealed the event. */
    data_key: { type: "UInt32" },
    /** A nonce, the ciphertext of `sealed-texts.ts` and a tag; it has no pattern that could be compressed. */
    sealed: { type: "String", codec: "NONE" },
  },
  indexes: [streamIndex, arrivalIndex],
  ...eventLayout,
});
