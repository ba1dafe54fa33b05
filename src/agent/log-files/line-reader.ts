// The bytes of a log file on their way to events: lines, however they are cut, with the place behind each.
import type { CollectedFiles } from "../../core/log-files/collect-list.ts";
import {
  createEventSplitter,
  type EventSplitter,
  type FileEvent,
} from "../../core/log-files/event-splitter.ts";

/** A line without an end is cut here. */
const lineBytes = 1_048_576;

export class LineReader {
  readonly #decoder: InstanceType<typeof TextDecoder>;
  readonly #splitter: EventSplitter;
  /** The beginning of a line whose end has not come yet. */
  #rest: Buffer = Buffer.alloc(0);
  #offset: number;

  /** `offset`: where in the file the first bytes will come from. */
  constructor(entry: CollectedFiles, offset: number) {
    this.#decoder = new TextDecoder(entry.encoding);
    this.#splitter = createEventSplitter(entry);
    this.#offset = offset;
  }

  /** Where in the file to read on. */
  get offset(): number {
    return this.#offset;
  }

  /** The events that are complete with these bytes. */
  take(bytes: Buffer, now: number): readonly FileEvent[] {
    const start = this.#offset - this.#rest.length;
    const all = Buffer.concat([this.#rest, bytes]);
    this.#offset += bytes.length;
    const events: FileEvent[] = [];
    let from = behindHole(all, 0);
    for (let end = all.indexOf(0x0a, from); end >= 0; end = all.indexOf(0x0a, from)) {
      events.push(...this.#line(all.subarray(from, end), start + end + 1, now));
      from = behindHole(all, end + 1);
    }
    this.#rest = all.subarray(from);
    return this.#rest.length > lineBytes ? [...events, ...this.endLine(now)] : events;
  }

  /** Takes what there is of the last line for the whole of it. */
  endLine(now: number): readonly FileEvent[] {
    const bytes = this.#rest;
    this.#rest = Buffer.alloc(0);
    return bytes.length === 0 ? [] : this.#line(bytes, this.#offset, now);
  }

  /** The event whose lines wait for more of it. */
  flush(now: number): readonly FileEvent[] {
    const event = this.#splitter.flush(now);
    return event === undefined ? [] : [event];
  }

  #line(bytes: Buffer, end: number, now: number): readonly FileEvent[] {
    const text = this.#decoder.decode(bytes).replace(/\r$/, "");
    const event = this.#splitter.line(text, end, now);
    return event === undefined ? [] : [event];
  }
}

/** A program that goes on at its place in a file that was emptied leaves zeros before it. */
function behindHole(bytes: Buffer, from: number): number {
  let place = from;
  while (bytes[place] === 0) place += 1;
  return place;
}
