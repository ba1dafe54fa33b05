// The state port over a SQL database: documents in one table, every write a transaction of few statements.
import { randomUUID } from "node:crypto";
import type { Change, Collection, Document, ListOptions, State } from "../state.ts";
import type { StateDatabase } from "./database.ts";
import { stateLimits } from "./limits.ts";
import {
  eraseStep,
  nextNumberStep,
  selectCount,
  selectMany,
  selectPage,
  type DocumentRow,
} from "./statements.ts";
import { stepsOf } from "./write-steps.ts";

/** A `State` that keeps its documents in `database`, which it closes. */
export function createState(database: StateDatabase): State {
  return {
    node: database.isShared ? randomUUID() : undefined,
    collection: (name) => createCollection(database, name),
    write: (changes) => write(database, changes),
    async nextNumber(sequence) {
      const [row] = (await database.write([nextNumberStep(sequence)])) ?? [];
      return Number((row as { value: number | string }).value);
    },
    async eraseDocuments() {
      await database.write([eraseStep]);
    },
    close: () => database.close(),
  };
}

/** Checks before it changes anything, so that a programming error is thrown and not half done. */
async function write(database: StateDatabase, changes: readonly Change[]): Promise<boolean> {
  if (changes.length === 0) return true;
  if (changes.length > stateLimits.changesPerWrite) {
    throw new RangeError(`a write has ${changes.length} changes, at most ${stateLimits.changesPerWrite} fit`);
  }
  for (const change of changes) {
    if (change.kind === "create" || change.kind === "put" || change.kind === "replace") checkKey(change);
  }
  return (await database.write(stepsOf(changes))) !== undefined;
}

function createCollection<Value>(database: StateDatabase, name: string): Collection<Value> {
  const collection: Collection<Value> = {
    name,
    async get(scope, key) {
      if (!isStorable(scope, key)) return undefined;
      const [row] = await database.read<DocumentRow>(selectMany(name, scope, [key]));
      return row === undefined ? undefined : documentOf<Value>(scope, row);
    },
    async getMany(scope, keys) {
      const found = new Map<string, Document<Value>>();
      const wanted = [...new Set(keys)].filter((key) => isStorable(scope, key));
      for (let start = 0; start < wanted.length; start += stateLimits.keysPerStatement) {
        const some = wanted.slice(start, start + stateLimits.keysPerStatement);
        for (const row of await database.read<DocumentRow>(selectMany(name, scope, some))) {
          found.set(row.key, documentOf<Value>(scope, row));
        }
      }
      return keys.flatMap((key) => found.get(key) ?? []);
    },
    async list(scope, options) {
      if (!isListable(scope, options)) return [];
      const rows = await database.read<DocumentRow>(selectPage(database.name, name, scope, options));
      return rows.map((row) => documentOf<Value>(scope, row));
    },
    async count(scope, maxRank) {
      if (!isStorable(scope)) return 0;
      const [row] = await database.read<{ count: number | string }>(selectCount(name, scope, maxRank));
      return Number(row?.count ?? 0);
    },
    create: (scope, key, value, rank) =>
      write(database, [{ kind: "create", collection: name, scope, key, value, ...rankOf(rank) }]),
    async put(scope, key, value, rank) {
      await write(database, [{ kind: "put", collection: name, scope, key, value, ...rankOf(rank) }]);
    },
    replace: (scope, key, value, version, rank) =>
      write(database, [{ kind: "replace", collection: name, scope, key, value, version, ...rankOf(rank) }]),
    async delete(scope, key, version) {
      if (!isStorable(scope, key)) return false;
      const change = { kind: "delete", collection: name, scope, key } as const;
      const steps = stepsOf([version === undefined ? change : { ...change, version }]);
      return (await database.write(steps.map((step) => ({ ...step, leastRows: 1 })))) !== undefined;
    },
  };
  return collection;
}

function rankOf(rank: number | undefined): { rank?: number } {
  return rank === undefined ? {} : { rank };
}

function documentOf<Value>(scope: string, row: DocumentRow): Document<Value> {
  const value = JSON.parse(row.value) as Value;
  return { scope, key: row.key, value, version: Number(row.version), ...rankOf(row.rank ?? undefined) };
}

/** Half a surrogate pair has no UTF-8, and PostgreSQL's text has no U+0000: no key can hold either. */
// oxlint-disable-next-line no-control-regex
const unstorable = /\u0000|\p{Surrogate}/u;

function isStorable(...texts: readonly string[]): boolean {
  return !texts.some((text) => unstorable.test(text));
}

function isListable(scope: string, options: ListOptions): boolean {
  return isStorable(scope, options.prefix ?? "", options.contains ?? "", options.after?.key ?? "");
}

function checkKey({ scope, key, rank }: { scope: string; key: string; rank?: number }): void {
  if (!isStorable(scope, key)) {
    throw new TypeError("a state key must not contain U+0000 or half a surrogate pair");
  }
  if (utf8Length(scope) + utf8Length(key) > stateLimits.keyBytes) {
    throw new RangeError(`a state scope and key must be at most ${stateLimits.keyBytes} bytes together`);
  }
  if (rank !== undefined && !Number.isFinite(rank)) throw new RangeError("a rank must be a finite number");
}

function utf8Length(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
