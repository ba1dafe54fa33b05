// Anomaly detectors in state, and the models that were trained for them or for whoever asked for a band.
import { createHash } from "node:crypto";
import type { AnomalyModel, AnomalySettings } from "../core/metrics/anomaly/model.ts";
import { identityKey } from "../core/metrics/metric-identity.ts";
import type { MathMetric, MathQuery } from "../core/metrics/math/needs.ts";
import type { AlarmWorld } from "./alarms.ts";
import type { Collection, State } from "./state.ts";

/** With `account`, a metric of a linked account. */
export type AnomalyMetric = Pick<MathMetric, "account" | "namespace" | "name" | "dimensions" | "statistic">;

/** What a detector looks at: a metric by a statistic, or what an expression makes of other queries. */
export type AnomalySubject =
  | { readonly kind: "metric"; readonly metric: AnomalyMetric }
  | { readonly kind: "expression"; readonly id: string; readonly queries: readonly MathQuery[] };

export type DetectorState = "PENDING_TRAINING" | "TRAINED_INSUFFICIENT_DATA" | "TRAINED";

export interface AnomalyDetector extends AlarmWorld {
  readonly id: string;
  readonly subject: AnomalySubject;
  readonly settings: AnomalySettings;
  /** Whether it was told about spikes, either way. */
  readonly hasCharacteristics: boolean;
  readonly state: DetectorState;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** A model for one period; without one there were too few datapoints. Epoch milliseconds. */
export interface StoredModel {
  readonly trainedAt: number;
  readonly expiresAt: number;
  readonly model?: AnomalyModel;
}

/** One scope for all, so that the trainer finds in one place what is due; keys begin with the world. */
export const anomalyScope = "";

/** Ranked by when they are trained next. */
export const detectorsOf = (state: State): Collection<AnomalyDetector> =>
  state.collection<AnomalyDetector>("anomaly-detectors");

/** Ranked by when they expire. */
export const modelsOf = (state: State): Collection<StoredModel> =>
  state.collection<StoredModel>("anomaly-models");

export const detectorKey = ({ account, region }: AlarmWorld, id: string): string =>
  `${account}/${region}/${id}`;

export const modelKey = (world: AlarmWorld, id: string, periodSeconds: number): string =>
  `${detectorKey(world, id)}/${periodSeconds}`;

/** The same subject has the same identifier, so that there is one detector for it. */
export function detectorIdOf(subject: AnomalySubject): string {
  const text =
    subject.kind === "metric"
      ? `${placeOf(subject.metric)}${identityKey(subject.metric)}\n${subject.metric.statistic}`
      : JSON.stringify([subject.id, ...subject.queries.map(essence).toSorted()]);
  const hash = createHash("sha256").update(text).digest("hex");
  const parts = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20)];
  return [...parts, hash.slice(20, 32)].join("-");
}

/** Nothing for a metric of the detector's own account. */
const placeOf = ({ account }: Pick<MathMetric, "account">) => (account === undefined ? "" : `${account}\n`);

/** What of a query makes a difference to the values. */
function essence({ id, metric, expression, periodSeconds }: MathQuery): string {
  if (metric === undefined) return JSON.stringify([id, expression?.trim(), periodSeconds]);
  const identity = `${placeOf(metric)}${identityKey(metric)}`;
  return JSON.stringify([id, identity, metric.statistic, metric.periodSeconds, metric.unit]);
}

const pageSize = 100;

/** The models of a detector; there are few, one for each period that is asked for. */
export async function storedModels(
  state: State,
  world: AlarmWorld,
  id: string,
): Promise<readonly { readonly key: string; readonly periodSeconds: number }[]> {
  const prefix = `${detectorKey(world, id)}/`;
  const found = await modelsOf(state).list(anomalyScope, { prefix, limit: pageSize });
  return found.map(({ key }) => ({ key, periodSeconds: Number(key.slice(prefix.length)) }));
}

/** Models of a configuration that is no more are forgotten, so that the next band is drawn by the new one. */
export async function forgetModels(state: State, world: AlarmWorld, id: string): Promise<void> {
  for (const { key } of await storedModels(state, world, id)) {
    await modelsOf(state).delete(anomalyScope, key);
  }
}
