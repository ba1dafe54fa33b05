// Which stored resolution answers, how answers are cut into pages, identities and labels.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { identityKey, metricIdOf, sortDimensions } from "./metric-identity.ts";
import { defaultLabels } from "./metric-labels.ts";
import { cutPage, type PagePosition } from "./metric-pages.ts";
import { isPeriod, retentionMs, roundStart, sourcesOf } from "./periods.ts";

const now = Date.UTC(2026, 10, 2, 12, 34, 56);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

test("periods are 1, 5, 10, 20, 30 seconds and whole minutes", () => {
  expect([1, 5, 10, 20, 30, 60, 300, 86_400].every(isPeriod)).toBe(true);
  expect([0, 2, 15, 45, 61, -60, 90].some(isPeriod)).toBe(false);
});

test("start times are rounded down by their age", () => {
  expect(roundStart(now - hourMs, 60, now)).toBe(Date.UTC(2026, 10, 2, 11, 34));
  expect(roundStart(now - 16 * dayMs, 60, now)).toBe(Date.UTC(2026, 9, 17, 12, 30));
  expect(roundStart(now - 64 * dayMs, 60, now)).toBe(Date.UTC(2026, 7, 30, 12));
  expect(roundStart(now - 1_000, 10, now)).toBe(Date.UTC(2026, 10, 2, 12, 34, 50));
});

const question = fc
  .record({
    ageMs: fc.integer({ min: 60_000, max: 500 * dayMs }),
    lengthMs: fc.integer({ min: 1_000, max: 100 * dayMs }),
    periodSeconds: fc.constantFrom(1, 60, 120, 300, 900, 3_600, 7_200, 86_400),
    lag: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ ageMs, lengthMs, periodSeconds, lag }) => {
    const from = roundStart(now - ageMs, periodSeconds, now);
    const rolledUpTo = {
      300: Math.floor((now - lag * 300_000) / 300_000) * 300_000,
      3600: Math.floor((now - lag * hourMs) / hourMs) * hourMs,
    };
    return { from, to: Math.min(now, from + lengthMs), periodSeconds, now, rolledUpTo };
  });

property.prop([question])("sources lie inside the question, in order, without overlap", (asked) => {
  let end = asked.from;
  for (const { from, to, resolution } of sourcesOf(asked)) {
    expect(from).toBeGreaterThanOrEqual(end);
    expect(to).toBeGreaterThan(from);
    expect(to).toBeLessThanOrEqual(asked.to);
    if (resolution === 300 || resolution === 3600) {
      expect(asked.periodSeconds % resolution).toBe(0);
      expect(asked.from % (resolution * 1_000)).toBe(0);
      expect(to).toBeLessThanOrEqual(Math.max(asked.rolledUpTo[resolution], asked.from));
    }
    end = to;
  }
});

property.prop([question])("everything that a fitting table still holds is read", (asked) => {
  const sources = sourcesOf(asked);
  const covered = (instant: number) => sources.some(({ from, to }) => from <= instant && instant < to);
  const fits = (resolution: number) =>
    asked.periodSeconds % resolution === 0 && asked.from % (resolution * 1_000) === 0;
  for (const share of [0, 0.25, 0.5, 0.75, 0.999]) {
    const instant = asked.from + Math.floor((asked.to - asked.from) * share);
    if (instant >= asked.to) continue;
    const age = now - instant;
    const held =
      asked.periodSeconds < 60
        ? age < retentionMs.recent
        : age < retentionMs[60] - hourMs ||
          (fits(300) && age < retentionMs[300] - hourMs && instant < asked.rolledUpTo[300]) ||
          (fits(3600) && instant < asked.rolledUpTo[3600]);
    if (held) expect(covered(instant)).toBe(true);
  }
});

property.prop([
  fc.array(fc.record({ periods: fc.integer({ min: 0, max: 30 }) }), { maxLength: 8 }),
  fc.integer({ min: 1, max: 40 }),
])("pages hold every period once, in order, and none too many", (sizes, maximum) => {
  const seen = sizes.map(() => 0);
  const whole = new Set<number>();
  let position: PagePosition | undefined = { query: 0, period: 0 };
  for (let pages = 0; position !== undefined; pages++) {
    expect(pages).toBeLessThan(300);
    const page: ReturnType<typeof cutPage> = cutPage(sizes, position, maximum);
    expect(page.parts.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(maximum);
    for (const { query, first, count, complete } of page.parts) {
      expect(first).toBe(seen[query]);
      seen[query]! += count;
      if (complete) whole.add(query);
    }
    position = page.next;
  }
  expect(seen).toEqual(sizes.map(({ periods }) => periods));
  expect(whole.size).toBe(sizes.length);
});

describe("identities", () => {
  test("do not depend on the order of dimensions", () => {
    const one = { name: "a", value: "1" };
    const other = { name: "b", value: "2" };
    const key = (dimensions: readonly (typeof one)[]) =>
      identityKey({ namespace: "n", name: "m", dimensions: sortDimensions(dimensions) });
    expect(key([one, other])).toBe(key([other, one]));
    expect(key([one])).not.toBe(key([other]));
  });

  test("have numbers that tell worlds, units and names apart, without collisions among many", () => {
    const ids = new Set<bigint>();
    for (let index = 0; index < 100_000; index++)
      ids.add(metricIdOf(1, `Shop\u0000m\u0000host\u0001h${index}`, "None"));
    for (let world = 2; world < 1_000; world++)
      ids.add(metricIdOf(world, "Shop\u0000m\u0000host\u0001h1", "None"));
    ids.add(metricIdOf(1, "Shop\u0000m\u0000host\u0001h1", "Count"));
    expect(ids.size).toBe(100_000 + 998 + 1);
    expect([...ids].every((id) => id >= 0n && id < 2n ** 64n)).toBe(true);
  });
});

test("labels say what tells the metrics apart", () => {
  const metric = { namespace: "n", name: "m", dimensions: [], statistic: "Sum", periodSeconds: 60 };
  expect(defaultLabels([metric])).toEqual(["m"]);
  expect(defaultLabels([metric, { ...metric, statistic: "p99" }])).toEqual(["Sum", "p99"]);
  expect(defaultLabels([metric, { ...metric, dimensions: [{ value: "h1" }] }])).toEqual(["m", "h1"]);
});
