// Queries that are as long as a query may be: read and compiled, or refused with what is too much.
import { expect, test } from "vitest";
import { renderSql } from "../sql.ts";
import { compileInsightsQuery } from "./compile-query.ts";
import { parseInsightsQuery } from "./parse-query.ts";
import { printInsightsQuery } from "./print-query.ts";
import { parseQuery } from "./query-languages.ts";

function compiled(text: string, language: "CWLI" | "PPL" | "SQL"): string {
  const group = { id: 1, account: "1", name: "app", visibleFrom: 0 };
  const { statement } = compileInsightsQuery(parseQuery(text, language), {
    logGroups: [group],
    streams: [],
    from: 0,
    to: 1_000,
    now: 1_000,
    limit: 1_000,
    takeOnce: false,
    regexProblem: () => undefined,
    groupsOfSource: () => [group],
    lookupTables: new Map(),
  });
  return renderSql(statement);
}

const depthOf = (text: string): number => {
  let [depth, deepest] = [0, 0];
  for (const character of text) {
    depth += character === "(" ? 1 : character === ")" ? -1 : 0;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
};

test.each([
  ["CWLI", `filter ${Array(1_400).fill("a=1").join(" or ")}`],
  ["PPL", `where ${Array(1_300).fill("a=1").join(" and ")}`],
  ["PPL", `where ${Array(1_300).fill("a=1").join(" xor ")}`],
  ["SQL", `SELECT a FROM app WHERE ${Array(1_300).fill("a=1").join(" OR ")}`],
] as const)("conditions with as many parts as have room are no deep statement (%s)", (language, text) => {
  expect(depthOf(compiled(text, language))).toBeLessThan(100);
});

test("a long chain prints to what reads as the same again", () => {
  const conditions = Array.from({ length: 40 }, (_, index) => `a = ${index}`);
  const printed = printInsightsQuery(parseInsightsQuery(`filter ${conditions.join(" or ")}`));
  expect(printInsightsQuery(parseInsightsQuery(printed))).toBe(printed);
  // In their order, whatever the brackets.
  expect(printed.replace(/[()]/g, "")).toBe(`filter ${conditions.join(" or ")}`);
});

test("200 operators of sums and products are the most", () => {
  const sumOf = (parts: number) => `fields ${Array(parts).fill("a").join(" + ")}`;
  expect(compiled(sumOf(201), "CWLI")).toContain("SELECT");
  expect(() => compiled(sumOf(202), "CWLI")).toThrow("the query has too many operators");
  const inBrackets = (parts: number) => `fields ${Array(parts).fill("(a * a)").join(" - ")}`;
  expect(() => compiled(inBrackets(102), "CWLI")).toThrow("the query has too many operators");
});

test("24 queries inside of a query are the most, with those that commands become", () => {
  const union = (parts: number) => Array(parts).fill("SELECT a FROM app").join(" UNION ALL ");
  expect(compiled(union(25), "SQL")).toContain("UNION ALL");
  expect(() => compiled(union(26), "SQL")).toThrow("the query has too many queries inside");
  const nested = (depth: number) =>
    `${"filter a in (SOURCE 'app' | ".repeat(depth)}fields a${" | fields a)".repeat(depth)}`;
  expect(() => compiled(nested(25), "CWLI")).toThrow("the query has too many queries inside");
  const stats = (count: number) => `source = app${" | eventstats count() as c".repeat(count)}`;
  expect(compiled(stats(4), "PPL")).toContain("JOIN");
  expect(() => compiled(stats(300), "PPL")).toThrow("the query has too many queries inside");
});
