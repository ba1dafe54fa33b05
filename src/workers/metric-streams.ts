// Sends what metric streams are about, several times a minute.
import type { Clock } from "../core/clock.ts";
import type { FactBoard } from "../core/facts.ts";
import { streamedAccounts, type MetricStream } from "../core/metric-streams/metric-stream.ts";
import { takeLease } from "../storage/leases.ts";
import { allStreams } from "../storage/metric-streams.ts";
import type { Document } from "../storage/state.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import { deliverStream, type StreamParts } from "./metric-streams/deliver-stream.ts";
import { createStreamDatapoints } from "./metric-streams/stream-datapoints.ts";
import { startWatchLoop } from "./watch-loop.ts";

const runPeriodMs = 20_000;
/** Of the nodes that share a store one sends a stream; it renews this with every run. */
const streamLeaseMs = 3 * runPeriodMs;

export interface MetricStreamsOptions extends Omit<StreamParts, "datapoints" | "signal"> {
  readonly clock: Clock;
  readonly facts: FactBoard;
  readonly telemetry: Telemetry;
  readonly onError: (error: unknown) => void;
}

export interface MetricStreams {
  stop(): Promise<void>;
}

/**
 * A run can be killed at any point: what it did not finish is sent again. A minute is sent once it is over,
 * and again whenever more data of it arrives.
 */
export function startMetricStreams(options: MetricStreamsOptions): MetricStreams {
  const { clock, state, metricArrivals, onError } = options;
  const stopping = new AbortController();
  const parts: StreamParts = {
    ...options,
    datapoints: createStreamDatapoints(options.telemetry),
    signal: stopping.signal,
  };
  const loop = startWatchLoop({
    clock,
    facts: options.facts,
    state,
    periodMs: runPeriodMs,
    turn: run,
    onError,
  });
  const forget = options.facts.listen("WorldReset", () => {
    metricArrivals.refresh().catch(onError);
  });
  return {
    async stop() {
      forget();
      stopping.abort();
      await loop.stop();
    },
  };

  async function run(): Promise<boolean> {
    const streams = await allStreams(state, "");
    await metricArrivals.refresh();
    const due = streams.filter(({ value }) => value.isRunning);
    await Promise.all(due.map((stream) => deliver(stream).catch(onError)));
    return due.length > 0;
  }

  async function deliver(stream: Document<MetricStream>): Promise<void> {
    const lease = `metric-streams/${stream.key}`;
    if ((await takeLease(state, lease, clock.now(), streamLeaseMs)) === undefined) return;
    for (const account of streamedAccounts(stream.value, options.linkedAccounts)) {
      const world = await options.worlds.numberOf(account, stream.value.region);
      // Whoever stopped another stream of this world may have ended the watch, or the account is linked now.
      if (!(await metricArrivals.isWatched(world))) await metricArrivals.watch(world);
    }
    await deliverStream(parts, stream, clock.now());
  }
}
