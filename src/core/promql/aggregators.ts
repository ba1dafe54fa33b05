// The table of all operators that aggregate the series of a vector.
import { labelsKey, withLabel } from "./labels.ts";
import {
  ascending,
  averageOf,
  largestOf,
  numberText,
  quantileOf,
  smallestOf,
  sumOf,
  varianceOf,
} from "./numeric.ts";
import { PromqlError } from "./promql-error.ts";
import type { PromqlLabels, VectorSample } from "./series.ts";

/** The series that are aggregated together. */
export interface SeriesGroup {
  /** What they have in common by the grouping. */
  readonly labels: PromqlLabels;
  readonly samples: readonly VectorSample[];
}

interface Aggregator {
  readonly name: string;
  /** The type of what stands before the vector. */
  readonly parameter?: "scalar" | "string";
  /** Set when the operator does not work here: what Prometheus says of it. */
  readonly refusal?: string;
  /** What the operator does, in a sentence. */
  readonly summary: string;
  /** @throws PromqlError for a parameter that makes no sense. */
  readonly aggregate: (group: SeriesGroup, parameter: number | string) => readonly VectorSample[];
}

const oneValue = (
  name: string,
  summary: string,
  compute: (values: readonly number[]) => number,
): Aggregator => ({
  name,
  summary,
  aggregate: ({ labels, samples }) => [{ labels, value: compute(samples.map(({ value }) => value)) }],
});

const chosen = (
  name: string,
  summary: string,
  order: (left: number, right: number) => number,
): Aggregator => ({
  name,
  parameter: "scalar",
  summary,
  aggregate: ({ samples }, parameter) => {
    const count = Math.trunc(Number(parameter));
    if (!(Math.abs(count) < 2 ** 63)) {
      throw new PromqlError(`Scalar value ${numberText(Number(parameter))} overflows int64`);
    }
    if (count < 1) return [];
    // What is no number is chosen last.
    const numbers = samples.filter(({ value }) => !Number.isNaN(value));
    const others = samples.filter(({ value }) => Number.isNaN(value));
    return [...numbers.sort((left, right) => order(left.value, right.value)), ...others].slice(0, count);
  },
});

const experimental = (name: string, parameter: "scalar"): Aggregator => ({
  name,
  parameter,
  refusal: `${name}() is experimental and is not enabled`,
  summary: "Experimental in Prometheus.",
  aggregate: () => [],
});

function countValues({ labels, samples }: SeriesGroup, parameter: number | string): readonly VectorSample[] {
  const counted = new Map<string, VectorSample>();
  for (const { value } of samples) {
    const own = withLabel(labels, String(parameter), numberText(value));
    const key = labelsKey(own);
    counted.set(key, { labels: own, value: (counted.get(key)?.value ?? 0) + 1 });
  }
  return [...counted.values()];
}

/**
 * By name.
 * https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators
 */
export const aggregators: ReadonlyMap<string, Aggregator> = new Map(
  [
    oneValue("sum", "The sum of the values.", sumOf),
    oneValue("avg", "The average of the values.", averageOf),
    oneValue("min", "The smallest value.", smallestOf),
    oneValue("max", "The largest value.", largestOf),
    oneValue("count", "How many series there are.", (values) => values.length),
    oneValue("group", "1 for every group.", () => 1),
    oneValue("stddev", "The standard deviation of the values.", (values) => Math.sqrt(varianceOf(values))),
    oneValue("stdvar", "The variance of the values.", varianceOf),
    chosen("topk", "The series with the largest values.", (left, right) => ascending(right, left)),
    chosen("bottomk", "The series with the smallest values.", ascending),
    {
      name: "quantile",
      parameter: "scalar",
      summary: "The value at a place between the smallest (0) and the largest (1).",
      aggregate: ({ labels, samples }, place) => [
        {
          labels,
          value: quantileOf(
            Number(place),
            samples.map(({ value }) => value),
          ),
        },
      ],
    } satisfies Aggregator,
    {
      name: "count_values",
      parameter: "string",
      summary: "How many series have each value, which the label that is named says.",
      aggregate: countValues,
    } satisfies Aggregator,
    experimental("limitk", "scalar"),
    experimental("limit_ratio", "scalar"),
  ].map((one) => [one.name, one]),
);
