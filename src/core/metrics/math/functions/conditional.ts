// IF: one value where a condition holds, another where it does not.
import { signature, type CallContext, type MathFunction, type Parameter } from "../function.ts";
import { combineSeries, gridOf, scalar, single, type Series, type Value } from "../series.ts";

/**
 * Where the condition has a value other than 0 the outcome is the second argument, and 0 if that is a series
 * without a value there; where the condition is 0 it is the third, and nothing without one. Where the
 * condition has no value there is no outcome.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#using-IF-expressions
 */
function bySeries(condition: Series, whenTrue: Value, whenFalse: Value | undefined): Value {
  const branches = [whenTrue, whenFalse ?? scalar(Number.NaN)];
  const series = branches.flatMap((branch) => (branch.kind === "series" ? [branch.series] : []));
  const places = branches.map((branch, index) =>
    branch.kind === "series" ? 1 + (index === 1 && series.length === 2 ? 1 : 0) : undefined,
  );
  const outcome = combineSeries([condition, ...series], (values) => {
    const [held] = values;
    if (held === undefined) return Number.NaN;
    const index = held === 0 ? 1 : 0;
    const place = places[index];
    const branch = branches[index];
    if (place === undefined) return branch?.kind === "scalar" ? branch.value : Number.NaN;
    return values[place] ?? (index === 0 ? 0 : Number.NaN);
  });
  return single(outcome);
}

function asSeries(value: Value | undefined, context: CallContext): Value {
  if (value?.kind === "series") return value;
  const { periodSeconds } = context;
  const constant = value?.kind === "scalar" ? value.value : Number.NaN;
  const timestamps = Number.isFinite(constant) ? gridOf(context.rangeOf(periodSeconds), periodSeconds) : [];
  return single({ label: "", periodSeconds, timestamps, values: timestamps.map(() => constant) });
}

/** Of a scalar condition: one of the two as it is, a series as soon as one of them is a series. */
function byScalar(condition: number, given: readonly Value[], context: CallContext): Value {
  const [, whenTrue, whenFalse] = given;
  const isSeries = whenTrue?.kind === "series" || whenFalse?.kind === "series" || given.length === 2;
  const chosen = Number.isNaN(condition) ? undefined : condition === 0 ? whenFalse : whenTrue;
  return isSeries ? asSeries(chosen, context) : (chosen ?? scalar(Number.NaN));
}

const branchTypes: readonly Parameter[] = ["S", "TS"];

export const conditionalFunction: MathFunction = {
  name: "IF",
  signatures: (["TS", "S"] as const).flatMap((condition) =>
    branchTypes.flatMap((whenTrue) => [
      signature([condition, whenTrue], "TS"),
      ...branchTypes.map((whenFalse) =>
        signature(
          [condition, whenTrue, whenFalse],
          condition === "S" && whenTrue === "S" && whenFalse === "S" ? "S" : "TS",
        ),
      ),
    ]),
  ),
  summary: "One value where a condition is not 0, another or none where it is.",
  evaluate: (given, context) => {
    const [condition, whenTrue = scalar(Number.NaN), whenFalse] = given;
    if (condition?.kind === "series") return bySeries(condition.series, whenTrue, whenFalse);
    if (condition?.kind === "scalar") return byScalar(condition.value, given, context);
    throw new TypeError("a condition is a series or a number");
  },
};
