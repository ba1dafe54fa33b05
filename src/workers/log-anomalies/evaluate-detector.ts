// One run of a log anomaly detector: what arrived since its last one, window by window.
import { randomUUID } from "node:crypto";
import type { Anomaly } from "../../core/logs/anomalies/anomaly.ts";
import { anomalyLimits, isSuppressed } from "../../core/logs/anomalies/anomaly.ts";
import { baselineOf, isTrained } from "../../core/logs/anomalies/baseline.ts";
import { detect, type Window } from "../../core/logs/anomalies/detect.ts";
import { logLimits } from "../../core/logs/limits.ts";
import { TemplateMiner } from "../../core/logs/templates/template-miner.ts";
import { DatumBatch, type DatumSeries } from "../../core/metrics/datum-batch.ts";
import { identityKey } from "../../core/metrics/metric-identity.ts";
import {
  anomaliesIn,
  anomaliesOf,
  anomalyKey,
  openAnomaly,
  readModel,
  sealAnomaly,
  writeModel,
  type AnomalyModel,
  type StoredAnomaly,
  type StoredDetector,
} from "../../storage/log-anomalies.ts";
import type { Document } from "../../storage/state.ts";
import type { AnomalyDetectionParts } from "../log-anomaly-detection.ts";
import { readTemplates, type WindowCounts } from "./read-templates.ts";

type Parts = Pick<
  AnomalyDetectionParts,
  "state" | "telemetry" | "logEncryption" | "blobs" | "metrics" | "worlds" | "clock"
>;

/** So many events are looked at for a first baseline, and so many later in one run; more are a sample. */
const trainingEvents = 50_000;
const eventsPerRun = 50_000;
/** Windows of one run; those before them are left out after a long pause. */
const windowsPerRun = 300;
/** Not AWS's: beyond these the oldest that are over go. */
const anomaliesPerDetector = 500;

/** `until` is the end of the last window, in epoch milliseconds. @returns the detector's new status. */
export async function evaluateDetector(
  parts: Parts,
  scope: string,
  { key: detectorId, value: detector }: Document<StoredDetector>,
  until: number,
): Promise<StoredDetector["status"]> {
  const { windowMs } = detector;
  const keyring = await parts.logEncryption.currentKeyring();
  const model =
    (await readModel(parts.blobs, keyring, detectorId)) ?? (await train(parts, detector, until - windowMs));
  const miner = new TemplateMiner(model.templates);
  // Behind a clock that was set back nothing is learnt twice, and it goes on from there.
  const from = Math.min(until, Math.max(model.evaluatedTo, until - windowsPerRun * windowMs));
  const windows = await readTemplates(parts, detector, miner, {
    from,
    to: until,
    atMost: eventsPerRun,
  });
  const known = new Map(
    (await anomaliesOf(parts.state, scope, detectorId)).map((stored) => [
      stored.id,
      openAnomaly(keyring, stored),
    ]),
  );
  const visibilityMs = detector.visibilityDays * logLimits.dayMs;
  let { baseline } = model;
  const changed = new Map<string, Anomaly>();
  const found: Anomaly[] = [];
  for (let startAt = from; startAt < until; startAt += windowMs) {
    const window = windowOf(windows, startAt, startAt + windowMs);
    const result = detect(baseline, miner, window, [...known.values()], { visibilityMs, newId: randomUUID });
    baseline = result.baseline;
    found.push(...result.found);
    for (const anomaly of result.changed) {
      known.set(anomaly.id, anomaly);
      changed.set(anomaly.id, anomaly);
    }
  }
  // What comes from encrypted events stays encrypted.
  const keyArn = detector.kmsKeyId ?? parts.logEncryption.usableKeyOf(detector.groupId);
  const seal = (anomaly: Anomaly) => sealAnomaly(keyring, keyArn, anomaly);
  await storeAnomalies(parts, scope, detectorId, changed, known, seal);
  await countAnomalies(parts, scope, detector, detectorId, found);
  const learnt = { evaluatedTo: until, baseline, templates: miner.templates };
  await writeModel(parts.blobs, keyring, keyArn, detectorId, learnt);
  return isTrained(baseline) ? "ANALYZING" : "TRAINING";
}

function windowOf(windows: ReadonlyMap<number, WindowCounts>, startAt: number, endAt: number): Window {
  const { counts = new Map(), samples = new Map() } = windows.get(startAt) ?? {};
  return { startAt, endAt, counts, samples };
}

/** A baseline of what arrived within the two weeks before, as AWS takes them. */
async function train(parts: Parts, detector: StoredDetector, until: number): Promise<AnomalyModel> {
  const { windowMs } = detector;
  const miner = new TemplateMiner();
  const span = Math.floor(logLimits.pastMs / windowMs) * windowMs;
  const range = { from: until - span, to: until, atMost: trainingEvents };
  const windows = await readTemplates(parts, detector, miner, range);
  const sums = new Map<string, { sum: number; squares: number }>();
  for (const { counts } of windows.values()) {
    for (const [id, count] of counts) {
      const { sum, squares } = sums.get(id) ?? { sum: 0, squares: 0 };
      sums.set(id, { sum: sum + count, squares: squares + count * count });
    }
  }
  const first = Math.min(until, ...windows.keys());
  const count = Math.round((until - first) / windowMs);
  return {
    evaluatedTo: until,
    baseline: baselineOf(windowMs, count, sums),
    templates: miner.templates,
  };
}

async function storeAnomalies(
  { state }: Parts,
  scope: string,
  detectorId: string,
  changed: ReadonlyMap<string, Anomaly>,
  known: ReadonlyMap<string, Anomaly>,
  seal: (anomaly: Anomaly) => StoredAnomaly,
): Promise<void> {
  const collection = anomaliesIn(state);
  const surplus = known.size - anomaliesPerDetector;
  const over = [...known.values()]
    .filter(({ isActive }) => !isActive)
    .toSorted((one, other) => one.lastSeenAt - other.lastSeenAt)
    .slice(0, Math.max(0, surplus));
  const gone = new Set(over.map(({ id }) => id));
  for (const [id, { samples, ...anomaly }] of changed) {
    if (gone.has(id)) continue;
    const shortened = samples.map(({ timestamp, message }) => ({
      timestamp,
      message: message.slice(0, anomalyLimits.sampleCharacters),
    }));
    // What a caller has said of it meanwhile stays.
    const stored = await collection.get(scope, anomalyKey(detectorId, id));
    const { suppression, isBaseline } = stored?.value ?? {};
    const put = seal({
      ...anomaly,
      samples: shortened,
      ...(suppression === undefined ? {} : { suppression }),
      ...(isBaseline === true ? { isBaseline } : {}),
    });
    await collection.put(scope, anomalyKey(detectorId, id), put);
  }
  for (const id of gone) await collection.delete(scope, anomalyKey(detectorId, id));
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
async function countAnomalies(
  { clock, metrics, worlds }: Parts,
  scope: string,
  { name }: StoredDetector,
  detectorId: string,
  found: readonly Anomaly[],
): Promise<void> {
  const now = clock.now();
  const batch = new DatumBatch();
  for (const anomaly of found) {
    if (isSuppressed(anomaly, now)) continue;
    batch.add(anomalyCount(name ?? detectorId, anomaly.priority), now, 1);
  }
  const data = batch.data(now);
  const [account = "", region = ""] = scope.split("/");
  if (data.length > 0) await metrics.write(await worlds.numberOf(account, region), data, now);
}

function anomalyCount(detector: string, priority: string): DatumSeries {
  const identity = {
    namespace: "AWS/Logs",
    name: "AnomalyCount",
    dimensions: [
      { name: "LogAnomalyDetector", value: detector },
      { name: "LogAnomalyPriority", value: priority },
    ],
  };
  return { ...identity, key: identityKey(identity), unit: "Count", resolutionSeconds: 60 };
}
