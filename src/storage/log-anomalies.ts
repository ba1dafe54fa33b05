// Log anomaly detectors, when each is due, what each has learnt, and the anomalies that it has found.
import type { Anomaly } from "../core/logs/anomalies/anomaly.ts";
import type { Baseline } from "../core/logs/anomalies/baseline.ts";
import type { Template } from "../core/logs/templates/template-miner.ts";
import type { Blobs } from "./blobs.ts";
import type { Change, Collection, State } from "./state.ts";

/** Instants are epoch milliseconds. The key is the last part of its ARN, the scope `account/region`. */
export interface StoredDetector {
  readonly name?: string;
  readonly logGroupName: string;
  readonly groupId: number;
  readonly windowMs: number;
  readonly filterPattern?: string;
  readonly visibilityDays: number;
  readonly status: "INITIALIZING" | "TRAINING" | "ANALYZING" | "FAILED" | "PAUSED";
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a detector has learnt up to an instant. */
export interface AnomalyModel {
  readonly evaluatedTo: number;
  readonly baseline: Baseline;
  readonly templates: readonly Template[];
}

/** A detector that waits for its next evaluation; the rank is when. */
export interface DueDetector {
  readonly scope: string;
  readonly detectorId: string;
}

const collections = {
  detectors: "log-anomaly-detectors",
  due: "log-anomaly-detectors-due",
  anomalies: "log-anomalies",
} as const;

const modelBucket = "log-anomaly-models";

export const detectorsIn = (state: State): Collection<StoredDetector> =>
  state.collection<StoredDetector>(collections.detectors);

export const dueDetectorsIn = (state: State): Collection<DueDetector> =>
  state.collection<DueDetector>(collections.due);

/** Their scope is that of the detector, their key the detector's and their own id with a slash between. */
export const anomaliesIn = (state: State): Collection<Anomaly> =>
  state.collection<Anomaly>(collections.anomalies);

export const anomalyKey = (detectorId: string, anomalyId: string) => `${detectorId}/${anomalyId}`;

/** To be written in one with its schedule. */
export function createDetector(scope: string, detectorId: string, value: StoredDetector): Change {
  return { kind: "create", collection: collections.detectors, scope, key: detectorId, value };
}

/** Puts a detector on the list of those that wait, to be written in one with its other changes. */
export function scheduleDetector(scope: string, detectorId: string, dueAt: number): Change {
  const value: DueDetector = { scope, detectorId };
  return {
    kind: "put",
    collection: collections.due,
    scope: "",
    key: `${scope}/${detectorId}`,
    value,
    rank: dueAt,
  };
}

export function unscheduleDetector(scope: string, detectorId: string): Change {
  return { kind: "delete", collection: collections.due, scope: "", key: `${scope}/${detectorId}` };
}

export async function readModel(blobs: Blobs, detectorId: string): Promise<AnomalyModel | undefined> {
  const body = await blobs.get(modelBucket, `${detectorId}.json`);
  return body === undefined ? undefined : (JSON.parse(Buffer.from(body).toString()) as AnomalyModel);
}

export async function writeModel(blobs: Blobs, detectorId: string, model: AnomalyModel): Promise<void> {
  await blobs.put(modelBucket, `${detectorId}.json`, Buffer.from(JSON.stringify(model)));
}

export async function deleteModel(blobs: Blobs, detectorId: string): Promise<void> {
  await blobs.delete(modelBucket, `${detectorId}.json`);
}

const pageSize = 1_000;

export async function anomaliesOf(
  state: State,
  scope: string,
  detectorId: string,
): Promise<readonly Anomaly[]> {
  const found: Anomaly[] = [];
  for (let after: string | undefined; ;) {
    const page = await anomaliesIn(state).list(scope, {
      prefix: `${detectorId}/`,
      limit: pageSize,
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    found.push(...page.map(({ value }) => value));
    after = page.at(-1)?.key;
    if (page.length < pageSize) return found;
  }
}
