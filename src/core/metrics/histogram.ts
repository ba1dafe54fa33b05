// The distribution of a metric's values: counts by bucket, mergeable, with an error of at most one per cent.
import { rawSql, sql, type Sql } from "../sql.ts";

/**
 * Buckets grow by 2 %: a value v lies in bucket ceil(log(|v|) / log(1.02)) + 16000, with the sign of v; zero
 * has bucket 0. Taking the geometric middle of a bucket for its values is wrong by at most 1 %. The values
 * that CloudWatch takes, up to 2^360, have buckets below 2^15, and smaller magnitudes than 2^-360 share
 * bucket 1.
 *
 * The construction is DDSketch's (Masson, Rim, Lee: "DDSketch: A fast and fully-mergeable quantile sketch
 * with relative-error guarantees", 2019) without its collapsing of buckets.
 */
export type Histogram = ReadonlyMap<number, number>;

const growth = 1.02;
const logGrowth = Math.log(growth);
const zeroPoint = 16_000;
const smallest = 1;

export function bucketOf(value: number): number {
  if (value === 0) return 0;
  const magnitude = Math.max(smallest, Math.ceil(Math.log(Math.abs(value)) / logGrowth) + zeroPoint);
  return value < 0 ? -magnitude : magnitude;
}

/** The middle of a bucket. */
export function valueOfBucket(bucket: number): number {
  if (bucket === 0) return 0;
  return Math.sign(bucket) * Math.exp((Math.abs(bucket) - zeroPoint - 0.5) * logGrowth);
}

/** Each value counts once when there are no counts. */
export function histogramOf(values: readonly number[], counts?: readonly number[]): Map<number, number> {
  const histogram = new Map<number, number>();
  for (const [index, value] of values.entries()) {
    const bucket = bucketOf(value);
    histogram.set(bucket, (histogram.get(bucket) ?? 0) + (counts?.[index] ?? 1));
  }
  return histogram;
}

/**
 * `bucketOf` in ClickHouse, for an expression that gives a Float64; next to a bucket's edge it may round
 * apart.
 */
export function bucketSql(value: Sql): Sql {
  const exponent = sql`log(abs(${value})) / ${rawSql(String(logGrowth))}`;
  const magnitude = sql`greatest(${smallest}, ceil(${exponent}) + ${zeroPoint})`;
  return sql`toInt16(if(${value} = 0, 0, sign(${value}) * ${magnitude}))`;
}
