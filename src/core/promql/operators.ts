// The arithmetic and the comparisons of PromQL.
import { isComparison, type OperatorName } from "./expression.ts";

/** A comparison is a number too: 1 where it holds. */
const compute: Readonly<
  Record<Exclude<OperatorName, "and" | "or" | "unless">, (left: number, right: number) => number>
> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "%": (left, right) => left % right,
  "^": power,
  atan2: Math.atan2,
  "==": (left, right) => Number(left === right),
  "!=": (left, right) => Number(left !== right),
  ">": (left, right) => Number(left > right),
  "<": (left, right) => Number(left < right),
  ">=": (left, right) => Number(left >= right),
  "<=": (left, right) => Number(left <= right),
};

/** As in Go, 1 to any power is 1, and so is -1 to an infinite one. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return base ** exponent;
}

export type PlainOperator = keyof typeof compute;

export const operate = (operator: PlainOperator, left: number, right: number): number =>
  compute[operator](left, right);

/**
 * What an operator makes of two values of which at least one is from a series: undefined where a comparison
 * filters the series out, else the value of the series.
 * https://prometheus.io/docs/prometheus/latest/querying/operators/#comparison-binary-operators
 */
export function operateOnSeries(
  operator: PlainOperator,
  bool: boolean,
  left: number,
  right: number,
  valueOfSeries = left,
): number | undefined {
  const result = operate(operator, left, right);
  if (!isComparison(operator) || bool) return result;
  return result === 1 ? valueOfSeries : undefined;
}

/** What is computed from a metric is not this metric any more; what passes a comparison is. */
export const keepsName = (operator: PlainOperator, bool: boolean): boolean => isComparison(operator) && !bool;
