// From the metrics that a call names to the samples of their series.
import type { Dimension as WireDimension } from "@aws-sdk/client-cloudwatch";
import {
  identityKey,
  metricIdOf,
  metricUnits,
  sortDimensions,
  type MetricIdentity,
  type MetricUnit,
} from "../../core/metrics/metric-identity.ts";
import { readDatapoints, type PeriodSamples } from "../../storage/telemetry/datapoints-read.ts";
import { seriesOf } from "../../storage/telemetry/metrics.ts";
import type { CloudWatchContext } from "./context.ts";

/** A metric, with one unit or with all that it has data under. */
export interface MetricRequest {
  readonly identity: MetricIdentity;
  readonly unit: MetricUnit | undefined;
}

export interface MetricSeries {
  readonly unit: MetricUnit;
  readonly metricId: bigint;
}

export function metricIdentity(
  namespace: string,
  name: string,
  dimensions: readonly {
    readonly Name?: WireDimension["Name"];
    readonly Value?: WireDimension["Value"];
  }[] = [],
): MetricIdentity {
  return {
    namespace,
    name,
    dimensions: sortDimensions(dimensions.map(({ Name = "", Value = "" }) => ({ name: Name, value: Value }))),
  };
}

/** The series of each request, in the order of the requests. */
export async function seriesOfRequests(
  context: CloudWatchContext,
  requests: readonly MetricRequest[],
): Promise<readonly (readonly MetricSeries[])[]> {
  const { telemetry, worlds } = context.dependencies;
  const world = await worlds.numberOf(context.call.account, context.call.region);
  const keyed = requests.map(({ identity, unit }) => ({ identity, unit, key: identityKey(identity) }));
  const units = await seriesOf(
    telemetry,
    world,
    keyed.filter(({ unit }) => unit === undefined),
  );
  return keyed.map(({ key, unit }) => {
    const wanted = unit === undefined ? (units.get(key) ?? []) : [unit];
    return metricUnits
      .filter((candidate) => wanted.includes(candidate))
      .map((candidate) => ({ unit: candidate, metricId: metricIdOf(world, key, candidate) }));
  });
}

export interface SamplesQuestion {
  readonly from: number;
  readonly to: number;
  readonly periodSeconds: number;
  readonly wantsHistogram: boolean;
}

/** The samples of series by their number. */
export async function samplesOf(
  { call, dependencies }: CloudWatchContext,
  series: readonly MetricSeries[],
  question: SamplesQuestion,
): Promise<ReadonlyMap<bigint, readonly PeriodSamples[]>> {
  const { rollups, telemetry } = dependencies;
  const [fives, hours] = await Promise.all([rollups.rolledUpTo(300), rollups.rolledUpTo(3600)]);
  const found = await readDatapoints(
    telemetry,
    {
      ...question,
      metricIds: series.map(({ metricId }) => metricId),
      now: call.now,
      rolledUpTo: { 300: fives, 3600: hours },
    },
    { signal: call.signal },
  );
  return new Map(series.map(({ metricId }) => [metricId, found.get(String(metricId)) ?? []]));
}
