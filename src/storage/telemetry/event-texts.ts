// Log events as whoever subscribed to them gets them, outside the heap: JSON texts one behind the other.
import { eventIdOf } from "../../core/logs/event-position.ts";
import type { SubscriptionEvent } from "../../core/logs/subscription-payload.ts";

/** The events of one batch, as `SubscriptionEvent`s in JSON with commas between them. */
export interface EventTexts {
  readonly bytes: Buffer;
  /** Where each text ends; the next one begins behind a comma. */
  readonly ends: Uint32Array;
}

/**
 * Thousands of events wait for half a second until they are sent. As objects they would be copied by the
 * garbage collector, as one buffer they are not, and the payload needs no more than a copy of it.
 */
export function encodeEvents(
  events: readonly { readonly timestamp: number; readonly message: string }[],
  sequences: readonly bigint[],
): EventTexts {
  let text = "";
  const ends = new Uint32Array(events.length);
  for (const [index, { timestamp, message }] of events.entries()) {
    const id = eventIdOf({ timestamp, sequence: sequences[index] ?? 0n });
    text += `${index === 0 ? "" : ","}{"id":"${id}","timestamp":${timestamp},"message":${quoted(message)}}`;
    ends[index] = text.length;
  }
  const bytes = Buffer.from(text);
  return { bytes, ends: bytes.length === text.length ? ends : byteEnds(text, ends) };
}

/** Neither quotes, backslashes and control characters nor halves of pairs, which are escaped. */
const needsNoEscapes = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** As `JSON.stringify`, which takes four times as long for a text that needs no escapes. */
function quoted(text: string): string {
  return needsNoEscapes.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** What ends in letters come to in bytes. */
function byteEnds(text: string, ends: Uint32Array): Uint32Array {
  let from = 0;
  let bytes = 0;
  return ends.map((end) => {
    bytes += Buffer.byteLength(text.slice(from, end));
    from = end;
    return bytes;
  });
}

/** From the beginning of one text to the end of another. */
export function textRange({ bytes, ends }: EventTexts, first: number, last = first): Buffer {
  return bytes.subarray(first === 0 ? 0 : (ends[first - 1] ?? 0) + 1, ends[last]);
}

export function decodeEvent(texts: EventTexts, index: number): SubscriptionEvent {
  return JSON.parse(textRange(texts, index).toString()) as SubscriptionEvent;
}

/** The places, in their order, of the events of `[from, to)` whose texts may contain a needle. */
export function* eventsWith(
  texts: EventTexts,
  needle: string,
  from: number,
  to: number,
): Generator<number, void, undefined> {
  const wanted = JSON.stringify(needle).slice(1, -1);
  for (let index = from; index < to; index++) {
    const found = texts.bytes.indexOf(wanted, index === 0 ? 0 : (texts.ends[index - 1] ?? 0) + 1);
    if (found < 0) return;
    while (index < to && (texts.ends[index] ?? 0) <= found) index++;
    if (index < to) yield index;
  }
}
