// The order of rows while a query is compiled.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import { numberOfText, type Value } from "./value.ts";

export interface OrderKey {
  readonly column: Sql;
  readonly descending: boolean;
}

/** Events that nobody has sorted: the newest first. */
export const newestFirst: readonly OrderKey[] = [
  { column: sql`timestamp`, descending: true },
  { column: sql`sequence`, descending: true },
];

/** Numbers in their order before texts in theirs; what is missing comes last unless it is said otherwise. */
export function orderKeys(
  value: Value,
  descending: boolean,
  missing: "first" | "last" = "last",
): readonly OrderKey[] {
  const column = value.sql;
  const comesFirst = missing === "first" && value.nullable;
  const absence = comesFirst ? [{ column: sql`isNull(${column})`, descending: true }] : [];
  if (value.type !== "field") return [...absence, { column, descending }];
  return [...absence, { column: numberOfText(column), descending }, { column, descending }];
}

/** Groups: the newest first, and others from the least to the greatest. */
export function groupOrder(groups: readonly { readonly value: Value }[]): readonly OrderKey[] {
  return groups.flatMap(({ value }) => orderKeys(value, value.type === "time"));
}

/** By all of the columns, or by each set of them in turn. */
export function groupingClause(columns: readonly Sql[], sets?: readonly (readonly number[])[]): Sql {
  if (sets === undefined) return sql` GROUP BY ${joinSql(columns, ", ")}`;
  const listed = sets.map((set) => {
    const chosen = set.map((place) => columns[place] ?? rawSql(""));
    return sql`(${joinSql(chosen, ", ")})`;
  });
  return sql` GROUP BY GROUPING SETS (${joinSql(listed, ", ")})`;
}

/** With a blank in front; empty without keys. */
export function orderClause(keys: readonly OrderKey[]): Sql {
  if (keys.length === 0) return rawSql("");
  const items = keys.map(({ column, descending }) => sql`${column} ${rawSql(descending ? "DESC" : "ASC")}`);
  return sql` ORDER BY ${joinSql(items, ", ")}`;
}

/** Of rows with the same keys the first ones; of those that lack a key all. */
export function firstOfEach(rows: Sql, order: Sql, keys: readonly Sql[], count: number): Sql {
  const lacks = joinSql(
    keys.map((key) => sql`isNull(${key})`),
    " OR ",
  );
  const by = joinSql([...keys, sql`if(${lacks}, rowNumberInAllBlocks() + 1, 0)`], ", ");
  return sql`SELECT * FROM (${rows}${order}) LIMIT ${count} BY ${by}`;
}
