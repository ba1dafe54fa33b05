// What queries have found, kept as blobs.
import type { Blobs } from "../../storage/blobs.ts";
import type { Keyring } from "../../storage/encryption/keyring.ts";
import { openDocument, sealDocument } from "../../storage/encryption/sealed-document.ts";
import type { ResultRow } from "./query-answers.ts";

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

const bucket = "log-query-results";

export function createQueryResults(blobs: Blobs, keyring: Keyring): QueryResults {
  return {
    async put(name, rows, keyArn) {
      const body = Buffer.from(JSON.stringify(rows));
      const key = keyOf(name);
      await blobs.put(bucket, key, keyArn === undefined ? body : sealDocument(keyring, keyArn, body, key));
    },
    async get(name) {
      const key = keyOf(name);
      const body = await blobs.get(bucket, key);
      if (body === undefined) return undefined;
      return JSON.parse(openDocument(keyring, body, key).toString()) as readonly ResultRow[];
    },
    async delete(name) {
      await blobs.delete(bucket, keyOf(name));
    },
  };
}

const keyOf = ({ scope, queryId, isPartial }: ResultName) =>
  `${scope}/${queryId}${isPartial ? ".partial" : ""}.json`;
