// The statements of the state port, those of writes apart. Their text is the same for both databases; only
// `contains` has another name.
import type { ListOptions } from "../state.ts";
import type { DatabaseName } from "./schema.ts";

/** SQL with a `?` for each parameter. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly (string | number | null)[];
}

/** One statement of a write. */
export interface WriteStep extends Statement {
  /** A statement that touches fewer rows undoes the whole write. */
  readonly leastRows: number;
  /** The collection and scope that it writes to, as one text. */
  readonly place: string;
  /** False when it may touch more than one row. */
  readonly oneRow: boolean;
}

/** A row of `select key, version, rank, value`. */
export interface DocumentRow {
  readonly key: string;
  /** PostgreSQL hands 64-bit integers over as text. */
  readonly version: number | string;
  readonly rank: number | null;
  readonly value: string;
}

const selectInScope = "select key, version, rank, value from documents where collection = ? and scope = ?";

export function selectMany(collection: string, scope: string, keys: readonly string[]): Statement {
  const marks = Array.from(keys, () => "?").join(", ");
  return { text: `${selectInScope} and key in (${marks})`, parameters: [collection, scope, ...keys] };
}

export function selectCount(collection: string, scope: string, maxRank?: number): Statement {
  const text = "select count(*) as count from documents where collection = ? and scope = ?";
  if (maxRank === undefined) return { text, parameters: [collection, scope] };
  return { text: `${text} and rank <= ?`, parameters: [collection, scope, maxRank] };
}

/**
 * A page in the order asked for; what is not behind `after` is left out by comparing (rank, key) as a pair.
 */
export function selectPage(
  database: DatabaseName,
  collection: string,
  scope: string,
  options: ListOptions,
): Statement {
  const { order = "key", descending = false, after, prefix = "", contains = "", maxRank, limit } = options;
  const conditions: string[] = [];
  const parameters: (string | number)[] = [collection, scope];
  const where = (condition: string, ...values: readonly (string | number)[]) => {
    conditions.push(` and ${condition}`);
    parameters.push(...values);
  };
  if (prefix !== "") {
    const end = endOfPrefix(prefix);
    where("key >= ?", prefix);
    if (end !== undefined) where("key < ?", end);
  }
  if (contains !== "") {
    const position = database === "sqlite" ? "instr" : "strpos";
    if (options.ignoreCase === true) where(`${position}(lower(key), ?) > 0`, lowerAscii(contains));
    else where(`${position}(key, ?) > 0`, contains);
  }
  if (maxRank !== undefined) where("rank <= ?", maxRank);
  const behind = descending ? "<" : ">";
  if (order === "rank") {
    where("rank is not null");
    if (after !== undefined) where(`(rank, key) ${behind} (?, ?)`, after.rank ?? 0, after.key);
  } else if (after !== undefined) {
    where(`key ${behind} ?`, after.key);
  }
  const direction = descending ? "desc" : "asc";
  const columns = order === "rank" ? `rank ${direction}, key ${direction}` : `key ${direction}`;
  const text = `${selectInScope}${conditions.join("")} order by ${columns} limit ?`;
  return { text, parameters: [...parameters, limit] };
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

export function nextNumberStep(sequence: string): WriteStep {
  const text =
    "insert into sequences (name, value) values (?, 1) " +
    "on conflict (name) do update set value = sequences.value + 1 returning value";
  return { text, parameters: [sequence], leastRows: 1, place: "sequences", oneRow: true };
}

export const eraseStep: WriteStep = {
  text: "delete from documents",
  parameters: [],
  leastRows: 0,
  place: "documents",
  oneRow: false,
};
