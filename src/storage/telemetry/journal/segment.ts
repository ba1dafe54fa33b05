// A segment of the journal: one file of frames, and the batches that the engine makes of them.
import { randomUUID } from "node:crypto";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import type { BlockInsert } from "../driver.ts";
import { encodeFrame } from "./frames.ts";

/** One INSERT into the engine: all blocks of one table in one segment. */
export interface JournalBatch extends Omit<BlockInsert, "block"> {
  readonly blocks: readonly Buffer[];
}

/** A batch that grows, and what waits until it is in the engine. */
interface GrowingBatch {
  readonly columns: readonly string[];
  readonly structure: string;
  readonly blocks: Buffer[];
  rows: number;
  readonly settled: Promise<void>;
  readonly settle: () => void;
}

export class Segment {
  readonly path: string;
  /** The tables that have rows here. */
  readonly batches = new Map<string, GrowingBatch>();
  rows = 0;
  bytes = 0;
  readonly #file: FileHandle;
  /** A file that is used again is another segment. */
  readonly #id = randomUUID();

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async start(path: string): Promise<Segment> {
    return new Segment(path, await open(path, "w", 0o600));
  }

  /** Resolves when the batches are on the disk; none of them is when it rejects, if the disk allows that. */
  async append(inserts: readonly BlockInsert[]): Promise<void> {
    const frames = inserts.flatMap((insert) =>
      encodeFrame({ ...insert, token: this.#tokenOf(insert.table) }),
    );
    const bytes = Buffer.concat(frames);
    try {
      await this.#file.writeFile(bytes);
      await this.#file.datasync();
    } catch (error) {
      await this.#file.truncate(this.bytes).catch(() => undefined);
      throw error;
    }
    this.bytes += bytes.length;
    for (const insert of inserts) this.#add(insert);
  }

  #add({ table, columns, structure, block, rows }: BlockInsert): void {
    const batch = this.batches.get(table) ?? newBatch(columns, structure);
    batch.blocks.push(block);
    batch.rows += rows;
    this.rows += rows;
    this.batches.set(table, batch);
  }

  #tokenOf(table: string): string {
    return `${this.#id}-${table}`;
  }

  /** What the engine has to store. */
  stored(): readonly JournalBatch[] {
    return [...this.batches].map(([table, batch]) => ({ ...batch, table, token: this.#tokenOf(table) }));
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

function newBatch(columns: readonly string[], structure: string): GrowingBatch {
  let settle: () => void = () => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  return { columns, structure, blocks: [], rows: 0, settled, settle };
}
