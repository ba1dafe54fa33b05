// The way of metric data into the store, shared by all who have some: calls and what is found in logs.
import { begin } from "../core/begin.ts";
import type { ReadyDatum } from "../core/metrics/datum-batch.ts";
import type { MetricIdentity } from "../core/metrics/metric-identity.ts";
import type { ArrivedData, MetricArrivals } from "./metric-arrivals.ts";
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
    // No async function: those hold on to what they were called with until they end.
    write(world, data, now) {
      const timestamps = new Float64Array(data.length);
      data.forEach(({ timestamp }, index) => (timestamps[index] = timestamp));
      return rollups.enter(timestamps).then((leave) => {
        const metricIds = new BigUint64Array(data.length);
        const stored = begin(() => {
          const { ids, stored: listed } = registry.note(world, data, identityOf, now);
          metricIds.set(ids);
          return Promise.all([listed, appendDatapoints(telemetry, metricIds, data, now)]);
        });
        return end(stored, leave, world, { metricIds, timestamps }, now);
      });
    },
  };

  async function end(
    stored: Promise<unknown>,
    leave: () => void,
    world: number,
    arrived: ArrivedData,
    now: number,
  ): Promise<void> {
    try {
      await stored;
      if (await arrivals.isWatched(world)) await arrivals.note(world, arrived, now);
    } finally {
      leave();
    }
  }
}

const identityOf = (datum: ReadyDatum): MetricIdentity => datum;
