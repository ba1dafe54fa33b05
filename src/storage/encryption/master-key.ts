// The master key: a file outside of all stores, without which the keys in them cannot be used.
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { keyBytes } from "./envelope.ts";
import { MasterKeyError } from "./key-errors.ts";

export interface MasterKey {
  /** @throws MasterKeyError */
  read(): Buffer;
  /** Makes the file when it is missing; it can be read by its owner alone. */
  create(): void;
}

export function createMasterKey(path: string): MasterKey {
  let known: Buffer | undefined;
  return {
    read() {
      known ??= readKey(path);
      return known;
    },
    create() {
      if (existsSync(path)) return;
      const descriptor = openSync(path, "wx", 0o600);
      try {
        writeFileSync(descriptor, `${randomBytes(keyBytes).toString("base64")}\n`);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

function readKey(path: string): Buffer {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new MasterKeyError(`The master key ${path} cannot be read.`, { cause });
  }
  const key = /^[\da-f]{64}$/i.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  if (key.length !== keyBytes) {
    throw new MasterKeyError(`The master key ${path} must be 32 random bytes, as base64 or hexadecimal.`);
  }
  return key;
}
