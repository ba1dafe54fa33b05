// A last row with the sums of columns.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import { asText, type Value } from "./value.ts";

/** What is summed, and the column that has the sum in the last row. */
export interface SummedColumn {
  readonly name: string;
  readonly value: Value;
  readonly column: string;
}

/** The rows, and one more behind them if there are any; `last` is the column that is 1 in this one. */
export function withSummary(select: Sql, sums: readonly SummedColumn[], last: string): Sql {
  const own = sums.map(({ value, column }) => sql`${value.sql} AS ${rawSql(column)}`);
  const columns = joinSql([rawSql("*"), ...own, sql`0 AS ${rawSql(last)}`], ", ");
  const summed = sums.map(({ value }) => sql`sumOrNull(${value.sql})`);
  const summary = joinSql([rawSql("* APPLY(any)"), ...summed, sql`1`], ", ");
  return sql`SELECT ${columns} FROM (${select})
UNION ALL SELECT ${summary} FROM (${select}) HAVING count() > 0`;
}

/** A column as it is, with nothing but its sum in the last row. */
export function summaryValue(name: string, value: Value, sums: readonly SummedColumn[], last: string): Value {
  const sum = sums.find((summed) => summed.name === name);
  const inLast = sum === undefined ? sql`NULL` : sql`toString(${rawSql(sum.column)})`;
  const text = sql`if(${rawSql(last)} = 1, ${inLast}, ${asText(value).sql})`;
  return { sql: text, type: "field", nullable: true };
}
