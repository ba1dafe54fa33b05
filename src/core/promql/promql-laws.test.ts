// Laws of PromQL over expressions and series made at random.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { compileRe2 as compileRegex } from "../../storage/re2-regex.ts";
import {
  anyExpression,
  labelName,
  labelValue,
  metricName,
  nestedSubquery,
} from "../../../test/support/promql-expressions.ts";
import { typeOfPromql } from "./check-types.ts";
import { evaluatePromql } from "./evaluate.ts";
import type { PromqlExpression } from "./expression.ts";
import { labelsKey, promqlLabelsText } from "./labels.ts";
import { compileMatchers } from "./matchers.ts";
import { numberIn, numberText } from "./numeric.ts";
import { parsePromql } from "./parse.ts";
import { printPromql } from "./print.ts";
import { PromqlError } from "./promql-error.ts";
import { selectionsOf } from "./selections.ts";
import type { PromqlLabels, PromqlSeries, PromqlValue } from "./series.ts";

const withoutPositions = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutPositions);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === "position" ? 0 : withoutPositions(item)]),
  );
};

describe("texts", () => {
  property.prop([anyExpression])("what is printed is read as the same expression", (expression) => {
    expect(withoutPositions(parsePromql(printPromql(expression), compileRegex))).toEqual(expression);
  });

  const pieces = Array.from("m1 +-*/^%<>=!~(){}[],:@'\"`\\#.5x").concat([
    "sum",
    "by",
    "rate",
    "offset",
    "5m",
    "on",
    "bool",
    "group_left",
    "0x",
    "\n",
    "é",
  ]);
  property.prop([fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join(""))])(
    "any text is an expression or an error with a place",
    (text) => {
      try {
        parsePromql(text, compileRegex);
      } catch (error) {
        if (!(error instanceof PromqlError)) throw error;
        expect(error.message).toMatch(/^\d+:\d+: parse error: /);
        expect(error.position).toBeGreaterThanOrEqual(0);
        expect(error.position).toBeLessThanOrEqual(text.length);
      }
    },
  );

  property.prop([fc.double()])("the text of a number says the number", (value) => {
    expect(numberText(value)).not.toContain("e");
    expect(numberIn(numberText(value))).toEqual(value);
  });

  property.prop([fc.dictionary(labelName, labelValue), fc.dictionary(labelName, labelValue)])(
    "labels have the same text when they are the same",
    (left, right) => {
      const turned = Object.fromEntries(Object.entries(left).toReversed());
      expect(promqlLabelsText(turned)).toBe(promqlLabelsText(left));
      expect(promqlLabelsText(left) === promqlLabelsText(right)).toBe(labelsKey(left) === labelsKey(right));
    },
  );

  test("an expression that is too deep or too long is refused", () => {
    expect(() => parsePromql("(".repeat(5_000), compileRegex)).toThrow("nested too deeply");
    expect(() => parsePromql(`1${" + 1".repeat(5_000)}`, compileRegex)).toThrow("too many operators");
    const long = parsePromql(`1${" + 1".repeat(500)}`, compileRegex);
    expect(evaluatePromql(long, 0, () => [], compileRegex)).toEqual({ kind: "scalar", value: 501 });
  });
});

const value = fc.oneof(fc.integer({ min: -5, max: 20 }), fc.constantFrom(NaN, Infinity, 0.5));
const labels = fc
  .record({ name: metricName, own: fc.dictionary(labelName, labelValue, { maxKeys: 2 }) })
  .map(({ name, own }): PromqlLabels => ({
    __name__: name,
    ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== "")),
  }));
const samples = fc
  .uniqueArray(fc.record({ at: fc.integer({ min: -20, max: 60 }), value }), {
    selector: ({ at }) => at,
    maxLength: 12,
  })
  .map((points) =>
    points.map(({ at, value }) => ({ at: at * 20_000, value })).sort((left, right) => left.at - right.at),
  );
const stored: fc.Arbitrary<readonly PromqlSeries[]> = fc.uniqueArray(fc.record({ labels, samples }), {
  selector: (one) => labelsKey(one.labels),
  maxLength: 6,
});

const atMs = 600_000;

/** The value, or the words of the error. */
function outcomeOf(
  expression: PromqlExpression,
  series: readonly PromqlSeries[],
  read: "everything" | "what is selected",
  at = atMs,
): PromqlValue | string {
  try {
    return evaluatePromql(
      expression,
      at,
      ({ matchers, fromMs, toMs }) => {
        const matches = compileMatchers(matchers, compileRegex);
        const found = series.filter((one) => matches(one.labels));
        if (read === "everything") return found;
        return found.map((one) => ({
          labels: one.labels,
          samples: one.samples.filter(({ at }) => at > fromMs && at <= toMs),
        }));
      },
      compileRegex,
    );
  } catch (error) {
    if (error instanceof PromqlError) return error.message;
    throw error;
  }
}

type Entry = readonly [string, number];

const byText = ([left]: Entry, [right]: Entry): number => (left < right ? -1 : 1);

function vectorOf(value: PromqlValue | string): readonly Entry[] {
  if (typeof value === "string" || value.kind !== "vector") throw new Error("no vector");
  return value.vector.map((one): Entry => [promqlLabelsText(one.labels), one.value]).sort(byText);
}

const evaluated = (text: string, series: readonly PromqlSeries[], at?: number) =>
  vectorOf(outcomeOf(parsePromql(text, compileRegex), series, "what is selected", at));

describe("evaluation", () => {
  property.prop([fc.oneof(anyExpression, nestedSubquery), stored])(
    "what is selected is all that an expression looks at, and every expression has a value or an error",
    (expression, series) => {
      const value = outcomeOf(expression, series, "what is selected");
      expect(value).toEqual(outcomeOf(expression, series, "everything"));
    },
  );

  property.prop([anyExpression, stored])(
    "a value is of the type that was said before",
    (expression, series) => {
      const value = outcomeOf(expression, series, "everything");
      if (typeof value === "string") return;
      const kinds = { vector: "instant vector", matrix: "range vector", scalar: "scalar", string: "string" };
      expect(kinds[value.kind]).toBe(typeOfPromql(expression));
    },
  );

  property.prop([anyExpression, stored])("the series of a vector are told apart by labels", (one, series) => {
    const value = outcomeOf(one, series, "everything");
    if (typeof value === "string" || value.kind !== "vector") return;
    expect(new Set(value.vector.map(({ labels }) => labelsKey(labels))).size).toBe(value.vector.length);
  });

  property.prop([anyExpression])("equal selections are there once", (expression) => {
    const keys = selectionsOf(expression, atMs).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  property.prop([stored, fc.integer({ min: 1, max: 600 })])(
    "an offset is an earlier evaluation",
    (series, back) => {
      expect(evaluated(`{__name__=~".+"} offset ${back}s`, series)).toEqual(
        evaluated('{__name__=~".+"}', series, atMs - back * 1_000),
      );
    },
  );

  property.prop([stored])("what is in the other vector and what is not are the whole", (series) => {
    const [some, all] = ['{__name__=~".+"} > 3', '{__name__=~".+"}'];
    const both = [...evaluated(`${all} and ${some}`, series), ...evaluated(`${all} unless ${some}`, series)];
    expect(both.sort(byText)).toEqual(evaluated(all, series));
  });

  property.prop([stored, labelName])(
    "a sum by a label is the sum of those with its value",
    (series, label) => {
      const latest = series.flatMap((one) => {
        const last = one.samples.findLast(({ at }) => at <= atMs && at > atMs - 300_000);
        return last === undefined ? [] : [{ labels: one.labels, value: last.value }];
      });
      const sums = new Map<string, number>();
      for (const one of latest) {
        const found = one.labels[label];
        const key = promqlLabelsText(found === undefined ? {} : { [label]: found });
        sums.set(key, (sums.get(key) ?? 0) + one.value);
      }
      expect(evaluated(`sum by (${JSON.stringify(label)}) ({__name__=~".+"})`, series)).toEqual(
        [...sums].sort(byText),
      );
    },
  );
});

describe("counters", () => {
  const counted = (
    values: readonly number[],
    intervalMs: number,
    firstAt: number,
  ): readonly PromqlSeries[] => [
    {
      labels: { __name__: "c" },
      samples: values.map((value, index) => ({ at: firstAt + index * intervalMs, value })),
    },
  ];

  property.prop([
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 0, max: 60_000 }),
  ])("a counter that grows evenly has this rate, wherever the range cuts it", (slope, seconds, phaseMs) => {
    const values = Array.from({ length: 1_400 / seconds }, (_, index) => 1_000 + slope * seconds * index);
    const series = counted(values, seconds * 1_000, phaseMs - 60_000);
    const [[, rate] = ["", NaN]] = evaluated("rate(c[5m])", series);
    expect(rate).toBeCloseTo(slope, 9);
    expect(evaluated("increase(c[5m]) / 300", series)).toEqual([["{}", expect.closeTo(rate, 9)]]);
    expect(evaluated("irate(c[5m])", series)).toEqual([["{}", expect.closeTo(slope, 9)]]);
    expect(evaluated("deriv(c[5m])", series)).toEqual([["{}", expect.closeTo(slope, 6)]]);
  });

  property.prop([
    fc.array(fc.record({ by: fc.nat(9), restarts: fc.boolean() }), { minLength: 2, maxLength: 5 }),
  ])("a counter that began anew increased as one that did not", (steps) => {
    let [whole, broken] = [100, 100];
    const both = [[whole, broken]];
    for (const { by, restarts } of steps) {
      whole += by;
      broken = restarts ? by : broken + by;
      both.push([whole, broken]);
    }
    const increase = (side: 0 | 1) => {
      const series = counted(
        both.map((pair) => pair[side]!),
        60_000,
        atMs - steps.length * 60_000,
      );
      return evaluated("increase(c[7m])", series)[0]?.[1];
    };
    // A start at a value that is not below the last one cannot be seen.
    const isSeen = steps.every(({ by, restarts }, index) => !restarts || by < both[index]![1]!);
    if (isSeen) expect(increase(1)).toBeCloseTo(increase(0)!, 9);
  });

  property.prop([
    fc.array(fc.nat(20), { minLength: 2, maxLength: 6 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ])(
    "a quantile of a histogram grows with its place and stays within the buckets",
    (counts, first, second) => {
      let total = 1;
      const series = counts.map((count, index) => {
        total += count;
        const le = index === counts.length - 1 ? "+Inf" : String(index + 1);
        return { labels: { __name__: "h", le }, samples: [{ at: atMs, value: total }] };
      });
      const quantile = (place: number) =>
        evaluated(`histogram_quantile(${numberText(place)}, h)`, series)[0]![1];
      const [low, high] = [quantile(Math.min(first, second)), quantile(Math.max(first, second))];
      expect(low).toBeLessThanOrEqual(high);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(counts.length - 1);
      // What is below a quantile is as much as its place says, unless it is in the bucket without end.
      const place = Math.max(first, second);
      const [[, below] = ["", NaN]] = evaluated(`histogram_fraction(0, ${numberText(high)}, h)`, series);
      if (place * total <= series.at(-2)!.samples[0]!.value) expect(below).toBeCloseTo(place, 9);
    },
  );
});

describe("limits", () => {
  const sample = { at: 0, value: 1 };
  const many = (count: number): readonly PromqlSeries[] =>
    Array.from({ length: count }, (_, index) => ({ labels: { n: String(index) }, samples: [sample] }));
  const evaluate = (text: string, series: readonly PromqlSeries[]) =>
    evaluatePromql(parsePromql(text, compileRegex), 0, () => series, compileRegex);

  test("of the series of a selector", () => {
    expect(evaluate("count(m)", many(10_000))).toEqual({
      kind: "vector",
      vector: [{ labels: {}, value: 10_000 }],
    });
    expect(() => evaluate("m", many(10_001))).toThrow("matches 10001 series, more than 10000");
  });

  test("of the steps of a subquery and of the samples of an evaluation", () => {
    expect(() => evaluate("max_over_time(m[1y:1s])", [])).toThrow("more than 11000 steps");
    const long = [{ labels: {}, samples: Array.from({ length: 1_000_000 }, () => sample) }];
    expect(evaluate("max_over_time(count_over_time(m[1h] offset -30m)[9m:1m])", long)).toMatchObject({
      kind: "vector",
    });
    expect(() => evaluate("max_over_time(count_over_time(m[1h] offset -30m)[10m:1m])", long)).toThrow(
      "too many samples into memory",
    );
  });
});
