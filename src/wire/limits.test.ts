// The notation of constraints.
import { expect, test } from "vitest";
import { parseLimits } from "./limits.ts";

const only = (line: string) => parseLimits(`\n# a comment\n${line}\n`).get("S.m");

test.each([
  ["S.m 1..512", { length: [1, 512] }],
  ["S.m 1..", { length: [1, Infinity] }],
  ["S.m ..256", { length: [-Infinity, 256] }],
  ["S.m integer", { number: "integer" }],
  ["S.m long -5..10", { number: "long", range: [-5, 10] }],
  ["S.m (A|B/Second|C)", { values: ["A", "B/Second", "C"] }],
  ["S.m 1..9 /[a/b] c/", { length: [1, 9], pattern: "[a/b] c" }],
  ["S.m [ double ]", { items: { number: "double" } }],
  [
    "S.m 1..5 < 1..128 /a/ > [ ..256 /b\\/c/ ]",
    {
      length: [1, 5],
      keys: { length: [1, 128], pattern: "a" },
      items: { length: [-Infinity, 256], pattern: "b\\/c" },
    },
  ],
])("%s", (line, constraint) => {
  expect(only(line)).toEqual(constraint);
});

test.each(["S.m 1...2", "S.m [ double", "S.m /a", "S.m (A|B", "S.m double long"])(
  "%s cannot be read",
  (line) => {
    expect(() => only(line)).toThrow(/unreadable constraint .* in "S\.m/);
  },
);
