// Time periods such as `5m`, and instants rounded to them.
import { rawSql, sql, type Sql } from "../sql.ts";
import type { PeriodLiteral, PeriodUnit } from "./query-tree.ts";

const fixedUnitsMs: Partial<Record<PeriodUnit, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const calendarUnits: Partial<Record<PeriodUnit, string>> = {
  w: "WEEK",
  mo: "MONTH",
  q: "QUARTER",
  y: "YEAR",
};

/** Undefined for weeks and longer periods, which are those of the calendar. */
export function fixedPeriodMs({ count, unit }: PeriodLiteral): number | undefined {
  const unitMs = fixedUnitsMs[unit];
  return unitMs === undefined ? undefined : count * unitMs;
}

/** Rounding knows no more of these units than these; longer times are written in longer units. */
const mostOfUnit: Partial<Record<PeriodUnit, number>> = { ms: 1_000, s: 60, m: 60, h: 24 };

/**
 * What `bin(300s)` means: a minute. The same for `datefloor` and `dateceil`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html#CWL_QuerySyntax-datetime
 */
export function roundingPeriod(period: PeriodLiteral): PeriodLiteral {
  return { ...period, count: Math.min(period.count, mostOfUnit[period.unit] ?? period.count) };
}

/** How long a period is; undefined for months and longer ones, which are not all of the same length. */
export function durationMs(period: PeriodLiteral): number | undefined {
  const dayMs = 86_400_000;
  return period.unit === "w" ? period.count * 7 * dayMs : fixedPeriodMs(period);
}

/**
 * The beginning of the period that an instant is in; both are epoch milliseconds. Weeks begin on Monday;
 * months and longer ones are those of the calendar, in UTC.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html#CWL_QuerySyntax-datetime
 */
export function floorToPeriod(instant: Sql, period: PeriodLiteral): Sql {
  const periodMs = fixedPeriodMs(period);
  if (periodMs !== undefined) return sql`intDiv(${instant}, ${periodMs}) * ${periodMs}`;
  const interval = periodInterval(period);
  const start = sql`toStartOfInterval(fromUnixTimestamp64Milli(toInt64(${instant}), 'UTC'), ${interval})`;
  return sql`toUnixTimestamp64Milli(toDateTime64(${start}, 3, 'UTC'))`;
}

/** For dates and times: `INTERVAL 5 MONTH`. */
export function periodInterval(period: PeriodLiteral): Sql {
  const periodMs = fixedPeriodMs(period);
  if (periodMs !== undefined) return sql`INTERVAL ${periodMs} MILLISECOND`;
  return sql`INTERVAL ${period.count} ${rawSql(calendarUnits[period.unit] ?? "YEAR")}`;
}

/** The end of the period, for an instant that is not the beginning of one. */
export function ceilToPeriod(instant: Sql, period: PeriodLiteral): Sql {
  const periodMs = fixedPeriodMs(period);
  if (periodMs !== undefined) return sql`intDiv(${instant} + ${periodMs - 1}, ${periodMs}) * ${periodMs}`;
  const floor = floorToPeriod(instant, period);
  const interval = periodInterval(period);
  const next = sql`fromUnixTimestamp64Milli(toInt64(${floor}), 'UTC') + ${interval}`;
  return sql`if(${floor} = ${instant}, ${instant}, toUnixTimestamp64Milli(toDateTime64(${next}, 3, 'UTC')))`;
}
