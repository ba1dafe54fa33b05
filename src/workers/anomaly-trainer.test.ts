// The trainer of anomaly detectors on a real state store: when it trains, and what a failure does.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createFactBoard } from "../core/facts.ts";
import { createManualClock, type ManualClock } from "../core/manual-clock.ts";
import { defaultSettings } from "../core/metrics/anomaly/model.ts";
import { gridOf } from "../core/metrics/math/series.ts";
import {
  anomalyScope,
  detectorIdOf,
  detectorKey,
  detectorsOf,
  modelsOf,
  type AnomalyDetector,
  type AnomalySubject,
} from "../storage/anomaly-detectors.ts";
import { currentModel } from "../storage/anomaly-training.ts";
import type { SeriesSource } from "../storage/series-source.ts";
import type { State } from "../storage/state.ts";
import { openSqliteState } from "../storage/state/sqlite.ts";
import { startAnomalyTrainer, type AnomalyTrainer } from "./anomaly-trainer.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const start = Date.UTC(2026, 10, 21, 12);
const world = { account: "123456789012", region: "us-east-1" };

let folder: string;
let state: State;
let clock: ManualClock;
let trainer: AnomalyTrainer;
/** What was read, by the name of the metric. */
let reads: Map<string, number>;
const onError = vi.fn<(error: unknown) => void>();

/** Metrics have a value in each of the last fifty periods; `empty` has none, and `broken` cannot be read. */
const series: SeriesSource = async ({ needs, rangeOf }) => {
  const found = needs.map((need) => {
    if (need.kind !== "metric") throw new TypeError(`${need.kind} is not read here`);
    const { name, periodSeconds } = need.metric;
    reads.set(name, (reads.get(name) ?? 0) + 1);
    if (name === "broken") throw new Error("the disk is broken");
    const all = name === "empty" ? [] : gridOf(rangeOf(periodSeconds), periodSeconds);
    const timestamps = all.slice(-50);
    const values = timestamps.map((at) => 100 + ((at / 1_000) % 7));
    return [need.key, [{ label: name, periodSeconds, timestamps, values }]] as const;
  });
  return Promise.resolve({ series: new Map(found), isCut: false });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-trainer-"));
  state = await openSqliteState(join(folder, "state.db"));
});
afterAll(async () => {
  await state.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await state.eraseDocuments();
  onError.mockClear();
  reads = new Map();
  clock = createManualClock({ startAt: start, onTaskError: onError });
  trainer = startAnomalyTrainer({ state, series, clock, facts: createFactBoard(), onError });
});
afterEach(() => trainer.stop());

const subjectOf = (name: string): AnomalySubject => ({
  kind: "metric",
  metric: { namespace: "Shop", name, dimensions: [], statistic: "Average" },
});

async function make(name: string): Promise<void> {
  const subject = subjectOf(name);
  const id = detectorIdOf(subject);
  const detector: AnomalyDetector = {
    ...world,
    id,
    subject,
    settings: defaultSettings,
    hasCharacteristics: false,
    state: "PENDING_TRAINING",
    createdAt: start,
  };
  await detectorsOf(state).put(anomalyScope, detectorKey(world, id), detector, start);
}

async function stateOf(name: string): Promise<string | undefined> {
  const key = detectorKey(world, detectorIdOf(subjectOf(name)));
  return (await detectorsOf(state).get(anomalyScope, key))?.value.state;
}

test("trains once a day, and every quarter of an hour while there is no data", async () => {
  await make("busy");
  await make("empty");
  await clock.advance(minuteMs);
  expect([await stateOf("busy"), await stateOf("empty")]).toEqual(["TRAINED", "TRAINED_INSUFFICIENT_DATA"]);
  expect([reads.get("busy"), reads.get("empty")]).toEqual([1, 1]);
  await clock.advance(60 * minuteMs);
  expect([reads.get("busy"), reads.get("empty")]).toEqual([1, 5]);
  await clock.advance(dayMs - 60 * minuteMs);
  expect(reads.get("busy")).toBe(2);
});

test("trains a day later at the latest when the clock was set back while nobody ran", async () => {
  await make("busy");
  await clock.advance(minuteMs);
  await trainer.stop();
  clock = createManualClock({ startAt: start - 10 * dayMs, onTaskError: onError });
  trainer = startAnomalyTrainer({ state, series, clock, facts: createFactBoard(), onError });
  await clock.advance(dayMs - minuteMs);
  expect(reads.get("busy")).toBe(1);
  await clock.advance(2 * minuteMs);
  expect(reads.get("busy")).toBe(2);
});

test("a detector that cannot be trained is told and tried again, and the others do not wait", async () => {
  await make("broken");
  await make("busy");
  await clock.advance(minuteMs);
  expect(await stateOf("busy")).toBe("TRAINED");
  expect(await stateOf("broken")).toBe("PENDING_TRAINING");
  expect(onError).toHaveBeenCalledTimes(1);
  await clock.advance(15 * minuteMs);
  expect(reads.get("broken")).toBe(2);
});

test("more detectors than a run trains are all trained, some minutes later", async () => {
  for (let index = 0; index < 70; index++) await make(`m${index}`);
  await clock.advance(minuteMs);
  expect(reads.size).toBe(30);
  await clock.advance(2 * minuteMs);
  expect(reads.size).toBe(70);
  expect(await stateOf("m69")).toBe("TRAINED");
});

test("trains by every period that bands are asked for; a detector's models are left to it", async () => {
  await make("busy");
  const ask = (periodSeconds: number) =>
    currentModel({ state, series }, { world, subject: subjectOf("busy"), periodSeconds, now: clock.now() });
  expect((await ask(3_600))?.periodSeconds).toBe(3_600);
  expect((await ask(900))?.periodSeconds).toBe(900);
  await clock.advance(minuteMs);
  expect(reads.get("busy")).toBe(4);
  await clock.advance(dayMs + 5 * minuteMs);
  expect(reads.get("busy")).toBe(6);
  const renewed = await ask(900);
  expect(renewed?.trainedAt).toBeGreaterThan(start + dayMs);
  expect(reads.get("busy")).toBe(6);
});

test("of a burst of new bands some are trained in each minute; those that wait have no band", async () => {
  const names = Array.from({ length: 45 }, (_, index) => `m${index}`);
  const ask = async () => {
    const now = clock.now();
    const models = await Promise.all(
      names.map((name) =>
        currentModel({ state, series }, { world, subject: subjectOf(name), periodSeconds: 60, now }),
      ),
    );
    return models.filter((model) => model !== undefined).length;
  };
  expect([await ask(), await ask()]).toEqual([19, 19]);
  expect(reads.size).toBe(19);
  await clock.advance(minuteMs);
  expect(await ask()).toBe(38);
  await clock.advance(minuteMs);
  expect(await ask()).toBe(45);
});

test("models that nobody asks for any more are forgotten", async () => {
  const order = { world, subject: subjectOf("once"), periodSeconds: 300, now: clock.now() };
  await currentModel({ state, series }, order);
  expect(await modelsOf(state).count(anomalyScope)).toBe(1);
  await clock.advance(3 * dayMs + minuteMs);
  expect(await modelsOf(state).count(anomalyScope)).toBe(0);
});
