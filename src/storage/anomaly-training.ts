// Trains anomaly detection models on stored history, and keeps them until they are out of date.
import { defaultSettings, type AnomalyModel, type AnomalySettings } from "../core/metrics/anomaly/model.ts";
import { anomalyLimits, trainModel } from "../core/metrics/anomaly/train.ts";
import type { MathMetric, MathQuery, SeriesNeed } from "../core/metrics/math/needs.ts";
import { isPlanProblem, planQueries } from "../core/metrics/math/plan.ts";
import { evaluatePlan } from "../core/metrics/math/queries.ts";
import type { Series, TimeRange } from "../core/metrics/math/series.ts";
import { retentionMs } from "../core/metrics/periods.ts";
import type { AlarmWorld } from "./alarms.ts";
import {
  anomalyScope,
  detectorIdOf,
  detectorKey,
  detectorsOf,
  modelKey,
  modelsOf,
  type AnomalySubject,
  type StoredModel,
} from "./anomaly-detectors.ts";
import type { SeriesSource } from "./series-source.ts";
import type { State } from "./state.ts";
import { createTrainingTurns, type TrainingTurns } from "./training-turns.ts";

/** How soon training is tried again after there were too few datapoints. */
const retryMs = 15 * 60_000;
/** The model of a detector is left to its trainer for so long after it is out of date. */
const turnMs = 12 * 3_600_000;

export interface TrainingParts {
  readonly state: State;
  readonly series: SeriesSource;
}

export interface TrainingOrder {
  readonly world: AlarmWorld;
  readonly subject: AnomalySubject;
  readonly periodSeconds: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A process has one store, and one event loop that everything shares. */
const turnsOfStores = new WeakMap<State, TrainingTurns>();

function turnsOf(state: State): TrainingTurns {
  const turns = turnsOfStores.get(state) ?? createTrainingTurns();
  turnsOfStores.set(state, turns);
  return turns;
}

/**
 * The model for a subject: the stored one, or one that is trained now, by the settings of the detector if
 * there is one. Undefined when there are too few datapoints. When too much was trained in this minute it is
 * the model that is out of date, or undefined.
 */
export async function currentModel(
  parts: TrainingParts,
  order: TrainingOrder,
): Promise<AnomalyModel | undefined> {
  const id = detectorIdOf(order.subject);
  const key = modelKey(order.world, id, order.periodSeconds);
  const stored = await modelsOf(parts.state).get(anomalyScope, key);
  if (stored !== undefined && order.now < stored.value.expiresAt) return stored.value.model;
  const detector = await detectorsOf(parts.state).get(anomalyScope, detectorKey(order.world, id));
  const isTrainersTurn =
    detector !== undefined && stored !== undefined && order.now < stored.value.expiresAt + turnMs;
  if (isTrainersTurn && stored.value.model !== undefined) return stored.value.model;
  const datapoints = historyMsOf(order) / (order.periodSeconds * 1_000);
  if (!turnsOf(parts.state).mayTrain(datapoints, order.now)) return stored?.value.model;
  return trainNow(parts, order, detector?.value.settings ?? defaultSettings);
}

/** Trains, whatever is stored, and stores the outcome. */
export async function trainNow(
  { state, series }: TrainingParts,
  order: TrainingOrder,
  settings: AnomalySettings,
): Promise<AnomalyModel | undefined> {
  const { world, subject, periodSeconds, now } = order;
  const history = await historyOf(series, order);
  const model =
    history === undefined ? undefined : await turnsOf(state).run(trainModel(history, settings, now));
  const expiresAt = now + (model === undefined ? retryMs : anomalyLimits.retrainMs);
  const stored: StoredModel = { trainedAt: now, expiresAt, ...(model === undefined ? {} : { model }) };
  const key = modelKey(world, detectorIdOf(subject), periodSeconds);
  await modelsOf(state).put(anomalyScope, key, stored, expiresAt);
  return model;
}

/** Two weeks; of high resolution what is kept. */
const historyMsOf = ({ periodSeconds }: TrainingOrder) =>
  periodSeconds < 60 ? retentionMs.recent : anomalyLimits.historyMs;

/** Up to the last whole period. */
async function historyOf(source: SeriesSource, order: TrainingOrder): Promise<Series | undefined> {
  const { world, subject, periodSeconds, now } = order;
  const lengthMs = historyMsOf(order);
  const rangeOf = (seconds: number): TimeRange => {
    const periodMs = seconds * 1_000;
    const to = Math.floor(now / periodMs) * periodMs;
    return { from: to - Math.floor(lengthMs / periodMs) * periodMs, to };
  };
  const plan = planQueries(queriesOf(subject, periodSeconds));
  if (isPlanProblem(plan)) return undefined;
  const needs: readonly SeriesNeed[] = plan.needs;
  const answer = await source({ world, needs, rangeOf, now });
  if ("problem" in answer) return undefined;
  const labels = { ...world, now, offsetMinutes: 0 };
  const [result] = evaluatePlan(plan, answer.series, { rangeOf, labels });
  return result?.series[0];
}

/** The queries of which the subject's alone gives data. */
function queriesOf(subject: AnomalySubject, periodSeconds: number): readonly MathQuery[] {
  if (subject.kind === "metric") {
    const metric: MathMetric = { ...subject.metric, periodSeconds };
    return [{ id: "m", metric, returnData: true }];
  }
  return subject.queries.map((query) => ({ ...query, returnData: query.id === subject.id }));
}
