// What is remembered, and that it is bounded.
import { expect, test } from "vitest";
import { BoundedMap } from "./bounded-map.ts";

test("beyond the limit the oldest is forgotten", () => {
  const map = new BoundedMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([1, 2, undefined]);
  map.set("c", 3);
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([undefined, 2, 3]);
});
