// The blobs port in a state that nodes share: for objects that each of them must find.
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { BlobInfo, Blobs } from "../blobs.ts";
import type { Change, Collection, Document, State } from "../state.ts";
import { checkBucket, checkKey } from "./names.ts";

const limits = {
  pageEntries: 1_000,
  /** Of a compressed object, in one document. */
  partBytes: 512 * 1024,
  /** How often an object that is replaced while it is read is read again. */
  readAttempts: 5,
} as const;

/** An object; the scope is empty, and the key its bucket and key. */
interface StoredObject {
  readonly bytes: number;
  readonly modifiedAt: number;
  /** The scope of its parts. */
  readonly id: string;
  readonly parts: number;
}

/** Base64. */
interface StoredPart {
  readonly part: string;
}

const partsName = "shared-blob-parts";

/** Objects are compressed; `now` gives their time of modification, in epoch milliseconds. */
export function openStateBlobs(state: State, now: () => number): Blobs {
  const objects: Collection<StoredObject> = state.collection("shared-blobs");
  const parts: Collection<StoredPart> = state.collection(partsName);
  const deleteParts = ({ id }: StoredObject) => state.write([partsDeletion(id)]);

  return {
    async put(bucket, key, body) {
      const name = nameOf(bucket, key);
      const written = await writeParts(parts, body);
      const stored = { ...written, bytes: body.length, modifiedAt: now() };
      for (;;) {
        const before = await objects.get("", name);
        if (!(await replaceOrCreate(objects, name, stored, before))) continue;
        if (before !== undefined) await deleteParts(before.value);
        return;
      }
    },
    async get(bucket, key) {
      const name = nameOf(bucket, key);
      for (let attempt = 1; attempt <= limits.readAttempts; attempt++) {
        const found = await objects.get("", name);
        if (found === undefined) return undefined;
        const body = await readParts(parts, found.value);
        if (body !== undefined) return body;
      }
      throw new Error(`the object ${key} of ${bucket} is not whole`);
    },
    async list(bucket, { prefix = "", after = "", limit }) {
      checkBucket(bucket);
      const found = await objects.list("", {
        prefix: `${bucket}/${escaped(prefix)}`,
        after: { key: `${bucket}/${escaped(after)}` },
        limit: Math.min(limit, limits.pageEntries),
      });
      return found.map((object) => infoOf(object, bucket));
    },
    async delete(bucket, key) {
      const name = nameOf(bucket, key);
      for (;;) {
        const found = await objects.get("", name);
        if (found === undefined) return false;
        if (!(await objects.delete("", name, found.version))) continue;
        await deleteParts(found.value);
        return true;
      }
    },
    async eraseAll() {
      for (;;) {
        const page = await objects.list("", { limit: limits.pageEntries });
        for (const { key, value } of page) {
          await objects.delete("", key);
          await deleteParts(value);
        }
        if (page.length < limits.pageEntries) return;
      }
    },
  };
}

/** The objects of some buckets are in `shared`, all others in `local`. */
export function shareBuckets(local: Blobs, shared: Blobs, buckets: readonly string[]): Blobs {
  const of = (bucket: string) => (buckets.includes(bucket) ? shared : local);
  return {
    put: (bucket, key, body) => of(bucket).put(bucket, key, body),
    get: (bucket, key) => of(bucket).get(bucket, key),
    list: (bucket, options) => of(bucket).list(bucket, options),
    delete: (bucket, key) => of(bucket).delete(bucket, key),
    async eraseAll() {
      await local.eraseAll();
      await shared.eraseAll();
    },
  };
}

/** False when somebody else has replaced, made or deleted it. */
function replaceOrCreate(
  objects: Collection<StoredObject>,
  name: string,
  stored: StoredObject,
  before: Document<StoredObject> | undefined,
): Promise<boolean> {
  if (before === undefined) return objects.create("", name, stored);
  return objects.replace("", name, stored, before.version);
}

/** @returns where they are */
async function writeParts(
  parts: Collection<StoredPart>,
  body: Uint8Array,
): Promise<Pick<StoredObject, "id" | "parts">> {
  const compressed = await promisify(gzip)(body);
  const id = randomUUID();
  const count = Math.ceil(compressed.length / limits.partBytes);
  for (let number = 0; number < count; number++) {
    const bytes = compressed.subarray(number * limits.partBytes, (number + 1) * limits.partBytes);
    await parts.put(id, String(number), { part: bytes.toString("base64") });
  }
  return { id, parts: count };
}

/** Undefined when it was replaced or deleted meanwhile. */
async function readParts(
  parts: Collection<StoredPart>,
  { id, parts: count }: StoredObject,
): Promise<Buffer | undefined> {
  const found: Buffer[] = [];
  for (let number = 0; number < count; number++) {
    const stored = await parts.get(id, String(number));
    if (stored === undefined) return undefined;
    found.push(Buffer.from(stored.value.part, "base64"));
  }
  return promisify(gunzip)(Buffer.concat(found));
}

const partsDeletion = (id: string): Change => ({ kind: "deleteScope", collection: partsName, scope: id });

function nameOf(bucket: string, key: string): string {
  checkBucket(bucket);
  checkKey(key);
  return `${bucket}/${escaped(key)}`;
}

/** Keys of the state have no U+0000. The order stays that of the bytes. */
const escaped = (key: string): string =>
  key.replaceAll("\u0001", "\u0001\u0002").replaceAll("\u0000", "\u0001\u0001");

function infoOf({ key, value }: Document<StoredObject>, bucket: string): BlobInfo {
  const name = key.slice(bucket.length + 1);
  const plain = name.replaceAll("\u0001\u0001", "\u0000").replaceAll("\u0001\u0002", "\u0001");
  return { key: plain, bytes: value.bytes, modifiedAt: value.modifiedAt };
}
