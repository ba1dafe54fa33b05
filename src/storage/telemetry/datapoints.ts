// Datapoints on their way in: one row per datum, by the second or minute, in the tables that hold its age.
import { metricLimits } from "../../core/metrics/limits.ts";
import type { DatumStatistics } from "../../core/metrics/metric-datum.ts";
import type { Telemetry } from "../telemetry.ts";

export interface AppendedDatapoint {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly resolutionSeconds: 1 | 60;
  readonly statistics: DatumStatistics;
}

const minuteMs = 60_000;
const secondMs = 1_000;

/**
 * Resolves when the datapoints are stored, by the minute for 15 days and, if they are recent, as they came.
 * `metricIds` are theirs, in their order.
 */
export function appendDatapoints(
  telemetry: Telemetry,
  metricIds: BigUint64Array,
  datapoints: readonly AppendedDatapoint[],
  now: number,
): Promise<unknown> {
  const recentFrom = now - metricLimits.recentMs;
  const isPlain = datapoints.every((one) => one.timestamp >= recentFrom && one.resolutionSeconds === 60);
  const byMinute = columnsOf(metricIds, datapoints, () => minuteMs);
  const stored = telemetry.append("datapoints_60", byMinute);
  // Most calls have new data by the minute alone, of which both tables hold the same.
  if (isPlain) return Promise.all([stored, telemetry.append("recent_datapoints", byMinute)]);
  const isRecent = (_: unknown, index: number) => (datapoints[index]?.timestamp ?? 0) >= recentFrom;
  const recent = datapoints.filter(isRecent);
  if (recent.length === 0) return stored;
  const asTheyCame = columnsOf(metricIds.filter(isRecent), recent, finestMs);
  return Promise.all([stored, telemetry.append("recent_datapoints", asTheyCame)]);
}

function finestMs({ resolutionSeconds }: AppendedDatapoint): number {
  return resolutionSeconds === 1 ? secondMs : minuteMs;
}

function columnsOf(
  metricIds: BigUint64Array,
  datapoints: readonly AppendedDatapoint[],
  resolutionMs: (datapoint: AppendedDatapoint) => number,
) {
  const numbers = () => new Float64Array(datapoints.length);
  const columns = {
    metric_id: metricIds,
    timestamp: numbers(),
    resolution_seconds: new Uint8Array(datapoints.length),
    sample_count: numbers(),
    sum: numbers(),
    minimum: numbers(),
    maximum: numbers(),
    histogram: datapoints.map(({ statistics }) => statistics.histogram),
  };
  datapoints.forEach((datapoint, index) => {
    const { sampleCount, sum, minimum, maximum } = datapoint.statistics;
    const step = resolutionMs(datapoint);
    columns.timestamp[index] = Math.floor(datapoint.timestamp / step) * step;
    columns.resolution_seconds[index] = datapoint.resolutionSeconds;
    columns.sample_count[index] = sampleCount;
    columns.sum[index] = sum;
    columns.minimum[index] = minimum;
    columns.maximum[index] = maximum;
  });
  return columns;
}
