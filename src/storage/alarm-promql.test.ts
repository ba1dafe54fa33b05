// What a PromQL alarm looks at of a result, and how much work its query may be.
import { expect, test } from "vitest";
import type { MetricAlarm } from "../core/alarms/alarm.ts";
import type { PromqlSeries } from "../core/promql/series.ts";
import { createPromqlAlarms } from "./alarm-promql.ts";
import type { OtlpMetrics } from "./otlp-metrics.ts";
import type { Worlds } from "./worlds.ts";

const world = { account: "123456789012", region: "us-east-1" };
const window = { from: 0, to: 600_000_000, periodSeconds: 60, count: 1 };

async function readingOf(query: string, series: readonly PromqlSeries[]) {
  const otlpMetrics = { read: () => Promise.resolve(series) } as Partial<OtlpMetrics> as OtlpMetrics;
  const worlds = { numberOf: () => Promise.resolve(1) } as Partial<Worlds> as Worlds;
  const promql = { query, pendingSeconds: 0, recoverySeconds: 0 };
  const alarm = { name: "a", promql } as Partial<MetricAlarm> as MetricAlarm;
  const [found] = await createPromqlAlarms(otlpMetrics, worlds).read(world, [{ alarm, window }], window.to);
  return found?.[1];
}

const seriesOf = (count: number, label = "h"): readonly PromqlSeries[] =>
  Array.from({ length: count }, (_, index) => ({
    labels: { __name__: "cpu", host: `${label}${index}` },
    samples: [{ at: window.to, value: index }],
  }));

test("of a result the first 500 time series are looked at, and it says so", async () => {
  const all = await readingOf("cpu", seriesOf(500));
  expect([all?.returned?.length, all?.isPartial]).toEqual([500, undefined]);
  const first = await readingOf("cpu", seriesOf(501));
  expect([first?.returned?.length, first?.isPartial]).toEqual([500, true]);
  expect(first?.returned).toEqual(all?.returned);
});

test("of long labels as many as can be kept with the alarm", async () => {
  const reading = await readingOf("cpu", seriesOf(10, "x".repeat(30_000)));
  expect([reading?.returned?.length, reading?.isPartial]).toEqual([6, true]);
});

test("a query that looks at more than a million samples is not evaluated", async () => {
  const samples = Array.from({ length: 400_000 }, (_, index) => ({ at: index + 1, value: 1 }));
  const series = [{ labels: { __name__: "cpu" }, samples }];
  const sum = "sum_over_time(cpu[7d])";
  expect((await readingOf(`${sum} + ${sum}`, series))?.returned).toMatchObject([{ value: 800_000 }]);
  const reading = await readingOf(`${sum} + ${sum} + ${sum}`, series);
  expect(reading?.problem).toContain("too many samples");
  expect(reading?.returned).toBeUndefined();
});
