// The alarm evaluator on real stores, under a clock of real life that somebody sets.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { alarmWindow, periodsOf } from "../core/alarms/alarm-window.ts";
import { createFactBoard } from "../core/facts.ts";
import { createSystemClock } from "../server/system-clock.ts";
import { readHistory } from "../storage/alarm-history.ts";
import type { AlarmReader } from "../storage/alarm-datapoints.ts";
import { alarmScope, alarmsOf, writeAlarm } from "../storage/alarms.ts";
import type { State } from "../storage/state.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import { newMetricAlarm } from "../storage/testing/metric-alarm.ts";
import { openTestStores, type TestStores } from "../storage/testing/stores.ts";
import { createWorlds } from "../storage/worlds.ts";
import { startAlarmEvaluator } from "./alarm-evaluator.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const start = Date.UTC(2026, 10, 21, 12);
const world = { account: "123456789012", region: "us-east-1" };

let stores: TestStores;
let telemetry: Telemetry;
let state: State;
const onError = vi.fn<(error: unknown) => void>();

beforeAll(async () => {
  stores = await openTestStores("evaluator");
  ({ telemetry, state } = stores);
});
afterAll(() => stores.close());
beforeEach(async () => {
  await state.eraseDocuments();
  onError.mockClear();
});

const busy = newMetricAlarm(world, "busy", start, {
  metric: { namespace: "N", name: "m", dimensions: [], periodSeconds: 60, statistic: "Sum" },
  metricId: "m1",
});

/** A machine whose time passes when the test says so, and whose wall clock can be set. */
function machine() {
  let elapsedMs = 0;
  let offsetMs = start;
  let sleeping: { readonly wakeAfterMs: number; readonly wake: () => void } | undefined;
  const source = {
    wall: () => offsetMs + elapsedMs,
    monotonic: () => elapsedMs,
    sleep(ms: number, wake: () => void) {
      const sleep = { wakeAfterMs: elapsedMs + ms, wake };
      sleeping = sleep;
      return () => {
        if (sleeping === sleep) sleeping = undefined;
      };
    },
  };
  return {
    source,
    setWall: (byMs: number) => (offsetMs += byMs),
    /** Wakes whoever sleeps, as long as that is not later than in `ms`, and lets them go to sleep again. */
    pass: async (ms: number) => {
      const untilMs = elapsedMs + ms;
      for (;;) {
        const next = await vi.waitUntil(() => sleeping, { timeout: 10_000, interval: 1 });
        if (next.wakeAfterMs > untilMs) break;
        sleeping = undefined;
        elapsedMs = next.wakeAfterMs;
        next.wake();
      }
      elapsedMs = untilMs;
    },
  };
}

/** An alarm whose metric has the value `load.now` at any time, and how often it was read. */
async function startMachine() {
  const { source, ...control } = machine();
  const load = { now: 10, reads: 0 };
  const reader: AlarmReader = {
    read(_, alarms, asOf) {
      load.reads++;
      const readings = alarms.map((alarm) => {
        const window = alarmWindow(alarm, asOf);
        const starts = Array.from({ length: window.count }, (_, index) => window.from + index * minuteMs);
        const datapoints = new Map(starts.map((at) => [at, { value: load.now }]));
        return [alarm.name, { window, periods: periodsOf(window, datapoints) }] as const;
      });
      return Promise.resolve(new Map(readings));
    },
    readWindows: () => Promise.reject(new Error("nobody explains here")),
    withLogLines: (_, decided) => Promise.resolve(decided),
    forget: () => undefined,
  };
  const clock = createSystemClock(onError, source);
  const worlds = createWorlds(state);
  await worlds.numberOf(world.account, world.region);
  await writeAlarm(state, world, { alarm: busy, before: undefined, now: start, history: [], events: [] });
  const facts = createFactBoard();
  const parts = { clock, facts, state, telemetry, worlds, alarms: reader, settleMs: 5_000, onError };
  const evaluator = startAlarmEvaluator(parts);
  const stop = async () => {
    await evaluator.stop();
    await clock.stop();
  };
  return { ...control, load, clock, stop };
}

const stateOf = async () => (await alarmsOf(state).get(alarmScope(world), "busy"))?.value.state.value;

test.each([
  ["forward a day", dayMs],
  ["back a day", -dayMs],
  ["back half a minute", -minuteMs / 2],
])("when the wall clock is set %s, alarms are evaluated every minute as before", async (_, byMs) => {
  const { pass, setWall, load, clock, stop } = await startMachine();
  await pass(2 * minuteMs);
  expect(await stateOf()).toBe("OK");
  const before = load.reads;
  setWall(byMs);
  load.now = 99;
  await pass(2 * minuteMs);
  expect(await stateOf()).toBe("ALARM");
  await pass(8 * minuteMs);
  // Not once for every minute that the clock has left out, and not as late as the clock was before.
  expect(load.reads - before).toBeGreaterThanOrEqual(9);
  expect(load.reads - before).toBeLessThanOrEqual(12);
  load.now = 10;
  await pass(2 * minuteMs);
  expect(await stateOf()).toBe("OK");
  const question = { scope: alarmScope(world), alarmName: "busy", from: 0, to: clock.now() + 2 * dayMs };
  const history = await readHistory(state, {
    ...question,
    descending: false,
    after: undefined,
    accepts: () => true,
    limit: 10,
  });
  expect(history).toHaveLength(3);
  expect(onError).not.toHaveBeenCalled();
  await stop();
});
