// The order in which a pass reads alarms: none waits for queries and functions of others.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { MetricAlarm } from "../../core/alarms/alarm.ts";
import { alarmWindow, periodsOf } from "../../core/alarms/alarm-window.ts";
import type { AlarmReader } from "../../storage/alarm-datapoints.ts";
import { alarmScope, alarmsOf, writeAlarm } from "../../storage/alarms.ts";
import { newMetricAlarm } from "../../storage/testing/metric-alarm.ts";
import { openTestStores, type TestStores } from "../../storage/testing/stores.ts";
import { passMetricAlarms } from "./metric-pass.ts";

const world = { account: "123456789012", region: "us-east-1" };
const start = Date.UTC(2026, 10, 21, 12);
const metric = { namespace: "N", name: "m", dimensions: [], periodSeconds: 60, statistic: "Sum" } as const;

let stores: TestStores;
beforeAll(async () => {
  stores = await openTestStores("metric-pass");
});
afterAll(() => stores.close());

const slow: readonly (readonly [string, Partial<MetricAlarm>])[] = [
  ["a promql", { promql: { query: "up", intervalSeconds: 60, pendingSeconds: 0, recoverySeconds: 0 } }],
  [
    "b function",
    { queries: [{ id: "e1", expression: "SUM(LAMBDA ('f'))", periodSeconds: 60, returnData: true }] },
  ],
];

test("an alarm on a metric has its state while the queries of others go on", async () => {
  const { state } = stores;
  const plain = newMetricAlarm(world, "c plain", start, { metric, metricId: "m1" });
  const others = slow.map(([name, part]) => ({
    ...newMetricAlarm(world, name, start, { metricId: name }),
    ...part,
  }));
  for (const alarm of [plain, ...others]) {
    await writeAlarm(state, world, { alarm, before: undefined, now: start, history: [], events: [] });
  }
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const reads: (readonly string[])[] = [];
  const reader: AlarmReader = {
    async read(_, alarms, asOf) {
      reads.push(alarms.map(({ name }) => name));
      if (alarms.some(({ name }) => name !== "c plain")) await held;
      const readings = alarms.map((alarm) => {
        const window = alarmWindow(alarm, asOf);
        const starts = Array.from({ length: window.count }, (_unused, index) => window.from + index * 60_000);
        const periods = periodsOf(window, new Map(starts.map((at) => [at, { value: 1e9 }])));
        return [alarm.name, { window, periods }] as const;
      });
      return new Map(readings);
    },
    readWindows: () => Promise.reject(new Error("nobody explains here")),
    withLogLines: (_, decided) => Promise.resolve(decided),
    forget: () => undefined,
  };
  const [now, asOf] = [start + 600_000, start + 600_000];
  const common = { state, reader, world, now, asOf, passedAt: undefined };
  const pass = passMetricAlarms({ ...common, onlyHighResolution: false, onWritten: () => undefined });
  const stateOf = async () => (await alarmsOf(state).get(alarmScope(world), plain.name))?.value.state.value;
  await vi.waitUntil(async () => (await stateOf()) === "ALARM", { timeout: 4_000, interval: 5 });
  expect(reads.map((names) => names.toSorted())).toEqual([["c plain"], ["a promql", "b function"]]);
  release();
  await pass;
});
