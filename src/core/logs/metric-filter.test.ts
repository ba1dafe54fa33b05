// Metric filters: values, dimensions, what is refused, and a limit on the series of an hour.
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { DatumBatch } from "../metrics/datum-batch.ts";
import { compileFilterPattern } from "./filter-pattern/compile.ts";
import { parseFilterPattern } from "./filter-pattern/parse.ts";
import { EventReading } from "./event-readings.ts";
import { MetricFilter, metricFilterLimits, type MetricTransformation } from "./metric-filter.ts";

const now = Date.parse("2026-11-02T12:00:00Z");
const compileRegex = (source: string) => {
  const regex = new RegExp(source);
  return (text: string) => regex.test(text);
};

function filterOf(pattern: string, transformation: Partial<MetricTransformation> = {}) {
  return new MetricFilter(
    {
      pattern: parseFilterPattern(pattern),
      transformation: { metricName: "m", metricNamespace: "shop", metricValue: "1", ...transformation },
      systemDimensions: [],
    },
    compileRegex,
  );
}

/** Sums by dimensions, with the number of samples. */
function collect(filter: MetricFilter, messages: readonly string[]) {
  const batch = new DatumBatch();
  const events = messages.map((message) => new EventReading(message, now));
  const matched = filter.collect(events, now, batch);
  const series = batch
    .data(now)
    .map(({ dimensions, statistics }) => [
      dimensions.map(({ name, value }) => `${name}=${value}`).join(),
      statistics.sampleCount,
      statistics.sum,
    ]);
  return { matched, series };
}

test("a constant counts events that match", () => {
  expect(collect(filterOf("ERROR"), ["an ERROR", "fine", "ERROR again"])).toEqual({
    matched: 2,
    series: [["", 2, 2]],
  });
});

test("the value comes from the event, and events without a number add nothing", () => {
  const messages = ['{"size":10}', '{"size":"2.5"}', '{"size":"big"}', '{"other":1}', "{"];
  expect(collect(filterOf("{ $.size = * }", { metricValue: "$.size" }), messages)).toEqual({
    matched: 3,
    series: [["", 2, 12.5]],
  });
});

test("fields give values and dimensions, those without a name by their place", () => {
  const transformation = { metricValue: "$bytes", dimensions: { code: "$status", from: "$1" } };
  const filter = filterOf("[, status=4*, bytes]", transformation);
  expect(collect(filter, ["1.1.1.1 404 7", "1.1.1.1 200 9", "1.1.1.1 404 5"])).toEqual({
    matched: 2,
    series: [["code=404,from=1.1.1.1", 2, 12]],
  });
  expect(() => filterOf("[ip, status=4*, bytes]", transformation)).toThrow("no field");
});

test("dimensions that an event has not are left out", () => {
  const filter = filterOf("{ $.e = * }", { dimensions: { type: "$.type", code: "$.code" } });
  const messages = ['{"e":1,"type":"a","code":7}', '{"e":1,"type":"a","code":7}', '{"e":1,"type":"b"}'];
  expect(collect(filter, messages).series).toEqual([
    ["code=7,type=a", 2, 2],
    ["type=b", 1, 1],
  ]);
});

test("an hour has a thousand series, and the next one as many again", () => {
  const filter = filterOf("{ $.id = * }", { dimensions: { id: "$.id" } });
  const event = (id: number) => new EventReading(JSON.stringify({ id }), now);
  const batch = new DatumBatch();
  const { seriesPerHour } = metricFilterLimits;
  filter.collect(
    Array.from({ length: seriesPerHour + 5 }, (_, id) => event(id)),
    now,
    batch,
  );
  expect(batch.data(now)).toHaveLength(seriesPerHour);
  filter.collect([event(-1)], now + 3_600_000, batch);
  expect(batch.data(now)).toHaveLength(seriesPerHour + 1);
});

test.each<[string, Partial<MetricTransformation>, string]>([
  ["ERROR", { metricValue: "$.size" }, "metric value $.size is invalid"],
  ["ERROR", { metricValue: "many" }, "metric value many is invalid"],
  ["{ $.a = 1 }", { metricValue: "$." }, "is invalid"],
  ["{ $.a = 1 }", { dimensions: { a: "b" } }, "is no field of the filter pattern"],
  ["[a, b]", { dimensions: { a: "$c" } }, "is no field of the filter pattern"],
  ["{ $.a = 1 }", { dimensions: { a: "$.a", b: "$.b", c: "$.c", d: "$.d" } }, "at most 3 dimensions"],
  ["{ $.a = 1 }", { dimensions: { a: "$.a" }, defaultValue: 0 }, "mutually exclusive"],
  ["", { metricNamespace: "AWS/Logs" }, "reserved"],
])("%s with %o is refused", (pattern, transformation, message) => {
  expect(() => filterOf(pattern, transformation)).toThrow(message);
});

const patterns = [
  "ERROR",
  "?a ?b",
  "-a",
  "",
  "[a, b=1, ...]",
  "[..., a]",
  "{ $.a = 1 }",
  "{ $.b NOT EXISTS }",
];
const message = fc.oneof(
  fc.array(fc.constantFrom("ERROR", "a", "b", "1"), { maxLength: 4 }).map((words) => words.join(" ")),
  fc
    .dictionary(fc.constantFrom("a", "b"), fc.constantFrom(1, 2, "1", "x"))
    .map((event) => JSON.stringify(event)),
);

property.prop([fc.constantFrom(...patterns), fc.array(fc.tuple(message, fc.nat(3)))])(
  "a batch of events counts as much, minute by minute, as each of them asked alone",
  (pattern, events) => {
    const matches = compileFilterPattern(parseFilterPattern(pattern), compileRegex);
    const times = events.map(([text, minute], index) => ({ text, at: now + minute * 60_000 + index }));
    const counts = new Map<number, number>();
    for (const { text, at } of times) {
      const minute = Math.floor(at / 60_000);
      if (matches(text)) counts.set(minute, (counts.get(minute) ?? 0) + 1);
    }
    const batch = new DatumBatch();
    const readings = times.map(({ text, at }) => new EventReading(text, at));
    const matched = filterOf(pattern).collect(readings, now, batch);
    const stored = batch.data(now).map(({ timestamp, statistics }) => {
      return [Math.floor(timestamp / 60_000), statistics.sampleCount] as const;
    });
    expect(new Map(stored)).toEqual(counts);
    expect(matched).toBe([...counts.values()].reduce((sum, count) => sum + count, 0));
  },
);
