// Events out of JSON bodies: the tables of the endpoints' pages, and what was written stays as it was
// written.
import { fc, test as propertyTest } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { readCollectorEvents, readLines, readStructured, type ReadEvents } from "./json-events.ts";

const now = 5_000;

function summary(read: ReadEvents, text: string): readonly string[] {
  const { events, skipped } = read(text, now);
  return [...events.map(({ timestamp, message }) => `${timestamp} ${message}`), `skipped ${skipped}`];
}

describe("collector events", () => {
  test.each([
    ['{"event":"a","time":1486683865.0}', ['1486683865000 {"event":"a","time":1486683865.0}', "skipped 0"]],
    [
      '[{"event":1,"time":"2.5"}, {"event":{}}]',
      ['2500 {"event":1,"time":"2.5"}', '5000 {"event":{}}', "skipped 0"],
    ],
    ['{"event":"}{"}\n{"event":true}', ['5000 {"event":"}{"}', '5000 {"event":true}', "skipped 0"]],
    [
      '{"message":"no event"}{"event":"a","time":"invalid"}',
      ['5000 {"event":"a","time":"invalid"}', "skipped 1"],
    ],
    ['"text" 42 true null', ["skipped 4"]],
    ['{"event":"a"} {"event":', ['5000 {"event":"a"}', "skipped 1"]],
    ["", ["skipped 0"]],
  ])("%s", (text, expected) => {
    expect(summary(readCollectorEvents, text)).toEqual(expected);
  });
});

describe("lines of JSON", () => {
  test.each([
    [
      '{"timestamp":7,"message":"a"}\r\n\n "text" \n42\ntrue\nnull',
      ['7 {"timestamp":7,"message":"a"}', "5000 text", "5000 42", "5000 true", "5000 null", "skipped 0"],
    ],
    [
      '[{"timestamp":1000},{"timestamp":"x"}]\n[]\n{broken',
      ['1000 {"timestamp":1000}', '5000 {"timestamp":"x"}', "skipped 1"],
    ],
  ])("%s", (text, expected) => {
    expect(summary(readLines, text)).toEqual(expected);
  });
});

describe("structured JSON", () => {
  test.each([
    ['{"timestamp":7.9}', ['7 {"timestamp":7.9}', "skipped 0"]],
    ['[{"a":1},"just a string",42,{"timestamp":9}]', ['5000 {"a":1}', '9 {"timestamp":9}', "skipped 2"]],
    ['{"a":1}{"a":2}', ['5000 {"a":1}', "skipped 0"]],
    ['"hello"', ["skipped 1"]],
    ["[]", ["skipped 0"]],
  ])("%s", (text, expected) => {
    expect(summary(readStructured, text)).toEqual(expected);
  });
});

propertyTest.prop([fc.array(fc.jsonValue()), fc.constantFrom("", " ", "\n", "\t\r\n")])(
  "values one behind another are found as they were written",
  (values, space) => {
    const objects = values.map((event) => JSON.stringify({ event }));
    const { events, skipped } = readCollectorEvents(objects.join(space), now);
    expect(events.map(({ message }) => message)).toEqual(objects);
    expect(skipped).toBe(0);
    const inArray = readStructured(`[${objects.join(`${space},${space}`)}]`, now);
    expect(inArray.events.map(({ message }) => message)).toEqual(objects);
  },
);

test("numbers that JavaScript would round stay as they were written", () => {
  expect(summary(readStructured, '[{"id":12345678901234567890}]')[0]).toBe(
    '5000 {"id":12345678901234567890}',
  );
});

test.each([
  [readCollectorEvents, '{"event":"a"', true],
  [readCollectorEvents, '{"event":"a"}{"event":', false],
  [readLines, "<html>\n<body>", true],
  [readLines, '<html>\n{"a":1}', false],
  [readStructured, "plain text", true],
  [readStructured, "[]", false],
  [readStructured, "", false],
] as const)("a body without any JSON is told from one with nothing to keep", (read, text, isNoJson) => {
  expect(read(text, now).isNoJson).toBe(isNoJson);
});
