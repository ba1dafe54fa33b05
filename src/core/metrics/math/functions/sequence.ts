// Functions of each datapoint and those before it.
import { signature, type MathFunction } from "../function.ts";
import { mapSeries, several, single, type Series } from "../series.ts";

const sequence = (name: string, summary: string, compute: (series: Series) => Series): MathFunction => ({
  name,
  signatures: [signature(["TS"], "TS"), signature(["TS[]"], "TS[]")],
  summary,
  evaluate: ([value]) => {
    if (value?.kind === "series") return single(compute(value.series));
    if (value?.kind === "array") return several(value.array.map(compute));
    throw new TypeError(`${name} is of series`);
  },
});

/** Of each datapoint and the one before; the first has none before it and is dropped. */
const stepwise =
  (compute: (rise: number, seconds: number) => number) =>
  (series: Series): Series =>
    mapSeries(series, (value, index) => {
      const before = series.values[index - 1];
      if (before === undefined) return Number.NaN;
      const seconds = ((series.timestamps[index] ?? 0) - (series.timestamps[index - 1] ?? 0)) / 1_000;
      return compute(value - before, seconds);
    });

function runningSum(series: Series): Series {
  let sum = 0;
  return mapSeries(series, (value) => (sum += value));
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list */
export const sequenceFunctions: readonly MathFunction[] = [
  sequence(
    "DIFF",
    "The difference between each value and the one before.",
    stepwise((rise) => rise),
  ),
  sequence(
    "DIFF_TIME",
    "The seconds between each datapoint and the one before.",
    stepwise((_rise, seconds) => seconds),
  ),
  sequence(
    "RATE",
    "The change of each value from the one before, per second.",
    stepwise((rise, seconds) => rise / seconds),
  ),
  sequence("RUNNING_SUM", "The sum of each value and all before it.", runningSum),
];
