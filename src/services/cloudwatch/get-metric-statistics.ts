// GetMetricStatistics: the statistics of one metric, period by period.
import type { Datapoint } from "@aws-sdk/client-cloudwatch";
import { roundStart } from "../../core/metrics/periods.ts";
import { computeStatistic } from "../../core/metrics/statistics.ts";
import { needsHistogram, type Statistic } from "../../core/metrics/statistic-names.ts";
import type { PeriodSamples } from "../../storage/telemetry/datapoints-read.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { invalidCombination, requirePeriod, requireRange, requireStatistic } from "./metric-errors.ts";
import { metricIdentity, samplesOf, seriesOfRequests } from "./metric-series.ts";

const maximumDatapoints = 1_440;

/**
 * Periods begin at the rounded start. Without a unit there is a datapoint for each unit that the metric has.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
 */
export async function getMetricStatistics(
  input: Input<"GetMetricStatistics">,
  context: CloudWatchContext,
): Promise<Output<"GetMetricStatistics">> {
  const { StartTime: start, EndTime: end, MetricName: name } = input;
  const periodSeconds = requirePeriod(input.Period, "Period");
  requireRange(start, end);
  const statistics = statisticsOf(input);
  const from = roundStart(start.getTime(), periodSeconds, context.call.now);
  const to = end.getTime();
  const count = Math.ceil((to - from) / (periodSeconds * 1_000));
  if (count > maximumDatapoints) {
    throw invalidCombination(
      `You have requested up to ${count.toLocaleString("en-US")} datapoints, which exceeds the limit of ` +
        `${maximumDatapoints.toLocaleString("en-US")}. You may reduce the datapoints requested by ` +
        "increasing Period, or decreasing the time range.",
    );
  }
  const identity = metricIdentity(input.Namespace, name, input.Dimensions);
  const [series = []] = await seriesOfRequests(context, [{ identity, unit: input.Unit }]);
  const wantsHistogram = [...statistics.values()].some(needsHistogram);
  const ids = series.map(({ metricId }) => metricId);
  const samples = await samplesOf(context, ids, { from, to, periodSeconds, wantsHistogram });
  return {
    Label: name,
    Datapoints: series.flatMap(({ unit, metricId }) =>
      (samples.get(metricId) ?? []).flatMap((period) => {
        const values = computeAll(statistics, period);
        return values === undefined ? [] : [{ Timestamp: new Date(period.startAt), ...values, Unit: unit }];
      }),
    ),
  };
}

/** By name, the plain ones and the extended ones. */
function statisticsOf(input: Input<"GetMetricStatistics">): ReadonlyMap<string, Statistic> {
  const { Statistics: plain = [], ExtendedStatistics: extended = [] } = input;
  if (plain.length + extended.length === 0) {
    throw invalidCombination("Must specify either Statistics or ExtendedStatistics.");
  }
  return new Map([
    ...plain.map((name, index) => [name, requireStatistic(name, `Statistics.member.${index + 1}`)] as const),
    ...extended.map(
      (name, index) => [name, requireStatistic(name, `ExtendedStatistics.member.${index + 1}`)] as const,
    ),
  ]);
}

/** Undefined when none of the statistics can be known for the period. */
function computeAll(
  statistics: ReadonlyMap<string, Statistic>,
  samples: PeriodSamples,
): Partial<Datapoint> | undefined {
  const plain: Record<string, number> = {};
  const extended: Record<string, number> = {};
  for (const [name, statistic] of statistics) {
    const value = computeStatistic(statistic, samples);
    if (value === undefined) continue;
    if (needsHistogram(statistic)) extended[name] = value;
    else plain[name] = value;
  }
  if (Object.keys(plain).length + Object.keys(extended).length === 0) return undefined;
  return Object.keys(extended).length === 0 ? plain : { ...plain, ExtendedStatistics: extended };
}
