// How far each log file has been stored: a file of its own in the agent's folder, replaced whole.
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Mark } from "./fingerprint.ts";

/** A batch that was about to be put when this was written: on a start the server knows whether it was. */
export interface SendingBatch {
  readonly to: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  readonly firstAt: number;
  readonly firstMessage: string;
}

export interface FilePosition extends Mark {
  /** Where it was found first, which chose its entry and its stream, and where it was last. */
  readonly foundAs: string;
  readonly path: string;
  /** Everything before this byte is stored. */
  readonly offset: number;
  readonly seenAt: number;
  readonly sending?: SendingBatch;
}

/** By device and inode, which a file keeps when it is renamed. */
export interface Positions {
  get(key: string): FilePosition | undefined;
  /** As they are now. */
  entries(): readonly (readonly [key: string, position: FilePosition])[];
  /** Resolves when it is on disk. */
  set(key: string, position: FilePosition): Promise<void>;
  /** Forgets a file with the next write. */
  forget(key: string): void;
}

/** @throws SyntaxError when the file is not ours: guessing would lose or repeat lines. */
export async function openPositions(folder: string): Promise<Positions> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "positions.json");
  const positions = new Map(Object.entries(await read(path)));
  let writing: Promise<void> = Promise.resolve();
  let isQueued = false;
  let next: Promise<void> = Promise.resolve();
  return {
    get: (key) => positions.get(key),
    entries: () => [...positions],
    set(key, position) {
      positions.set(key, position);
      // Whoever comes while a write is under way shares the one after it.
      if (!isQueued) {
        isQueued = true;
        next = writing.then(() => {
          isQueued = false;
          writing = write(path, JSON.stringify(Object.fromEntries(positions)));
          return writing;
        });
        writing = next.catch(() => undefined);
      }
      return next;
    },
    forget: (key) => void positions.delete(key),
  };
}

async function read(path: string): Promise<Readonly<Record<string, FilePosition>>> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Readonly<Record<string, FilePosition>>;
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === "ENOENT") return {};
    throw error;
  }
}

async function write(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
