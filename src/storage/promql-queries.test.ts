// PromQL queries that look at much: others have their turn meanwhile, and there are bounds.
import { expect, test } from "vitest";
import { parsePromql } from "../core/promql/parse.ts";
import type { PromqlSeries } from "../core/promql/series.ts";
import { otlpReadLimits, type OtlpMetrics } from "./otlp-metrics.ts";
import { runPromqlQuery, runRangeQuery } from "./promql-queries.ts";
import { compileRe2 } from "./re2-regex.ts";

const minuteMs = 60_000;

/** Series of a sample by the minute, from zero. */
const seriesOf = (count: number, samples: number): readonly PromqlSeries[] => {
  const own = Array.from({ length: samples }, (_, index) => ({ at: index * minuteMs, value: index }));
  return Array.from({ length: count }, (_, index) => ({
    labels: { __name__: "cpu", host: `h${index}` },
    samples: own,
  }));
};

const placeOf = (series: readonly PromqlSeries[]) => {
  const notAsked = () => Promise.reject(new Error("not asked for"));
  const otlpMetrics: OtlpMetrics = {
    read: () => Promise.resolve(series),
    write: notAsked,
    listSeries: notAsked,
    listLabels: notAsked,
    listValues: notAsked,
    forget: () => undefined,
  };
  return { otlpMetrics, world: 1, now: 0 };
};

const parsed = (text: string) => parsePromql(text, compileRe2);

/** How often the event loop turns until something is there. */
async function turnsUntil(result: Promise<unknown>): Promise<number> {
  let turns = 0;
  let next = setImmediate(function count() {
    turns += 1;
    next = setImmediate(count);
  });
  await result;
  clearImmediate(next);
  return turns;
}

const heavy = "sum(sum_over_time(avg_over_time(cpu[1h])[3h:1m]))";

test("others have their turn while one instant is evaluated", async () => {
  const query = runPromqlQuery(placeOf(seriesOf(50, 300)), parsed(heavy), 299 * minuteMs);
  expect(await turnsUntil(query)).toBeGreaterThan(20);
});

test("others have their turn in each step of a range; what takes too long is given up", async () => {
  const at = 299 * minuteMs;
  let elapsedMs = 0;
  const stopwatch = () => (elapsedMs += 1_000);
  const steps = { from: at, to: at, stepMs: minuteMs };
  const query = runRangeQuery(placeOf(seriesOf(50, 300)), parsed(heavy), steps, stopwatch);
  await expect(query).rejects.toThrow("query timed out: it takes more than 20 seconds");
});

test("an evaluation looks at no more samples than it may", async () => {
  const query = (samples: number) =>
    runPromqlQuery(placeOf(seriesOf(10, 60)), parsed("sum(sum_over_time(cpu[1h]))"), 59 * minuteMs, samples);
  await expect(query(700)).resolves.toMatchObject({ kind: "vector" });
  await expect(query(500)).rejects.toThrow("too many samples");
});

test("the selectors of a query together read no more samples than one may", async () => {
  const half = placeOf(seriesOf(1, otlpReadLimits.samples / 2));
  const query = (text: string) => runPromqlQuery(half, parsed(text), 0);
  await expect(query("cpu offset 1m + cpu offset 2m")).resolves.toMatchObject({ kind: "vector" });
  const three = "cpu offset 1m + cpu offset 2m + cpu offset 3m";
  await expect(query(three)).rejects.toThrow(`A query reads more than ${otlpReadLimits.samples} samples.`);
  const steps = { from: 0, to: 1, stepMs: 1 };
  const range = runRangeQuery(half, parsed('cpu + {"cpu", host!="a"} + {"cpu", host!="b"}'), steps, () => 0);
  await expect(range).rejects.toThrow(`A query reads more than ${otlpReadLimits.samples} samples.`);
});
