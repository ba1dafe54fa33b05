// A segment of the journal: one file of frames, and the batches that the engine makes of them.
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import type { BlockInsert } from "../driver.ts";
import { encodeFrame } from "./frames.ts";
import { writeBuffers } from "./write-buffers.ts";

/** One INSERT into the engine: blocks of one table in one segment. */
export interface JournalBatch extends Omit<BlockInsert, "block"> {
  readonly blocks: readonly Buffer[];
}

/** A batch that the engine does not have yet, and what waits until it has. */
export interface WaitingBatch extends JournalBatch {
  readonly blocks: Buffer[];
  rows: number;
  bytes: number;
  /** The engine is being given it. */
  underWay: boolean;
  readonly settled: Promise<void>;
  readonly settle: () => void;
}

const { O_CREAT, O_DSYNC, O_TRUNC, O_WRONLY } = constants;

/**
 * A write that syncs by itself is one turn of a thread and of the event loop instead of two. On macOS it
 * would leave the bytes in the memory of the disk, which `datasync` does not.
 */
const writesAreSynced = process.platform === "linux";

export class Segment {
  readonly path: string;
  /** What the engine does not have yet. */
  readonly waiting = new Set<WaitingBatch>();
  rows = 0;
  bytes = 0;
  /** The batch of each table that takes the table's next rows. */
  readonly #growing = new Map<string, WaitingBatch>();
  readonly #file: FileHandle;
  /** A file that is used again is another segment. */
  readonly #id = randomUUID();
  #takenBatches = 0;
  #closed = false;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async start(path: string): Promise<Segment> {
    return new Segment(
      path,
      await open(path, O_WRONLY | O_CREAT | O_TRUNC | (writesAreSynced ? O_DSYNC : 0), 0o600),
    );
  }

  /**
   * Resolves when the blocks are on the disk; none of them is when it rejects, if the disk allows that. No
   * batch may be taken meanwhile, because a frame carries the token of the batch that grows.
   */
  async append(inserts: readonly BlockInsert[]): Promise<void> {
    const frames = inserts.flatMap((insert) =>
      encodeFrame({ ...insert, token: this.#tokenOf(insert.table) }),
    );
    let bytes: number;
    try {
      bytes = await writeBuffers(this.#file, frames);
      if (!writesAreSynced) await this.#file.datasync();
    } catch (error) {
      await this.#file.truncate(this.bytes).catch(() => undefined);
      throw error;
    }
    this.bytes += bytes;
    for (const insert of inserts) this.#add(insert);
  }

  #add({ table, columns, structure, block, rows }: BlockInsert): void {
    let batch = this.#growing.get(table);
    if (batch === undefined) {
      batch = newBatch({ table, columns, structure, token: this.#tokenOf(table) });
      this.#growing.set(table, batch);
      this.waiting.add(batch);
    }
    batch.blocks.push(block);
    batch.rows += rows;
    batch.bytes += block.length;
    this.rows += rows;
  }

  #tokenOf(table: string): string {
    return this.#growing.get(table)?.token ?? `${this.#id}-${this.#takenBatches}-${table}`;
  }

  /** The tables whose batch still grows. */
  growing(): readonly string[] {
    return [...this.#growing.keys()];
  }

  /** Ends the batch of a table: it is as it will be after a crash, and later rows make another. */
  take(table: string): WaitingBatch | undefined {
    const batch = this.#growing.get(table);
    this.#growing.delete(table);
    this.#takenBatches++;
    return batch;
  }

  /** Nothing will be appended any more. Returns whether the engine has everything. */
  close(): boolean {
    this.#closed = true;
    return this.waiting.size === 0;
  }

  /** Returns whether the engine has everything now, and nothing will be appended. */
  remove(batch: WaitingBatch): boolean {
    return this.waiting.delete(batch) && this.#closed && this.waiting.size === 0;
  }

  /** Empties the file, when the engine has everything. */
  async finish(): Promise<void> {
    await this.#file.truncate(0);
    await this.#file.close();
  }

  /** Leaves the file as it is, for the next start. */
  async leave(): Promise<void> {
    await this.#file.close();
  }
}

function newBatch(of: Omit<JournalBatch, "blocks" | "rows">): WaitingBatch {
  let settle: () => void = () => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  return { ...of, blocks: [], rows: 0, bytes: 0, underWay: false, settled, settle };
}
