// Datapoints on their way in: one row per datum, by the second or minute, in the tables that hold its age.
import { metricLimits } from "../../core/metrics/limits.ts";
import type { DatumStatistics } from "../../core/metrics/metric-datum.ts";
import type { Telemetry } from "../telemetry.ts";

export interface AppendedDatapoint {
  readonly metricId: bigint;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly resolutionSeconds: 1 | 60;
  readonly statistics: DatumStatistics;
}

const minuteMs = 60_000;
const secondMs = 1_000;

/**
 * Resolves when the datapoints are stored, by the minute for 15 days and, if they are recent, as they came.
 */
export async function appendDatapoints(
  telemetry: Telemetry,
  datapoints: readonly AppendedDatapoint[],
  now: number,
): Promise<void> {
  const recentFrom = now - metricLimits.recentMs;
  const isPlain = datapoints.every((one) => one.timestamp >= recentFrom && one.resolutionSeconds === 60);
  const byMinute = columnsOf(datapoints, () => minuteMs);
  const recent = isPlain ? datapoints : datapoints.filter(({ timestamp }) => timestamp >= recentFrom);
  // Most calls have new data by the minute alone, of which both tables hold the same.
  const asTheyCame = isPlain ? byMinute : columnsOf(recent, finestMs);
  await Promise.all([
    telemetry.append("datapoints_60", byMinute),
    recent.length === 0 ? undefined : telemetry.append("recent_datapoints", asTheyCame),
  ]);
}

function finestMs({ resolutionSeconds }: AppendedDatapoint): number {
  return resolutionSeconds === 1 ? secondMs : minuteMs;
}

function columnsOf(
  datapoints: readonly AppendedDatapoint[],
  resolutionMs: (datapoint: AppendedDatapoint) => number,
) {
  return {
    metric_id: datapoints.map(({ metricId }) => metricId),
    timestamp: datapoints.map((datapoint) => {
      const step = resolutionMs(datapoint);
      return Math.floor(datapoint.timestamp / step) * step;
    }),
    resolution_seconds: datapoints.map(({ resolutionSeconds }) => resolutionSeconds),
    sample_count: datapoints.map(({ statistics }) => statistics.sampleCount),
    sum: datapoints.map(({ statistics }) => statistics.sum),
    minimum: datapoints.map(({ statistics }) => statistics.minimum),
    maximum: datapoints.map(({ statistics }) => statistics.maximum),
    histogram: datapoints.map(({ statistics }) => statistics.histogram),
  };
}
