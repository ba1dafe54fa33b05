// Rows for the time bins in which there are none.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import type { TimeSpan } from "./event-conditions.ts";
import { fixedPeriodMs, floorToPeriod, periodInterval } from "./periods.ts";
import type { OutputColumn } from "./output-columns.ts";
import type { PeriodLiteral } from "./query-tree.ts";
import { asText, type Value } from "./value.ts";

/** The rows of `stats ... by bin()`. */
export interface TimeBins {
  readonly period: PeriodLiteral;
  /** All that the rows are grouped by, and which of them is the beginning of the bin. */
  readonly groups: readonly OutputColumn[];
  readonly position: number;
}

/** What is added to rows: the instant at which the bin begins, and 1 where the row was there before. */
export interface FilledColumns {
  readonly instant: string;
  readonly isGiven: string;
}

/** The rows, and one more for each bin of the span that a group lacks, with nothing but its groups. */
export function withMissingBins(
  select: Sql,
  { period, groups, position }: TimeBins,
  { from, to }: TimeSpan,
  { instant, isGiven }: FilledColumns,
): Sql {
  const atInstant = (at: Sql) => sql`fromUnixTimestamp64Milli(toInt64(${at}), 'UTC')`;
  const first = atInstant(floorToPeriod(sql`${from}`, period));
  const end = atInstant(sql`${floorToPeriod(sql`${to}`, period)} + 1`);
  const filled = sql`${rawSql(instant)} WITH FILL FROM ${first} TO ${end} STEP ${periodInterval(period)}`;
  const others = groups.flatMap(({ value }, index) => (index === position ? [] : [value.sql]));
  const begin = groups[position]?.value.sql ?? sql`0`;
  const added = sql`${atInstant(begin)} AS ${rawSql(instant)}, 1 AS ${rawSql(isGiven)}`;
  // Where there are no rows, the groups of those that are put in are missing, not empty.
  const all = others.length === 0 ? sql`*` : sql`* REPLACE (${joinSql(others.map(asNullable), ", ")})`;
  return sql`SELECT ${all}, ${added} FROM (${select}) ORDER BY ${joinSql([...others, filled], ", ")}`;
}

const asNullable = (column: Sql): Sql => sql`toNullable(${column}) AS ${column}`;

/** A field of the rows, which is the constant, or missing, in those that were put in. */
export function filledValue(
  [name, value]: readonly [string, Value],
  constant: Value | undefined,
  { groups, position }: TimeBins,
  { instant, isGiven }: FilledColumns,
): Value {
  const group = groups.findIndex((column) => column.name === name);
  if (group === position) return { ...value, sql: sql`toUnixTimestamp64Milli(${rawSql(instant)})` };
  if (group >= 0) return { ...value, nullable: true };
  const isSame = constant === undefined || constant.type === value.type;
  const given = isSame ? value : asText(value);
  const put = isSame ? constant : asText(constant);
  return {
    sql: sql`if(${rawSql(isGiven)} = 1, ${given.sql}, ${put?.sql ?? sql`NULL`})`,
    type: isSame ? value.type : "field",
    nullable: value.nullable || put === undefined,
  };
}

/** How many bins there are at most; undefined for those of the calendar, which are few. */
export function binCount({ period }: TimeBins, { from, to }: TimeSpan): number | undefined {
  const periodMs = fixedPeriodMs(period);
  return periodMs === undefined ? undefined : Math.floor(to / periodMs) - Math.floor(from / periodMs) + 1;
}
