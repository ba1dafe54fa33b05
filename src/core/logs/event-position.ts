// Where a log event stands in its group: the identifiers and page tokens that clients carry.

/** Events of a group are ordered by time, then by arrival. `timestamp` is epoch milliseconds. */
export interface EventPosition {
  readonly timestamp: number;
  readonly sequence: bigint;
}

const timestampDigits = 14;
const sequenceDigits = 20;
const padDigits = 22;

/**
 * The 56 digits of an event's id, which sort as events do: 22 of the time, 14 zeros for the look of AWS's,
 * and
 * 20 of the sequence.
 */
export function eventIdOf({ timestamp, sequence }: EventPosition): string {
  const time = String(timestamp).padStart(timestampDigits, "0");
  return `${time}${"0".repeat(padDigits)}${String(sequence).padStart(sequenceDigits, "0")}`;
}

/** Undefined for a text that is no id of ours. */
export function positionOfEventId(eventId: string): EventPosition | undefined {
  if (!/^\d{56}$/.test(eventId)) return undefined;
  return {
    timestamp: Number(eventId.slice(0, timestampDigits)),
    sequence: BigInt(eventId.slice(timestampDigits + padDigits)),
  };
}

/** A reader goes on strictly behind the position (`f`) or strictly before it (`b`). */
export interface PageToken {
  readonly direction: "forward" | "backward";
  readonly position: EventPosition;
}

/** GetLogEvents's tokens look like AWS's: `f/` or `b/`, an id, and `/s`. */
export function printPageToken({ direction, position }: PageToken): string {
  return `${direction === "forward" ? "f" : "b"}/${eventIdOf(position)}/s`;
}

export function parsePageToken(token: string): PageToken | undefined {
  const parts = /^([fb])\/(\d{56})\/s$/.exec(token);
  const position = positionOfEventId(parts?.[2] ?? "");
  if (position === undefined) return undefined;
  return { direction: parts?.[1] === "f" ? "forward" : "backward", position };
}
