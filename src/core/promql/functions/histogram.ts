// Quantiles and fractions of histograms whose buckets are series with the label `le`.
import { scalarAt, vector, vectorAt, type PromqlFunction, type Value } from "../function.ts";
import { labelOf, labelsKey, withoutLabels, withoutName } from "../labels.ts";
import { numberIn } from "../numeric.ts";
import type { PromqlLabels, VectorSample } from "../series.ts";

const boundLabel = "le";

/** How many observations were not above a bound. */
interface Bucket {
  readonly bound: number;
  readonly count: number;
}

interface BucketSeries {
  readonly labels: PromqlLabels;
  readonly buckets: Bucket[];
}

/** Series without the label, or with one that is no number, belong to no histogram. */
function histogramsOf(samples: readonly VectorSample[]): readonly BucketSeries[] {
  const histograms = new Map<string, BucketSeries>();
  for (const { labels, value } of samples) {
    const bound = numberIn(labelOf(labels, boundLabel));
    if (bound === undefined) continue;
    const own = withoutLabels(labels, new Set([boundLabel]));
    const key = labelsKey(own);
    const histogram = histograms.get(key) ?? { labels: withoutName(own), buckets: [] };
    histograms.set(key, histogram);
    histogram.buckets.push({ bound, count: value });
  }
  return [...histograms.values()];
}

/** Counts that differ by less than this part of their sum differ by rounding. */
const tolerance = 1e-12;

/** From the lowest bound, each bound once, no count below the one before. */
function cumulative(buckets: readonly Bucket[]): readonly Bucket[] {
  const whole: { bound: number; count: number }[] = [];
  for (const { bound, count } of [...buckets].sort((left, right) => left.bound - right.bound)) {
    const last = whole.at(-1);
    if (last?.bound === bound) last.count += count;
    else whole.push({ bound, count });
  }
  for (const [index, bucket] of whole.entries()) {
    const before = whole[index - 1]?.count ?? -Infinity;
    const isRounding =
      Math.abs(bucket.count - before) < tolerance * (Math.abs(bucket.count) + Math.abs(before));
    if (bucket.count < before || isRounding) bucket.count = before;
  }
  return whole;
}

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile */
function bucketQuantile(place: number, given: readonly Bucket[]): number {
  if (Number.isNaN(place)) return Number.NaN;
  if (place < 0) return -Infinity;
  if (place > 1) return Infinity;
  const buckets = cumulative(given);
  const [lowest, highest, second] = [buckets[0], buckets.at(-1), buckets.at(-2)];
  if (lowest === undefined || highest?.bound !== Infinity || second === undefined) return Number.NaN;
  if (highest.count === 0) return Number.NaN;
  const rank = place * highest.count;
  const index = buckets.slice(0, -1).findIndex(({ count }) => count >= rank);
  const bucket = buckets[index];
  // Nobody knows how far the highest bucket reaches.
  if (bucket === undefined) return second.bound;
  if (index === 0 && bucket.bound <= 0) return bucket.bound;
  const below = buckets[index - 1] ?? { bound: 0, count: 0 };
  return below.bound + (bucket.bound - below.bound) * ((rank - below.count) / (bucket.count - below.count));
}

/** How many observations are not above a value: within a bucket they lie evenly, from 0 in the lowest one. */
function countUpTo(value: number, buckets: readonly Bucket[]): number {
  if (value === Infinity) return buckets.at(-1)?.count ?? 0;
  const index = buckets.findIndex(({ bound }) => bound > value);
  const bucket = buckets[index];
  const below = buckets[index - 1] ?? { bound: 0, count: 0 };
  // Nobody knows how far the highest bucket reaches, nor how far below 0 the lowest one.
  if (bucket === undefined || bucket.bound === Infinity || value <= below.bound) return below.count;
  if (index === 0 && bucket.bound <= 0) return 0;
  return below.count + (bucket.count - below.count) * ((value - below.bound) / (bucket.bound - below.bound));
}

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_fraction */
function bucketFraction(lower: number, upper: number, given: readonly Bucket[]): number {
  const buckets = cumulative(given);
  const highest = buckets.at(-1);
  if (highest?.bound !== Infinity || highest.count === 0) return Number.NaN;
  if (Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  return (countUpTo(upper, buckets) - countUpTo(lower, buckets)) / highest.count;
}

const ofHistograms = (
  samples: readonly VectorSample[],
  compute: (buckets: readonly Bucket[]) => number,
): Value => vector(histogramsOf(samples).map(({ labels, buckets }) => ({ labels, value: compute(buckets) })));

export const histogramFunctions: readonly PromqlFunction[] = [
  {
    name: "histogram_quantile",
    takes: ["scalar", "instant vector"],
    gives: "instant vector",
    summary: "The value at a place between the smallest (0) and the largest (1) observation of histograms.",
    evaluate: (given) => {
      const place = scalarAt(given, 0);
      return ofHistograms(vectorAt(given, 1), (buckets) => bucketQuantile(place, buckets));
    },
  },
  {
    name: "histogram_fraction",
    takes: ["scalar", "scalar", "instant vector"],
    gives: "instant vector",
    summary: "The part of the observations of histograms that is between two values.",
    evaluate: (given) => {
      const [lower, upper] = [scalarAt(given, 0), scalarAt(given, 1)];
      return ofHistograms(vectorAt(given, 2), (buckets) => bucketFraction(lower, upper, buckets));
    },
  },
];
