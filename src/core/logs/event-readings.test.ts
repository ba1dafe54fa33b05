// Readings that are used again: what filters collect through them is what each event alone would give.
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { DatumBatch } from "../metrics/datum-batch.ts";
import { EventReadings, type EventReading } from "./event-readings.ts";
import { compileFilterPattern } from "./filter-pattern/compile.ts";
import { parseDocument } from "./filter-pattern/compile-json.ts";
import { parseFilterPattern } from "./filter-pattern/parse.ts";
import { MetricFilter } from "./metric-filter.ts";

const now = Date.parse("2026-11-02T12:00:00Z");
const minuteMs = 60_000;
const compileRegex = (source: string) => {
  const regex = new RegExp(source);
  return (text: string) => regex.test(text);
};

interface Event {
  readonly message: string;
  readonly timestamp: number;
  /** Whether the JSON of the message is known when the event is read. */
  readonly isParsed: boolean;
}

const word = fc.constantFrom("ERROR", "INFO", "a", "1", "2.5", "[a b]", '"1 a"');
const event: fc.Arbitrary<Event> = fc.record({
  message: fc.oneof(
    fc.array(word, { maxLength: 5 }).map((words) => words.join(" ")),
    fc
      .dictionary(fc.constantFrom("a", "b"), fc.constantFrom(1, 2.5, "1", "x", null, ["a"]))
      .map((members) => JSON.stringify(members)),
  ),
  timestamp: fc.nat(3 * minuteMs).map((offset) => now + offset),
  isParsed: fc.boolean(),
});

/** Patterns with what they count: a value, and the dimensions that it is counted by. */
const fieldsOf = (message: string) =>
  [...message.matchAll(/\[([^\]]*)\](?!\S)|"([^"]*)"(?!\S)|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
const memberOf = (message: string, name: string): unknown => {
  const document = parseDocument(message);
  return document === undefined ? undefined : Reflect.get(document, name);
};
const textOf = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

interface Example {
  readonly pattern: string;
  readonly metricValue?: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly value?: (message: string) => unknown;
  readonly series?: (message: string) => string;
}

const examples: readonly Example[] = [
  { pattern: "" },
  { pattern: "ERROR" },
  { pattern: "ERROR a" },
  { pattern: "-INFO" },
  { pattern: "a -ERROR -INFO" },
  { pattern: "?ERROR ?INFO" },
  { pattern: "%[12]%" },
  { pattern: "[..., last]" },
  { pattern: "[first=ERROR, ...]" },
  { pattern: "[first, second]" },
  { pattern: "[..., x=1, y]" },
  {
    pattern: "[level, size, ...]",
    metricValue: "$size",
    dimensions: { Level: "$level" },
    value: (message) => fieldsOf(message)[1],
    series: (message) => fieldsOf(message)[0] ?? "",
  },
  { pattern: "{ $.a = 1 }" },
  { pattern: "{ $.a = 1 || $.b NOT EXISTS }" },
  { pattern: '{ $.a[0] = "a" }' },
  {
    pattern: "{ $.a = * }",
    metricValue: "$.a",
    dimensions: { B: "$.b", A: "$.a" },
    value: (message) => memberOf(message, "a"),
    series: (message) => [memberOf(message, "a"), memberOf(message, "b")].map(textOf).join("|"),
  },
];

function filterOf({ pattern, metricValue = "1", dimensions = {} }: Example): MetricFilter {
  const transformation = { metricName: "m", metricNamespace: "shop", metricValue, dimensions };
  return new MetricFilter(
    { pattern: parseFilterPattern(pattern), transformation, systemDimensions: [] },
    compileRegex,
  );
}

/** Counts and sums by dimensions and minute. */
type Totals = Map<string, readonly [count: number, sum: number]>;

function totalsOf(batch: DatumBatch): Totals {
  return new Map(
    batch.data(now).map(({ dimensions, timestamp, statistics: { sampleCount, sum } }) => {
      const values = dimensions.map(({ value }) => value).filter((value) => value !== "");
      return [`${values.join("|")}@${Math.floor(timestamp / minuteMs)}`, [sampleCount, sum]];
    }),
  );
}

/** Each event alone, by the predicate of its pattern, without readings. */
function oneByOne({ pattern, value = () => 1, series = () => "" }: Example, events: readonly Event[]) {
  const matches = compileFilterPattern(parseFilterPattern(pattern), compileRegex);
  const matching = events.filter(({ message }) => matches(message));
  const totals: Totals = new Map();
  for (const { message, timestamp } of matching) {
    const text = value(message);
    if (!/^[\d.]+$/.test(textOf(text))) continue;
    const values = series(message)
      .split("|")
      .filter((part) => part !== "");
    const key = `${values.join("|")}@${Math.floor(timestamp / minuteMs)}`;
    const [count, sum] = totals.get(key) ?? [0, 0];
    totals.set(key, [count + 1, sum + Number(text)]);
  }
  return { matched: matching.length, totals };
}

function read(
  readings: EventReadings,
  events: readonly Event[],
  look: (some: readonly EventReading[]) => void,
) {
  readings.read(
    events,
    (reading, { timestamp, message, isParsed }) => {
      reading.turnToEvent(timestamp, message, isParsed ? (parseDocument(message) ?? null) : undefined);
    },
    look,
  );
}

property.prop([
  fc.array(fc.constantFrom(...examples), { minLength: 1, maxLength: 4 }),
  fc.array(fc.array(event, { maxLength: 8 }), { maxLength: 3 }),
])("batch after batch, filters collect what each event alone gives", (chosen, batches) => {
  const readings = new EventReadings();
  const filters = chosen.map((example) => filterOf(example));
  for (const events of batches) {
    const collected = filters.map((filter) => {
      const batch = new DatumBatch();
      return { filter, batch, matched: 0 };
    });
    read(readings, events, (some) => {
      for (const one of collected) one.matched += one.filter.collect(some, now, one.batch);
    });
    const found = collected.map(({ matched, batch }) => ({ matched, totals: totalsOf(batch) }));
    expect(found).toEqual(chosen.map((example) => oneByOne(example, events)));
  }
});

test("a long batch is read in its order, some at a time, and let go", () => {
  const events = Array.from({ length: 1_000 }, (_, index) => String(index));
  const readings = new EventReadings();
  const used = new Set<EventReading>();
  for (const part of [events, events.slice(0, 3), []]) {
    const seen: string[] = [];
    readings.read(
      part,
      (reading, message, index) => reading.turnToEvent(index, message),
      (some) => {
        expect(some.length).toBeLessThanOrEqual(256);
        seen.push(...some.map(({ message, timestamp }) => `${timestamp} ${message}`));
        for (const reading of some) used.add(reading);
      },
    );
    expect(seen).toEqual(part.map((message, index) => `${index} ${message}`));
  }
  expect([...used].map(({ message }) => message)).toEqual(Array.from({ length: 256 }, () => ""));
});
