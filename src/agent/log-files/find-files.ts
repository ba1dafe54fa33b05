// Finds the log files of an entry, and those that have been renamed since they were seen last.
import type { Stats } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { CollectedFiles } from "../../core/log-files/collect-list.ts";
import { baseFolder, looksBelow } from "../../core/log-files/glob.ts";

export interface FoundFile {
  readonly path: string;
  /** Device and inode. */
  readonly key: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/**
 * Folders in folders beyond this are not looked into, nor files beyond the other: globs can mean anything.
 */
const maximumDepth = 16;
const maximumFiles = 10_000;

/** In the order of their last change, the newest first. Compressed files are no logs to read. */
export async function findFiles(entry: CollectedFiles): Promise<readonly FoundFile[]> {
  const paths: string[] = [];
  await look(baseFolder(entry.glob), 0);
  const found = await Promise.all(paths.map(describe));
  return found.flatMap((file) => file ?? []).sort((one, other) => other.modifiedMs - one.modifiedMs);

  async function look(folder: string, depth: number): Promise<void> {
    const children = await readdir(folder, { withFileTypes: true }).catch(() => []); // it may come later
    for (const child of children) {
      const path = join(folder, child.name);
      if (paths.length >= maximumFiles) return;
      if (child.isDirectory() && looksBelow(entry.glob) && depth < maximumDepth) await look(path, depth + 1);
      else if (!child.isDirectory() && isWanted(entry, path)) paths.push(path);
    }
  }
}

function isWanted({ path: pattern, blacklist }: CollectedFiles, path: string): boolean {
  if (!pattern.test(path) || /\.(gz|bz2|xz|zst|zip)$/.test(path)) return false;
  return blacklist === undefined || !blacklist.test(basename(path));
}

/** Undefined for what is no file, or is gone. */
export async function describe(path: string): Promise<FoundFile | undefined> {
  try {
    const facts = await stat(path);
    return facts.isFile() ? foundFile(path, facts) : undefined;
  } catch {
    return undefined; // rotated away since the folder was read
  }
}

/** The file with this key beside the path under which it was known: rotation renames within a folder. */
export async function findRenamed(path: string, key: string): Promise<FoundFile | undefined> {
  for await (const file of filesBeside(path)) if (file.key === key) return file;
  return undefined;
}

/** In the folder of the path, and in that of the file that it is a link to. */
export async function* filesBeside(path: string): AsyncGenerator<FoundFile> {
  const target = await realpath(path).catch(() => path); // gone, or a link to nothing
  for (const folder of new Set([dirname(path), dirname(target)])) {
    const names = await readdir(folder).catch(() => []); // the folder is gone, and its files with it
    for (const name of names.slice(0, maximumFiles)) {
      const candidate = join(folder, name);
      const facts = await lstat(candidate).catch(() => undefined); // gone meanwhile
      if (facts?.isFile() === true) yield foundFile(candidate, facts);
    }
  }
}

export function foundFile(path: string, { dev, ino, size, mtimeMs }: Stats): FoundFile {
  return { path, key: `${dev}:${ino}`, size, modifiedMs: mtimeMs };
}
