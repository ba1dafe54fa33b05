// Functions that make a number of a series, and a series of an array of series.
import { signature, type MathFunction } from "../function.ts";
import {
  average,
  combineSeries,
  highest,
  lowest,
  scalar,
  single,
  total,
  type Series,
  type Value,
} from "../series.ts";

interface Aggregate {
  readonly name: string;
  readonly summary: string;
  /** Of the values that are there, at least one. */
  readonly of: (values: readonly number[]) => number;
  /** What stands for a series that has no value at a timestamp; undefined when it is passed over. */
  readonly missing?: number;
  /** Of a series without values. */
  readonly ofNothing?: number;
}

/** Over all datapoints; the spread of a whole population, not of a sample. */
function deviation(values: readonly number[]): number {
  const mean = average(values);
  return Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
}

/**
 * Missing values count as 0 in the averages of arrays, as AWS documents it. An aggregate of a single series
 * has only the datapoints that there are.
 */
const aggregates: readonly Aggregate[] = [
  { name: "AVG", summary: "The average.", of: average, missing: 0 },
  { name: "SUM", summary: "The sum.", of: total, missing: 0 },
  { name: "MAX", summary: "The maximum.", of: highest },
  { name: "MIN", summary: "The minimum.", of: lowest },
  { name: "STDDEV", summary: "The standard deviation.", of: deviation },
  {
    name: "DATAPOINT_COUNT",
    summary: "How many datapoints have a value.",
    of: (values) => values.length,
    ofNothing: 0,
  },
];

const evaluate = ({ of, missing, ofNothing = Number.NaN }: Aggregate, value: Value | undefined): Value => {
  if (value?.kind === "series") {
    const { values } = value.series;
    return scalar(values.length === 0 ? ofNothing : of(values));
  }
  if (value?.kind !== "array") throw new TypeError("an aggregate is of series");
  const combine = (values: readonly (number | undefined)[]) =>
    of(values.flatMap((one) => (one === undefined ? (missing === undefined ? [] : [missing]) : [one])));
  return single(combineSeries(value.array, combine));
};

/** Of one series, as SORT orders by it; NaN without values. */
export function aggregateOf(name: string, { values }: Series): number {
  const aggregate = aggregates.find((candidate) => candidate.name === name);
  return aggregate === undefined || values.length === 0 ? Number.NaN : aggregate.of(values);
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list */
export const aggregateFunctions: readonly MathFunction[] = aggregates.map((aggregate) => ({
  name: aggregate.name,
  signatures: [signature(["TS"], "S"), signature(["TS[]"], "TS")],
  summary: aggregate.summary,
  evaluate: ([value]) => evaluate(aggregate, value),
}));
