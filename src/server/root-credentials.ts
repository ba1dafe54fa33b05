// The first key of a server that verifies signatures: made once, and written where only its owner can read
// it.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  newAccessKey,
  type AccessKey,
  type AccessKeyStore,
} from "../services/groundwatch/access-key-store.ts";

/** The file in the data folder that holds the root key. */
export function rootCredentialsPath(folder: string): string {
  return join(folder, "root-credentials.json");
}

/**
 * Makes sure that there is a root key of the account, in the file and in the store. A key that is in
 * the file but no longer in the store is put back: who can read the data folder owns the server.
 */
export async function ensureRootCredentials(
  folder: string,
  accessKeys: AccessKeyStore,
  owner: { readonly account: string; readonly createdAt: number },
): Promise<void> {
  const path = rootCredentialsPath(folder);
  const key = existsSync(path) ? readKey(path, owner) : newAccessKey({ ...owner, userName: undefined });
  if (!existsSync(path)) writeKey(path, key);
  if (accessKeys.find(key.accessKeyId) === undefined) await accessKeys.add(key);
}

/**
 * The names are those of an AWS credentials file in JSON, so that it can be read by people and by scripts.
 */
function writeKey(path: string, key: AccessKey): void {
  const { accessKeyId, secretAccessKey, account } = key;
  writeFileSync(path, `${JSON.stringify({ accessKeyId, secretAccessKey, account }, null, 2)}\n`, {
    mode: 0o600,
    flag: "wx",
  });
}

/** @throws Error in one line when somebody has changed the file into something else. */
function readKey(path: string, { createdAt }: { readonly createdAt: number }): AccessKey {
  const content: unknown = parsed(readFileSync(path, "utf8"));
  const field = (name: string): string => {
    const value: unknown = typeof content === "object" && content !== null && Reflect.get(content, name);
    if (typeof value !== "string") throw new Error(`${path} has no ${name}: remove it to get a new root key`);
    return value;
  };
  return {
    accessKeyId: field("accessKeyId"),
    secretAccessKey: field("secretAccessKey"),
    account: field("account"),
    userName: undefined,
    createdAt,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // each missing field is then reported with the path
  }
}
