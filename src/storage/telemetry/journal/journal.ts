// The journal before the engine: an append is acknowledged when it is on the disk, and the engine gets fewer
// and larger INSERTs.
import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TelemetryError } from "../../telemetry.ts";
import { diskErrorOf } from "../clickhouse-errors.ts";
import type { BlockInsert } from "../driver.ts";
import { telemetryLimits } from "../limits.ts";
import { createPermits } from "../permits.ts";
import { recoverSegments, setAside } from "./recover-segments.ts";
import { Segment } from "./segment.ts";
import type { JournalBatch } from "./segment.ts";

/**
 * An INSERT costs the engine about 10 ms of CPU whatever its size, and a part on the disk to be merged;
 * a frame in a file costs a write, and one sync for all that is waiting. So batches of all tables go to the
 * file of the current segment, and the engine gets the segment, one INSERT a table, when it has become large
 * or old, or when somebody asks for a table that has rows in it. A reader therefore never misses what was
 * acknowledged, and pays for it only while rows come in.
 *
 * After a crash the segments that are left go to the engine with the tokens they had, so that it stores once
 * what it has already.
 */
export interface Journal {
  /** Resolves when the rows are durable. @throws TelemetryError, and nothing is stored. */
  append(insert: BlockInsert): Promise<void>;
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
  readonly insert: BlockInsert;
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
  #current: Segment | undefined;
  #rotateWhenWritten = false;
  #timer: NodeJS.Timeout | undefined;
  #timerIsUrgent = false;
  #closed: Segment[] = [];
  #settling: Promise<void> | undefined;
  #closing = false;
  /** Why the engine takes nothing at the moment. */
  #refusal: unknown;
  #roomMade: () => void = () => undefined;

  constructor(folder: string, paths: readonly string[], store: StoreBatch) {
    this.#folder = folder;
    this.#paths = [...paths];
    this.#store = store;
  }

  append(insert: BlockInsert): Promise<void> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return new Promise((resolve, reject) => {
      this.#incoming.push({ insert, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async settle(statement: string): Promise<void> {
    const concerned = this.#segments().flatMap((segment) =>
      [...segment.batches].flatMap(([table, { settled }]) =>
        statement.includes(table) ? [{ segment, settled }] : [],
      ),
    );
    if (concerned.some(({ segment }) => segment === this.#current)) this.#rotateSoon();
    await Promise.all(concerned.map(({ settled }) => settled));
  }

  async discard(): Promise<void> {
    const underWay = this.#settling === undefined ? undefined : this.#closed[0];
    for (const { batches } of this.#segments().filter((segment) => segment !== underWay)) {
      for (const { settle } of batches.values()) settle();
      batches.clear();
    }
    this.#rotateNow();
    await Promise.all([...(underWay?.batches.values() ?? [])].map(({ settled }) => settled));
  }

  waiting(): { readonly journalRows: number; readonly journalBytes: number } {
    const sum = (measure: "rows" | "bytes") =>
      this.#segments().reduce((total, segment) => total + segment[measure], 0);
    return { journalRows: sum("rows"), journalBytes: sum("bytes") };
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#writing;
    this.#rotate();
    await this.#settling;
    await Promise.all(this.#closed.map((segment) => segment.leave()));
    await Promise.all(this.#paths.map((path) => rm(path, { force: true })));
  }

  #segments(): readonly Segment[] {
    return this.#current === undefined ? this.#closed : [...this.#closed, this.#current];
  }

  /** One write and one sync for all that came in meanwhile. */
  async #write(): Promise<void> {
    while (this.#incoming.length > 0) {
      await this.#room();
      const group = this.#incoming;
      this.#incoming = [];
      try {
        if (this.#refusal !== undefined) throw this.#refusal;
        this.#current ??= await this.#start();
        await this.#current.append(group.map(({ insert }) => insert));
        for (const { resolve } of group) resolve();
      } catch (cause) {
        this.#rotateWhenWritten = true; // whether the disk took a part of it is not known
        const error = cause instanceof TelemetryError ? cause : diskErrorOf(cause);
        for (const { reject } of group) reject(error);
      }
      this.#arrangeRotation();
    }
    this.#writing = undefined;
  }

  async #start(): Promise<Segment> {
    const path = this.#paths.at(-1);
    if (path === undefined) throw new TelemetryError("Overloaded", "every segment of the journal is in use");
    const segment = await Segment.start(path);
    this.#paths.pop();
    return segment;
  }

  async #room(): Promise<void> {
    while (this.#closed.length >= telemetryLimits.journalSegments && this.#refusal === undefined) {
      await new Promise<void>((resolve) => (this.#roomMade = resolve));
    }
  }

  #arrangeRotation(): void {
    const segment = this.#current;
    if (segment === undefined) {
      this.#rotateWhenWritten = false;
      return;
    }
    const { segmentRows, segmentBytes, segmentAgeMs } = telemetryLimits;
    const full = segment.rows >= segmentRows || segment.bytes >= segmentBytes;
    if (full || this.#rotateWhenWritten) this.#rotate();
    else if (this.#timer === undefined) this.#timer = setTimeout(() => this.#rotateNow(), segmentAgeMs);
  }

  /** For a reader who waits. */
  #rotateSoon(): void {
    if (this.#timerIsUrgent) return;
    clearTimeout(this.#timer);
    this.#timerIsUrgent = true;
    const waitMs = this.#permits.waitMs();
    if (waitMs === 0) this.#rotateNow();
    else this.#timer = setTimeout(() => this.#rotateNow(), waitMs);
  }

  #rotateNow(): void {
    if (this.#writing === undefined) this.#rotate();
    else this.#rotateWhenWritten = true;
  }

  #rotate(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerIsUrgent = false;
    this.#rotateWhenWritten = false;
    if (this.#current === undefined) return;
    this.#permits.take();
    this.#closed.push(this.#current);
    this.#current = undefined;
    this.#settling ??= this.#settleClosed();
  }

  async #settleClosed(): Promise<void> {
    for (let segment = this.#closed[0]; segment !== undefined; segment = this.#closed[0]) {
      const batches = segment.stored();
      const stored = await Promise.all(batches.map((batch) => this.#storeInTheEnd(segment, batch)));
      if (stored.includes(false)) break;
      await segment.finish().catch(() => undefined); // its next use empties it, or its tokens are known
      this.#closed.shift();
      this.#paths.push(segment.path);
      this.#roomMade();
    }
    this.#settling = undefined;
  }

  /**
   * While the disk is full, say, reads go on without these rows, nothing more is acknowledged, and the engine
   * is asked again and again.
   */
  async #storeInTheEnd(segment: Segment, batch: JournalBatch): Promise<boolean> {
    const settle = () => segment.batches.get(batch.table)?.settle();
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#store(batch);
        break;
      } catch (error) {
        const hopeless = attempt >= telemetryLimits.insertAttempts;
        if (hopeless && (await setAside(this.#folder, batch, error).catch(() => false))) break;
        this.#refusal = error;
        this.#roomMade();
        settle();
        if (this.#closing) return false;
        await new Promise((resolve) => setTimeout(resolve, telemetryLimits.refusedPauseMs));
      }
    }
    this.#refusal = undefined;
    settle();
    return true;
  }
}
