// Brings events of any number and order into batches that PutLogEvents takes.
import { logLimits } from "./limits.ts";
import { utf8Bytes, type InputLogEvent } from "./log-batch.ts";

/** In the order of time; each batch within the limits of bytes, events and time of one call. */
export function splitBatches<Event extends InputLogEvent>(
  events: readonly Event[],
): readonly (readonly Event[])[] {
  const batches: Event[][] = [];
  let current: Event[] = [];
  let bytes = 0;
  for (const event of events.toSorted((one, other) => one.timestamp - other.timestamp)) {
    const size = utf8Bytes(event.message) + logLimits.eventOverheadBytes;
    const first = current[0]?.timestamp ?? event.timestamp;
    const fits =
      bytes + size <= logLimits.batchBytes &&
      current.length < logLimits.batchEvents &&
      event.timestamp - first <= logLimits.batchSpanMs;
    if (!fits && current.length > 0) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    current.push(event);
    bytes += size;
  }
  if (current.length > 0) batches.push(current);
  return batches;
}
