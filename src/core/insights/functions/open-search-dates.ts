// Functions of dates of OpenSearch PPL and SQL; all dates are UTC's.
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { Call, Expression } from "../query-tree.ts";
import { asNumber, asScalar, asText, type Value } from "../value.ts";
import type { FunctionTable, SpecialFunction } from "./define.ts";
import { taking } from "./open-search-kinds.ts";

/** A number out of an instant. */
const part = (toSql: (at: Sql) => Sql): SpecialFunction =>
  taking("a timestamp", [1], (compiler, call) => ({
    sql: sql`toFloat64(${toSql(dateTimeOf(call, compiler))})`,
    type: "number",
    nullable: true,
  }));

/** The text of a day. */
export const dayText = (days: Sql): Value => ({ sql: sql`toString(${days})`, type: "text", nullable: true });

const shifted = (sign: Sql): SpecialFunction =>
  taking("a timestamp and a number of days", [2], (compiler, call, _instant, days) => {
    if (days === undefined) return compiler.wrongArguments(call);
    const count = asNumber(asScalar(compiler.value(days))).sql;
    return dayText(
      sql`addDays(toDate32(${dateTimeOf(call, compiler)}), ${sign}${wholeWithin(count, 4_000_000)})`,
    );
  });

/** The end of the year 9999 in epoch milliseconds. */
const latest = 253_402_300_799_999;

export const wholeWithin = (number: Sql, limit: number): Sql =>
  sql`if(abs(${number}) <= ${limit}, toInt64(${number}), NULL)`;

const units = new Set(["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"]);

/** The unit that an argument names. */
export function unitOf(unit: Expression | undefined, compiler: ExpressionCompiler, call: Call): string {
  if (unit?.kind !== "text") return compiler.wrongArguments(call);
  const name = unit.text.toLowerCase();
  return units.has(name) ? name : compiler.refuse(`unknown unit ${unit.text}`, unit);
}

export const openSearchDateFunctions: FunctionTable = {
  year: part((at) => sql`toYear(${at})`),
  quarter: part((at) => sql`toQuarter(${at})`),
  month: part((at) => sql`toMonth(${at})`),
  /** ISO's week. */
  weekofyear: part((at) => sql`toISOWeek(${at})`),
  day: part((at) => sql`toDayOfMonth(${at})`),
  dayofyear: part((at) => sql`toDayOfYear(${at})`),
  /** Sunday is 1. */
  dayofweek: part((at) => sql`toDayOfWeek(${at}, 3)`),
  /** Monday is 0. */
  weekday: part((at) => sql`toDayOfWeek(${at}, 1)`),
  hour: part((at) => sql`toHour(${at})`),
  minute: part((at) => sql`toMinute(${at})`),
  second: part((at) => sql`toSecond(${at})`),
  current_timestamp: taking("nothing", [0], ({ pipeline }) => ({
    sql: sql`toInt64(${pipeline.scope.now})`,
    type: "time",
    nullable: false,
  })),
  current_date: taking("nothing", [0], ({ pipeline }) => ({
    sql: sql`${new Date(pipeline.scope.now).toISOString().slice(0, 10)}`,
    type: "text",
    nullable: false,
  })),
  unix_timestamp: taking("nothing, or a timestamp", [0, 1], (compiler, call, instant) => ({
    sql:
      instant === undefined
        ? sql`toFloat64(${Math.floor(compiler.pipeline.scope.now / 1_000)})`
        : sql`floor(toFloat64(${instantOf(call, compiler)}) / 1000)`,
    type: "number",
    nullable: true,
  })),
  from_unixtime: taking("seconds", [1], (compiler, call, seconds) => {
    if (seconds === undefined) return compiler.wrongArguments(call);
    const count = asNumber(asScalar(compiler.value(seconds))).sql;
    const at = sql`fromUnixTimestamp64Milli(${wholeWithin(sql`${count} * 1000`, latest)}, 'UTC')`;
    return { sql: sql`formatDateTime(${at}, '%Y-%m-%d %H:%i:%S')`, type: "text", nullable: true };
  }),
  date: taking("a timestamp", [1], (compiler, call) => dayText(sql`toDate32(${dateTimeOf(call, compiler)})`)),
  timestamp: taking("a timestamp", [1], (compiler, call) => ({
    sql: instantOf(call, compiler),
    type: "time",
    nullable: true,
  })),
  adddate: shifted(sql``),
  subdate: shifted(sql`-`),
  last_day: taking("a timestamp", [1], (compiler, call) =>
    dayText(sql`toLastDayOfMonth(toDate32(${dateTimeOf(call, compiler)}))`),
  ),
  datediff: taking("two timestamps", [2], (compiler, call, instant, earlier) => {
    if (instant === undefined || earlier === undefined) return compiler.wrongArguments(call);
    const to = sql`toDate32(${dateTime(instant, compiler)})`;
    const from = sql`toDate32(${dateTime(earlier, compiler)})`;
    return { sql: sql`toFloat64(dateDiff('day', ${from}, ${to}))`, type: "number", nullable: true };
  }),
  date_trunc: taking("a unit such as 'hour', and a timestamp", [2], (compiler, call, unit, instant) => {
    if (instant === undefined) return compiler.wrongArguments(call);
    const name = unitOf(unit, compiler, call);
    const start = sql`toDateTime64(dateTrunc(${name}, ${dateTime(instant, compiler)}, 'UTC'), 3, 'UTC')`;
    return { sql: sql`toUnixTimestamp64Milli(${start})`, type: "time", nullable: true };
  }),
};

export const dateTimeOf = (call: Call, compiler: ExpressionCompiler): Sql =>
  sql`fromUnixTimestamp64Milli(${instantOf(call, compiler)}, 'UTC')`;

export const dateTime = (argument: Expression, compiler: ExpressionCompiler): Sql =>
  sql`fromUnixTimestamp64Milli(${instant(argument, compiler)}, 'UTC')`;

function instantOf(call: Call, compiler: ExpressionCompiler): Sql {
  const [argument] = call.arguments;
  return argument === undefined ? compiler.wrongArguments(call) : instant(argument, compiler);
}

/** Epoch milliseconds: of a timestamp, of a text like `2026-11-02 12:00:00`, or a number of them. */
export function instant(argument: Expression, compiler: ExpressionCompiler): Sql {
  const value = asScalar(compiler.value(argument));
  if (value.type === "time") return sql`toInt64(${value.sql})`;
  const millis = wholeWithin(asNumber(value).sql, latest);
  if (value.type === "number") return millis;
  const text = sql`ifNull(${asText(value).sql}, '')`;
  const parsed = (at: Sql) => sql`toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(${at}, 3, 'UTC'))`;
  const today = new Date(compiler.pipeline.scope.now).toISOString().slice(0, 11);
  const date = sql`match(${text}, ${String.raw`^\d{4}-\d{2}-\d{2}`}), ${parsed(text)}`;
  // What has no date is of the day of the query.
  const time = sql`match(${text}, ${String.raw`^\d{1,2}:\d{2}`}), ${parsed(sql`concat(${today}, ${text})`)}`;
  return sql`multiIf(${date}, ${time}, ${millis})`;
}
