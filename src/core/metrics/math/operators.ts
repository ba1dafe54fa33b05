// The operators of metric math.
import type { OperatorName } from "./expression.ts";
import { combineSeries, mapSeries, scalar, several, single, type Series, type Value } from "./series.ts";

const truth = (holds: boolean) => (holds ? 1 : 0);

/**
 * Of two numbers. Of two series an operator uses 0 where only one of them has a value, and a division by zero
 * leaves no datapoint.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-arithmetic
 */
export const operators: Readonly<Record<OperatorName, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => (right === 0 ? Number.NaN : left / right),
  "^": (left, right) => left ** right,
  "==": compare((left, right) => left === right),
  "!=": compare((left, right) => left !== right),
  "<": compare((left, right) => left < right),
  "<=": compare((left, right) => left <= right),
  ">": compare((left, right) => left > right),
  ">=": compare((left, right) => left >= right),
  AND: compare((left, right) => left !== 0 && right !== 0),
  OR: compare((left, right) => left !== 0 || right !== 0),
};

/** What is compared with no value at all has no outcome either. */
function compare(holds: (left: number, right: number) => boolean): (left: number, right: number) => number {
  return (left, right) =>
    Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : truth(holds(left, right));
}

/** The operands are of types that go together: the checker has seen to it. */
export function operate(operator: OperatorName, left: Value, right: Value): Value {
  const compute = operators[operator];
  if (left.kind === "scalar" && right.kind === "scalar") return scalar(compute(left.value, right.value));
  if (left.kind === "scalar") return mapValue(right, (value) => compute(left.value, value));
  if (right.kind === "scalar") return mapValue(left, (value) => compute(value, right.value));
  const pair = (one: Series, other: Series) =>
    combineSeries([one, other], ([first = 0, second = 0]) => compute(first, second));
  if (left.kind === "array" && right.kind === "series") {
    return several(left.array.map((series) => asOf(series, pair(series, right.series))));
  }
  if (left.kind === "series" && right.kind === "array") {
    return several(right.array.map((series) => asOf(series, pair(left.series, series))));
  }
  if (left.kind === "series" && right.kind === "series") return single(pair(left.series, right.series));
  throw new TypeError(`${operator} has no meaning for ${left.kind} and ${right.kind}`);
}

/** A series of an array keeps its name. */
const asOf = (named: Series, { periodSeconds, timestamps, values }: Series): Series => ({
  ...named,
  periodSeconds,
  timestamps,
  values,
});

/** Applies a function of numbers to every value of a scalar, a series or an array of series. */
export function mapValue(value: Value, map: (value: number) => number): Value {
  switch (value.kind) {
    case "scalar":
      return scalar(map(value.value));
    case "series":
      return single(mapSeries(value.series, map));
    case "array":
      return several(value.array.map((series) => mapSeries(series, map)));
    case "text":
      throw new TypeError("a text has no value");
  }
}
