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
import type { ReadContext } from "./context.ts";

/** Bounds of one statement: the engine reads 256 KiB of text, and a result must fit into memory. */
const seriesPerStatement = 3_000;
const datapointsPerStatement = 150_000;

/** A metric, with one unit or with all that it has data under. */
export interface MetricRequest {
  /** That of the caller when undefined. */
  readonly account?: string | undefined;
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

/** The series of each request, in the order of the requests; none in an account that is not linked. */
export async function seriesOfRequests(
  context: ReadContext,
  requests: readonly MetricRequest[],
): Promise<readonly (readonly MetricSeries[])[]> {
  const { account: own, region } = context.call;
  const accounts = new Set(requests.map(({ account = own }) => account));
  const byRequest = new Map<MetricRequest, readonly MetricSeries[]>();
  for (const account of accounts) {
    if (!context.dependencies.linkedAccounts.mayRead(own, account)) continue;
    const ofAccount = requests.filter((request) => (request.account ?? own) === account);
    const series = await seriesInWorld(context, [account, region], ofAccount);
    ofAccount.forEach((request, index) => byRequest.set(request, series[index] ?? []));
  }
  return requests.map((request) => byRequest.get(request) ?? []);
}

async function seriesInWorld(
  { dependencies: { telemetry, worlds } }: ReadContext,
  [account, region]: readonly [account: string, region: string],
  requests: readonly MetricRequest[],
): Promise<readonly (readonly MetricSeries[])[]> {
  const world = await worlds.numberOf(account, region);
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
  { call, dependencies }: ReadContext,
  ids: readonly bigint[],
  question: SamplesQuestion,
): Promise<ReadonlyMap<bigint, readonly PeriodSamples[]>> {
  const { rollups, telemetry } = dependencies;
  const [fives, hours] = await Promise.all([rollups.rolledUpTo(300), rollups.rolledUpTo(3600)]);
  const metricIds = [...new Set(ids)];
  const periods = Math.ceil((question.to - question.from) / (question.periodSeconds * 1_000));
  const fitting = Math.max(1, Math.floor(datapointsPerStatement / Math.max(1, periods)));
  const atOnce = Math.min(seriesPerStatement, fitting);
  const samples = new Map<bigint, readonly PeriodSamples[]>();
  for (let start = 0; start < metricIds.length; start += atOnce) {
    const found = await readDatapoints(
      telemetry,
      {
        ...question,
        metricIds: metricIds.slice(start, start + atOnce),
        now: call.now,
        rolledUpTo: { 300: fives, 3600: hours },
      },
      { signal: call.signal },
    );
    for (const [id, periodsOfSeries] of found) samples.set(BigInt(id), periodsOfSeries);
  }
  return samples;
}
