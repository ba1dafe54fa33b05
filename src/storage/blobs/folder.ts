// The blobs port on a folder: a folder per bucket, a file per object.
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BlobInfo, Blobs } from "../blobs.ts";
import { checkBucket, checkKey } from "./names.ts";
import { namesOfKey, partOfName, type NamePart } from "./paths.ts";

const limits = {
  pageEntries: 1_000,
  /** How often a put makes its folders again, when a delete removes them at the same moment. */
  putAttempts: 10,
} as const;

/** Objects are in `folder`/buckets; `now` gives their time of modification, in epoch milliseconds. */
export async function openFolderBlobs(folder: string, now: () => number): Promise<Blobs> {
  const buckets = join(folder, "buckets");
  const unfinished = join(folder, "unfinished");
  // What a killed process left half written was never acknowledged.
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(buckets, { recursive: true });
  await mkdir(unfinished);

  return {
    async put(bucket, key, body) {
      const file = fileOf(buckets, bucket, key);
      const temporary = join(unfinished, randomUUID());
      try {
        await writeDurably(temporary, body, now());
        await moveDurably(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    async get(bucket, key) {
      return (await readFile(fileOf(buckets, bucket, key)).catch(undefinedIfMissing)) ?? undefined;
    },
    async list(bucket, { prefix = "", after = "", limit }) {
      checkBucket(bucket);
      const found: BlobInfo[] = [];
      const range = { prefix: Buffer.from(prefix), after: Buffer.from(after) };
      const most = Math.min(limit, limits.pageEntries);
      await collect(join(buckets, bucket), Buffer.alloc(0), range, most, found);
      return found;
    },
    async delete(bucket, key) {
      const file = fileOf(buckets, bucket, key);
      if ((await unlink(file).then(() => true, undefinedIfMissing)) === undefined) return false;
      await syncFolder(dirname(file)).catch(undefinedIfMissing);
      await removeEmptyFolders(dirname(file), buckets);
      return true;
    },
    async eraseAll() {
      const erased = join(unfinished, randomUUID());
      await rename(buckets, erased);
      await mkdir(buckets, { recursive: true });
      await syncFolder(folder);
      await rm(erased, { recursive: true });
    },
  };
}

function fileOf(buckets: string, bucket: string, key: string): string {
  checkBucket(bucket);
  checkKey(key);
  return join(buckets, bucket, ...namesOfKey(key));
}

async function writeDurably(file: string, body: Uint8Array, modifiedAt: number): Promise<void> {
  const handle = await open(file, "wx");
  try {
    await handle.writeFile(body);
    await handle.utimes(modifiedAt / 1_000, modifiedAt / 1_000);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename is durable once the folder is synced, and so is every folder that was made on the way. */
async function moveDurably(from: string, to: string): Promise<void> {
  const folder = dirname(to);
  const firstMade = await moveIntoNewFolder(from, to);
  const last = firstMade === undefined ? folder : dirname(firstMade);
  for (let made = folder; ; made = dirname(made)) {
    // A folder that is missing by now went with its objects: somebody deleted them.
    await syncFolder(made).catch(undefinedIfMissing);
    if (made === last) return;
  }
}

/** The uppermost folder that had to be made, if any. */
async function moveIntoNewFolder(from: string, to: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      const firstMade = await mkdir(dirname(to), { recursive: true });
      await rename(from, to);
      return firstMade;
    } catch (error) {
      if (!isMissing(error) || attempt === limits.putAttempts) throw error;
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Bytes of keys: only keys that begin with `prefix` and come behind `after`. */
interface Range {
  readonly prefix: Buffer;
  readonly after: Buffer;
}

/** Walks in the order of keys; a folder is entered only where the range may have a key in it. */
async function collect(folder: string, above: Buffer, range: Range, limit: number, found: BlobInfo[]) {
  const names = (await readdir(folder).catch(undefinedIfMissing)) ?? [];
  const entries = names.flatMap((name) => {
    const part = partOfName(name);
    return part === undefined ? [] : [{ name, part, start: startOf(above, part) }];
  });
  entries.sort((a, b) => Buffer.compare(a.start, b.start));
  for (const { name, part, start } of entries) {
    if (found.length >= limit) return;
    const path = join(folder, name);
    if (part.kind !== "object") {
      if (mayContain(start, range)) await collect(path, start, range, limit, found);
    } else if (startsWith(start, range.prefix) && Buffer.compare(start, range.after) > 0) {
      const info = await stat(path).catch(undefinedIfMissing);
      if (info === undefined) continue;
      found.push({ key: start.toString(), bytes: info.size, modifiedAt: Math.round(info.mtimeMs) });
    }
  }
}

/** What every key in or at this entry begins with. */
function startOf(above: Buffer, part: NamePart): Buffer {
  return Buffer.concat([above, part.bytes, Buffer.from(part.kind === "folder" ? "/" : "")]);
}

function mayContain(start: Buffer, { prefix, after }: Range): boolean {
  const mayHavePrefix = startsWith(start, prefix) || startsWith(prefix, start);
  return mayHavePrefix && (startsWith(after, start) || Buffer.compare(start, after) > 0);
}

function startsWith(bytes: Buffer, beginning: Buffer): boolean {
  return bytes.subarray(0, beginning.length).equals(beginning);
}

async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let empty = folder; empty !== root; empty = dirname(empty)) {
    const removed = await rmdir(empty).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
