// One log file that is read as it grows, and forgotten when it has been read to its end and replaced.
import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import type { Clock } from "../../core/clock.ts";
import type { FileEvent } from "../../core/log-files/event-splitter.ts";
import { firstBatch, type Destination, type EventSender } from "./event-sender.ts";
import type { FoundFile } from "./find-files.ts";
import { LineReader } from "./line-reader.ts";
import type { FileHead, Positions, SendingBatch } from "./positions.ts";

const limits = {
  readBytes: 262_144,
  /** Events that are held at once; the file is read on when they are stored. */
  heldEvents: 5_000,
  headBytes: 256,
  /** How long lines wait for others that belong to them. */
  continuationMs: 5_000,
} as const;

export interface FollowParts {
  readonly clock: Clock;
  readonly positions: Positions;
  readonly sender: EventSender;
}

/** A file with the path under which it was found first. */
export type FileToFollow = FoundFile & { readonly foundAs: string };

/** Goes on where the last run stopped; a file that is not known is read from its beginning. */
export async function followFile(
  file: FileToFollow,
  destination: Destination,
  parts: FollowParts,
): Promise<FollowedFile> {
  const handle = await open(file.path, "r");
  const followed = new FollowedFile(file, destination, parts, handle);
  try {
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
  #grewAt: number;
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
    if (known === undefined || !(await this.#begins(known.head))) {
      // From now on it is known, even if it is renamed before anything of it was put.
      await this.#remember(0, await this.#head(0));
      this.#readFrom(0);
      return;
    }
    const { sending } = known;
    const wasPut = sending !== undefined && (await sender.wasPut(sending));
    const offset = wasPut ? sending.to : known.offset;
    if (sending !== undefined) await this.#remember(offset, known.head);
    this.#readFrom(offset);
  }

  /** Reads what there is and puts it; `isReplaced` when nothing more will be written to it. */
  async readOn({ path, size }: FoundFile, isReplaced: boolean): Promise<void> {
    this.#path = path;
    const known = this.#parts.positions.get(this.key);
    const isAnother = known !== undefined && !(await this.#begins(known.head));
    if (size < this.#lines.offset || isAnother) await this.#beginAnew(known?.sending);
    else if (this.#isInDoubt) await this.resume();
    this.#isInDoubt = false;
    try {
      await this.#putLeft();
      await this.#readToEnd(isReplaced);
    } catch (error) {
      this.#isInDoubt = true;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Of a file that was emptied and written anew. */
  async #beginAnew(sending: SendingBatch | undefined): Promise<void> {
    const now = this.#parts.clock.now();
    if (sending !== undefined) this.#doubt = { sending, events: firstBatch(this.#unsent).length };
    this.#left = [...this.#left, ...this.#unsent, ...this.#lines.endLine(now), ...this.#lines.flush(now)];
    await this.#remember(0, await this.#head(0));
    this.#readFrom(0);
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
    this.#unsent = [];
    this.#lines = new LineReader(this.#destination.entry, offset);
    this.#grewAt = this.#parts.clock.now();
  }

  async #readToEnd(isReplaced: boolean): Promise<void> {
    const { clock } = this.#parts;
    const lines = this.#lines;
    const buffer = Buffer.alloc(limits.readBytes);
    let events: FileEvent[] = [];
    for (;;) {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, lines.offset);
      if (bytesRead === 0) break;
      this.#grewAt = clock.now();
      events.push(...lines.take(buffer.subarray(0, bytesRead), clock.now()));
      if (events.length < limits.heldEvents) continue;
      await this.#putAll(events);
      events = [];
    }
    if (isReplaced) events.push(...lines.endLine(clock.now()));
    const isOver = isReplaced || clock.now() - this.#grewAt >= limits.continuationMs;
    if (isOver) events.push(...lines.flush(clock.now()));
    await this.#putAll(events);
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
    const head = await this.#head(Math.min(limits.headBytes, to));
    const sending = this.#sendingOf(batch);
    if (sending !== undefined) {
      await this.#remember(this.#stored, head, sending);
      await this.#parts.sender.put(this.#destination, batch);
    }
    this.#stored = to;
    await this.#remember(to, head);
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

  #remember(offset: number, head: FileHead, sending?: SendingBatch): Promise<void> {
    const { positions, clock } = this.#parts;
    const place = { foundAs: this.#foundAs, path: this.#path, offset, head, seenAt: clock.now() };
    return positions.set(this.key, sending === undefined ? place : { ...place, sending });
  }

  async #begins(head: FileHead): Promise<boolean> {
    return (await this.#head(head.bytes)).hash === head.hash;
  }

  async #head(bytes: number): Promise<FileHead> {
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await this.#handle.read(buffer, 0, bytes, 0);
    return { bytes, hash: createHash("sha256").update(buffer.subarray(0, bytesRead)).digest("hex") };
  }
}
