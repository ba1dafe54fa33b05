// The order in which alarms are evaluated: none waits for queries and functions of others.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { MetricAlarm } from "../../core/alarms/alarm.ts";
import { alarmWindow, periodsOf } from "../../core/alarms/alarm-window.ts";
import { createFactBoard } from "../../core/facts.ts";
import type { AlarmReader } from "../../storage/alarm-datapoints.ts";
import { alarmScope, alarmsOf, writeAlarm, type AlarmWorld } from "../../storage/alarms.ts";
import { newMetricAlarm } from "../../storage/testing/metric-alarm.ts";
import { openTestStores, type TestStores } from "../../storage/testing/stores.ts";
import { createWorlds } from "../../storage/worlds.ts";
import { createAlarmEvaluation } from "./evaluation.ts";

const region = "us-east-1";
const [first, second] = [
  { account: "111111111111", region },
  { account: "222222222222", region },
];
const start = Date.UTC(2026, 10, 21, 12);
const minuteMs = 60_000;
const metric = { namespace: "N", name: "m", dimensions: [], periodSeconds: 60, statistic: "Sum" } as const;

let stores: TestStores;
beforeAll(async () => {
  stores = await openTestStores("metric-pass");
});
afterAll(() => stores.close());

const asking: readonly (readonly [string, Partial<MetricAlarm>])[] = [
  ["a promql", { promql: { query: "up", intervalSeconds: 60, pendingSeconds: 0, recoverySeconds: 0 } }],
  [
    "b function",
    { queries: [{ id: "e1", expression: "SUM(LAMBDA ('f'))", periodSeconds: 60, returnData: true }] },
  ],
];

/** Every metric breaches; queries and functions answer once `held` is over. */
const readerAfter = (held: Promise<void>): AlarmReader => ({
  async read(_, alarms, asOf) {
    if (alarms.some(({ name }) => name !== "c plain")) await held;
    const readings = alarms.map((alarm) => {
      const window = alarmWindow(alarm, asOf);
      const starts = Array.from({ length: window.count }, (_unused, index) => window.from + index * minuteMs);
      const periods = periodsOf(window, new Map(starts.map((at) => [at, { value: 1e9 }])));
      return [alarm.name, { window, periods }] as const;
    });
    return new Map(readings);
  },
  readWindows: () => Promise.reject(new Error("nobody explains here")),
  withLogLines: (_, decided) => Promise.resolve(decided),
  forget: () => undefined,
});

test("alarms on metrics of all accounts have their state while queries and functions go on", async () => {
  const { state, telemetry } = stores;
  const worlds = createWorlds(state);
  for (const world of [first, second]) {
    const plain = newMetricAlarm(world, "c plain", start, { metric, metricId: "m1" });
    const others = asking.map(([name, part]) => ({
      ...newMetricAlarm(world, name, start, { metricId: name }),
      ...part,
    }));
    await worlds.numberOf(world.account, world.region);
    for (const alarm of [plain, ...others]) {
      await writeAlarm(state, world, { alarm, before: undefined, now: start, history: [], events: [] });
    }
  }
  let release = (): void => undefined;
  const alarms = readerAfter(new Promise<void>((resolve) => (release = resolve)));
  const clock = { now: () => start + 10 * minuteMs, schedule: () => () => undefined };
  const parts = { clock, facts: createFactBoard(), state, telemetry, worlds, alarms, settleMs: 0 };
  const evaluation = createAlarmEvaluation(parts).evaluateDue();
  const stateOf = async (world: AlarmWorld, name: string) =>
    (await alarmsOf(state).get(alarmScope(world), name))?.value.state.value;
  for (const world of [first, second]) {
    await vi.waitUntil(async () => (await stateOf(world, "c plain")) === "ALARM", { timeout: 4_000 });
    expect(await stateOf(world, "b function")).toBe("INSUFFICIENT_DATA");
  }
  release();
  await evaluation;
  for (const world of [first, second]) expect(await stateOf(world, "b function")).toBe("ALARM");
});
