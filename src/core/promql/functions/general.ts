// Functions of types, of order, of the instant and of what is absent.
import { metricNameLabel, type PromqlExpression } from "../expression.ts";
import { mapVector, rangeAt, scalar, scalarAt, vector, vectorAt, type PromqlFunction } from "../function.ts";
import { ascending } from "../numeric.ts";
import type { PromqlLabels } from "../series.ts";

/**
 * The labels of a series that is not there, as far as its selector says them: each that must be equal to one
 * value and to nothing else.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#absent
 */
function labelsOfAbsent(expression: PromqlExpression | undefined): PromqlLabels {
  const selector = expression?.kind === "range" ? expression.selector : expression;
  if (selector?.kind !== "selector") return {};
  const labels = new Map<string, string>();
  for (const { label, operator, value } of selector.matchers) {
    if (label === metricNameLabel) continue;
    const isOnly = selector.matchers.filter((other) => other.label === label).length === 1;
    if (operator === "=" && value !== "" && isOnly) labels.set(label, value);
  }
  return Object.fromEntries(labels);
}

const absent = (
  name: string,
  takes: "instant vector" | "range vector",
  count: (given: Parameters<PromqlFunction["evaluate"]>[0]) => number,
): PromqlFunction => ({
  name,
  takes: [takes],
  gives: "instant vector",
  summary: "1 when there is no series, else nothing.",
  evaluate: (given, context) =>
    vector(count(given) > 0 ? [] : [{ labels: labelsOfAbsent(context.arguments[0]), value: 1 }]),
});

const sorted = (
  name: string,
  summary: string,
  order: (left: number, right: number) => number,
): PromqlFunction => ({
  name,
  takes: ["instant vector"],
  gives: "instant vector",
  summary,
  evaluate: (given) => {
    const samples = vectorAt(given, 0);
    // What is no number comes last in both orders.
    const numbers = samples.filter(({ value }) => !Number.isNaN(value));
    const others = samples.filter(({ value }) => Number.isNaN(value));
    return vector([...numbers.sort((left, right) => order(left.value, right.value)), ...others]);
  },
});

export const generalFunctions: readonly PromqlFunction[] = [
  absent("absent", "instant vector", (given) => vectorAt(given, 0).length),
  absent("absent_over_time", "range vector", (given) => rangeAt(given, 0).series.length),
  sorted("sort", "The series from the smallest value.", ascending),
  sorted("sort_desc", "The series from the largest value.", (left, right) => ascending(right, left)),
  {
    name: "scalar",
    takes: ["instant vector"],
    gives: "scalar",
    summary: "The value of the only series of a vector, NaN when there is none or another.",
    evaluate: (given) => {
      const [first, second] = vectorAt(given, 0);
      return scalar(first === undefined || second !== undefined ? Number.NaN : first.value);
    },
  },
  {
    name: "vector",
    takes: ["scalar"],
    gives: "instant vector",
    summary: "A scalar as a series without labels.",
    evaluate: (given) => vector([{ labels: {}, value: scalarAt(given, 0) }]),
  },
  {
    name: "time",
    takes: [],
    gives: "scalar",
    summary: "The instant of the evaluation, in seconds of the epoch.",
    evaluate: (_, { at }) => scalar(at / 1_000),
  },
  {
    name: "timestamp",
    takes: ["instant vector"],
    gives: "instant vector",
    summary:
      "The instant of each sample, in seconds of the epoch; of what is computed, that of the evaluation.",
    takesInstants: true,
    evaluate: (given, context) => {
      const isSelected = context.arguments[0]?.kind === "selector";
      return vector(mapVector(vectorAt(given, 0), (value) => (isSelected ? value : context.at / 1_000)));
    },
  },
  {
    name: "pi",
    takes: [],
    gives: "scalar",
    summary: "The number pi.",
    evaluate: () => scalar(Math.PI),
  },
];
