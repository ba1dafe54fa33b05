// Runs log anomaly detectors: each at its frequency, over the events that arrived since.
import type { Clock } from "../core/clock.ts";
import type { FactBoard } from "../core/facts.ts";
import type { LogEncryption } from "../storage/encryption/log-encryption.ts";
import type { Blobs } from "../storage/blobs.ts";
import { takeLease } from "../storage/leases.ts";
import {
  detectorsIn,
  dueDetectorsIn,
  scheduleDetector,
  unscheduleDetector,
} from "../storage/log-anomalies.ts";
import type { MetricWriter } from "../storage/metric-writer.ts";
import { limitWaits } from "../storage/set-back.ts";
import type { State } from "../storage/state.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import type { Worlds } from "../storage/worlds.ts";
import { evaluateDetector } from "./log-anomalies/evaluate-detector.ts";
import { watchForSetBack } from "./set-back.ts";
import { startWatchLoop } from "./watch-loop.ts";

export interface AnomalyDetectionParts {
  readonly clock: Clock;
  readonly facts: FactBoard;
  readonly state: State;
  readonly telemetry: Telemetry;
  readonly logEncryption: LogEncryption;
  readonly blobs: Blobs;
  readonly metrics: MetricWriter;
  readonly worlds: Worlds;
  readonly onError: (error: unknown) => void;
}

const runPeriodMs = 60_000;
const detectorsPerRun = 200;
/** ONE_HOUR */
const longestWindowMs = 3_600_000;
/** Events whose way into the store crosses the end of a window are still in it. */
const graceMs = 10_000;
/** Longer than an evaluation takes. */
const detectorLeaseMs = 2 * runPeriodMs;

export interface LogAnomalyDetection {
  stop(): Promise<void>;
}

/**
 * A run can be killed at any point and made again: what a detector has learnt is stored last, together with
 * how far it has come, and an anomaly's counts are kept by window. Of the nodes that share a store one
 * evaluates a detector, by a lease.
 */
export function startLogAnomalyDetection(parts: AnomalyDetectionParts): LogAnomalyDetection {
  const { clock, state, onError } = parts;
  const wasSetBack = watchForSetBack(clock);
  return startWatchLoop({ clock, facts: parts.facts, state, periodMs: runPeriodMs, turn: run, onError });

  async function run(): Promise<boolean> {
    if (wasSetBack()) {
      await limitWaits(dueDetectorsIn(state), "", { now: clock.now(), longestMs: longestWindowMs });
    }
    const due = await dueDetectorsIn(state).list("", {
      order: "rank",
      maxRank: clock.now() - graceMs,
      limit: detectorsPerRun,
    });
    for (const { value, rank = 0 } of due) await runOne(value.scope, value.detectorId, rank).catch(onError);
    return due.length > 0 || (await dueDetectorsIn(state).count("")) > 0;
  }

  async function runOne(scope: string, detectorId: string, dueAt: number): Promise<void> {
    const found = await detectorsIn(state).get(scope, detectorId);
    if (found === undefined || found.value.status === "PAUSED") {
      await state.write([unscheduleDetector(scope, detectorId)]);
      return;
    }
    const lease = `log-anomalies/${scope}/${detectorId}`;
    if ((await takeLease(state, lease, clock.now(), detectorLeaseMs)) === undefined) return;
    const { windowMs } = found.value;
    // Windows that were missed while nobody ran are caught up with in one evaluation.
    const missed = Math.floor((clock.now() - graceMs - dueAt) / windowMs);
    const until = dueAt + Math.max(0, missed) * windowMs;
    const status = await evaluateDetector(parts, scope, found, until);
    if (status !== found.value.status) {
      await detectorsIn(state).replace(scope, detectorId, { ...found.value, status }, found.version);
    }
    await state.write([scheduleDetector(scope, detectorId, until + windowMs)]);
  }
}
