// Functions that connect data sources: what they are asked, what is taken of their answers, what follows when
// they fail.
import { describe, expect, test } from "vitest";
import { dataSourceEvent, failedSeries, readDataSourceAnswer, type FunctionNeed } from "./data-source.ts";
import type { MathQuery } from "./needs.ts";
import { isPlanProblem, planQueries } from "./plan.ts";
import { evaluatePlan } from "./queries.ts";
import type { Series } from "./series.ts";

const from = 1_697_060_700_000;
const range = { from, to: from + 900_000 };

function planOf(expression: string, more: readonly MathQuery[] = []) {
  const plan = planQueries([{ id: "e", returnData: true, expression, periodSeconds: 300 }, ...more]);
  if (isPlanProblem(plan)) throw new Error(plan.problem);
  return plan;
}

function needOf(expression: string): FunctionNeed {
  const [need] = planOf(expression).needs;
  if (need?.kind !== "function") throw new Error("LAMBDA needs a function");
  return need;
}

const need = needOf("LAMBDA('connector')");
const read = (answer: unknown) => readDataSourceAnswer(JSON.stringify(answer), need, range);

test("the event is the one that AWS documents, with strings, numbers and Booleans as arguments", () => {
  const text = `LAMBDA("connector:live", "up{host!=\\"prod\\"}", -3.5, true, false, 'two\nlines')`;
  expect(needOf(text)).toMatchObject({ functionName: "connector:live", periodSeconds: 300 });
  expect(JSON.parse(dataSourceEvent(needOf(text), range))).toEqual({
    EventType: "GetMetricData",
    GetMetricDataRequest: {
      StartTime: 1_697_060_700,
      EndTime: 1_697_061_600,
      Period: 300,
      Arguments: ['up{host!="prod"}', -3.5, true, false, "two lines"],
    },
  });
});

test("nothing finer than a minute is asked for, and twenty arguments at most", () => {
  const plan = planQueries([{ id: "e", returnData: true, expression: "LAMBDA('x')", periodSeconds: 10 }]);
  expect(plan).toMatchObject({ needs: [{ periodSeconds: 60 }] });
  const many = (count: number) =>
    planQueries([{ id: "e", returnData: true, expression: `LAMBDA('x'${", 1".repeat(count)})` }]);
  expect(isPlanProblem(many(20))).toBe(false);
  expect(isPlanProblem(many(21))).toBe(true);
});

test("datapoints are taken that are at the start of a period of the range", () => {
  const seconds = from / 1_000;
  const Timestamps = [seconds + 300, seconds, seconds + 180, seconds + 900, seconds - 300, seconds];
  expect(read({ MetricDataResults: [{ Label: "CPU", Timestamps, Values: [2, 1, 9, 9, 9, 9] }] })).toEqual([
    { label: "CPU", periodSeconds: 300, timestamps: [from, from + 300_000], values: [1, 2] },
  ]);
});

test("a series may be partial and have messages", () => {
  const Messages = [{ Code: "Slow", Value: "half of it" }, "no message"];
  const one = { StatusCode: "PartialData", Label: "a", Timestamps: [from / 1_000], Values: [1], Messages };
  expect(read({ MetricDataResults: [one, { Label: "b" }] })).toMatchObject([
    { status: { code: "PartialData", messages: [{ code: "Slow", value: "half of it" }] }, values: [1] },
    { label: "b", values: [] },
  ]);
});

describe("an answer that is none is an internal error without data", () => {
  test.each([
    ["nothing", "", "InvalidResponse"],
    ["a text", '"x"', "InvalidResponse"],
    ["no results", "{}", "InvalidResponse"],
    ["a function that threw", '{"errorType":"TypeError","errorMessage":"x"}', "TypeError"],
    ["its own error", '{"Error":{"Code":"Unreachable","Value":"x"}}', "Unreachable"],
    ["fewer values", '{"MetricDataResults":[{"Timestamps":[1],"Values":[]}]}', "InvalidResponse"],
    ["texts as values", '{"MetricDataResults":[{"Timestamps":[1],"Values":["1"]}]}', "InvalidResponse"],
    ["an unknown status", '{"MetricDataResults":[{"StatusCode":"Fine"}]}', "InvalidResponse"],
    ["a result that is none", '{"MetricDataResults":[1]}', "InvalidResponse"],
    [
      "too many",
      JSON.stringify({ MetricDataResults: Array.from({ length: 501 }, () => ({})) }),
      "InvalidResponse",
    ],
  ])("%s", (_, answer, code) => {
    expect(readDataSourceAnswer(answer, need, range)).toMatchObject([
      { values: [], status: { code: "InternalError", messages: [{ code }] } },
    ]);
  });
});

test("what is forbidden is said so, and what is not valid is the caller's fault", () => {
  const error = (Code: string) => read({ Error: { Code, Value: "the words" } });
  expect(error("Forbidden")).toMatchObject([
    { status: { code: "Forbidden", messages: [{ value: "the words" }] } },
  ]);
  expect(error("Validation")).toEqual({ invalid: "the words" });
});

describe("in an expression", () => {
  function compute(text: string, series: readonly Series[], more: readonly MathQuery[] = []) {
    const plan = planOf(text, more);
    const fetched = new Map(plan.needs.map(({ key }) => [key, series]));
    const labels = { account: "1", region: "r", now: from, offsetMinutes: 0 };
    return evaluatePlan(plan, fetched, { rangeOf: () => range, labels });
  }
  const points = { periodSeconds: 300, timestamps: [from, from + 600_000], values: [1, 2] };

  test("the series are an array like that of a search", () => {
    const series = [
      { ...points, label: "a" },
      { ...points, label: "b" },
    ];
    expect(compute("SUM(LAMBDA('x'))", series)).toMatchObject([{ series: [{ label: "e", values: [2, 4] }] }]);
    expect(compute("FILL(LAMBDA('x'), 0)", series)).toMatchObject([
      { series: [{ values: [1, 0, 2] }, { values: [1, 0, 2] }] },
    ]);
  });

  test("nothing is computed from a function that failed, here or in another query", () => {
    const failed = [failedSeries(need, "Unreachable", "x")];
    const status = { code: "InternalError", messages: [{ code: "Unreachable", value: "x" }] };
    const nothing = { values: [], status };
    expect(compute("FILL(LAMBDA('x'), 0)", failed)).toMatchObject([{ series: [nothing] }]);
    const other: MathQuery = { id: "f", returnData: true, expression: "SUM(e) + TIME_SERIES(1)" };
    expect(compute("LAMBDA('x')", failed, [other])).toMatchObject([
      { id: "e", series: [{ ...nothing, label: "e" }] },
      { id: "f", series: [{ ...nothing, label: "f" }] },
    ]);
  });
});
