// The journal before the engine: an append is acknowledged when it is on the disk, and the engine gets fewer
// and larger INSERTs.
import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { TelemetryError } from "../../telemetry.ts";
import { diskErrorOf } from "../clickhouse-errors.ts";
import type { SealBatch } from "../driver.ts";
import { telemetryLimits } from "../limits.ts";
import { createPermits } from "../permits.ts";
import { recoverSegments, setAside } from "./recover-segments.ts";
import { Segment } from "./segment.ts";
import type { JournalBatch, WaitingBatch } from "./segment.ts";

/**
 * An INSERT costs the engine about 10 ms of CPU whatever its size, and a part on the disk to be merged;
 * a frame in a file costs a write, and one sync for all that is waiting. So batches of all tables go to the
 * file of the current segment, and the engine gets the segment, one INSERT a table, when it has become large
 * or old. Who asks for a table that has rows in it gets those of that table to the engine at once: a reader
 * therefore never misses what was acknowledged, and pays for it only while rows come in.
 *
 * After a crash the segments that are left go to the engine with the tokens they had, so that it stores once
 * what it has already.
 */
export interface Journal {
  /**
   * Resolves when the rows are durable; the batch is sealed when it is written.
   * @throws TelemetryError, and nothing is stored.
   */
  append(seal: SealBatch): Promise<void>;
  /** Resolves when the engine has every row that was acknowledged in a table which the statement names. */
  settle(statement: string): Promise<void>;
  /** Resolves when the engine will be given nothing of what was acknowledged before. */
  discard(): Promise<void>;
  /** What is acknowledged and not yet in the engine. */
  waiting(): { readonly journalRows: number; readonly journalBytes: number };
  /** Resolves when the engine has everything, or cannot take it now: then it stays for the next start. */
  close(): Promise<void>;
}

/** @throws TelemetryError; what may help has been tried. */
export type StoreBatch = (batch: JournalBatch) => Promise<void>;

/** @param folder made if it is missing; nobody else may have it open. */
export async function openJournal(folder: string, store: StoreBatch): Promise<Journal> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await recoverSegments(folder, store);
  const segments = Array.from({ length: telemetryLimits.journalSegments + 1 }, (_, index) =>
    join(folder, `segment-${index}`),
  );
  await createFiles(folder, segments);
  return new SegmentedJournal(folder, segments, store);
}

/** Made once and used again and again, so that a power cut later can take none of them away. */
async function createFiles(folder: string, paths: readonly string[]): Promise<void> {
  try {
    for (const path of paths) await writeFile(path, "", { mode: 0o600 });
    const directory = await open(folder);
    await directory.sync();
    await directory.close();
  } catch (error) {
    throw diskErrorOf(error);
  }
}

interface Waiting {
  readonly seal: SealBatch;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

class SegmentedJournal implements Journal {
  readonly #folder: string;
  readonly #store: StoreBatch;
  readonly #permits = createPermits(telemetryLimits.insertPace);
  /** The files that no segment uses. */
  readonly #paths: string[];
  #incoming: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #appending = false;
  /** What may not happen while a segment is being appended to. */
  #afterAppend: (() => void)[] = [];
  #current: Segment | undefined;
  #ageTimer: NodeJS.Timeout | undefined;
  /** The tables that readers wait for. */
  readonly #asked = new Set<string>();
  #askedTimer: NodeJS.Timeout | undefined;
  readonly #closed = new Set<Segment>();
  /** The engine gets the batches of a table one after the other. */
  readonly #storing = new Map<string, Promise<void>>();
  #closing = false;
  /** Why the engine takes nothing at the moment. */
  #refusal: unknown;
  #roomMade: () => void = () => undefined;

  constructor(folder: string, paths: readonly string[], store: StoreBatch) {
    this.#folder = folder;
    this.#paths = [...paths];
    this.#store = store;
  }

  append(seal: SealBatch): Promise<void> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return new Promise((resolve, reject) => {
      this.#incoming.push({ seal, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async settle(statement: string): Promise<void> {
    const concerned = this.#waiting().filter(({ table }) => statement.includes(table));
    const growing = this.#current?.growing().filter((table) => statement.includes(table)) ?? [];
    for (const table of growing) this.#asked.add(table);
    if (growing.length > 0) this.#handOverSoon();
    await Promise.all(concerned.map(({ settled }) => settled));
  }

  async discard(): Promise<void> {
    await new Promise<void>((resolve) => this.#whenAppended(resolve));
    this.#rotate();
    const ends = [...this.#closed].flatMap((segment) =>
      [...segment.waiting].map((batch) => {
        if (batch.underWay) return batch.settled;
        batch.settle();
        return this.#remove(segment, batch);
      }),
    );
    await Promise.all(ends);
  }

  waiting(): { readonly journalRows: number; readonly journalBytes: number } {
    const sum = (measure: "rows" | "bytes") =>
      this.#waiting().reduce((total, batch) => total + batch[measure], 0);
    return { journalRows: sum("rows"), journalBytes: sum("bytes") };
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#writing;
    this.#rotate();
    await Promise.all(this.#storing.values());
    await Promise.all([...this.#closed].map((segment) => segment.leave()));
    await Promise.all(this.#paths.map((path) => rm(path, { force: true })));
  }

  #waiting(): readonly WaitingBatch[] {
    const segments = this.#current === undefined ? this.#closed : [...this.#closed, this.#current];
    return [...segments].flatMap((segment) => [...segment.waiting]);
  }

  /** One write and one sync for all that came in meanwhile, or in the same turn. */
  async #write(): Promise<void> {
    await setImmediate();
    while (this.#incoming.length > 0) {
      await this.#room();
      const group = this.#incoming;
      this.#incoming = [];
      this.#appending = true;
      try {
        if (this.#refusal !== undefined) throw this.#refusal;
        this.#current ??= await this.#start();
        await this.#current.append(group.map(({ seal }) => seal()));
        for (const { resolve } of group) resolve();
      } catch (cause) {
        this.#whenAppended(() => this.#rotate()); // whether the disk took a part of it is not known
        const error = cause instanceof TelemetryError ? cause : diskErrorOf(cause);
        for (const { reject } of group) reject(error);
      }
      this.#appending = false;
      this.#arrangeRotation();
      for (const action of this.#afterAppend.splice(0)) action();
    }
    this.#writing = undefined;
  }

  #whenAppended(action: () => void): void {
    if (this.#appending) this.#afterAppend.push(action);
    else action();
  }

  async #start(): Promise<Segment> {
    const path = this.#paths.at(-1);
    if (path === undefined) throw new TelemetryError("Overloaded", "every segment of the journal is in use");
    const segment = await Segment.start(path);
    this.#paths.pop();
    return segment;
  }

  async #room(): Promise<void> {
    while (this.#closed.size >= telemetryLimits.journalSegments && this.#refusal === undefined) {
      await new Promise<void>((resolve) => (this.#roomMade = resolve));
    }
  }

  #arrangeRotation(): void {
    const segment = this.#current;
    if (segment === undefined) return;
    const { segmentRows, segmentBytes, segmentAgeMs } = telemetryLimits;
    if (segment.rows >= segmentRows || segment.bytes >= segmentBytes) this.#rotate();
    else this.#ageTimer ??= setTimeout(() => this.#whenAppended(() => this.#rotate()), segmentAgeMs);
  }

  /** The engine gets everything that is in the current segment. */
  #rotate(): void {
    clearTimeout(this.#ageTimer);
    this.#ageTimer = undefined;
    const segment = this.#current;
    if (segment === undefined) return;
    this.#current = undefined;
    this.#closed.add(segment);
    for (const table of segment.growing()) this.#handOver(segment, table);
    this.#asked.clear();
    if (segment.close()) this.#after(segment.path, () => this.#finish(segment));
  }

  #handOverSoon(): void {
    if (this.#askedTimer !== undefined) return;
    const waitMs = this.#permits.waitMs();
    if (waitMs === 0) this.#whenAppended(() => this.#handOverAsked());
    else this.#askedTimer = setTimeout(() => this.#whenAppended(() => this.#handOverAsked()), waitMs);
  }

  #handOverAsked(): void {
    clearTimeout(this.#askedTimer);
    this.#askedTimer = undefined;
    if (this.#current === undefined) return;
    for (const table of this.#asked) {
      this.#permits.take();
      this.#handOver(this.#current, table);
    }
    this.#asked.clear();
  }

  #handOver(segment: Segment, table: string): void {
    const batch = segment.take(table);
    if (batch !== undefined) this.#after(table, () => this.#storeInTheEnd(segment, batch));
  }

  #after(queue: string, work: () => Promise<void>): void {
    const before = this.#storing.get(queue) ?? Promise.resolve();
    this.#storing.set(queue, before.then(work));
  }

  /**
   * While the disk is full, say, reads go on without these rows, nothing more is acknowledged, and the engine
   * is asked again and again.
   */
  async #storeInTheEnd(segment: Segment, batch: WaitingBatch): Promise<void> {
    if (!segment.waiting.has(batch)) return;
    batch.underWay = true;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#store(batch);
        break;
      } catch (error) {
        const hopeless = attempt >= telemetryLimits.insertAttempts;
        if (hopeless && (await setAside(this.#folder, batch, error).catch(() => false))) break;
        this.#refusal = error;
        this.#roomMade();
        batch.settle();
        if (this.#closing) return;
        await new Promise((resolve) => setTimeout(resolve, telemetryLimits.refusedPauseMs));
      }
    }
    this.#refusal = undefined;
    batch.settle();
    await this.#remove(segment, batch);
  }

  async #remove(segment: Segment, batch: WaitingBatch): Promise<void> {
    if (segment.remove(batch)) await this.#finish(segment);
  }

  async #finish(segment: Segment): Promise<void> {
    await segment.finish().catch(() => undefined); // its next use empties it, or its tokens are known
    this.#closed.delete(segment);
    this.#paths.push(segment.path);
    this.#roomMade();
  }
}
