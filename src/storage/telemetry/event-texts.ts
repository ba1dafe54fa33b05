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
  const texts = events.map(({ timestamp, message }, index) => {
    const id = eventIdOf({ timestamp, sequence: sequences[index] ?? 0n });
    return `{"id":"${id}","timestamp":${timestamp},"message":${JSON.stringify(message)}}`;
  });
  const bytes = Buffer.from(texts.join(","));
  const ends = new Uint32Array(texts.length);
  let end = -1;
  for (const [index, text] of texts.entries()) {
    end += 1 + Buffer.byteLength(text);
    ends[index] = end;
  }
  return { bytes, ends };
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
