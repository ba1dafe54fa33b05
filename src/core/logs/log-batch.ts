// Which events of a PutLogEvents batch are stored and which are reported back.
import { logLimits } from "./limits.ts";

export interface InputLogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Indexes as in `RejectedLogEventsInfo`: ends are exclusive, the start is inclusive. */
export interface RejectedRange {
  readonly tooOldLogEventEndIndex?: number;
  readonly expiredLogEventEndIndex?: number;
  readonly tooNewLogEventStartIndex?: number;
}

export type BatchOutcome<Event> =
  | {
      readonly kind: "accepted";
      readonly events: readonly Event[];
      readonly rejected: RejectedRange | undefined;
    }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * A batch out of order, too large or spanning more than a day is refused whole; of an orderly one the events
 * that are too old, expired or too new are left out and reported.
 *
 * `now` in epoch milliseconds; `retentionDays` is undefined for a group that keeps its events for ever.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export function acceptBatch<Event extends InputLogEvent>(
  events: readonly Event[],
  now: number,
  retentionDays: number | undefined,
): BatchOutcome<Event> {
  if (!isChronological(events)) {
    return {
      kind: "refused",
      reason: "Log events in a single PutLogEvents request must be in chronological order.",
    };
  }
  if (isTooLarge(events)) {
    return {
      kind: "refused",
      reason: `Upload too large: ${batchBytes(events)} bytes exceeds limit of ${logLimits.batchBytes}`,
    };
  }
  const oldest = now - logLimits.pastMs;
  const expiry =
    retentionDays === undefined ? Number.NEGATIVE_INFINITY : now - retentionDays * logLimits.dayMs;
  const tooOldEnd = firstIndex(events, oldest);
  const expiredEnd = firstIndex(events, expiry);
  const tooNewStart = firstIndex(events, now + logLimits.futureMs + 1);
  const accepted = events.slice(Math.max(tooOldEnd, expiredEnd), tooNewStart);
  const first = accepted[0];
  const last = accepted.at(-1);
  if (first !== undefined && last !== undefined && last.timestamp - first.timestamp > logLimits.batchSpanMs) {
    return {
      kind: "refused",
      reason: "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    };
  }
  const rejected = {
    ...(tooOldEnd > 0 ? { tooOldLogEventEndIndex: tooOldEnd } : {}),
    ...(expiredEnd > tooOldEnd ? { expiredLogEventEndIndex: expiredEnd } : {}),
    ...(tooNewStart < events.length ? { tooNewLogEventStartIndex: tooNewStart } : {}),
  };
  return {
    kind: "accepted",
    events: accepted,
    rejected: Object.keys(rejected).length === 0 ? undefined : rejected,
  };
}

function isChronological(events: readonly InputLogEvent[]): boolean {
  let latest = Number.NEGATIVE_INFINITY;
  for (const { timestamp } of events) {
    if (timestamp < latest) return false;
    latest = timestamp;
  }
  return true;
}

/**
 * The size that AWS charges: UTF-8 bytes of the messages, and an overhead for each event. Whoever has a
 * faster measure of a text than the core can have hands it over.
 */
export function batchBytes(events: readonly InputLogEvent[], measure = utf8Bytes): number {
  let bytes = events.length * logLimits.eventOverheadBytes;
  for (const { message } of events) bytes += measure(message);
  return bytes;
}

/** Whether a batch is over the limit; most are told by their length alone, at three bytes a character. */
function isTooLarge(events: readonly InputLogEvent[]): boolean {
  let atMost = events.length * logLimits.eventOverheadBytes;
  for (const { message } of events) atMost += message.length * 3;
  return atMost > logLimits.batchBytes && batchBytes(events) > logLimits.batchBytes;
}

/** The length of a text in UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (isPair(unit, text.charCodeAt(index + 1))) {
      bytes += 4;
      index += 1;
    } else bytes += 3; // half a pair as well: it is written as U+FFFD
  }
  return bytes;
}

function isPair(high: number, low: number): boolean {
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}

/** The index of the first event at or after an instant, in events sorted by time. */
function firstIndex(events: readonly InputLogEvent[], instant: number): number {
  let index = 0;
  while (index < events.length && (events[index]?.timestamp ?? instant) < instant) index += 1;
  return index;
}
