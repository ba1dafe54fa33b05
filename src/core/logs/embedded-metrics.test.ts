// The embedded metric format: a script of events with what follows from them, the limits, and a law.
import { readFileSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { DatumBatch, type ReadyDatum } from "../metrics/datum-batch.ts";
import { valueOfBucket } from "../metrics/histogram.ts";
import { claimsMetrics, collectEmbeddedMetrics, embeddedMetricLimits } from "./embedded-metrics.ts";

const now = Date.UTC(2026, 10, 2, 12);

function read(message: string) {
  const batch = new DatumBatch();
  const problems = claimsMetrics(message) ? collectEmbeddedMetrics(message, now, batch) : [];
  return { data: batch.data(now), problems };
}

function print({ namespace, name, dimensions, unit, resolutionSeconds, statistics }: ReadyDatum): string {
  const shown = dimensions.map((dimension) => `${dimension.name}=${dimension.value}`).join(",") || "-";
  const { histogram, sum } = statistics;
  const values = [...histogram].flatMap(([bucket, count]) =>
    Array.from({ length: count }, () => Math.round(valueOfBucket(bucket))),
  );
  const all = values.length === 0 ? sum : values.toSorted((one, other) => one - other).join(",");
  return `datum ${namespace} ${name} ${shown} ${unit} ${resolutionSeconds} ${all}`;
}

describe("the script", () => {
  const script = readFileSync(new URL("testdata/embedded-metrics.txt", import.meta.url), "utf8");
  const lines = script.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const starts = lines.flatMap((line, index) => (line.startsWith("event ") ? [index] : []));
  for (const [place, start] of starts.entries()) {
    const [event = "", ...expected] = lines.slice(start, starts[place + 1]);
    test(event.slice(0, 200), () => {
      const { data, problems } = read(event.slice("event ".length).replace("NOW", String(now)));
      const found = problems.map(({ kind, reason }) => `problem ${kind} ${reason}`);
      expect([...data.map(print), ...found]).toEqual(expected);
    });
  }
});

const document = (metrics: readonly object[], root: object, dimensions: readonly string[][] = [[]]) =>
  JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{ Namespace: "n", Dimensions: dimensions, Metrics: metrics }],
    },
    ...root,
  });
const names = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);
const rootOf = (all: readonly string[], value: unknown) =>
  Object.fromEntries(all.map((name) => [name, value]));

test("a directive has a hundred metrics at most, a metric a hundred values, a set thirty dimensions", () => {
  const { metricsPerDirective, valuesPerMetric, dimensionsPerSet } = embeddedMetricLimits;
  const definitions = (count: number) => names(count).map((Name) => ({ Name }));
  const most = names(metricsPerDirective);
  expect(read(document(definitions(metricsPerDirective), rootOf(most, 1))).data).toHaveLength(100);
  const over = read(document(definitions(metricsPerDirective + 1), rootOf(names(101), 1)));
  expect(over).toMatchObject({ data: [], problems: [{ reason: expect.stringContaining("more than 100") }] });

  const values = (count: number) => read(document([{ Name: "a" }], { a: Array(count).fill(2) }));
  expect(values(valuesPerMetric).data).toMatchObject([{ statistics: { sampleCount: 100, sum: 200 } }]);
  expect(values(valuesPerMetric + 1)).toMatchObject({ data: [], problems: [{ kind: "validation" }] });

  const keys = (count: number) =>
    read(document([{ Name: "a" }], { a: 1, ...rootOf(names(count), "x") }, [names(count)]));
  expect(keys(dimensionsPerSet).data).toHaveLength(1);
  expect(keys(dimensionsPerSet + 1)).toMatchObject({ data: [], problems: [{ kind: "validation" }] });
});

property.prop([fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 400 })])(
  "the values of many events are counted as they are, however they are added up",
  (values) => {
    const batch = new DatumBatch();
    for (const value of values) {
      collectEmbeddedMetrics(document([{ Name: "a" }], { a: value }), now, batch);
    }
    const data = batch.data(now);
    const total = (pick: (datum: ReadyDatum) => number) => data.reduce((sum, datum) => sum + pick(datum), 0);
    expect(total(({ statistics }) => statistics.sampleCount)).toBe(values.length);
    expect(total(({ statistics }) => statistics.sum)).toBe(values.reduce((sum, value) => sum + value, 0));
    expect(data.length).toBe(Math.ceil(new Set(values).size / 150));
  },
);

property.prop([fc.json()])("whatever stands in an event, it is read without failing", (json) => {
  const message = `{"_aws":{"Timestamp":${now},"CloudWatchMetrics":[${json}]},"a":${json}}`;
  expect(() => read(message)).not.toThrow();
});
