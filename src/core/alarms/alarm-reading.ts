// What an alarm sees at an instant, and how the results of its queries become that.
import { hash64 } from "../metrics/metric-identity.ts";
import type { QueryResult } from "../metrics/math/queries.ts";
import { isFailed, type Series } from "../metrics/math/series.ts";
import { watchedQuery, type ContributorIdentity, type MetricAlarm } from "./alarm.ts";
import type { AlarmDatapoint } from "./alarm-state.ts";
import { periodsOf, type AlarmWindow } from "./alarm-window.ts";
import type { AlarmPeriod } from "./evaluate-alarm.ts";

export interface AlarmReading {
  readonly window: AlarmWindow;
  /** The evaluation range, oldest first. All is missing for an alarm on many time series. */
  readonly periods: readonly AlarmPeriod[];
  /** The time series of an alarm on many, none when the query gives none. */
  readonly contributors?: readonly ContributorReading[];
  /** What the query of a PromQL alarm returned at the end of the window. */
  readonly returned?: readonly ReturnedSeries[];
  /** Whether the query finds more than it looks at. */
  readonly isPartial?: boolean;
  /** Why there is no data: the expression cannot be computed. */
  readonly problem?: string;
  /** Whether that leaves the alarm without data however it treats missing data. */
  readonly isSourceFailed?: boolean;
  /** Some of what was asked for could be read, so that the rest may be another time. */
  readonly isPassing?: boolean;
}

export interface ContributorReading {
  readonly identity: ContributorIdentity;
  readonly periods: readonly AlarmPeriod[];
}

export interface ReturnedSeries {
  readonly identity: ContributorIdentity;
  readonly value: number;
}

/** `isArray`: the watched query gives many time series, each of which counts. */
export function readingOfResults(
  alarm: MetricAlarm,
  window: AlarmWindow,
  results: readonly QueryResult[],
  isArray: boolean,
): AlarmReading {
  const seriesOf = (wanted: string | undefined) => results.find(({ id }) => id === wanted)?.series ?? [];
  const watched = seriesOf(watchedQuery(alarm)?.id);
  const nothing = periodsOf(window, new Map());
  const failed = [...watched, ...seriesOf(alarm.thresholdMetricId)].find(isFailed);
  if (failed !== undefined) return { window, periods: nothing, ...failureOf(failed) };
  if (isArray) {
    const contributors = watched.map((series) => ({
      identity: contributorIdentity(series),
      periods: periodsOf(window, datapointsOf(series, [])),
    }));
    return { window, periods: nothing, contributors };
  }
  const [series, ...others] = watched;
  if (others.length > 0) {
    const problem = `The expression gives ${watched.length} time series, and an alarm needs a single one.`;
    return { window, periods: nothing, problem };
  }
  if (series === undefined) return { window, periods: nothing };
  const edges = alarm.thresholdMetricId === undefined ? [] : seriesOf(alarm.thresholdMetricId);
  return { window, periods: periodsOf(window, datapointsOf(series, edges)) };
}

/**
 * A function that may not be called gives missing data; any other error of it gives insufficient data.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html
 */
function failureOf({ status }: Series): Pick<AlarmReading, "problem" | "isSourceFailed"> {
  const problem = (status?.messages ?? []).map(({ code, value }) => `${code}: ${value}`).join(" ");
  return { problem, isSourceFailed: status?.code !== "Forbidden" };
}

/**
 * With the band at the same instants, whichever of its two series comes first. A datapoint without a band
 * cannot be compared, so it counts as missing.
 */
function datapointsOf(series: Series, edges: readonly Series[]): ReadonlyMap<number, AlarmDatapoint> {
  const datapoints = new Map<number, AlarmDatapoint>();
  const [one, other] = edges.map(({ timestamps, values }) => new Map(zip(timestamps, values)));
  for (const [at, value] of zip(series.timestamps, series.values)) {
    const [edge, opposite] = [one?.get(at), other?.get(at)];
    if (edge !== undefined && opposite !== undefined) {
      const band = { lower: Math.min(edge, opposite), upper: Math.max(edge, opposite) };
      datapoints.set(at, { value, band });
    } else if (one === undefined) datapoints.set(at, { value });
  }
  return datapoints;
}

const zip = (timestamps: readonly number[], values: readonly number[]) =>
  timestamps.flatMap((at, index): (readonly [number, number])[] => {
    const value = values[index];
    return value === undefined ? [] : [[at, value]];
  });

/** AWS names time series by sixteen characters; here the labels decide them, so that they last. */
function contributorIdentity({ label, metric }: Series): ContributorIdentity {
  const dimensions = metric?.dimensions ?? [];
  const attributes = Object.fromEntries(dimensions.map(({ name, value }) => [name, value]));
  return { id: contributorId(dimensions.length === 0 ? label : JSON.stringify(attributes)), attributes };
}

export const contributorId = (key: string): string => hash64(key).toString(16).padStart(16, "0");
