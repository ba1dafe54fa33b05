// The way of metric data into the store, shared by all who have some: calls and what is found in logs.
import type { ReadyDatum } from "../core/metrics/datum-batch.ts";
import type { MetricIdentity } from "../core/metrics/metric-identity.ts";
import type { MetricArrivals } from "./metric-arrivals.ts";
import type { RollupLedger } from "./metric-rollups.ts";
import { appendDatapoints } from "./telemetry/datapoints.ts";
import { MetricRegistry } from "./telemetry/metrics.ts";
import type { Telemetry } from "./telemetry.ts";

export interface MetricWriter {
  /** Resolves when the checked data is stored, readable and listed; `now` in epoch milliseconds. */
  write(world: number, data: readonly ReadyDatum[], now: number): Promise<void>;
  /** Forgets which series are known to be listed: they were erased. */
  forget(): void;
}

export function createMetricWriter(
  telemetry: Telemetry,
  rollups: RollupLedger,
  arrivals: MetricArrivals,
): MetricWriter {
  const registry = new MetricRegistry(telemetry);
  return {
    forget: () => registry.forget(),
    async write(world, data, now) {
      const leave = await rollups.enter(data.map(({ timestamp }) => timestamp));
      try {
        const { ids, stored } = registry.note(world, data, identityOf, now);
        const datapoints = data.map(({ timestamp, resolutionSeconds, statistics }, index) => ({
          metricId: ids[index] ?? 0n,
          timestamp,
          resolutionSeconds,
          statistics,
        }));
        await Promise.all([stored, appendDatapoints(telemetry, datapoints, now)]);
        if (await arrivals.isWatched(world)) await arrivals.note(world, datapoints, now);
      } finally {
        leave();
      }
    },
  };
}

const identityOf = (datum: ReadyDatum): MetricIdentity => datum;
