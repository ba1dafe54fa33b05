// Trains anomaly detectors: soon after they are made, every day, and sooner while they lack data.
import type { Clock } from "../core/clock.ts";
import type { FactBoard } from "../core/facts.ts";
import { anomalyLimits } from "../core/metrics/anomaly/train.ts";
import { planQueries, isPlanProblem } from "../core/metrics/math/plan.ts";
import {
  anomalyScope,
  detectorsOf,
  modelsOf,
  storedModels,
  type AnomalyDetector,
  type AnomalySubject,
} from "../storage/anomaly-detectors.ts";
import { trainNow, type TrainingParts } from "../storage/anomaly-training.ts";
import { limitWaits } from "../storage/set-back.ts";
import type { Document } from "../storage/state.ts";
import { watchForSetBack } from "./set-back.ts";
import { startWatchLoop } from "./watch-loop.ts";

const runPeriodMs = 60_000;
/** How many detectors a run trains, each in up to a fifth of a second; the others wait for the next one. */
const detectorsPerRun = 30;
const retryMs = 15 * 60_000;
/** A detector that nobody drew a band of has a model of this period. */
const usualPeriodSeconds = 300;
/** Models that nobody asked for in so long are forgotten. */
const forgottenMs = 2 * anomalyLimits.retrainMs;
const modelsPerRun = 500;

export interface AnomalyTrainerParts extends TrainingParts {
  readonly clock: Clock;
  readonly facts: FactBoard;
  readonly onError: (error: unknown) => void;
}

export interface AnomalyTrainer {
  /** Ends when what is under way has ended. */
  stop(): Promise<void>;
}

/**
 * Detectors are ranked by when they are due, so a run is one query when nothing is. It may be killed at any
 * point: a detector that was not written is still due. One that fails is tried again later, and does not
 * keep the others waiting.
 */
export function startAnomalyTrainer(parts: AnomalyTrainerParts): AnomalyTrainer {
  const { clock, state, onError } = parts;
  const wasSetBack = watchForSetBack(clock);
  return startWatchLoop({ clock, facts: parts.facts, state, periodMs: runPeriodMs, turn: run, onError });

  async function run(): Promise<boolean> {
    if (wasSetBack()) {
      const waits = { now: clock.now(), longestMs: anomalyLimits.retrainMs };
      await limitWaits(detectorsOf(state), anomalyScope, waits);
    }
    const due = await detectorsOf(state).list(anomalyScope, {
      order: "rank",
      maxRank: clock.now(),
      limit: detectorsPerRun,
    });
    for (const detector of due) await train(detector);
    await forgetOldModels();
    return due.length > 0 || (await detectorsOf(state).count(anomalyScope)) > 0;
  }

  async function train({ key, value, version }: Document<AnomalyDetector>): Promise<void> {
    const now = clock.now();
    let isTrained: boolean | undefined;
    try {
      isTrained = await trainPeriods(value, now);
    } catch (error) {
      onError(error);
    }
    const trained = isTrained === true ? "TRAINED" : "TRAINED_INSUFFICIENT_DATA";
    const next: AnomalyDetector = { ...value, state: isTrained === undefined ? value.state : trained };
    const dueAt = now + (isTrained === true ? anomalyLimits.retrainMs : retryMs);
    // Whoever changed the detector meanwhile has made it due again.
    await detectorsOf(state).replace(anomalyScope, key, next, version, dueAt);
  }

  /** Whether there is a model, for any of the periods that bands are drawn by. */
  async function trainPeriods({ subject, settings, id, ...world }: AnomalyDetector, now: number) {
    const asked = (await storedModels(state, world, id)).map(({ periodSeconds }) => periodSeconds);
    const periods = asked.length === 0 ? [periodOf(subject)] : asked;
    let isTrained = false;
    for (const periodSeconds of periods) {
      const model = await trainNow(parts, { world, subject, periodSeconds, now }, settings);
      if (model !== undefined) isTrained = true;
    }
    return isTrained;
  }

  async function forgetOldModels(): Promise<void> {
    const old = await modelsOf(state).list(anomalyScope, {
      order: "rank",
      maxRank: clock.now() - forgottenMs,
      limit: modelsPerRun,
    });
    for (const { key, version } of old) await modelsOf(state).delete(anomalyScope, key, version);
  }
}

/** Expressions have the period of their queries. */
function periodOf(subject: AnomalySubject): number {
  if (subject.kind === "metric") return usualPeriodSeconds;
  const plan = planQueries(subject.queries);
  if (isPlanProblem(plan)) return usualPeriodSeconds;
  const planned = plan.queries.find(({ query }) => query.id === subject.id);
  return (planned?.kind === "math" ? planned.periodSeconds : undefined) ?? usualPeriodSeconds;
}
