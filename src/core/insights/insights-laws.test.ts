// Laws of the query language: the engine answers what a plain computation over the same rows does.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, expect } from "vitest";
import { answersTo } from "../../../test/support/insights-answers.ts";
import { appendLogEvents } from "../../storage/telemetry/log-events.ts";
import { openTelemetry } from "../../storage/telemetry/open.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import { MessageReading } from "../logs/filter-pattern/message-reading.ts";
import { indexedFieldsOf } from "../logs/indexed-fields.ts";
import { sql } from "../sql.ts";
import { compileInsightsQuery, type CompiledQuery } from "./compile-query.ts";
import { parseInsightsQuery } from "./parse-query.ts";

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

const wholeTime = { from: 0, to: startAt + 86_400_000 };

async function compiledOver(
  rows: readonly Row[],
  text: string,
  { from, to } = wholeTime,
): Promise<CompiledQuery> {
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
    from,
    to,
    now: startAt,
    limit: 1_000,
    takeOnce: false,
    regexProblem: () => undefined,
    groupsOfSource: () => [],
    lookupTables: new Map(),
  });
}

async function run(
  rows: readonly Row[],
  text: string,
  span = wholeTime,
): Promise<readonly Record<string, string>[]> {
  return answersTo(telemetry, await compiledOver(rows, text, span));
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
    const expected = [...counts]
      .toReversed()
      .map(([bin, count]) => ({ t: shownTime(bin), n: String(count) }));
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

const shownTime = (at: number) => new Date(at).toISOString().replace("T", " ").replace("Z", "");

test.prop([fc.array(row, { maxLength: 12 })], { numRuns: 15 })(
  "a rate is the change between the first and the last number, by the intervals between them",
  async (rows) => {
    const numbers = rows.flatMap(({ n }, index) => {
      const value = numberOf(shown(n));
      return value === undefined ? [] : [{ value, at: index * 40_000 }];
    });
    const [first, last] = [numbers[0], numbers.at(-1)];
    const [found] = await run(rows, "stats rate(n, 2m) as r");
    if (first === undefined || last === undefined || first === last) expect(found).toEqual({});
    else
      expect(Number(found?.r)).toBeCloseTo(((last.value - first.value) * 120_000) / (last.at - first.at), 9);
  },
);

test.prop([fc.array(row, { maxLength: 12 }), fc.integer({ min: 1, max: 7 })], { numRuns: 15 })(
  "a histogram has every number in the one range that it belongs to",
  async (rows, buckets) => {
    const numbers = rows.flatMap(({ n }) => numberOf(shown(n)) ?? []);
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    const [found] = await run(rows, `stats histogram(n, ${buckets}) as h`);
    if (numbers.length === 0) {
      expect(found).toEqual({});
      return;
    }
    const ranges = Object.entries(JSON.parse(found?.h ?? "{}") as Record<string, number>);
    expect(ranges).toHaveLength(low === high ? 1 : buckets);
    const counted = ranges.map(([range], index) => {
      const [from = NaN, to = NaN] = range.slice(1, -1).split(",").map(Number);
      const isLast = index === ranges.length - 1;
      expect(range.endsWith("]")).toBe(isLast);
      return numbers.filter((value) => value >= from && (isLast || value < to)).length;
    });
    expect(ranges.map(([, count]) => count)).toEqual(counted);
  },
);

test.prop([fc.array(row, { maxLength: 12 }), fc.integer({ min: -3_600_000, max: 1_800_000 })], {
  numRuns: 15,
})("every bin of the time is there once when the missing ones are filled", async (rows, begin) => {
  const binMs = 300_000;
  const span = { from: startAt + begin, to: startAt + begin + 2_000_000 };
  const binOf = (at: number) => Math.floor(at / binMs) * binMs;
  const times = rows.map((_row, index) => startAt + index * 40_000);
  const within = times.filter((at) => at >= span.from && at <= span.to);
  const expected: object[] = [];
  for (let bin = binOf(span.to); bin >= binOf(span.from); bin -= binMs) {
    const events = within.filter((at) => binOf(at) === bin).length;
    expected.push({ t: shownTime(bin), n: String(events) });
  }
  const text = "stats count(*) as n by bin(5m) as t | fillmissing with 0 for n";
  expect(await run(rows, text, span)).toEqual(expected);
});

test.prop([fc.array(row, { maxLength: 12 }), fc.constantFrom(5, 20, 60)], { numRuns: 15 })(
  "bins with an offset are those of the time so much earlier, moved",
  async (rows, minutes) => {
    const shiftMs = minutes * 60_000;
    const text = "stats count(*) as n by bin(5m) as t";
    const span = { from: startAt + 60_000, to: startAt + 360_000 };
    const now = { from: span.from + shiftMs, to: span.to + shiftMs };
    const earlier = await run(rows, text, span);
    const moved = earlier.map(({ t, n }) => ({ t: shownTime(Date.parse(`${t}Z`) + shiftMs), n }));
    expect(await run(rows, `${text} offset ${minutes}m`, now)).toEqual(moved);
    const { histogramStatement } = await compiledOver(rows, `${text} offset ${minutes}m`, now);
    const bins = await telemetry.query<{ bin: number; events: number }>(histogramStatement(300_000));
    const drawn = bins.map(({ bin, events }) => ({ t: shownTime(bin * 300_000), n: String(events) }));
    expect(new Set(drawn)).toEqual(new Set(moved));
  },
);

test.prop([fc.array(row, { maxLength: 12 }), fc.integer({ min: 1, max: 4 })], { numRuns: 15 })(
  "appended columns are those of the row at the same place",
  async (rows, most) => {
    const [own, other] = ["stats count(*) as all by route", "stats sum(n) as total, max(n) as most by level"];
    const [ownRows, otherRows] = [await run(rows, own), await run(rows, other)];
    const expected = ownRows.map((one, index) => {
      return { ...one, ...(index < most ? otherRows[index] : undefined), level: undefined };
    });
    const found = await run(
      rows,
      `${own} | appendcols max=${most} (${other}) | display route, all, total, most`,
    );
    expect(found).toEqual(JSON.parse(JSON.stringify(expected)));
  },
);

test.prop(
  [
    fc.array(row, { maxLength: 12 }),
    fc.constantFrom("0", "0.5", "2.5"),
    fc.boolean(),
    fc.constantFrom("remove", "transform"),
  ],
  { numRuns: 25 },
)(
  "outliers are beyond the quartiles by a multiple of their distance",
  async (rows, times, isBoth, action) => {
    const sorted = rows.flatMap(({ n }) => numberOf(shown(n)) ?? []).toSorted((a, b) => a - b);
    const quantile = (level: number) => {
      const place = level * (sorted.length - 1);
      const [below = 0, above = 0] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
      return below + (above - below) * (place - Math.floor(place));
    };
    const [low, high] = [quantile(0.25), quantile(0.75)];
    const distance = Number(times) * (high - low);
    const bound = (value: number | undefined) => {
      if (value !== undefined && value > high + distance) return high + distance;
      return value !== undefined && isBoth && value < low - distance ? low - distance : undefined;
    };
    const expected = rows.toReversed().flatMap(({ n, route }) => {
      const limit = bound(numberOf(shown(n)));
      if (limit !== undefined && action === "remove") return [];
      return [{ n: limit === undefined ? shown(n) : String(limit), route }];
    });
    const text = `fields n, route | outlier action=${action} param=${times} uselower=${isBoth} n`;
    expect(await run(rows, text)).toEqual(JSON.parse(JSON.stringify(expected)));
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
