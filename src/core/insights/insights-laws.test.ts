// Laws of the query language: printed queries read back the same, and the engine answers what a plain
// computation over the same rows does.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, expect } from "vitest";
import { appendLogEvents } from "../../storage/telemetry/log-events.ts";
import { openTelemetry } from "../../storage/telemetry/open.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import { MessageReading } from "../logs/filter-pattern/message-reading.ts";
import { indexedFieldsOf } from "../logs/indexed-fields.ts";
import { sql } from "../sql.ts";
import { compileInsightsQuery, type CompiledQuery } from "./compile-query.ts";
import { parseInsightsQuery } from "./parse-query.ts";
import { printInsightsQuery } from "./print-query.ts";
import type { Command, Expression, Query } from "./query-tree.ts";

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
  ),
}));
const named = fc.record({ expression, alias: fc.option(name, { nil: undefined }), text: fc.constant("") });
const items = fc.array(named, { minLength: 1, maxLength: 3 });

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
    kind: fc.constant("limit" as const),
    count: fc.integer({ min: 1, max: 10_000 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("dedup" as const),
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
  fc.record({ kind: fc.constant("anomaly" as const), span: fc.constant(span) }),
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
    gap: fc.constantFrom(undefined, { kind: "period" as const, count: 5, unit: "m" as const, span }),
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
    output: fc.array(fc.record({ column: name, alias: fc.option(name, { nil: undefined }) }), {
      minLength: 1,
      maxLength: 2,
    }),
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
const query: fc.Arbitrary<Query> = fc.record({ commands: fc.array(command, { minLength: 1, maxLength: 4 }) });

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

let folder: string;
let telemetry: Telemetry;
let groupId = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-insights-laws-"));
  telemetry = openTelemetry({ folder });
  await telemetry.ready();
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

interface Row {
  readonly n?: number | string | boolean | null;
  readonly route?: string;
  readonly level?: string;
}

const startAt = Date.parse("2026-11-02T12:00:00Z");
const row: fc.Arbitrary<Row> = fc.record(
  {
    n: fc.oneof(
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: 0, max: 9 }).map(String),
      fc.constantFrom("x", "", true, null),
    ),
    route: fc.constantFrom("/a", "/b", "", "ü"),
    level: fc.constantFrom("INFO", "ERROR", ""),
  },
  { requiredKeys: [] },
);

async function compiledOver(rows: readonly Row[], text: string): Promise<CompiledQuery> {
  groupId += 1;
  const messages = rows.map((value) => JSON.stringify(value));
  const events = messages.map((message, index) => ({
    timestamp: startAt + index * 40_000,
    message,
    indexed: indexedFieldsOf(new MessageReading(message)),
  }));
  if (events.length > 0) {
    await appendLogEvents(telemetry, { groupId, streamId: 1, retentionDays: undefined }, events, startAt);
  }
  return compileInsightsQuery(parseInsightsQuery(text), {
    logGroups: [{ id: groupId, account: "1", name: "g", visibleFrom: 0 }],
    streams: [],
    from: 0,
    to: startAt + 86_400_000,
    now: startAt,
    limit: 1_000,
    takeOnce: false,
    regexProblem: () => undefined,
    groupsOfSource: () => [],
    lookupTables: new Map(),
  });
}

async function run(rows: readonly Row[], text: string): Promise<readonly Record<string, string>[]> {
  const compiled = await compiledOver(rows, text);
  const found = await telemetry.query<Record<string, string | null>>(compiled.statement);
  return found.map((one) =>
    Object.fromEntries(
      compiled.columns.flatMap((column, index) => {
        const value = one[`r${index}`];
        return value === null || value === undefined || column === "@ptr" ? [] : [[column, value]];
      }),
    ),
  );
}

/** The value of a field as Insights shows it; undefined where it is missing. */
const shown = (value: Row[keyof Row]) =>
  value === null || value === undefined
    ? undefined
    : typeof value === "boolean"
      ? String(Number(value))
      : String(value);
const numberOf = (value: string | undefined) =>
  value === undefined || !/^[+-]?\d+(\.\d+)?$/.test(value) ? undefined : Number(value);

test.prop(
  [
    fc.array(row, { maxLength: 12 }),
    fc.integer({ min: -10, max: 60 }),
    fc.constantFrom("=", "!=", "<", "<=", ">", ">="),
  ],
  {
    numRuns: 25,
  },
)("filter keeps the rows that a plain comparison keeps", async (rows, bound, operator) => {
  const kept = rows.filter(({ n }) => {
    const value = numberOf(shown(n));
    if (value === undefined) return operator === "!=";
    const holds = {
      "=": value === bound,
      "!=": value !== bound,
      "<": value < bound,
      "<=": value <= bound,
      ">": value > bound,
      ">=": value >= bound,
    };
    return holds[operator as keyof typeof holds];
  });
  const expected = kept.map(({ n, route, level }) => ({ n: shown(n), route, level })).toReversed();
  const found = await run(rows, `fields n, route, level | filter n ${operator} ${bound}`);
  expect(found).toEqual(JSON.parse(JSON.stringify(expected)));
});

test.prop([fc.array(row, { maxLength: 12 }), fc.constantFrom("INFO", "", "x"), fc.constantFrom("=", "!=")], {
  numRuns: 15,
})(
  "an indexed field that is missing equals no text, not even an empty one",
  async (rows, bound, operator) => {
    const kept = rows.filter(({ level }) => (level === bound) === (operator === "="));
    const expected = kept.map(({ n, level }) => ({ n: shown(n), level })).toReversed();
    const found = await run(rows, `fields n, level | filter level ${operator} "${bound}"`);
    expect(found).toEqual(JSON.parse(JSON.stringify(expected)));
  },
);

test.prop([fc.array(row, { maxLength: 12 })], { numRuns: 25 })(
  "stats gives the sums, counts and extremes of each group",
  async (rows) => {
    const groups = new Map<string | undefined, (string | undefined)[]>();
    for (const { route, n } of rows) groups.set(route, [...(groups.get(route) ?? []), shown(n)]);
    const expected = [...groups].map(([route, values]) => {
      const numbers = values.flatMap((value) => numberOf(value) ?? []);
      const some = numbers.length > 0;
      return {
        route,
        all: String(values.length),
        present: String(values.filter((value) => value !== undefined).length),
        distinct: String(new Set(values.filter((value) => value !== undefined)).size),
        sum: some ? String(numbers.reduce((sum, value) => sum + value, 0)) : undefined,
        low: some ? String(Math.min(...numbers)) : undefined,
        high: some ? String(Math.max(...numbers)) : undefined,
      };
    });
    const found = await run(
      rows,
      "stats count(*) as all, count(n) as present, count_distinct(n) as distinct, sum(n) as sum, " +
        "min(n + 0) as low, max(n + 0) as high by route",
    );
    const sorted = (list: readonly object[]) => list.map((one) => JSON.stringify(one)).sort();
    expect(sorted(found)).toEqual(sorted(JSON.parse(JSON.stringify(expected)) as object[]));
  },
);

test.prop([fc.array(row, { maxLength: 15 })], { numRuns: 15 })(
  "bins count every event once",
  async (rows) => {
    const counts = new Map<number, number>();
    rows.forEach((_row, index) => {
      const bin = Math.floor((startAt + index * 40_000) / 300_000) * 300_000;
      counts.set(bin, (counts.get(bin) ?? 0) + 1);
    });
    const expected = [...counts].toReversed().map(([bin, count]) => ({
      t: new Date(bin).toISOString().replace("T", " ").replace("Z", ""),
      n: String(count),
    }));
    expect(await run(rows, "stats count(*) as n by bin(5m) as t")).toEqual(expected);
  },
);

test.prop([fc.array(row, { maxLength: 25 }), fc.integer({ min: -10, max: 30 })], { numRuns: 15 })(
  "the relevance of a field of texts is half the sum of what the shares of its values have shifted",
  async (rows, bound) => {
    const wanted = rows.filter(({ n }) => (numberOf(shown(n)) ?? -Infinity) > bound);
    const others = rows.filter((one) => !wanted.includes(one));
    // Values that come once are one kind.
    const kindOf = ({ route }: Row) =>
      route === undefined || rows.filter((one) => one.route === route).length > 1 ? route : "rare";
    const shareOf = (part: readonly Row[], kind: string | undefined) =>
      part.filter((one) => kindOf(one) === kind).length / part.length;
    const kinds = [...new Set(rows.map(kindOf))];
    const shifted = kinds.map((kind) => Math.abs(shareOf(wanted, kind) - shareOf(others, kind)));
    const isOneSided = wanted.length === 0 || others.length === 0;
    const score = isOneSided ? 0 : shifted.reduce((sum, shift) => sum + shift, 0) / 2;
    const [found] = await run(rows, `relevantfields route where n > ${bound}`);
    if (rows.every(({ route }) => route === undefined)) expect(found).toBeUndefined();
    else expect(Number(found?.["@relevanceScore"])).toBeCloseTo(score, 3);
  },
);

test.each(["fields n | limit 5", "fields n | sort @timestamp desc | limit 5"])(
  "the newest events of one group are read from the end: %s",
  async (text) => {
    const { statement } = await compiledOver([{ n: 1 }], text);
    const steps = await telemetry.query<{ explain: string }>(sql`EXPLAIN indexes = 1 ${statement}`);
    expect(steps.map(({ explain }) => explain).join("\n")).toContain("InReverseOrder");
  },
);
