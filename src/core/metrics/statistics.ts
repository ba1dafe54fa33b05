// Computes a statistic from the merged samples of a period.
import { valueOfBucket, type Histogram } from "./histogram.ts";
import type { Bounds, Statistic, TrimmedKind } from "./statistic-names.ts";

/** Everything that is known of the samples of a period. */
export interface SampleSet {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly histogram: Histogram;
}

/**
 * Undefined when it cannot be known: statistics of the distribution need every sample in the histogram, and
 * statistic sets bring none unless all their values are the same, as CloudWatch documents it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
export function computeStatistic(statistic: Statistic, samples: SampleSet): number | undefined {
  switch (statistic.kind) {
    case "SampleCount":
      return samples.sampleCount;
    case "Sum":
      return samples.sum;
    case "Average":
      return samples.sum / samples.sampleCount;
    case "Minimum":
      return samples.minimum;
    case "Maximum":
      return samples.maximum;
    case "percentile": {
      const buckets = distributionOf(samples);
      if (buckets === undefined) return undefined;
      // The ends are known exactly, the middle of their buckets is not them.
      if (statistic.share === 0) return samples.minimum;
      if (statistic.share === 1) return samples.maximum;
      return percentile(buckets, samples.sampleCount, statistic.share);
    }
    default: {
      const buckets = distributionOf(samples);
      return buckets === undefined ? undefined : trimmed(statistic.kind, statistic.bounds, buckets, samples);
    }
  }
}

interface Bucket {
  readonly value: number;
  readonly count: number;
}

/** Buckets by value, kept within the known extremes; undefined when the histogram misses samples. */
function distributionOf({
  histogram,
  sampleCount,
  minimum,
  maximum,
}: SampleSet): readonly Bucket[] | undefined {
  if (minimum === maximum) return [{ value: minimum, count: sampleCount }];
  let counted = 0;
  for (const count of histogram.values()) counted += count;
  if (Math.abs(counted - sampleCount) > sampleCount * 1e-9) return undefined;
  return [...histogram]
    .sort(([one], [other]) => one - other)
    .map(([bucket, count]) => ({
      value: Math.min(Math.max(valueOfBucket(bucket), minimum), maximum),
      count,
    }));
}

/** The smallest value that at least this share of the samples does not exceed. */
function percentile(buckets: readonly Bucket[], sampleCount: number, share: number): number {
  const wanted = share * sampleCount;
  let counted = 0;
  for (const { value, count } of buckets) {
    counted += count;
    if (counted >= wanted - sampleCount * 1e-12) return value;
  }
  return buckets.at(-1)?.value ?? Number.NaN;
}

/**
 * The samples between the bounds. Bounds that are shares cut by rank, and a bucket on the cut counts in part;
 * bounds that are values leave out the low end and include the high end.
 */
function trimmed(
  kind: TrimmedKind,
  bounds: Bounds,
  buckets: readonly Bucket[],
  { sampleCount }: SampleSet,
): number | undefined {
  const kept = keep(buckets, bounds, sampleCount);
  const count = kept.reduce((total, bucket) => total + bucket.count, 0);
  const sum = kept.reduce((total, bucket) => total + bucket.value * bucket.count, 0);
  switch (kind) {
    case "trimmedCount":
      return count;
    case "trimmedSum":
      return sum;
    case "trimmedMean":
      return count === 0 ? undefined : sum / count;
    case "percentileRank":
      return (count / sampleCount) * 100;
    case "winsorizedMean":
      return winsorizedMean(buckets, bounds, sampleCount);
  }
}

function keep(
  buckets: readonly Bucket[],
  { unit, low, high }: Bounds,
  sampleCount: number,
): readonly Bucket[] {
  if (unit === "value") {
    return buckets.filter(
      ({ value }) => (low === undefined || value > low) && (high === undefined || value <= high),
    );
  }
  const from = (low ?? 0) * sampleCount;
  const to = (high ?? 1) * sampleCount;
  let counted = 0;
  return buckets.flatMap(({ value, count }) => {
    const inside = Math.min(counted + count, to) - Math.max(counted, from);
    counted += count;
    return inside > 0 ? [{ value, count: inside }] : [];
  });
}

/** Samples outside the bounds count with the value at the bound instead of being left out. */
function winsorizedMean(
  buckets: readonly Bucket[],
  { unit, low, high }: Bounds,
  sampleCount: number,
): number {
  const at = (bound: number | undefined, open: number) =>
    bound === undefined ? open : unit === "value" ? bound : percentile(buckets, sampleCount, bound);
  const floor = at(low, Number.NEGATIVE_INFINITY);
  const ceiling = at(high, Number.POSITIVE_INFINITY);
  const sum = buckets.reduce(
    (total, { value, count }) => total + Math.min(Math.max(value, floor), ceiling) * count,
    0,
  );
  return sum / sampleCount;
}
