// PromQL as CloudWatch takes it: what parses, selects its metrics by name, and does not look back too far.
import { metricNameLabel, type PromqlExpression } from "../../core/promql/expression.ts";
import { parsePromql } from "../../core/promql/parse.ts";
import { PromqlError } from "../../core/promql/promql-error.ts";
import { selectionsOf } from "../../core/promql/selections.ts";
import type { PromqlSelection } from "../../core/promql/series.ts";
import { compileRe2 } from "../../storage/re2-regex.ts";

const maximumRangeDays = 7;
const dayMs = 86_400_000;

export interface PromqlProblem {
  readonly problem: string;
}

export const isPromqlProblem = (found: PromqlExpression | PromqlProblem): found is PromqlProblem =>
  "problem" in found;

export function readPromql(text: string): PromqlExpression | PromqlProblem {
  try {
    return parsePromql(text, compileRe2);
  } catch (error) {
    if (error instanceof PromqlError) return { problem: error.message };
    throw error;
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL-API-QueryMetrics.html */
export function isNamed({ matchers }: Pick<PromqlSelection, "matchers">): boolean {
  return matchers.some(
    ({ label, operator, value }) =>
      (label === metricNameLabel || label === "@datapoint.@name") && operator === "=" && value !== "",
  );
}

/**
 * Why an expression is not evaluated from an instant to another one, in epoch milliseconds.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL.html
 */
export function rangeProblem(expression: PromqlExpression, from: number, to: number): string | undefined {
  for (const selection of selectionsOf(expression, from)) {
    if (!isNamed(selection)) return "every selector must select a metric by name";
    if (to - selection.fromMs > maximumRangeDays * dayMs) {
      return `a query spans at most ${maximumRangeDays} days`;
    }
  }
  return undefined;
}
