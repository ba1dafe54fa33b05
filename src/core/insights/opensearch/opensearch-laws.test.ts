// Laws of OpenSearch's languages: the engine answers what a plain computation over the same rows does.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, expect } from "vitest";
import { appendLogEvents } from "../../../storage/telemetry/log-events.ts";
import { openTelemetry } from "../../../storage/telemetry/open.ts";
import type { Telemetry } from "../../../storage/telemetry.ts";
import { openSearchAnswers } from "../../../../test/support/insights-answers.ts";

let folder: string;
let telemetry: Telemetry;
let groupId = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-opensearch-laws-"));
  telemetry = openTelemetry({ folder });
  await telemetry.ready();
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

interface Row {
  readonly n?: number;
  readonly g?: string;
}

const startAt = Date.parse("2026-11-02T12:00:00Z");
const rows = fc.array(
  fc.record({ n: fc.integer({ min: 0, max: 4 }), g: fc.constantFrom("a", "b") }, { requiredKeys: [] }),
  { maxLength: 10 },
);

async function run(given: readonly Row[], text: string): Promise<readonly Record<string, string>[]> {
  groupId += 1;
  const id = groupId;
  const events = given.map((row, index) => ({
    timestamp: startAt + index * 1_000,
    message: JSON.stringify({ ...row, i: index }),
    indexed: {},
  }));
  if (events.length > 0) {
    await appendLogEvents(telemetry, { groupId: id, streamId: 1, retentionDays: undefined }, events, startAt);
  }
  return openSearchAnswers(telemetry, { language: "SQL", text, group: { id, name: "g" }, startAt });
}

/** A truth that may be unknown. */
type Truth = boolean | undefined;

type Test = { readonly text: string; readonly holds: (row: Row) => Truth };

const not = (value: Truth): Truth => (value === undefined ? undefined : !value);
const both = (one: Truth, other: Truth): Truth =>
  one === false || other === false ? false : one === undefined || other === undefined ? undefined : true;
const either = (one: Truth, other: Truth): Truth => not(both(not(one), not(other)));

const leaf: fc.Arbitrary<Test> = fc.oneof(
  fc
    .tuple(fc.constantFrom("=", "!=", "<", ">="), fc.integer({ min: 0, max: 4 }))
    .map(([operator, bound]) => ({
      text: `n ${operator} ${bound}`,
      holds: ({ n }: Row): Truth =>
        n === undefined
          ? undefined
          : { "=": n === bound, "!=": n !== bound, "<": n < bound, ">=": n >= bound }[operator],
    })),
  fc.constantFrom("a", "b").map((text) => ({
    text: `g = '${text}'`,
    holds: ({ g }: Row): Truth => (g === undefined ? undefined : g === text),
  })),
  fc.constant({
    text: "g LIKE 'a%'",
    holds: ({ g }: Row): Truth => (g === undefined ? undefined : g === "a"),
  }),
  fc.constant({
    text: "n IN (1, 2)",
    holds: ({ n }: Row): Truth => (n === undefined ? undefined : n === 1 || n === 2),
  }),
  fc.constant({ text: "n IS NULL", holds: ({ n }: Row): Truth => n === undefined }),
);

const { condition } = fc.letrec<{ condition: Test }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    leaf,
    tie("condition").map(({ text, holds }) => ({
      text: `NOT (${text})`,
      holds: (row: Row) => not(holds(row)),
    })),
    fc.tuple(tie("condition"), tie("condition"), fc.constantFrom("AND", "OR")).map(([one, other, word]) => ({
      text: `(${one.text}) ${word} (${other.text})`,
      holds: (row: Row) => (word === "AND" ? both : either)(one.holds(row), other.holds(row)),
    })),
  ),
}));

test.prop([rows, condition], { numRuns: 12 })(
  "a condition keeps the rows for which it is true, and not those of which nobody can say",
  async (given, { text, holds }) => {
    const expected = given.flatMap((row, index) => (holds(row) === true ? [{ i: String(index) }] : []));
    expect(await run(given, `SELECT i FROM g WHERE ${text} ORDER BY i`)).toEqual(expected);
    const shown = given
      .map((row) => holds(row))
      .map((value) => (value === undefined ? {} : { t: String(value) }));
    expect(await run(given, `SELECT ${text} AS t FROM g ORDER BY i`)).toEqual(shown);
  },
);

test.prop([rows], { numRuns: 8 })("windows number and sum the rows of each partition", async (given) => {
  const found = await run(
    given,
    "SELECT i, RANK() OVER (PARTITION BY g ORDER BY n) AS r, SUM(n) OVER (PARTITION BY g ORDER BY i) AS s, " +
      "LAG(i) OVER (PARTITION BY g ORDER BY i) AS b FROM g ORDER BY i",
  );
  const expected = given.map((row, index) => {
    const group = given.map((other, at) => ({ ...other, at })).filter(({ g }) => g === row.g);
    const size = (n: number | undefined) => n ?? -1;
    const before = group.filter(({ at }) => at <= index);
    const numbers = before.flatMap(({ n }) => n ?? []);
    const last = group.findLast(({ at }) => at < index);
    return {
      i: String(index),
      r: String(1 + group.filter(({ n }) => size(n) < size(row.n)).length),
      ...(numbers.length === 0 ? {} : { s: String(numbers.reduce((sum, n) => sum + n, 0)) }),
      ...(last === undefined ? {} : { b: String(last.at) }),
    };
  });
  expect(found).toEqual(expected);
});

test.prop([rows, fc.constantFrom("UNION", "INTERSECT", "EXCEPT"), fc.boolean()], { numRuns: 10 })(
  "UNION, INTERSECT and EXCEPT count rows that are the same",
  async (given, operator, all) => {
    const names = given.map(({ g }) => g ?? "");
    const many = given.filter(({ n }) => (n ?? 9) < 3).map(({ g }) => g ?? "");
    const count = (list: readonly string[], name: string) => list.filter((one) => one === name).length;
    const expected = ["", "a", "b"].flatMap((name) => {
      const [one, two] = [count(names, name), count(many, name)];
      const times = {
        UNION: all ? one + two : Math.min(one + two, 1),
        INTERSECT: all ? Math.min(one, two) : Math.min(one, two, 1),
        EXCEPT: all ? one - Math.min(one, two) : one > 0 && two === 0 ? 1 : 0,
      }[operator];
      return Array.from({ length: times ?? 0 }, () => (name === "" ? {} : { g: name }));
    });
    const text = `SELECT g FROM g ${operator}${all ? " ALL" : ""} SELECT g FROM g WHERE n < 3 ORDER BY g`;
    expect(await run(given, text)).toEqual(expected);
  },
);
