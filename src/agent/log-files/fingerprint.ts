// Knows the contents of a file again: its first bytes, and the last ones before a place.
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

/** Bytes of a file, to know it again when its inode has been given to another one, or it was written anew. */
export interface Fingerprint {
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/** Of the first and of the last bytes that are looked at. */
export const maximumBytes = 256;

/** Of as many bytes as there are before `end`, but no more than a few. */
export const headOf = (handle: FileHandle, end: number): Promise<Fingerprint> =>
  fingerprint(handle, 0, Math.min(maximumBytes, end));

export const tailOf = (handle: FileHandle, end: number): Promise<Fingerprint> =>
  fingerprint(handle, Math.max(0, end - maximumBytes), Math.min(maximumBytes, end));

/** What is before `offset` was written down with these; older versions wrote no tail. */
export interface Mark {
  readonly offset: number;
  readonly head: Fingerprint;
  readonly tail?: Fingerprint | undefined;
}

/** Of the bytes before a place. */
export function markOf(bytes: Buffer, offset: number): Mark {
  return { offset, head: hashed(Buffer.alloc(0)), tail: hashed(bytes) };
}

/** Whether the file has what the mark tells of. */
export async function bears(handle: FileHandle, { offset, head, tail }: Mark): Promise<boolean> {
  if ((await fingerprint(handle, 0, head.bytes)).hash !== head.hash) return false;
  if (tail === undefined) return true;
  return (await fingerprint(handle, offset - tail.bytes, tail.bytes)).hash === tail.hash;
}

async function fingerprint(handle: FileHandle, from: number, bytes: number): Promise<Fingerprint> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, from);
  return { ...hashed(buffer.subarray(0, bytesRead)), bytes };
}

function hashed(bytes: Buffer): Fingerprint {
  return { bytes: bytes.length, hash: createHash("sha256").update(bytes).digest("hex") };
}
