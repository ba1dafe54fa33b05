// What many alarms look at is read together: the right datapoints, in as many statements as for a few.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { MetricAlarm } from "../core/alarms/alarm.ts";
import { histogramOf } from "../core/metrics/histogram.ts";
import { identityKey } from "../core/metrics/metric-identity.ts";
import { parseLinkedAccounts } from "../core/linked-accounts.ts";
import { createAlarmReader } from "./alarm-datapoints.ts";
import { createMetricArrivals } from "./metric-arrivals.ts";
import { createOtlpMetrics } from "./otlp-metrics.ts";
import { createRollupLedger } from "./metric-rollups.ts";
import { createMetricWriter } from "./metric-writer.ts";
import { newMetricAlarm } from "./testing/metric-alarm.ts";
import { openTestStores, type TestStores } from "./testing/stores.ts";
import { createWorlds } from "./worlds.ts";

const start = Date.UTC(2026, 10, 21, 12);
const world = { account: "123456789012", region: "us-east-1" };
const source = "222222222222";
const count = 400;

let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores("alarm-reader");
});
afterAll(() => stores.close());

/**
 * Half of them on averages, every fourth on a percentile, every fourth of high resolution; every eighth on a
 * metric of a linked account.
 */
function alarmOf(index: number): MetricAlarm {
  const kinds = [
    ["Average", 60],
    ["p90", 60],
    ["Sum", 10],
    ["Average", 60],
  ] as const;
  const [statistic, periodSeconds] = kinds[index % 4]!;
  const dimensions = [{ name: "Host", value: `h${index}` }];
  const name = `alarm-${index}`;
  return newMetricAlarm(world, name, start, {
    metric: {
      ...(index % 8 === 5 ? { account: source } : {}),
      namespace: "Fleet",
      name: "load",
      dimensions,
      periodSeconds,
      statistic,
    },
    metricId: `m${index}`,
    evaluationPeriods: 2,
  });
}

test("hundreds of alarms are read in a few statements, each with its own datapoints", async () => {
  const { telemetry, state } = stores;
  const worlds = createWorlds(state);
  const rollups = createRollupLedger(state);
  const number = await worlds.numberOf(world.account, world.region);
  const writer = createMetricWriter(telemetry, rollups, createMetricArrivals(telemetry, state));
  const alarms = Array.from({ length: count }, (_, index) => alarmOf(index));
  const data = alarms.map(({ metric }, index) => ({
    ...metric!,
    key: identityKey(metric!),
    unit: "None" as const,
    timestamp: start - 10_000,
    resolutionSeconds: 1 as const,
    statistics: {
      sampleCount: 1,
      sum: index,
      minimum: index,
      maximum: index,
      histogram: histogramOf([index]),
    },
  }));
  const isLinked = (one: (typeof data)[number]) => one.account === source;
  await writer.write(
    number,
    data.filter((one) => !isLinked(one)),
    start,
  );
  const linked = await worlds.numberOf(source, world.region);
  await writer.write(linked, data.filter(isLinked), start);
  const query = vi.spyOn(telemetry, "query");
  const readAll = async (some: readonly MetricAlarm[]) => {
    const unused = () => Promise.resolve({ problem: "unused" });
    const linkedAccounts = parseLinkedAccounts(`${world.account}=${source}`);
    const sources = { series: unused, logs: unused, otlpMetrics: createOtlpMetrics(telemetry) };
    const reader = createAlarmReader({ telemetry, worlds, rollups, ...sources, linkedAccounts });
    query.mockClear();
    const readings = await reader.read(world, some, start);
    const values = some.map(({ name }) => readings.get(name)?.periods.at(-1)?.datapoint?.value);
    return { values, statements: query.mock.calls.length };
  };
  const few = await readAll(alarms.slice(0, 4));
  const many = await readAll(alarms);
  expect(many.values.map((value) => Math.round(value ?? -1))).toEqual(alarms.map((_, index) => index));
  // One for the units of the metrics of each account, one for each kind of window.
  expect(few.statements).toBe(4);
  expect(many.statements).toBe(5);
  query.mockRestore();
});
