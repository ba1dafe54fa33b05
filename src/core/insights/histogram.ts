// A histogram of a query: how many of its matching events there are over time.
import { sql, type Sql } from "../sql.ts";
import type { TimeSpan } from "./event-conditions.ts";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Widths that people count time in. */
const binWidthsMs: readonly number[] = [
  ...[0.001, 0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((seconds) => seconds * secondMs),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hourMs),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * dayMs),
];

/** The smallest width with which a span of time has at most so many bins. */
export function chooseBinMs({ from, to }: TimeSpan, bins: number): number {
  const longest = 364 * dayMs;
  const fits = (width: number) => binsWithin({ from, to }, width) <= bins;
  const found = binWidthsMs.find(fits);
  if (found !== undefined) return found;
  let width = longest;
  while (!fits(width)) width += longest;
  return width;
}

/** Bins begin at multiples of their width since 1970, so the first one may begin before the span does. */
export function binsWithin({ from, to }: TimeSpan, binMs: number): number {
  return Math.floor(to / binMs) - Math.floor(from / binMs) + 1;
}

/**
 * A command may have read a span of time more, which is not the query's own; events may count as having come
 * by `shiftMs` later.
 */
export function histogramStatement(
  matched: Sql,
  { from, to }: TimeSpan,
  binMs: number,
  shiftMs: number,
): Sql {
  const timestamp = sql`toUnixTimestamp64Milli(timestamp)`;
  const at = shiftMs === 0 ? timestamp : sql`(${timestamp} + ${shiftMs})`;
  return sql`SELECT toFloat64(intDiv(${at}, ${binMs})) AS bin, toFloat64(count()) AS events
    FROM (${matched}) WHERE ${at} >= ${from} AND ${at} <= ${to} GROUP BY bin`;
}

export interface HistogramBin {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly events: number;
}

/** One bin after the other, those without events as well. */
export function histogramBins(
  span: TimeSpan,
  binMs: number,
  counted: readonly { readonly bin: number; readonly events: number }[],
): readonly HistogramBin[] {
  const events = new Map(counted.map((one) => [one.bin, one.events]));
  const first = Math.floor(span.from / binMs);
  return Array.from({ length: binsWithin(span, binMs) }, (_, index) => ({
    from: (first + index) * binMs,
    events: events.get(first + index) ?? 0,
  }));
}
