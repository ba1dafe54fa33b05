// Time series and what metric math does with them at the lowest level: map, combine, align, fill a grid.
import type { Dimension } from "../metric-identity.ts";

/** The metric that a series is of, for its label. */
export interface SeriesMetric {
  /** The account that it is in, where that is not the one of who asks. */
  readonly account?: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly statistic: string;
}

/**
 * Values at the starts of periods, which are epoch milliseconds in ascending order. A period without a value
 * is not there.
 */
export interface Series {
  readonly label: string;
  readonly periodSeconds: number;
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
  readonly metric?: SeriesMetric;
  /** Of an anomaly detection band. */
  readonly edge?: "High" | "Low";
  /** Of a series from a data source, where there is more to say than its datapoints. */
  readonly status?: SeriesStatus;
}

/** How complete a data source gave a series, in the words of GetMetricData. */
export interface SeriesStatus {
  readonly code: (typeof seriesStatusCodes)[number];
  readonly messages: readonly { readonly code: string; readonly value: string }[];
}

export const seriesStatusCodes = ["Complete", "PartialData", "InternalError", "Forbidden"] as const;

/** Whether there is no data because its source failed: nothing can be computed from it. */
export const isFailed = ({ status }: Series): boolean =>
  status?.code === "InternalError" || status?.code === "Forbidden";

/** A scalar that is not a number, such as the average of nothing, leaves no datapoint behind. */
export type Value =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "series"; readonly series: Series }
  | { readonly kind: "array"; readonly array: readonly Series[] }
  | { readonly kind: "text"; readonly text: string };

export const scalar = (value: number): Value => ({ kind: "scalar", value });
export const single = (series: Series): Value => ({ kind: "series", series });
export const several = (array: readonly Series[]): Value => ({ kind: "array", array });

/** A range of time in epoch milliseconds: periods begin at `from` and before `to`. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The starts of the periods in a range. */
export function gridOf({ from, to }: TimeRange, periodSeconds: number): readonly number[] {
  const grid: number[] = [];
  for (let at = from; at < to; at += periodSeconds * 1_000) grid.push(at);
  return grid;
}

/** The series with other values; datapoints whose value is not finite are dropped. */
export function mapSeries(series: Series, map: (value: number, index: number) => number): Series {
  const timestamps: number[] = [];
  const values: number[] = [];
  for (const [index, value] of series.values.entries()) {
    const mapped = map(value, index);
    if (!Number.isFinite(mapped)) continue;
    timestamps.push(series.timestamps[index] ?? 0);
    values.push(mapped);
  }
  return { ...series, timestamps, values };
}

/**
 * Every timestamp at which one of the series has a value, with the value of each of them there. Series of
 * different periods are brought to the longest first.
 */
export function* zipSeries(
  given: readonly Series[],
): Generator<readonly [at: number, values: readonly (number | undefined)[]]> {
  const aligned = alignPeriods(given);
  const next = aligned.map(() => 0);
  for (;;) {
    let at = Number.POSITIVE_INFINITY;
    for (const [index, { timestamps }] of aligned.entries()) {
      at = Math.min(at, timestamps[next[index] ?? 0] ?? Number.POSITIVE_INFINITY);
    }
    if (at === Number.POSITIVE_INFINITY) return;
    const values = aligned.map((series, index) => {
      const place = next[index] ?? 0;
      if (series.timestamps[place] !== at) return undefined;
      next[index] = place + 1;
      return series.values[place];
    });
    yield [at, values];
  }
}

/** One series from several, timestamp by timestamp, with the label of the first and the longest period. */
export function combineSeries(
  given: readonly Series[],
  combine: (values: readonly (number | undefined)[]) => number,
): Series {
  const timestamps: number[] = [];
  const values: number[] = [];
  for (const [at, found] of zipSeries(given)) {
    const value = combine(found);
    if (!Number.isFinite(value)) continue;
    timestamps.push(at);
    values.push(value);
  }
  const [first] = given;
  const periodSeconds = longestPeriod(given) ?? 60;
  return { label: first?.label ?? "", periodSeconds, timestamps, values };
}

export function longestPeriod(given: readonly Series[]): number | undefined {
  return given.length === 0 ? undefined : Math.max(...given.map(({ periodSeconds }) => periodSeconds));
}

/**
 * Brings series to the longest of their periods. AWS does not say how it aligns periods; a shorter one is
 * summed up here by what its statistic means: sums and counts are added, extremes stay extremes, everything
 * else is averaged.
 */
export function alignPeriods(given: readonly Series[]): readonly Series[] {
  const longest = longestPeriod(given);
  if (longest === undefined || given.every(({ periodSeconds }) => periodSeconds === longest)) return given;
  const anchor = given.find(({ periodSeconds }) => periodSeconds === longest)?.timestamps[0] ?? 0;
  return given.map((series) =>
    series.periodSeconds === longest ? series : coarsen(series, longest, anchor),
  );
}

function coarsen(series: Series, periodSeconds: number, anchor: number): Series {
  const periodMs = periodSeconds * 1_000;
  const groups = new Map<number, number[]>();
  for (const [index, at] of series.timestamps.entries()) {
    const start = anchor + Math.floor((at - anchor) / periodMs) * periodMs;
    const group = groups.get(start) ?? [];
    groups.set(start, group);
    group.push(series.values[index] ?? 0);
  }
  const summarize = summaries[series.metric?.statistic ?? ""] ?? average;
  return {
    ...series,
    periodSeconds,
    timestamps: [...groups.keys()],
    values: [...groups.values()].map(summarize),
  };
}

export const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
export const average = (values: readonly number[]) => total(values) / values.length;
export const lowest = (values: readonly number[]) =>
  values.reduce((found, value) => Math.min(found, value), Number.POSITIVE_INFINITY);
export const highest = (values: readonly number[]) =>
  values.reduce((found, value) => Math.max(found, value), Number.NEGATIVE_INFINITY);

const summaries: Readonly<Record<string, (values: readonly number[]) => number>> = {
  Sum: total,
  SampleCount: total,
  Minimum: lowest,
  Maximum: highest,
};
