// The SELECTs that put rows together with those of another query, or of a table to look up in.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import type { Value } from "./value.ts";

export interface JoinKey {
  readonly own: Sql;
  readonly other: Sql;
}

/** The columns of `other` that are read carry the name of their side in front. */
export function joinSelects(
  type: "inner" | "left",
  own: Sql,
  other: Sql,
  keys: readonly JoinKey[],
  columns: readonly Value[],
  side: string,
): Sql {
  const read = new Map([...keys.map((key) => key.other), ...columns.map((value) => value.sql)].map(named));
  const selected = [...read].map(
    ([name, column]) => sql`toNullable(${column}) AS ${rawSql(`${side}_${name}`)}`,
  );
  const equal = keys.map((key) => sql`l.${key.own} = r.${rawSql(`${side}_`)}${key.other}`);
  const kind = type === "inner" ? sql`INNER JOIN` : sql`LEFT JOIN`;
  const right = sql`SELECT ${joinSql(selected, ", ")} FROM (${other})`;
  return sql`SELECT l.*, r.* FROM (${own}) AS l ${kind} (${right}) AS r ON ${joinSql(equal, " AND ")}`;
}

/** A column of the other query among those of the rows that it was joined to. */
export function joinedValue(side: string, { sql: column, type }: Value): Value {
  return { sql: sql`${rawSql(`${side}_`)}${column}`, type, nullable: true };
}

/** A column is its name. */
const named = (column: Sql): readonly [string, Sql] => [column.fragments[0] ?? "", column];

/** The cells of one column, row by row. */
export interface TableCells {
  readonly name: string;
  readonly cells: readonly string[];
}

export interface LookupKey {
  readonly value: Value;
  readonly cells: readonly string[];
}

/** The table is one literal text, which the engine reads as rows. */
export function lookUpSelect(
  own: Sql,
  keys: readonly Sql[],
  on: readonly LookupKey[],
  names: readonly string[],
  output: readonly TableCells[],
): Sql {
  const keyNames = on.map((_, index) => `k${index}`);
  const columns = [...on, ...output].map(({ cells }) => cells);
  const seen = new Set<string>();
  const lines = (columns[0] ?? []).flatMap((_, row) => {
    const cells = columns.map((column) => column[row] ?? "");
    const key = JSON.stringify(cells.slice(0, on.length));
    if (seen.has(key)) return [];
    seen.add(key);
    return [JSON.stringify(cells)];
  });
  const structure = [
    ...keyNames.map((name) => `${name} String`),
    ...names.map((name) => `${name} Nullable(String)`),
  ].join(", ");
  const equal = keys.map((key, index) => sql`l.${key} = r.${rawSql(keyNames[index] ?? "")}`);
  const read = rawSql(names.map((name) => `r.${name} AS ${name}`).join(", "));
  const table = sql`SELECT * FROM format(JSONCompactEachRow, ${structure}, ${lines.join("\n")})`;
  const isEqual = joinSql(equal, " AND ");
  return sql`SELECT l.*, ${read} FROM (${own}) AS l LEFT ANY JOIN (${table}) AS r ON ${isEqual}`;
}
