// Log anomaly detectors, when each is due, what each has learnt, and the anomalies that it has found.
import type { Anomaly } from "../core/logs/anomalies/anomaly.ts";
import type { Baseline } from "../core/logs/anomalies/baseline.ts";
import type { Template } from "../core/logs/templates/template-miner.ts";
import type { Blobs } from "./blobs.ts";
import type { Keyring } from "./encryption/keyring.ts";
import { openDocument, sealDocument } from "./encryption/sealed-document.ts";
import type { Change, Collection, State } from "./state.ts";

/** Instants are epoch milliseconds. The key is the last part of its ARN, the scope `account/region`. */
export interface StoredDetector {
  readonly name?: string;
  readonly logGroupName: string;
  readonly groupId: number;
  readonly windowMs: number;
  readonly filterPattern?: string;
  /** The ARN of the key that seals what the detector has learnt and found. */
  readonly kmsKeyId?: string;
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

/** Of a detector with a key, what comes from messages (tokens and samples) is in `sealed`, as base64. */
export interface StoredAnomaly extends Anomaly {
  readonly sealed?: string;
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
export const anomaliesIn = (state: State): Collection<StoredAnomaly> =>
  state.collection<StoredAnomaly>(collections.anomalies);

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

const modelContext = (detectorId: string) => `anomaly-model ${detectorId}`;

/** @throws KeyUnavailableError */
export async function readModel(
  blobs: Blobs,
  keyring: Keyring,
  detectorId: string,
): Promise<AnomalyModel | undefined> {
  const body = await blobs.get(modelBucket, `${detectorId}.json`);
  if (body === undefined) return undefined;
  return JSON.parse(openDocument(keyring, body, modelContext(detectorId)).toString()) as AnomalyModel;
}

/** Without a key it is stored in the clear. */
export async function writeModel(
  blobs: Blobs,
  keyring: Keyring,
  keyArn: string | undefined,
  detectorId: string,
  model: AnomalyModel,
): Promise<void> {
  const plain = Buffer.from(JSON.stringify(model));
  const body = keyArn === undefined ? plain : sealDocument(keyring, keyArn, plain, modelContext(detectorId));
  await blobs.put(modelBucket, `${detectorId}.json`, body);
}

const anomalyContext = ({ id }: Anomaly) => `anomaly ${id}`;

/** Without a key it is stored in the clear. @throws KeyUnavailableError */
export function sealAnomaly(keyring: Keyring, keyArn: string | undefined, anomaly: Anomaly): StoredAnomaly {
  if (keyArn === undefined) return anomaly;
  const { tokens, samples } = anomaly;
  const plain = Buffer.from(JSON.stringify({ tokens, samples }));
  const sealed = sealDocument(keyring, keyArn, plain, anomalyContext(anomaly)).toString("base64");
  return { ...anomaly, tokens: [], samples: [], sealed };
}

/** @throws KeyUnavailableError */
export function openAnomaly(keyring: Keyring, { sealed, ...anomaly }: StoredAnomaly): Anomaly {
  if (sealed === undefined) return anomaly;
  const opened = openDocument(keyring, Buffer.from(sealed, "base64"), anomalyContext(anomaly));
  return { ...anomaly, ...(JSON.parse(opened.toString()) as Pick<Anomaly, "tokens" | "samples">) };
}

export async function deleteModel(blobs: Blobs, detectorId: string): Promise<void> {
  await blobs.delete(modelBucket, `${detectorId}.json`);
}

const pageSize = 1_000;

export async function anomaliesOf(
  state: State,
  scope: string,
  detectorId: string,
): Promise<readonly StoredAnomaly[]> {
  const found: StoredAnomaly[] = [];
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
