// Reads time series, each merged from the series of one metric or of several.
import type { MathMetric } from "../../core/metrics/math/needs.ts";
import type { Series, TimeRange } from "../../core/metrics/math/series.ts";
import { computeStatistic, type SampleSet } from "../../core/metrics/statistics.ts";
import { needsHistogram } from "../../core/metrics/statistic-names.ts";
import type { PeriodSamples } from "../../storage/telemetry/datapoints-read.ts";
import type { ReadContext } from "./context.ts";
import { requireStatistic } from "./metric-errors.ts";
import { samplesOf } from "./metric-series.ts";

export interface WantedSeries {
  readonly metric: MathMetric;
  /** Those whose samples it is made of. */
  readonly metricIds: readonly bigint[];
  readonly label: string;
  readonly periodSeconds: number;
}

interface ReadGroup {
  readonly ids: bigint[];
  wantsHistogram: boolean;
}

/** The series in their order; those of the same period are read together. */
export async function readSeries(
  context: ReadContext,
  wanted: readonly WantedSeries[],
  rangeOf: (periodSeconds: number) => TimeRange,
): Promise<readonly Series[]> {
  const statistics = wanted.map(({ metric }) => requireStatistic(metric.statistic, "Stat"));
  const groups = new Map<number, ReadGroup>();
  for (const [index, { periodSeconds, metricIds }] of wanted.entries()) {
    const group = groups.get(periodSeconds) ?? { ids: [], wantsHistogram: false };
    groups.set(periodSeconds, group);
    for (const id of metricIds) group.ids.push(id);
    const statistic = statistics[index];
    if (statistic !== undefined) group.wantsHistogram ||= needsHistogram(statistic);
  }
  const samples = new Map<number, ReadonlyMap<bigint, readonly PeriodSamples[]>>();
  for (const [periodSeconds, { ids, wantsHistogram }] of groups) {
    const range = rangeOf(periodSeconds);
    samples.set(periodSeconds, await samplesOf(context, ids, { ...range, periodSeconds, wantsHistogram }));
  }
  return wanted.map(({ metric, metricIds, label, periodSeconds }, index) => {
    const statistic = statistics[index];
    const timestamps: number[] = [];
    const values: number[] = [];
    const found = metricIds.map((id) => samples.get(periodSeconds)?.get(id) ?? []);
    for (const period of mergePeriods(found)) {
      const value = statistic === undefined ? undefined : computeStatistic(statistic, period);
      if (value === undefined) continue;
      timestamps.push(period.startAt);
      values.push(value);
    }
    return { label, periodSeconds, timestamps, values, metric };
  });
}

/** The samples of several series, period by period in the order of time. */
function mergePeriods(series: readonly (readonly PeriodSamples[])[]): readonly PeriodSamples[] {
  const [only = []] = series;
  if (series.length < 2) return only;
  const merged = new Map<number, PeriodSamples>();
  for (const period of series.flat()) {
    const other = merged.get(period.startAt);
    const sum = other === undefined ? period : { ...mergeSamples(other, period), startAt: period.startAt };
    merged.set(period.startAt, sum);
  }
  return [...merged.values()].sort((one, other) => one.startAt - other.startAt);
}

function mergeSamples(one: SampleSet, other: SampleSet): SampleSet {
  const histogram = new Map(one.histogram);
  for (const [bucket, count] of other.histogram) histogram.set(bucket, (histogram.get(bucket) ?? 0) + count);
  return {
    sampleCount: one.sampleCount + other.sampleCount,
    sum: one.sum + other.sum,
    minimum: Math.min(one.minimum, other.minimum),
    maximum: Math.max(one.maximum, other.maximum),
    histogram,
  };
}
