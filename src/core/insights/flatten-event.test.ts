// The fields of one event: their names and values, and documents that are large or deep.
import { expect, test } from "vitest";
import { flattenEvent } from "./flatten-event.ts";

test("objects and lists are flattened", () => {
  const message = '{"a":{"b":[1,true,null,"x"]},"@c":false,"d":{},"constructor":1.5}';
  expect(flattenEvent(message)).toEqual({
    "a.b.0": "1",
    "a.b.1": "1",
    "a.b.3": "x",
    "@@c": "0",
    constructor: "1.5",
  });
  expect(Object.entries(flattenEvent('{"__proto__":{"a":1},"toString":2}'))).toEqual([
    ["__proto__.a", "1"],
    ["toString", "2"],
  ]);
  expect(flattenEvent('[{"a":1}]')).toEqual({});
  expect(flattenEvent("{a")).toEqual({});
});

test("there are at most 200, and none of what is nested too deeply", () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, index]));
  expect(Object.keys(flattenEvent(JSON.stringify(many)))).toHaveLength(200);
  const depth = 50_000;
  expect(flattenEvent(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`)).toEqual({});
});
