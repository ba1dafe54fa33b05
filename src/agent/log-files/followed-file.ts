// One log file that is read as it grows, and forgotten when it has been read to its end and replaced.
import { open, type FileHandle } from "node:fs/promises";
import type { Clock } from "../../core/clock.ts";
import type { FileEvent } from "../../core/log-files/event-splitter.ts";
import { firstBatch, type Destination, type EventSender } from "./event-sender.ts";
import { adoptCopy } from "./copied-file.ts";
import { foundFile, type FoundFile } from "./find-files.ts";
import { bears, headOf, markOf, maximumBytes, tailOf, type Mark } from "./fingerprint.ts";
import { LineReader } from "./line-reader.ts";
import type { Positions, SendingBatch } from "./positions.ts";

const limits = {
  readBytes: 262_144,
  /** Events that are held at once; the file is read on when they are stored. */
  heldEvents: 5_000,
  /** Of what was read last: what is still there was not written anew. */
  keptBytes: 256,
  /** How long lines wait for others that belong to them. */
  continuationMs: 5_000,
} as const;

export interface FollowParts {
  readonly clock: Clock;
  readonly positions: Positions;
  readonly sender: EventSender;
  /** Hears that the rest of a file is in a copy, which is known from now on. */
  readonly onCopied: () => void;
}

/** A file with the path under which it was found first. */
export type FileToFollow = FoundFile & { readonly foundAs: string };

/**
 * Goes on where the last run stopped; a file that is not known is read from its beginning.
 * @returns undefined when another file has taken its place since it was found.
 */
export async function followFile(
  file: FileToFollow,
  destination: Destination,
  parts: FollowParts,
): Promise<FollowedFile | undefined> {
  const handle = await open(file.path, "r");
  const followed = new FollowedFile(file, destination, parts, handle);
  try {
    if (foundFile(file.path, await handle.stat()).key !== file.key) {
      await handle.close();
      return undefined;
    }
    await followed.resume();
    return followed;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export class FollowedFile {
  readonly key: string;
  readonly #foundAs: string;
  readonly #destination: Destination;
  readonly #parts: FollowParts;
  readonly #handle: FileHandle;
  #path: string;
  /** Everything before this byte is stored. */
  #stored = 0;
  #lines: LineReader;
  /** The last bytes before that which is read next. */
  #kept: Buffer = Buffer.alloc(0);
  #grewAt: number;
  /** How it was when everything of it had been read. */
  #readAs: FoundFile | undefined;
  /** Whether a batch failed: it may have been put all the same. */
  #isInDoubt = false;
  /** Read, and not known to be stored. */
  #unsent: readonly FileEvent[] = [];
  /** What was read of a file that has been emptied since then: these events are nowhere else. */
  #left: readonly FileEvent[] = [];
  /** The first of those, when it is not known whether they were put. */
  #doubt: { readonly sending: SendingBatch; readonly events: number } | undefined;

  constructor(file: FileToFollow, destination: Destination, parts: FollowParts, handle: FileHandle) {
    this.key = file.key;
    this.#foundAs = file.foundAs;
    this.#path = file.path;
    this.#destination = destination;
    this.#parts = parts;
    this.#handle = handle;
    this.#lines = new LineReader(destination.entry, 0);
    this.#grewAt = parts.clock.now();
  }

  /** Where it was when it was read last. */
  get path(): string {
    return this.#path;
  }

  /** Finds the place behind what is stored, asking the server about a batch of which that is not known. */
  async resume(): Promise<void> {
    const { positions, sender } = this.#parts;
    const known = positions.get(this.key);
    if (known === undefined || !(await bears(this.#handle, known))) {
      if (known !== undefined) await this.#adoptCopy();
      // From now on it is known, even if it is renamed before anything of it was put.
      await this.#remember(await this.#markAt(0));
      this.#readFrom(0);
      return;
    }
    const { sending } = known;
    const wasPut = sending !== undefined && (await sender.wasPut(sending));
    const offset = wasPut ? sending.to : known.offset;
    if (sending !== undefined) await this.#remember(await this.#markAt(offset));
    this.#readFrom(offset);
  }

  /** Reads what there is and puts it; `isReplaced` when nothing more will be written to it. */
  async readOn(file: FoundFile, isReplaced: boolean): Promise<void> {
    this.#path = file.path;
    const { size, modifiedMs } = file;
    const isUntouched = this.#readAs?.size === size && this.#readAs.modifiedMs === modifiedMs;
    if (!isUntouched && (size < this.#lines.offset || !(await this.#isSame()))) await this.#beginAnew();
    else if (this.#isInDoubt) await this.resume();
    this.#isInDoubt = false;
    try {
      await this.#putLeft();
      const events = isUntouched ? [] : await this.#readToEnd();
      await this.#putAll([...events, ...this.#lastEvents(isReplaced)]);
      await this.#rememberHead();
      this.#readAs = file;
    } catch (error) {
      this.#readAs = undefined;
      this.#isInDoubt = true;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Of a file that was emptied and written anew: what of it is not stored is in a copy, or nowhere else. */
  async #beginAnew(): Promise<void> {
    const { clock, positions } = this.#parts;
    const now = clock.now();
    const sending = positions.get(this.key)?.sending;
    if (!(await this.#adoptCopy())) {
      if (sending !== undefined) this.#doubt = { sending, events: firstBatch(this.#unsent).length };
      this.#left = [...this.#left, ...this.#unsent, ...this.#lines.endLine(now), ...this.#lines.flush(now)];
    }
    await this.#remember(await this.#markAt(0));
    this.#readFrom(0);
  }

  async #adoptCopy(): Promise<boolean> {
    const { clock, positions, onCopied } = this.#parts;
    const read = this.#kept.length === 0 ? undefined : markOf(this.#kept, this.#lines.offset);
    const isCopied = await adoptCopy(positions, this.key, clock.now(), read);
    if (isCopied) onCopied();
    return isCopied;
  }

  /** Whether what was read is still there. */
  async #isSame(): Promise<boolean> {
    const known = this.#parts.positions.get(this.key);
    const kept = this.#kept;
    if (kept.length === 0) return known === undefined || bears(this.#handle, known);
    const there = Buffer.alloc(kept.length);
    const { bytesRead } = await this.#handle.read(there, 0, kept.length, this.#lines.offset - kept.length);
    return bytesRead === kept.length && there.equals(kept);
  }

  /** Nothing more is read before that: so there is never more left than is held at once. */
  async #putLeft(): Promise<void> {
    const { sender } = this.#parts;
    while (this.#left.length > 0) {
      const batch = this.#left.slice(0, this.#doubt?.events ?? firstBatch(this.#left).length);
      const wasPut = this.#doubt !== undefined && (await sender.wasPut(this.#doubt.sending));
      if (!wasPut) {
        const sending = this.#sendingOf(batch);
        if (sending !== undefined) this.#doubt = { sending, events: batch.length };
        await sender.put(this.#destination, batch);
      }
      this.#doubt = undefined;
      this.#left = this.#left.slice(batch.length);
    }
  }

  #readFrom(offset: number): void {
    this.#stored = offset;
    this.#readAs = undefined;
    this.#unsent = [];
    this.#kept = Buffer.alloc(0);
    this.#lines = new LineReader(this.#destination.entry, offset);
    this.#grewAt = this.#parts.clock.now();
  }

  /** Puts what is too much to hold, and gives the rest. */
  async #readToEnd(): Promise<readonly FileEvent[]> {
    const { clock } = this.#parts;
    const lines = this.#lines;
    const buffer = Buffer.alloc(limits.readBytes);
    let events: FileEvent[] = [];
    for (;;) {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, lines.offset);
      if (bytesRead === 0) return events;
      this.#grewAt = clock.now();
      const bytes = buffer.subarray(0, bytesRead);
      this.#kept = Buffer.concat([this.#kept, bytes.subarray(-limits.keptBytes)]).subarray(-limits.keptBytes);
      events.push(...lines.take(bytes, clock.now()));
      if (events.length < limits.heldEvents) continue;
      await this.#putAll(events);
      events = [];
    }
  }

  /** Those that nothing more belongs to. The last line of a file that was rotated away may have no end. */
  #lastEvents(isReplaced: boolean): readonly FileEvent[] {
    const now = this.#parts.clock.now();
    const isOver = isReplaced || now - this.#grewAt >= limits.continuationMs;
    const isEnded = isReplaced || (isOver && this.#path !== this.#foundAs);
    return [...(isEnded ? this.#lines.endLine(now) : []), ...(isOver ? this.#lines.flush(now) : [])];
  }

  async #putAll(given: readonly FileEvent[]): Promise<void> {
    this.#unsent = given;
    while (this.#unsent.length > 0) {
      const batch = firstBatch(this.#unsent);
      await this.#put(batch);
      this.#unsent = this.#unsent.slice(batch.length);
    }
  }

  /** The place is written before the batch is put: after a crash the server is asked whether it was put. */
  async #put(batch: readonly FileEvent[]): Promise<void> {
    const to = batch.at(-1)?.end ?? this.#stored;
    const sending = this.#sendingOf(batch);
    if (sending !== undefined) {
      await this.#remember(await this.#markAt(this.#stored, to), sending);
      await this.#parts.sender.put(this.#destination, batch);
    }
    this.#stored = to;
    await this.#remember(await this.#markAt(to));
  }

  /** Undefined when there is nothing to put: all of the batch is filtered. */
  #sendingOf(batch: readonly FileEvent[]): SendingBatch | undefined {
    const first = batch.find(({ message }) => message !== "");
    if (first === undefined) return undefined;
    const { logGroupName, logStreamName } = this.#destination;
    const { timestamp: firstAt, message: firstMessage } = first;
    const to = batch.at(-1)?.end ?? this.#stored;
    return { to, logGroupName, logStreamName, sentAt: this.#parts.clock.now(), firstAt, firstMessage };
  }

  #remember(mark: Mark, sending?: SendingBatch): Promise<void> {
    const { positions, clock } = this.#parts;
    const place = { ...mark, foundAs: this.#foundAs, path: this.#path, seenAt: clock.now() };
    return positions.set(this.key, sending === undefined ? place : { ...place, sending });
  }

  /** Lines that are read wait to be put: a copy that is made meanwhile is known by them as well. */
  async #rememberHead(): Promise<void> {
    const known = this.#parts.positions.get(this.key);
    const bytes = Math.min(maximumBytes, this.#lines.offset);
    if (known === undefined || known.head.bytes >= bytes) return;
    await this.#remember(await this.#markAt(this.#stored, bytes));
  }

  /** `to`: as far as its first bytes are known to be the same. */
  async #markAt(offset: number, to = offset): Promise<Mark> {
    const [head, tail] = [await headOf(this.#handle, to), await tailOf(this.#handle, offset)];
    return { offset, head, tail };
  }
}
