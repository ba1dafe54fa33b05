// What a metric is: a namespace, a name and dimensions; and the number that stands for it in telemetry.

/** Dimensions in the order of their names; two metrics with the same dimensions in another order are one. */
export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

export interface Dimension {
  readonly name: string;
  readonly value: string;
}

/**
 * The dimensions in the order of their names (and values, which the caller has checked to be unique by name).
 */
export function sortDimensions(dimensions: readonly Dimension[]): readonly Dimension[] {
  if (dimensions.length < 2) return dimensions;
  return dimensions.toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

/** A text that is the same for the same identity and for no other: names cannot hold control characters. */
export function identityKey({ namespace, name, dimensions }: MetricIdentity): string {
  let key = `${namespace}\u0000${name}`;
  for (const dimension of dimensions) key += `\u0000${dimension.name}\u0001${dimension.value}`;
  return key;
}

/**
 * The units of CloudWatch. Data of one metric under two units is kept apart, as CloudWatch keeps it: the unit
 * is part of the number of a series, so a metric is as many series as it has units (nearly always one).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
 */
export const metricUnits = [
  "None",
  "Seconds",
  "Microseconds",
  "Milliseconds",
  "Bytes",
  "Kilobytes",
  "Megabytes",
  "Gigabytes",
  "Terabytes",
  "Bits",
  "Kilobits",
  "Megabits",
  "Gigabits",
  "Terabits",
  "Percent",
  "Count",
  "Bytes/Second",
  "Kilobytes/Second",
  "Megabytes/Second",
  "Gigabytes/Second",
  "Terabytes/Second",
  "Bits/Second",
  "Kilobits/Second",
  "Megabits/Second",
  "Gigabits/Second",
  "Terabits/Second",
  "Count/Second",
] as const;

export type MetricUnit = (typeof metricUnits)[number];

/**
 * The number of a metric's series with a unit, in a world: 64 bits of a hash, so that it can be computed
 * anywhere without a look-up. Among a million series the chance that any two share a number is 3e-8.
 */
export function metricIdOf(world: number, key: string, unit: MetricUnit): bigint {
  return hash64(`${world}\u0000${unit}\u0000${key}`);
}

/**
 * Two 32-bit multiply-and-rotate lanes over UTF-16 units with MurmurHash3's finalizer, mixed with each other
 * at the end (the construction of cyrb53, widened to 64 bits).
 */
export function hash64(text: string): bigint {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
    high = (high << 13) | (high >>> 19);
    low = (low << 17) | (low >>> 15);
  }
  high = finish(high ^ text.length);
  low = finish(low ^ high);
  high = finish(high ^ low);
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

function finish(lane: number): number {
  let mixed = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
