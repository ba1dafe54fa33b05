// Printed queries read back the same, and whatever is no query is refused with its place.
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { parseInsightsQuery } from "./parse-query.ts";
import { printInsightsQuery } from "./print-query.ts";
import type { Command, Expression, ParsePattern, Query } from "./query-tree.ts";

const span = { start: 0, end: 0 };
const name = fc.oneof(fc.stringMatching(/^[a-z@][a-z0-9_]{0,5}$/), fc.string({ minLength: 1, maxLength: 5 }));
const step = fc.oneof(name, fc.stringMatching(/^\d{1,2}$/), fc.nat({ max: 20 }));
const field = fc.tuple(name, fc.array(step, { maxLength: 2 })).map(([first, rest]) => {
  return { kind: "field", steps: [first, ...rest], span } as const;
});
const text = fc.string({ maxLength: 6 }).map((value) => ({ kind: "text", text: value, span }) as const);
const number = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e6, noNaN: true })).map((value) => {
  return { kind: "number", text: String(value), span } as const;
});

const bound = fc.oneof(
  fc.constant({ kind: "current" } as const),
  fc.record({
    kind: fc.constantFrom("preceding" as const, "following" as const),
    count: fc.oneof(fc.constant("unbounded" as const), fc.nat({ max: 9 })),
  }),
);

const { expression } = fc.letrec<{ expression: Expression; leaf: Expression }>((tie) => ({
  leaf: fc.oneof(field, text, number),
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie("leaf"),
    fc.record({
      kind: fc.constant("binary" as const),
      operator: fc.constantFrom("or", "and", "=", "!=", "<", ">=", "+", "-", "*", "/", "%", "^"),
      left: tie("expression"),
      right: tie("expression"),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constantFrom("not" as const, "negative" as const),
      operand: tie("expression"),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant("call" as const),
      name: fc.constantFrom("abs", "concat", "bin"),
      arguments: fc.array(tie("expression"), { maxLength: 2 }),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant("match" as const),
      operator: fc.constantFrom("like" as const, "=~" as const),
      negated: fc.boolean(),
      subject: tie("expression"),
      pattern: fc.oneof(
        text,
        fc.stringMatching(/^[a-z/.]{1,5}$/).map((source) => ({ kind: "regex", source, span }) as const),
      ),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant("in" as const),
      negated: fc.boolean(),
      subject: tie("expression"),
      set: fc.array(tie("leaf"), { minLength: 1, maxLength: 3 }),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant("over" as const),
      call: fc.constant({ kind: "call", name: "lag", arguments: [], span } as const),
      ignoresMissing: fc.boolean(),
      partition: fc.array(tie("leaf"), { maxLength: 2 }),
      order: fc.array(
        fc.record({
          expression: tie("leaf"),
          text: fc.constant(""),
          descending: fc.boolean(),
          missing: fc.constantFrom("first" as const, undefined),
        }),
        { maxLength: 2 },
      ),
      frame: fc.option(
        fc.record({ unit: fc.constantFrom("rows" as const, "range" as const), from: bound, to: bound }),
        {
          nil: undefined,
        },
      ),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant("subquery" as const),
      asks: fc.constantFrom("value" as const, "exists" as const),
      query: fc.constant({ commands: [{ kind: "anomaly" as const, span }] }),
      span: fc.constant(span),
    }),
  ),
}));
const period = fc.record({
  kind: fc.constant("period" as const),
  count: fc.integer({ min: 1, max: 90 }),
  unit: fc.constantFrom("ms", "s", "m", "h", "d", "w", "mo", "q", "y"),
  span: fc.constant(span),
});
const constant = fc.oneof(
  text,
  number,
  number.map((operand) => ({ kind: "negative", operand, span }) as const),
);
const named = fc.record({ expression, alias: fc.option(name, { nil: undefined }), text: fc.constant("") });
const items = fc.array(named, { minLength: 1, maxLength: 3 });

const output = fc.array(fc.record({ column: name, alias: fc.option(name, { nil: undefined }) }), {
  minLength: 1,
  maxLength: 2,
});
const aliases = fc.array(name, { minLength: 1, maxLength: 1 });
const pattern: fc.Arbitrary<ParsePattern> = fc.oneof(
  fc.record({
    kind: fc.constant("glob" as const),
    glob: fc.constantFrom("*", 'a "*" b', "[*]").map((glob) => ({ kind: "text", text: glob, span }) as const),
    aliases,
  }),
  fc.record({
    kind: fc.constant("regex" as const),
    regex: fc.constantFrom("(a+)/b", "(?<n>.)").map((source) => ({ kind: "regex", source, span }) as const),
    aliases,
    isMulti: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("logfmt" as const), aliases }),
  fc.record({ kind: fc.constant("csv" as const), aliases: fc.array(name, { minLength: 1, maxLength: 3 }) }),
);

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constantFrom("fields" as const, "display" as const), items, span: fc.constant(span) }),
  fc.record({ kind: fc.constant("filter" as const), condition: expression, span: fc.constant(span) }),
  fc.record({
    kind: fc.constant("stats" as const),
    items,
    by: fc.array(named, { maxLength: 2 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("stats" as const),
    items,
    by: fc.array(named, { minLength: 1, maxLength: 2 }),
    offset: period,
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("stats" as const),
    items,
    by: fc.array(named, { minLength: 2, maxLength: 2 }),
    sets: fc.array(fc.array(fc.nat({ max: 1 }), { maxLength: 2 }), { minLength: 1, maxLength: 3 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("sort" as const),
    keys: fc.array(
      fc.record({
        expression,
        text: fc.constant(""),
        descending: fc.boolean(),
        missing: fc.constantFrom("first" as const, undefined),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("combine" as const),
    operation: fc.constantFrom("union" as const, "intersect" as const, "except" as const),
    all: fc.boolean(),
    query: fc.constant({ commands: [{ kind: "anomaly" as const, span }] }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("limit" as const),
    count: fc.integer({ min: 1, max: 10_000 }),
    offset: fc.integer({ min: 1, max: 100 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("fillmissing" as const),
    fills: fc.array(fc.record({ constant, expression, text: fc.constant("") }), { maxLength: 3 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("appendcols" as const),
    override: fc.boolean(),
    max: fc.integer({ min: 1, max: 100_000 }),
    query: fc.constant({ commands: [{ kind: "anomaly" as const, span }] }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("limit" as const),
    count: fc.integer({ min: 1, max: 10_000 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("dedup" as const),
    count: fc.integer({ min: 1, max: 100_000 }),
    fields: fc.array(field, { minLength: 1, maxLength: 3 }),
    span: fc.constant(span),
  }),
  fc.record({ kind: fc.constant("unnest" as const), list: field, into: name, span: fc.constant(span) }),
  fc.record({ kind: fc.constant("pattern" as const), subject: expression, span: fc.constant(span) }),
  fc.record({
    kind: fc.constant("diff" as const),
    period: fc.constantFrom(undefined, "previousHour" as const, "previousMonth" as const),
    span: fc.constant(span),
  }),
  fc.record({ kind: fc.constantFrom("anomaly" as const, "estimate" as const), span: fc.constant(span) }),
  fc.record({
    kind: fc.constant("accum" as const),
    field,
    alias: fc.option(name, { nil: undefined }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("autoregress" as const),
    field,
    alias: fc.option(name, { nil: undefined }),
    first: fc.integer({ min: 1, max: 3 }),
    last: fc.integer({ min: 3, max: 9 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("filldown" as const),
    fields: fc.array(fc.record({ field, isPrefix: fc.boolean() }), { maxLength: 2 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("sessionize" as const),
    fields: fc.array(field, { minLength: 1, maxLength: 2 }),
    gap: fc.option(period, { nil: undefined }),
    alias: fc.option(name, { nil: undefined }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("countFrequent" as const),
    fields: fc.array(field, { minLength: 1, maxLength: 2 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("relevantfields" as const),
    fields: fc.array(field, { maxLength: 2 }),
    condition: expression,
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("addtotals" as const),
    total: name,
    ofRows: fc.boolean(),
    ofColumns: fc.boolean(),
    fields: fc.array(field, { maxLength: 2 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("lookup" as const),
    table: name,
    on: fc.array(fc.record({ column: name, field }), { minLength: 1, maxLength: 2 }),
    output,
    keepsValues: fc.boolean(),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("cidrlookup" as const),
    table: name,
    field,
    column: fc.option(name, { nil: undefined }),
    output,
    keepsValues: fc.boolean(),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("outlier" as const),
    action: fc.constantFrom("remove" as const, "transform" as const),
    multiplier: number.map((value) => value.text),
    checksLower: fc.boolean(),
    marks: fc.boolean(),
    fields: fc.array(field, { minLength: 1, maxLength: 3 }),
    span: fc.constant(span),
  }),
  fc.record({ kind: fc.constant("logcompare" as const), shift: period, span: fc.constant(span) }),
  fc.record({
    kind: fc.constant("json" as const),
    field,
    path: text.filter((value) => value.text !== ""),
    alias: name,
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("parse" as const),
    subject: fc.option(field, { nil: undefined }),
    pattern,
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("join" as const),
    type: fc.constantFrom("inner" as const, "left" as const),
    left: fc.constant("a"),
    right: fc.constant("b"),
    on: fc.array(fc.record({ left: field, right: field }), { minLength: 1, maxLength: 2 }),
    query: fc.constant({ commands: [{ kind: "anomaly" as const, span }] }),
    span: fc.constant(span),
  }),
);

const texts = (most: number) => fc.array(fc.string({ maxLength: 4 }), { maxLength: most });
const source: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant("source" as const),
  logGroups: fc.constant([]),
  namePrefixes: texts(5),
  accounts: texts(20),
  groupClass: fc.constantFrom(undefined, "INFREQUENT_ACCESS"),
  tags: fc.array(fc.record({ key: fc.string({ maxLength: 4 }), values: texts(5) }), { maxLength: 5 }),
  dataSources: fc.array(
    fc.record({ name: fc.constantFrom("a", "b"), type: fc.constantFrom(undefined, "c", "d.e") }),
    {
      maxLength: 10,
    },
  ),
  startOffsetMs: fc.option(fc.integer({ min: -1e9, max: 1e9 }), { nil: undefined }),
  endOffsetMs: fc.option(fc.integer({ min: -1e9, max: 1e9 }), { nil: undefined }),
  span: fc.constant(span),
});
const commands = fc.array(command, { minLength: 1, maxLength: 4 });
const query: fc.Arbitrary<Query> = fc.oneof(
  fc.record({ commands }),
  fc.tuple(source, commands).map(([first, rest]) => ({ commands: [first, ...rest] })),
);

/** A tree without what depends on how it was written. */
function bare(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value: unknown) => {
      if (key === "span" || (key === "text" && typeof tree === "object" && value === "")) return undefined;
      if (typeof value === "object" && value !== null && "expression" in value)
        return { ...value, text: undefined };
      return value;
    }),
  );
}

test.prop([query])("a query that was printed reads as the same query", (tree) => {
  expect(bare(parseInsightsQuery(printInsightsQuery(tree)))).toEqual(bare(tree));
});

test.prop([fc.string({ maxLength: 40 })])(
  "any text is a query or is refused with a place inside it",
  (given) => {
    try {
      parseInsightsQuery(given);
    } catch (error) {
      const { span: place } = error as { span: { start: number; end: number } };
      expect(place.start).toBeGreaterThanOrEqual(0);
      expect(place.end).toBeLessThanOrEqual(given.length);
    }
  },
);
