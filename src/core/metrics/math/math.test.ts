// Metric math as laws: what is printed is read again, and the evaluator agrees with a plain computation.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { isMathProblem, operatorNames, type MathExpression } from "./expression.ts";
import { mathFunctions } from "./functions.ts";
import type { MathQuery } from "./needs.ts";
import { parseMath } from "./parse.ts";
import { isPlanProblem, planQueries } from "./plan.ts";
import { printMath } from "./print.ts";
import { evaluatePlan, evaluateQueries } from "./queries.ts";
import type { Series } from "./series.ts";

const position = 0;
const { tree } = fc.letrec<{ tree: MathExpression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc
      .double({ min: 0, noNaN: true, noDefaultInfinity: true })
      .map((value): MathExpression => ({ kind: "number", value: Math.abs(value), position })),
    fc.stringMatching(/^[a-z][a-zA-Z0-9_]{0,5}$/).map((id) => ({ kind: "reference" as const, id, position })),
    fc
      .stringMatching(/^[A-Z][A-Z_]{0,5}$/)
      .filter((word) => word !== "OR" && word !== "AND")
      .map((word) => ({ kind: "word" as const, word, position })),
    fc.stringMatching(/^[ -[\]-~]{0,8}$/).map((text) => ({ kind: "text" as const, text, position })),
    tie("tree").map((operand) => ({ kind: "negation" as const, operand, position })),
    fc.record({
      kind: fc.constant("operation" as const),
      operator: fc.constantFrom(...operatorNames),
      left: tie("tree"),
      right: tie("tree"),
      position: fc.constant(position),
    }),
    fc
      .array(tie("tree"), { minLength: 1, maxLength: 3 })
      .map((items) => ({ kind: "array" as const, items, position })),
    fc.record({
      kind: fc.constant("call" as const),
      name: fc.constantFrom(...mathFunctions.keys()),
      arguments: fc.array(tie("tree"), { maxLength: 3 }),
      position: fc.constant(position),
    }),
  ),
}));

const withoutPositions = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === "position" ? 0 : item)));

property.prop([tree])("what is printed is read as the same expression", (expression) => {
  expect(withoutPositions(parseMath(printMath(expression)))).toEqual(withoutPositions(expression));
});

property.prop([fc.string({ unit: fc.constantFrom(...Array.from("m1 +-*/^<>=!&|()[],'\"\\eAND.5")) })])(
  "any text is an expression or a problem with a place",
  (text) => {
    const outcome = parseMath(text);
    if (!isMathProblem(outcome)) return;
    expect(outcome.position).toBeGreaterThanOrEqual(0);
    expect(outcome.position).toBeLessThanOrEqual(text.length);
  },
);

const from = Date.UTC(2026, 10, 2, 12);
const periods = 6;

/** A value for each of some periods, by which the oracle computes: the whole grid, cell by cell. */
type Cells = readonly (number | undefined)[];

const cells: fc.Arbitrary<Cells> = fc.array(
  fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined, freq: 2 }),
  { minLength: periods, maxLength: periods },
);

interface Computed {
  readonly text: string;
  readonly cells: (metrics: readonly Cells[]) => Cells;
}

const defined = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

const pairwise = (
  one: Computed,
  operator: string,
  other: Computed,
  of: (a: number, b: number) => number,
) => ({
  text: `(${one.text} ${operator} ${other.text})`,
  cells: (metrics: readonly Cells[]) => {
    const [left, right] = [one.cells(metrics), other.cells(metrics)];
    return left.map((value, index) =>
      value === undefined && right[index] === undefined
        ? undefined
        : defined(of(value ?? 0, right[index] ?? 0)),
    );
  },
});

const mapped = (of: Computed, text: string, map: (value: number) => number) => ({
  text,
  cells: (metrics: readonly Cells[]) =>
    of.cells(metrics).map((value) => (value === undefined ? undefined : defined(map(value)))),
});

const operations: readonly (readonly [string, (a: number, b: number) => number])[] = [
  ["+", (a, b) => a + b],
  ["-", (a, b) => a - b],
  ["*", (a, b) => a * b],
  ["/", (a, b) => (b === 0 ? Number.NaN : a / b)],
  ["<", (a, b) => Number(a < b)],
  ["==", (a, b) => Number(a === b)],
  ["OR", (a, b) => Number(a !== 0 || b !== 0)],
];

const { computed } = fc.letrec<{ computed: Computed }>((tie) => ({
  computed: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: 0, max: 2 }).map((index) => ({
      text: `m${index}`,
      cells: (metrics: readonly Cells[]) => metrics[index]!,
    })),
    fc
      .tuple(tie("computed"), fc.constantFrom(...operations), tie("computed"))
      .map(([one, [operator, of], other]) => pairwise(one, operator, other, of)),
    tie("computed").map((one) => mapped(one, `ABS(-${one.text} * 2)`, (value) => Math.abs(value * 2))),
    fc.tuple(tie("computed"), tie("computed")).map(([one, other]) => ({
      ...pairwise(one, "+", other, (a, b) => a + b),
      text: `SUM([${one.text}, ${other.text}])`,
    })),
    tie("computed").map((one) => ({
      text: `FILL(${one.text}, 7)`,
      cells: (metrics: readonly Cells[]) => one.cells(metrics).map((value) => value ?? 7),
    })),
    fc.tuple(tie("computed"), tie("computed"), tie("computed")).map(([held, yes, no]) => ({
      text: `IF(${held.text}, ${yes.text}, ${no.text})`,
      cells: (metrics: readonly Cells[]) => {
        const [one, other] = [yes.cells(metrics), no.cells(metrics)];
        return held
          .cells(metrics)
          .map((value, index) =>
            value === undefined ? undefined : value === 0 ? other[index] : (one[index] ?? 0),
          );
      },
    })),
  ),
}));

const options = {
  rangeOf: (periodSeconds: number) => ({ from, to: from + periods * 60_000 - (periodSeconds > 60 ? 1 : 0) }),
  labels: { account: "1", region: "r", now: from, offsetMinutes: 0 },
};

const query = (id: string, periodSeconds = 60, statistic = "Sum"): MathQuery => ({
  id,
  returnData: false,
  metric: { namespace: "n", name: id, dimensions: [], statistic, periodSeconds },
});

function seriesOf(values: Cells, of: MathQuery): Series {
  const { periodSeconds } = of.metric!;
  const kept = values.flatMap((value, index) => (value === undefined ? [] : [{ value, index }]));
  return {
    label: of.id,
    periodSeconds,
    timestamps: kept.map(({ index }) => from + index * periodSeconds * 1_000),
    values: kept.map(({ value }) => value),
    metric: of.metric!,
  };
}

property.prop([computed, fc.tuple(cells, cells, cells)], { numRuns: 300 })(
  "the evaluator agrees with a computation cell by cell",
  (expression, metrics) => {
    const queries = metrics.map((_, index) => query(`m${index}`));
    const plan = planQueries([...queries, { id: "e", returnData: true, expression: expression.text }]);
    if (isPlanProblem(plan)) throw new Error(plan.problem);
    const fetched = new Map(queries.map((one, index) => [one.id, [seriesOf(metrics[index]!, one)]]));
    const [result] = evaluatePlan(plan, fetched, options);
    const { timestamps, values } = result!.series[0]!;
    const found = Array.from({ length: periods }, (_, index) => {
      const place = timestamps.indexOf(from + index * 60_000);
      return place < 0 ? undefined : values[place]! + 0;
    });
    expect(found).toEqual(
      expression.cells(metrics).map((value) => (value === undefined ? value : value + 0)),
    );
  },
);

describe("plans", () => {
  const needsOf = (queries: readonly MathQuery[]) => {
    const plan = planQueries(queries);
    if (isPlanProblem(plan)) throw new Error(plan.problem);
    return plan.needs;
  };
  const expression = (text: string, more: Partial<MathQuery> = {}): MathQuery => ({
    id: "e",
    returnData: true,
    expression: text,
    ...more,
  });

  test("read what is asked for and no more", () => {
    expect(needsOf([query("m1"), query("m2"), expression("m1 * 2")]).map(({ key }) => key)).toEqual(["m1"]);
    expect(needsOf([query("m1"), query("m2"), expression("SUM(METRICS())")]).length).toBe(2);
  });

  test("take bands around a metric or around an expression with all that it is made from", () => {
    const band = needsOf([query("m1", 300), expression("ANOMALY_DETECTION_BAND(m1, 4)")]).find(
      ({ kind }) => kind === "band",
    );
    expect(band).toMatchObject({ subject: { kind: "metric" }, deviations: 4, periodSeconds: 300 });
    const rate: MathQuery = { id: "rate", returnData: false, expression: "m1 / m2" };
    const queries = [query("m1"), query("m2"), query("m3"), rate, expression("ANOMALY_DETECTION_BAND(rate)")];
    const around = needsOf(queries).find(({ kind }) => kind === "band");
    expect(around).toMatchObject({
      subject: { kind: "expression", id: "rate", queries: [{ id: "m1" }, { id: "m2" }, { id: "rate" }] },
      deviations: 2,
    });
  });

  test("hand what was fetched to the call that needs it", async () => {
    const text = "LAST(ANOMALY_DETECTION_BAND(m1)) + m1 * 0";
    const results = await evaluateQueries(
      [query("m1"), expression(text)],
      (needs) =>
        Promise.resolve(
          new Map(
            needs.map(({ key, kind }) => {
              const base = seriesOf([kind === "band" ? 9 : 1], query("m1"));
              return [key, kind === "band" ? [base, { ...base, values: [-5] }] : [base]];
            }),
          ),
        ),
      options,
    );
    expect(results).toMatchObject([{ id: "e", series: [{ values: [-5] }] }]);
  });

  test("give searches the period of their query, or of themselves", () => {
    const period = (text: string, more: Partial<MathQuery> = {}) => {
      const [need] = needsOf([expression(text, more)]);
      return need?.kind === "search" ? need.periodSeconds : undefined;
    };
    expect(period("SEARCH('x', 'Sum', 60)", { periodSeconds: 120 })).toBe(60);
    expect(period("SEARCH('x', 'Sum')", { periodSeconds: 120 })).toBe(120);
    expect(period("SEARCH('x', 'Sum')")).toBe(300);
  });

  test("find references that go round, and two Insights queries", () => {
    const round = [expression("f * 2"), { id: "f", returnData: true, expression: "e * 2" }];
    expect(planQueries(round)).toEqual({ id: "e", problem: "Error in expression 'e': Circular reference" });
    const select = expression("SELECT AVG(x) FROM y", { periodSeconds: 60 });
    expect(planQueries([select, { ...select, id: "f" }])).toMatchObject({
      problem: "A request can have only one Metrics Insights query",
    });
  });
});

test("a metric of a shorter period is summed up by its statistic", () => {
  const compute = (statistic: string) => {
    const queries = [query("m1", 60, statistic), query("m2", 120)];
    const plan = planQueries([...queries, { id: "e", returnData: true, expression: "m1 + m2" }]);
    if (isPlanProblem(plan)) throw new Error(plan.problem);
    const fetched = new Map([
      ["m1", [seriesOf([1, 3, 5, undefined, 7], queries[0]!)]],
      ["m2", [seriesOf([0, 0, 0], queries[1]!)]],
    ]);
    return evaluatePlan(plan, fetched, options)[0]!.series[0]!.values;
  };
  expect(compute("Sum")).toEqual([4, 5, 7]);
  expect(compute("Average")).toEqual([2, 5, 7]);
  expect(compute("Maximum")).toEqual([3, 5, 7]);
  expect(compute("Minimum")).toEqual([1, 5, 7]);
});
