// What queries have found, kept where every node that may be asked for it can read it.
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Blobs } from "../../storage/blobs.ts";
import type { Keyring } from "../../storage/encryption/keyring.ts";
import { openDocument, sealDocument } from "../../storage/encryption/sealed-document.ts";
import type { Collection, State } from "../../storage/state.ts";
import type { ResultRow } from "./query-answers.ts";
import { queryLimits } from "./query-limits.ts";

export interface QueryResults {
  /** Sealed under the key, when there is one. @throws KeyUnavailableError */
  put(name: ResultName, rows: readonly ResultRow[], keyArn: string | undefined): Promise<void>;
  /** Undefined where none are kept. @throws KeyUnavailableError */
  get(name: ResultName): Promise<readonly ResultRow[] | undefined>;
  delete(name: ResultName): Promise<void>;
}

/** The scope is that of the query, `account/region`. */
export interface ResultName {
  readonly scope: string;
  readonly queryId: string;
  /** What is known of a query that is not at its end. */
  readonly isPartial: boolean;
}

interface Bytes {
  put(name: string, body: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
  delete(name: string): Promise<void>;
}

/** Blobs are in the folder of a process: nodes that share a state have nothing else in common. */
export function createQueryResults(
  { state, blobs }: { readonly state: State; readonly blobs: Blobs },
  keyring: Keyring,
): QueryResults {
  const bytes = state.node === undefined ? inBlobs(blobs) : inState(state);
  return {
    async put(name, rows, keyArn) {
      const body = Buffer.from(JSON.stringify(rows));
      const key = keyOf(name);
      await bytes.put(key, keyArn === undefined ? body : sealDocument(keyring, keyArn, body, key));
    },
    async get(name) {
      const key = keyOf(name);
      const body = await bytes.get(key);
      if (body === undefined) return undefined;
      return JSON.parse(openDocument(keyring, body, key).toString()) as readonly ResultRow[];
    },
    delete: (name) => bytes.delete(keyOf(name)),
  };
}

const keyOf = ({ scope, queryId, isPartial }: ResultName) =>
  `${scope}/${queryId}${isPartial ? ".partial" : ""}.json`;

const resultBucket = "log-query-results";

function inBlobs(blobs: Blobs): Bytes {
  return {
    put: (key, body) => blobs.put(resultBucket, key, body),
    get: (key) => blobs.get(resultBucket, key),
    async delete(key) {
      await blobs.delete(resultBucket, key);
    },
  };
}

/** A part of a document's bytes, as Base64; the scope is the document. */
interface StoredPart {
  readonly part: string;
}

const collectionName = "log-query-results";

const partsIn = (state: State): Collection<StoredPart> => state.collection<StoredPart>(collectionName);

/** The first part is written last: who finds it finds all. */
function inState(state: State): Bytes {
  const parts = partsIn(state);
  return {
    async put(key, body) {
      const compressed = await promisify(gzip)(body);
      const count = Math.max(1, Math.ceil(compressed.length / queryLimits.resultPartBytes));
      for (let number = count - 1; number >= 0; number--) {
        const from = number * queryLimits.resultPartBytes;
        const part = compressed.subarray(from, from + queryLimits.resultPartBytes).toString("base64");
        await parts.put(key, partKey(number), { part });
      }
    },
    async get(key) {
      const found: Buffer[] = [];
      for (let number = 0; ; number++) {
        const stored = await parts.get(key, partKey(number));
        if (stored === undefined) break;
        found.push(Buffer.from(stored.value.part, "base64"));
      }
      return found.length === 0 ? undefined : promisify(gunzip)(Buffer.concat(found));
    },
    async delete(scope) {
      await state.write([{ kind: "deleteScope", collection: collectionName, scope }]);
    },
  };
}

const partKey = (number: number) => String(number).padStart(6, "0");
