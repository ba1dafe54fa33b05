// Functions of each datapoint by itself.
import { signature, type MathFunction } from "../function.ts";
import { mapValue } from "../operators.ts";

const pointwise = (name: string, summary: string, compute: (value: number) => number): MathFunction => ({
  name,
  signatures: [signature(["S"], "S"), signature(["TS"], "TS"), signature(["TS[]"], "TS[]")],
  summary,
  evaluate: ([value = { kind: "scalar", value: Number.NaN }]) => mapValue(value, compute),
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list */
export const pointwiseFunctions: readonly MathFunction[] = [
  pointwise("ABS", "The absolute value of each datapoint.", Math.abs),
  pointwise("CEIL", "The smallest integer that is not below each datapoint.", Math.ceil),
  pointwise("FLOOR", "The largest integer that is not above each datapoint.", Math.floor),
  pointwise("LOG", "The natural logarithm of each datapoint.", Math.log),
  pointwise("LOG10", "The logarithm to base 10 of each datapoint.", Math.log10),
];
