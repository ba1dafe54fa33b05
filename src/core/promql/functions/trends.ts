// The straight line through the samples of a range.
import { rangeAt, scalarAt, type PromqlFunction } from "../function.ts";
import { sumOf } from "../numeric.ts";
import type { PromqlSample } from "../series.ts";
import { eachRange } from "./rates.ts";

interface Line {
  /** For each second. */
  readonly slope: number;
  /** The value at the instant from which the line is seen. */
  readonly start: number;
}

/** Least squares; undefined for fewer than two samples. */
function lineThrough(samples: readonly PromqlSample[], seenFrom: number): Line | undefined {
  const [first] = samples;
  if (first === undefined || samples.length < 2) return undefined;
  if (samples.every(({ value }) => value === first.value)) {
    // What stays the same has no slope, whatever the sums would lose to rounding.
    return Number.isFinite(first.value) ? { slope: 0, start: first.value } : { slope: NaN, start: NaN };
  }
  const times = samples.map(({ at }) => (at - seenFrom) / 1_000);
  const values = samples.map(({ value }) => value);
  const count = samples.length;
  const timeSum = sumOf(times);
  const valueSum = sumOf(values);
  const products = sumOf(times.map((time, index) => time * (values[index] ?? 0)));
  const squares = sumOf(times.map((time) => time * time));
  const slope = (products - (timeSum * valueSum) / count) / (squares - (timeSum * timeSum) / count);
  return { slope, start: valueSum / count - (slope * timeSum) / count };
}

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#deriv */
export const trendFunctions: readonly PromqlFunction[] = [
  {
    name: "deriv",
    takes: ["range vector"],
    gives: "instant vector",
    summary: "The slope of the line through the samples, for each second.",
    evaluate: (given) =>
      eachRange(rangeAt(given, 0), (samples) => lineThrough(samples, samples[0]?.at ?? 0)?.slope),
  },
  {
    name: "predict_linear",
    takes: ["range vector", "scalar"],
    gives: "instant vector",
    summary: "The value of the line through the samples so many seconds from now.",
    evaluate: (given, { at }) => {
      const seconds = scalarAt(given, 1);
      return eachRange(rangeAt(given, 0), (samples) => {
        const line = lineThrough(samples, at);
        return line === undefined ? undefined : line.slope * seconds + line.start;
      });
    },
  },
];
