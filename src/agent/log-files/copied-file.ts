// Copies of log files: `copytruncate` copies a file and empties it, so that the rest is in the copy.
import { open, type FileHandle } from "node:fs/promises";
import { filesBeside, type FoundFile } from "./find-files.ts";
import { bears, headOf, type Mark } from "./fingerprint.ts";
import type { FilePosition, Positions } from "./positions.ts";

/**
 * A file beside one that has been emptied, nobody's yet, that has everything of it that is stored, and was
 * `read`. It is known from now on as the one that was copied, to be read from there. Two files of which one
 * is emptied and the other says the same to the byte are taken for that, too.
 */
export async function adoptCopy(
  positions: Positions,
  key: string,
  now: number,
  read: Mark | undefined,
): Promise<boolean> {
  const emptied = positions.get(key);
  if (emptied?.tail === undefined || (emptied.head.bytes === 0 && read === undefined)) return false;
  const marks = [emptied, ...(read === undefined ? [] : [read])];
  for await (const file of filesBeside(emptied.path)) {
    if (positions.get(file.key) !== undefined || !(await bearsAll(file, marks))) continue;
    await positions.set(file.key, { ...emptied, path: file.path, seenAt: now });
    return true;
  }
  return false;
}

/** Whether it begins as a file that is known does: then it may be a copy of what will be emptied soon. */
export async function resembles(file: FoundFile, known: readonly FilePosition[]): Promise<boolean> {
  const hashes = new Map<number, Set<string>>();
  for (const { head } of known) {
    if (head.bytes === 0 || head.bytes > file.size) continue;
    hashes.set(head.bytes, (hashes.get(head.bytes) ?? new Set()).add(head.hash));
  }
  if (hashes.size === 0) return false;
  return reading(file.path, async (handle) => {
    for (const [bytes, ofKnown] of hashes) {
      if (ofKnown.has((await headOf(handle, bytes)).hash)) return true;
    }
    return false;
  });
}

async function bearsAll(file: FoundFile, marks: readonly Mark[]): Promise<boolean> {
  if (marks.some(({ offset }) => file.size < offset)) return false;
  return reading(file.path, async (handle) => {
    for (const mark of marks) if (!(await bears(handle, mark))) return false;
    return true;
  });
}

async function reading(path: string, look: (handle: FileHandle) => Promise<boolean>): Promise<boolean> {
  const handle = await open(path, "r").catch(() => undefined); // gone meanwhile, or not for us to read
  if (handle === undefined) return false;
  try {
    return await look(handle);
  } finally {
    await handle.close();
  }
}
