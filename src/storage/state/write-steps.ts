// The statements of a write: changes of the same kind that follow each other share one.
import type { Change } from "../state.ts";
import type { WriteStep } from "./statements.ts";

/**
 * How many rows a statement has. Few sizes are few texts to prepare; what a statement costs by itself is
 * spread thin enough over the largest.
 */
const rowsPerStatement = [32, 8, 1] as const;

/**
 * Steps that do the same as the changes would one after another: only neighbours share a step, and no key is
 * twice in one.
 */
export function stepsOf(changes: readonly Change[]): readonly WriteStep[] {
  const steps: WriteStep[] = [];
  for (const run of runsOf(changes)) {
    for (let start = 0; start < run.length;) {
      const left = run.length - start;
      const rows = rowsPerStatement.find((size) => size <= left) ?? 1;
      steps.push(stepOf(run.slice(start, start + rows)));
      start += rows;
    }
  }
  return steps;
}

function runsOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const runs: Change[][] = [];
  let form = "";
  const keys = new Set<string>();
  for (const change of changes) {
    const own = `${change.kind} ${hasVersion(change)} ${placeOf(change)}`;
    const isKeyed = change.kind !== "deleteScope";
    if (!isKeyed || own !== form || keys.has(change.key)) {
      runs.push([]);
      keys.clear();
      form = own;
    }
    if (isKeyed) keys.add(change.key);
    runs.at(-1)?.push(change);
  }
  return runs;
}

const placeOf = ({ collection, scope }: Change) => `${collection}\n${scope}`;

const hasVersion = (change: Change) => "version" in change && change.version !== undefined;

/** One statement for changes of the same kind and scope. */
function stepOf(changes: readonly Change[]): WriteStep {
  const [first] = changes;
  if (first === undefined) throw new RangeError("a step has at least one change");
  const rows = changes.length;
  const mustHold = first.kind === "create" || hasVersion(first);
  return {
    text: textOf(first, rows),
    parameters: changes.flatMap(parametersOf),
    leastRows: mustHold ? rows : 0,
    place: placeOf(first),
    oneRow: rows === 1 && first.kind !== "deleteScope",
  };
}

const insert = "insert into documents (collection, scope, key, rank, value) values";
const onConflict = "on conflict (collection, scope, key) do";
const raise = "version = documents.version + 1";
const overwrite = `update set rank = excluded.rank, value = excluded.value, ${raise}`;
const oneKey = "where collection = ? and scope = ? and key = ?";

function textOf(change: Change, rows: number): string {
  switch (change.kind) {
    case "create":
      return `${insert} ${list("(?, ?, ?, ?, ?)", rows)} ${onConflict} nothing`;
    case "put":
      return `${insert} ${list("(?, ?, ?, ?, ?)", rows)} ${onConflict} ${overwrite}`;
    case "replace":
      return rows === 1 ? replaceOne : replaceMany(rows);
    case "delete":
      return deletion(hasVersion(change), rows);
    case "deleteScope":
      return "delete from documents where collection = ? and scope = ?";
  }
}

const replaceOne = `update documents set rank = ?, value = ?, ${raise} ${oneKey} and version = ?`;

/** PostgreSQL takes the parameters of a list for text unless it is told otherwise. */
function replaceMany(rows: number): string {
  const row = "(cast(? as double precision), ?, ?, ?, ?, cast(? as bigint))";
  const same = ["collection", "scope", "key", "version"].map((name) => `documents.${name} = given.${name}`);
  return (
    `with given (rank, value, collection, scope, key, version) as (values ${list(row, rows)}) ` +
    `update documents set rank = given.rank, value = given.value, ${raise} ` +
    `from given where ${same.join(" and ")}`
  );
}

function deletion(atVersion: boolean, rows: number): string {
  if (rows === 1) return `delete from documents ${oneKey}${atVersion ? " and version = ?" : ""}`;
  const row = atVersion ? "(?, ?, ?, cast(? as bigint))" : "(?, ?, ?)";
  const names = `collection, scope, key${atVersion ? ", version" : ""}`;
  return `delete from documents where (${names}) in (values ${list(row, rows)})`;
}

const list = (row: string, rows: number) => Array.from({ length: rows }, () => row).join(", ");

function parametersOf(change: Change): readonly (string | number | null)[] {
  const { collection, scope } = change;
  if (change.kind === "deleteScope") return [collection, scope];
  const identity = [collection, scope, change.key];
  if (change.kind === "delete") {
    return change.version === undefined ? identity : [...identity, change.version];
  }
  const content = [change.rank ?? null, jsonOf(change.value)];
  return change.kind === "replace" ? [...content, ...identity, change.version] : [...identity, ...content];
}

function jsonOf(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError("a state value must be something that JSON can hold");
  return text;
}
