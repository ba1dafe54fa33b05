// The rollup worker on the real stores: nothing is missed and nothing counts twice, whenever data comes and
// whenever a run ends.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createManualClock, type ManualClock } from "../core/manual-clock.ts";
import { rawSql, sql } from "../core/sql.ts";
import { createRollupLedger, type RollupLedger } from "../storage/metric-rollups.ts";
import type { State } from "../storage/state.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import { appendDatapoints } from "../storage/telemetry/datapoints.ts";
import { openTestStores, type TestStores } from "../storage/testing/stores.ts";
import { startMetricRollup } from "./metric-rollup.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const start = Date.UTC(2026, 10, 21, 12);

let stores: TestStores;
let telemetry: Telemetry;
let state: State;
let clock: ManualClock;
let ledger: RollupLedger;
const onError = vi.fn<(error: unknown) => void>();

beforeAll(async () => {
  stores = await openTestStores("rollup");
  ({ telemetry, state } = stores);
});

afterAll(() => stores.close());

beforeEach(async () => {
  await telemetry.truncate();
  await state.eraseDocuments();
  clock = createManualClock({ startAt: start, onTaskError: onError });
  ledger = createRollupLedger(state);
  onError.mockClear();
});

/** As PutMetricData stores a value. */
async function put(value: number, timestamp: number, metricId = 1n, by = ledger): Promise<void> {
  const leave = await by.enter([timestamp]);
  try {
    const statistics = { sampleCount: 1, sum: value, minimum: 0, maximum: 0, histogram: new Map() };
    const datapoint = { timestamp, resolutionSeconds: 60 as const, statistics };
    await appendDatapoints(telemetry, BigUint64Array.of(metricId), [datapoint], clock.now());
  } finally {
    leave();
  }
}

interface Window {
  readonly at: number;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly inHistogram: number;
}

function windows(table: "datapoints_300" | "datapoints_3600"): Promise<readonly Window[]> {
  return telemetry.query<Window>(sql`
    SELECT toFloat64(toUnixTimestamp(timestamp)) * 1000 AS at, sample_count AS count, sum, minimum, maximum,
      arraySum(mapValues(histogram)) AS inHistogram
    FROM ${rawSql(table)} FINAL ORDER BY metric_id, timestamp`);
}

const begin = () => startMetricRollup(clock, telemetry, ledger, onError);

/** A ledger that fails once, as if the process ended just there. */
function failingAt(name: "advance" | "settle"): RollupLedger {
  const fail = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error("the end"));
  const real = ledger[name] as (...words: readonly unknown[]) => Promise<void>;
  return {
    ...ledger,
    [name]: (...words: readonly unknown[]) => fail()?.then(() => real(...words)) ?? real(...words),
  };
}

test("windows are rolled up when they are over, each with all of its data", async () => {
  const rollup = begin();
  for (let minute = 0; minute < 7; minute++) await put(minute + 1, start + minute * minuteMs);
  await clock.advance(5 * minuteMs);
  expect(await windows("datapoints_300")).toEqual([]); // data of its last minute may be on its way
  await clock.advance(5 * minuteMs);
  const first = { at: start, count: 5, sum: 15, minimum: 1, maximum: 5, inHistogram: 5 };
  expect(await windows("datapoints_300")).toEqual([first]);
  expect(await windows("datapoints_3600")).toEqual([]);
  await rollup.stop();
});

test("the last data is rolled up although none comes after it", async () => {
  const rollup = begin();
  await put(4, start + minuteMs);
  await clock.advance(2 * hourMs);
  const whole = { at: start, count: 1, sum: 4, minimum: 4, maximum: 4, inHistogram: 1 };
  expect(await windows("datapoints_300")).toEqual([whole]);
  expect(await windows("datapoints_3600")).toEqual([whole]);
  const query = vi.spyOn(telemetry, "query");
  await clock.advance(2 * hourMs);
  expect(query).not.toHaveBeenCalled(); // nothing came, so nothing is looked for
  query.mockRestore();
  await rollup.stop();
});

test("late data is rolled up again, minutes and hours after its windows were", async () => {
  const rollup = begin();
  await put(1, start + minuteMs);
  await clock.advance(3 * hourMs);
  await put(10, start + 2 * minuteMs);
  await put(100, start + 30 * minuteMs);
  await clock.advance(5 * minuteMs);
  const five = { at: start, count: 2, sum: 11, minimum: 1, maximum: 10, inHistogram: 2 };
  const other = { at: start + 30 * minuteMs, count: 1, sum: 100, minimum: 100, maximum: 100, inHistogram: 1 };
  expect(await windows("datapoints_300")).toEqual([five, other]);
  const hour = { at: start, count: 3, sum: 111, minimum: 1, maximum: 100, inHistogram: 3 };
  expect(await windows("datapoints_3600")).toEqual([hour]);
  expect(await ledger.lateWindows(10)).toEqual([]);
  await rollup.stop();
});

test.each(["advance", "settle"] as const)("an end before %s counts nothing twice", async (name) => {
  const before = startMetricRollup(clock, telemetry, failingAt(name), onError);
  await put(1, start + minuteMs);
  await clock.advance(10 * minuteMs);
  await put(2, start + 2 * minuteMs); // late, unless the first run ended early
  await before.run().catch(onError);
  await before.stop();
  expect(onError).toHaveBeenCalledTimes(1);

  ledger = createRollupLedger(state); // as after a start
  const after = begin();
  await clock.advance(2 * hourMs);
  const whole = { at: start, count: 2, sum: 3, minimum: 1, maximum: 2, inHistogram: 2 };
  expect(await windows("datapoints_300")).toEqual([whole]);
  expect(await windows("datapoints_3600")).toEqual([whole]);
  await after.stop();
});

test("a run that failed does not keep the next one from running", async () => {
  const rollup = begin();
  await put(1, start + minuteMs);
  const execute = vi.spyOn(telemetry, "execute").mockRejectedValueOnce(new Error("the engine is away"));
  await clock.advance(10 * minuteMs);
  expect(onError).toHaveBeenCalledTimes(1);
  await clock.advance(5 * minuteMs);
  expect(await windows("datapoints_300")).toMatchObject([{ count: 1 }]);
  expect(onError).toHaveBeenCalledTimes(1);
  execute.mockRestore();
  await rollup.stop();
});

test("a long pause is skipped, and much data is caught up with in pieces", async () => {
  for (let hour = 0; hour < 20; hour++) await put(1, start + hour * hourMs);
  await clock.advance(24 * hourMs);
  const execute = vi.spyOn(telemetry, "execute");
  const rollup = begin();
  await rollup.run();
  expect(await windows("datapoints_3600")).toHaveLength(20);
  expect(execute.mock.calls.length).toBeLessThanOrEqual(2 * 4); // six hours a statement, for both periods
  execute.mockRestore();
  await rollup.stop();
});

test("writers and runs at the same time: every datum is in its window once", async () => {
  const rollup = begin();
  let stored = 0;
  const writer = async (metricId: bigint) => {
    for (let turn = 0; turn < 15; turn++) {
      const age = ((turn * 7 + Number(metricId) * 13) % 150) * minuteMs;
      await put(1, clock.now() + minuteMs - age, metricId);
      stored += 1;
    }
  };
  const writers = Promise.all(Array.from({ length: 12 }, (_, index) => writer(BigInt(index + 1))));
  const runs = (async () => {
    for (let turn = 0; turn < 12; turn++) await clock.advance(5 * minuteMs);
  })();
  await Promise.all([writers, runs]);
  await clock.advance(3 * hourMs);
  const total = (found: readonly Window[]) => found.reduce((sum, { count }) => sum + count, 0);
  expect(stored).toBe(180);
  expect(total(await windows("datapoints_300"))).toBe(stored);
  expect(total(await windows("datapoints_3600"))).toBe(stored);
  expect(onError).not.toHaveBeenCalled();
  await rollup.stop();
});
