// Statistics from histograms against a plain computation over the values themselves.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { bucketOf, histogramOf, valueOfBucket } from "./histogram.ts";
import { metricLimits } from "./limits.ts";
import { needsHistogram, parseStatistic } from "./statistic-names.ts";
import { computeStatistic, type SampleSet } from "./statistics.ts";

const value = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.integer({ min: -50, max: 50 }),
  fc.constantFrom(0, 1, -1, 1e-9, -1e-9),
);
const values = fc.array(value, { minLength: 1, maxLength: 60 });

function samplesOf(given: readonly number[]): SampleSet {
  return {
    sampleCount: given.length,
    sum: given.reduce((sum, one) => sum + one, 0),
    minimum: Math.min(...given),
    maximum: Math.max(...given),
    histogram: histogramOf(given),
  };
}

function compute(name: string, samples: SampleSet): number | undefined {
  const statistic = parseStatistic(name);
  if (statistic === undefined) throw new Error(`${name} is no statistic`);
  return computeStatistic(statistic, samples);
}

/** One per cent of the larger magnitude, which is what a bucket may be wrong by. */
const near = (one: number, other: number, magnitude = Math.max(Math.abs(one), Math.abs(other))) =>
  Math.abs(one - other) <= magnitude * 0.0101 + 1e-12;

property.prop([fc.double({ min: -metricLimits.magnitude, max: metricLimits.magnitude, noNaN: true })])(
  "a bucket's value is within one per cent of what it holds",
  (number) => {
    fc.pre(number === 0 || Math.abs(number) > 1 / metricLimits.magnitude);
    expect(near(valueOfBucket(bucketOf(number)), number)).toBe(true);
    expect(Math.abs(bucketOf(number))).toBeLessThan(2 ** 15);
  },
);

property.prop([
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
])("buckets are in the order of their values", (one, other) => {
  const [low, high] = one < other ? [one, other] : [other, one];
  expect(bucketOf(low)).toBeLessThanOrEqual(bucketOf(high));
});

property.prop([values, fc.double({ min: 0, max: 100, noNaN: true })])(
  "percentiles are by rank",
  (given, percent) => {
    const rounded = Math.round(percent * 10) / 10;
    const sorted = given.toSorted((one, other) => one - other);
    const rank = Math.max(1, Math.ceil((rounded / 100) * given.length - 1e-9));
    const found = compute(`p${rounded}`, samplesOf(given));
    expect(near(found ?? Number.NaN, sorted[rank - 1]!)).toBe(true);
  },
);

property.prop([values, fc.integer({ min: 0, max: 49 }), fc.integer({ min: 51, max: 100 })])(
  "trimmed sums and counts take the samples between two ranks, those on the cut in part",
  (given, low, high) => {
    const sorted = given.toSorted((one, other) => one - other);
    const [from, to] = [(low / 100) * given.length, (high / 100) * given.length];
    let [count, sum, magnitude] = [0, 0, 0];
    for (const [index, one] of sorted.entries()) {
      const inside = Math.max(0, Math.min(index + 1, to) - Math.max(index, from));
      count += inside;
      sum += one * inside;
      magnitude += Math.abs(one) * inside;
    }
    const samples = samplesOf(given);
    expect(compute(`TC(${low}%:${high}%)`, samples)).toBeCloseTo(count, 6);
    expect(near(compute(`TS(${low}%:${high}%)`, samples) ?? Number.NaN, sum, magnitude)).toBe(true);
    expect(near(compute(`TM(${low}%:${high}%)`, samples) ?? Number.NaN, sum / count, magnitude / count)).toBe(
      true,
    );
  },
);

property.prop([
  fc.array(
    fc.integer({ min: 1, max: 9 }).map((exponent) => 2 ** exponent),
    { minLength: 1 },
  ),
])("bounds that are values leave out the low end and include the high end", (given) => {
  // 3 and 48 lie between the powers of two, so that no bucket straddles a bound.
  const inside = given.filter((one) => one > 3 && one <= 48);
  const samples = samplesOf(given);
  expect(compute("TC(3:48)", samples)).toBe(inside.length);
  expect(compute("PR(3:48)", samples)).toBeCloseTo((inside.length / given.length) * 100, 9);
  const clamped = given.map((one) => Math.min(Math.max(one, 3), 48));
  const mean = clamped.reduce((sum, one) => sum + one, 0) / given.length;
  expect(near(compute("WM(3:48)", samples) ?? Number.NaN, mean)).toBe(true);
});

test("of bounds that are values the low one is outside and the high one inside, exactly", () => {
  const samples = samplesOf([4, 4]);
  expect(compute("TC(4:9)", samples)).toBe(0);
  expect(compute("TC(1:4)", samples)).toBe(2);
  expect(compute("PR(:4)", samples)).toBe(100);
  expect(compute("PR(4:)", samples)).toBe(0);
});

property.prop([values])("plain statistics are exact", (given) => {
  const samples = samplesOf(given);
  expect(compute("SampleCount", samples)).toBe(given.length);
  expect(compute("Sum", samples)).toBe(samples.sum);
  expect(compute("Average", samples)).toBe(samples.sum / given.length);
  expect(compute("Minimum", samples)).toBe(samples.minimum);
  expect(compute("Maximum", samples)).toBe(samples.maximum);
});

property.prop([values])("p0 is the minimum and p100 the maximum, exactly", (given) => {
  const samples = samplesOf(given);
  expect(compute("p0", samples)).toBe(samples.minimum);
  expect(compute("p100", samples)).toBe(samples.maximum);
});

test("a statistic set has no distribution, unless all its values are the same", () => {
  const set = { sampleCount: 4, sum: 10, minimum: 1, maximum: 4, histogram: new Map() };
  expect(compute("Average", set)).toBe(2.5);
  expect(compute("p50", set)).toBeUndefined();
  expect(compute("p100", set)).toBeUndefined();
  expect(compute("TM(10%:90%)", set)).toBeUndefined();
  expect(compute("p50", { ...set, sum: 8, minimum: 2, maximum: 2 })).toBe(2);
});

const statisticNames = [
  "SampleCount Sum Average Minimum Maximum IQM",
  "p0 p50 p99.9 p100 p99.9999999999 tm90 wm98.5 tc10 ts100",
  "TM(10%:90%) TM(:95%) TM(5%:) TM(150:1000) TM(:1e3) WM(80%:) TC(0.005:0.030)",
  "TS(80%:) PR(:300) PR(100:2000) PR(100:)",
].join(" ");

const otherNames = [
  "average p p101 p-1 p50% P50 tm tm100.5 pr50 IQM50 tm(10%:90%)",
  "TM() TM(:) TM(90%:10%) TM(10%:90) TM(10:90 TM(a:b) TM(0%:101%) PR(10%:20%)",
].join(" ");

describe("names", () => {
  test.each(statisticNames.split(" "))("%s is a statistic", (name) => {
    expect(parseStatistic(name)).toBeDefined();
  });

  test.each(["", ...otherNames.split(" ")])("'%s' is none", (name) => {
    expect(parseStatistic(name)).toBeUndefined();
  });

  test("IQM is TM(25%:75%), tm90 is TM(:90%)", () => {
    expect(parseStatistic("IQM")).toEqual(parseStatistic("TM(25%:75%)"));
    expect(parseStatistic("tm90")).toEqual(parseStatistic("TM(:90%)"));
    expect(needsHistogram(parseStatistic("IQM")!)).toBe(true);
    expect(needsHistogram(parseStatistic("Sum")!)).toBe(false);
  });
});
