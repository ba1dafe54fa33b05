// Functions that aggregate the samples of a range.
import { rangeAt, scalarAt, vector, type PromqlFunction } from "../function.ts";
import { averageOf, largestOf, quantileOf, smallestOf, sumOf, varianceOf } from "../numeric.ts";
import { eachRange } from "./rates.ts";

const overTime = (
  name: string,
  summary: string,
  compute: (values: readonly number[]) => number,
): PromqlFunction => ({
  name,
  takes: ["range vector"],
  gives: "instant vector",
  summary,
  evaluate: (given) => eachRange(rangeAt(given, 0), (samples) => compute(samples.map(({ value }) => value))),
});

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#aggregation_over_time */
export const overTimeFunctions: readonly PromqlFunction[] = [
  overTime("avg_over_time", "The average of the samples.", averageOf),
  overTime("min_over_time", "The smallest sample.", smallestOf),
  overTime("max_over_time", "The largest sample.", largestOf),
  overTime("sum_over_time", "The sum of the samples.", sumOf),
  overTime("count_over_time", "How many samples there are.", (values) => values.length),
  overTime("stddev_over_time", "The standard deviation of the samples.", (values) =>
    Math.sqrt(varianceOf(values)),
  ),
  overTime("stdvar_over_time", "The variance of the samples.", varianceOf),
  overTime("present_over_time", "1 for every series with a sample.", () => 1),
  {
    name: "last_over_time",
    takes: ["range vector"],
    gives: "instant vector",
    summary: "The latest sample, which is still one of the metric.",
    evaluate: (given) =>
      vector(
        rangeAt(given, 0).series.flatMap(({ labels, samples }) => {
          const last = samples.at(-1);
          return last === undefined ? [] : [{ labels, value: last.value }];
        }),
      ),
  },
  {
    name: "quantile_over_time",
    takes: ["scalar", "range vector"],
    gives: "instant vector",
    summary: "The value at a place between the smallest (0) and the largest (1) sample.",
    evaluate: (given) => {
      const place = scalarAt(given, 0);
      return eachRange(rangeAt(given, 1), (samples) =>
        quantileOf(
          place,
          samples.map(({ value }) => value),
        ),
      );
    },
  },
];
