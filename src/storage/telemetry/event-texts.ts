// Log events that have arrived, outside the heap, and the JSON in which subscriptions get them.
import { eventIdOf } from "../../core/logs/event-position.ts";
import type { TextColumn } from "./text-column.ts";

/**
 * Thousands of events wait for half a second until they are sent. As objects they would be copied by the
 * garbage collector, as columns they are not.
 */
export interface ArrivedTexts {
  /** Epoch milliseconds. */
  readonly timestamps: Float64Array;
  /** They grow. */
  readonly sequences: BigUint64Array;
  readonly messages: TextColumn;
}

/** The places, in their order, of the events of `[from, to)` whose messages may contain a needle. */
export function* eventsWith(
  { messages: { bytes, starts, ends } }: ArrivedTexts,
  needle: Buffer,
  from: number,
  to: number,
): Generator<number, void, undefined> {
  for (let index = from; index < to; index++) {
    const found = bytes.indexOf(needle, starts[index]);
    if (found < 0) return;
    while (index < to && (ends[index] ?? 0) < found + needle.length) index++;
    if (index < to) yield index;
  }
}

/** Events that follow each other, from one place to another. */
export interface ArrivedRange {
  readonly texts: ArrivedTexts;
  readonly first: number;
  readonly last: number;
}

/** `SubscriptionEvent`s in JSON, with commas between them. */
export interface EventTexts {
  readonly bytes: Buffer;
  /** Where each text ends; the next one begins behind a comma. */
  readonly ends: Uint32Array;
}

/** From the beginning of one text to the end of another. */
export function textRange({ bytes, ends }: EventTexts, first: number, last: number = first): Buffer {
  return bytes.subarray(first === 0 ? 0 : (ends[first - 1] ?? 0) + 1, ends[last]);
}

/** The id of the event at a place. */
export function idOf(texts: EventTexts, index: number): string {
  return textRange(texts, index).toString("latin1", idAt, idAt + idDigits);
}

export function encodeEvents(ranges: readonly ArrivedRange[]): EventTexts {
  const events = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const messageBytes = ranges.reduce((sum, range) => sum + messageBytesOf(range), 0);
  const writer = new EventWriter(events * longestFrame + messageBytes);
  const ends = new Uint32Array(events);
  let written = 0;
  for (const range of ranges) {
    writer.begin(range);
    for (let index = range.first; index <= range.last; index++) ends[written++] = writer.add(index);
  }
  return { bytes: writer.written(), ends };
}

function messageBytesOf({ texts: { messages }, first, last }: ArrivedRange): number {
  return (messages.ends[last] ?? 0) - (messages.starts[first] ?? 0);
}

/** Where the id stands, behind `{"id":"`. */
const idAt = 7;
const idDigits = 56;

const blank = 0x20;
const quotation = 0x22;
const comma = 0x2c;
const zero = 0x30;
const nine = 0x39;
const backslash = 0x5c;
const closingBrace = 0x7d;

/** Of everything but the message. */
const longestFrame = 130;

/**
 * Two things are done by hand because calls into the runtime cost more: an event whose number follows that of
 * the event before it gets the same head with one digit changed, and messages are copied four bytes at a
 * time, as long as there is nothing among them that JSON escapes.
 */
class EventWriter {
  #bytes: Buffer;
  #target: DataView;
  #length = 0;
  #range: ArrivedRange | undefined;
  #source: DataView;
  /** Whether each event's number follows that of the one before it. */
  #isConsecutive = false;
  #headAt = 0;
  #headBytes = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
    this.#target = new DataView(this.#bytes.buffer);
    this.#source = this.#target;
  }

  /** Call it before events of another range are added. */
  begin(range: ArrivedRange): void {
    const { texts, first, last } = range;
    const { sequences, messages } = texts;
    const numbers = (sequences[last] ?? 0n) - (sequences[first] ?? 0n);
    this.#range = range;
    this.#source = messages.view;
    this.#isConsecutive = numbers === BigInt(last - first);
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** @returns where its text ends. */
  add(index: number): number {
    const range = this.#range;
    if (range === undefined) return this.#length;
    const { messages } = range.texts;
    const [start, end] = [messages.starts[index] ?? 0, messages.ends[index] ?? 0];
    this.#reserve(longestFrame + end - start);
    if (this.#length > 0) this.#bytes[this.#length++] = comma;
    this.#addHead(range, index);
    if (!this.#copyPlain(start, end)) this.#addText(JSON.stringify(messages.text(index)));
    this.#bytes[this.#length++] = closingBrace;
    return this.#length;
  }

  #addHead({ texts: { timestamps, sequences }, first }: ArrivedRange, index: number): void {
    const at = this.#length;
    const timestamp = timestamps[index] ?? 0;
    if (index > first && this.#isConsecutive && timestamp === timestamps[index - 1]) {
      this.#bytes.copyWithin(at, this.#headAt, this.#headAt + this.#headBytes);
      this.#length += this.#headBytes;
      let digit = at + idAt + idDigits - 1;
      while (this.#bytes[digit] === nine) this.#bytes[digit--] = zero;
      this.#bytes[digit] = (this.#bytes[digit] ?? 0) + 1;
    } else {
      const id = eventIdOf({ timestamp, sequence: sequences[index] ?? 0n });
      this.#addText(`{"id":"${id}","timestamp":${timestamp},"message":`);
    }
    this.#headAt = at;
    this.#headBytes = this.#length - at;
  }

  /** Leaves everything as it was, and returns false, when something must be escaped. */
  #copyPlain(start: number, end: number): boolean {
    const source = this.#source;
    const target = this.#target;
    let at = this.#length;
    target.setUint8(at++, quotation);
    let from = start;
    for (; from + 4 <= end; from += 4) {
      const word = source.getInt32(from, true);
      if (hasEscapable(word)) return false;
      target.setInt32(at, word, true);
      at += 4;
    }
    for (; from < end; from++) {
      const byte = source.getUint8(from);
      if (byte < blank || byte === quotation || byte === backslash) return false;
      target.setUint8(at++, byte);
    }
    target.setUint8(at++, quotation);
    this.#length = at;
    return true;
  }

  #addText(text: string): void {
    this.#reserve(text.length * 3 + longestFrame);
    this.#length += this.#bytes.write(text, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    this.#target = new DataView(grown.buffer);
  }
}

/**
 * Whether one of four bytes is a control character, a quotation mark or a backslash: what is less than a
 * value, or nothing, borrows from its highest bit.
 * https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
 */
function hasEscapable(word: number): boolean {
  const marked = word ^ 0x2222_2222;
  const slashed = word ^ 0x5c5c_5c5c;
  const found =
    ((word - 0x2020_2020) & ~word) |
    ((marked - 0x0101_0101) & ~marked) |
    ((slashed - 0x0101_0101) & ~slashed);
  return (found & 0x8080_8080) !== 0;
}
