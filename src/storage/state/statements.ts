// The statements of the state port, built once for both dialects.
import { sql, type CompiledQuery, type RawBuilder } from "kysely";
import type { Change, ListOptions } from "../state.ts";
import type { StateDatabase, WriteStep } from "./database.ts";

export interface DocumentRow {
  readonly key: string;
  /** PostgreSQL hands 64-bit integers over as text. */
  readonly version: number | string;
  readonly rank: number | null;
  readonly value: string;
}

const columns = ["key", "version", "rank", "value"] as const;

export function selectMany(
  { build }: StateDatabase,
  collection: string,
  scope: string,
  keys: readonly string[],
): CompiledQuery<DocumentRow> {
  const documents = build.selectFrom("documents").select(columns);
  const inScope = documents.where("collection", "=", collection).where("scope", "=", scope);
  return inScope.where("key", "in", keys).compile();
}

export function selectCount({ build }: StateDatabase, collection: string, scope: string) {
  return build
    .selectFrom("documents")
    .select(({ fn }) => fn.countAll<number | string>().as("count"))
    .where("collection", "=", collection)
    .where("scope", "=", scope)
    .compile();
}

/** A page in the order asked for; the position before it is excluded by comparing (rank, key) as a pair. */
export function selectPage(
  database: StateDatabase,
  collection: string,
  scope: string,
  options: ListOptions,
): CompiledQuery<DocumentRow> {
  const { order = "key", descending = false, after, prefix, contains, maxRank } = options;
  const direction = descending ? "desc" : "asc";
  const beyond = sql.raw(descending ? "<" : ">");
  let query = database.build
    .selectFrom("documents")
    .select(columns)
    .where("collection", "=", collection)
    .where("scope", "=", scope)
    .limit(options.limit);
  if (prefix !== undefined && prefix !== "") {
    const end = endOfPrefix(prefix);
    query = query.where("key", ">=", prefix);
    if (end !== undefined) query = query.where("key", "<", end);
  }
  if (contains !== undefined && contains !== "") {
    query = query.where(containsText(database, contains, options.ignoreCase ?? false));
  }
  if (maxRank !== undefined) query = query.where("rank", "<=", maxRank);
  if (order === "key") {
    if (after !== undefined) query = query.where(sql<boolean>`key ${beyond} ${after.key}`);
    return query.orderBy("key", direction).compile();
  }
  query = query.where("rank", "is not", null);
  if (after !== undefined) {
    query = query.where(sql<boolean>`(rank, key) ${beyond} (${after.rank ?? 0}, ${after.key})`);
  }
  return query.orderBy("rank", direction).orderBy("key", direction).compile();
}

function containsText(database: StateDatabase, text: string, ignoreCase: boolean): RawBuilder<boolean> {
  const position = sql.raw(database.containsFunction);
  return ignoreCase
    ? sql<boolean>`${position}(lower(key), ${lowerAscii(text)}) > 0`
    : sql<boolean>`${position}(key, ${text}) > 0`;
}

/** Both databases fold only ASCII letters here (SQLite always, PostgreSQL under the collation "C"). */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The first text behind all that start with `prefix`; undefined when there is none. */
function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last < 0x10_ff_ff) {
      const next = last === 0xd7_ff ? 0xe0_00 : last + 1;
      return String.fromCodePoint(...points, next);
    }
  }
  return undefined;
}

export function stepOf({ build }: StateDatabase, change: Change): WriteStep {
  const { collection, scope } = change;
  const place = `${collection}\n${scope}`;
  if (change.kind === "deleteScope") {
    const all = build.deleteFrom("documents").where("collection", "=", collection).where("scope", "=", scope);
    return { query: all.compile(), mustAffect: false, place, oneRow: false };
  }
  const { key } = change;
  if (change.kind === "delete") {
    const one = build
      .deleteFrom("documents")
      .where("collection", "=", collection)
      .where("scope", "=", scope)
      .where("key", "=", key);
    if (change.version === undefined) return { query: one.compile(), mustAffect: false, place, oneRow: true };
    const current = one.where("version", "=", change.version);
    return { query: current.compile(), mustAffect: true, place, oneRow: true };
  }
  const content = { rank: change.rank ?? null, value: jsonOf(change.value) };
  if (change.kind === "replace") {
    const replaced = build
      .updateTable("documents")
      .set({ ...content, version: change.version + 1 })
      .where("collection", "=", collection)
      .where("scope", "=", scope)
      .where("key", "=", key)
      .where("version", "=", change.version);
    return { query: replaced.compile(), mustAffect: true, place, oneRow: true };
  }
  const inserted = build.insertInto("documents").values({ collection, scope, key, ...content });
  const settled = inserted.onConflict((conflict) => {
    const target = conflict.columns(["collection", "scope", "key"]);
    if (change.kind === "create") return target.doNothing();
    return target.doUpdateSet({ ...content, version: sql`documents.version + 1` });
  });
  return { query: settled.compile(), mustAffect: change.kind === "create", place, oneRow: true };
}

function jsonOf(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError("a state value must be something that JSON can hold");
  return text;
}

export function nextNumberStep({ build }: StateDatabase, sequence: string): WriteStep {
  const next = build
    .insertInto("sequences")
    .values({ name: sequence, value: 1 })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: sql`sequences.value + 1` }))
    .returning("value");
  return { query: next.compile(), mustAffect: true, place: "sequences", oneRow: true };
}

export function eraseStep({ build }: StateDatabase): WriteStep {
  return {
    query: build.deleteFrom("documents").compile(),
    mustAffect: false,
    place: "documents",
    oneRow: false,
  };
}
