// The access keys that may sign requests: those of the configuration, and those that were made here.
import { createHmac, randomBytes } from "node:crypto";
import type { State } from "../../storage/state.ts";
import { maxAccessKeys } from "./limits.ts";

export interface AccessKey {
  readonly accessKeyId: string;
  /** In the clear: a signature can only be verified with the secret itself. */
  readonly secretAccessKey: string;
  readonly account: string;
  /** Undefined for a key of the account's root. */
  readonly userName: string | undefined;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface AccessKeyStore {
  /** By its id; of the configuration or made here. */
  find(accessKeyId: string): AccessKey | undefined;
  /** Those that were made here, of one account. */
  list(account: string): readonly AccessKey[];
  /** How many were made here. */
  count(): number;
  /** Resolves when the key is stored. */
  add(key: AccessKey): Promise<void>;
  /** False when the account has no such key that was made here. */
  delete(account: string, accessKeyId: string): Promise<boolean>;
  /** Keeps the keys while everything else is erased: who may call does not change by it. */
  keepDuring(erase: () => Promise<void>): Promise<void>;
}

/** `configured` are never written down; every key is read once, so there must be one server per state. */
export async function openAccessKeyStore(
  state: State,
  configured: readonly AccessKey[],
): Promise<AccessKeyStore> {
  const collection = state.collection<AccessKey>("access-keys");
  const documents = await collection.list("", { limit: maxAccessKeys });
  const made = new Map(documents.map(({ key, value }) => [key, value]));
  const fixed = new Map(configured.map((key) => [key.accessKeyId, key]));
  return {
    find: (accessKeyId) => fixed.get(accessKeyId) ?? made.get(accessKeyId),
    list: (account) => [...made.values()].filter((key) => key.account === account),
    count: () => made.size,
    async add(key) {
      await collection.put("", key.accessKeyId, key);
      made.set(key.accessKeyId, key);
    },
    async delete(account, accessKeyId) {
      if (made.get(accessKeyId)?.account !== account) return false;
      made.delete(accessKeyId);
      return collection.delete("", accessKeyId);
    },
    async keepDuring(erase) {
      await erase();
      const changes = [...made.values()].map((value) => {
        return {
          kind: "put",
          collection: collection.name,
          scope: "",
          key: value.accessKeyId,
          value,
        } as const;
      });
      if (changes.length > 0) await state.write(changes);
    },
  };
}

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** In AWS's forms: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
export function newAccessKey(owner: Pick<AccessKey, "account" | "userName" | "createdAt">): AccessKey {
  const suffix = [...randomBytes(16)].map((byte) => base32[byte % base32.length]).join("");
  return { accessKeyId: `AKIA${suffix}`, secretAccessKey: randomBytes(30).toString("base64"), ...owner };
}

/**
 * The token of a key, for the endpoints that take one instead of a signature. It follows from the secret,
 * which does not follow from it; who has the token can put log events and nothing else, until the key is
 * deleted.
 */
export function bearerTokenOf({ accessKeyId, secretAccessKey }: AccessKey): string {
  const proof = createHmac("sha256", secretAccessKey).update(`bearer ${accessKeyId}`).digest("base64url");
  return `ACWL${accessKeyId}.${proof}`;
}

/** The id of the key that a token claims to be of. */
export function accessKeyIdOfToken(token: string): string | undefined {
  return /^ACWL(\w{16,128})\.[\w-]{43}$/.exec(token)?.[1];
}
