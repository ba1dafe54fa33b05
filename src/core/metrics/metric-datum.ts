// Checks the data of a PutMetricData call, with AWS's words for what is wrong.
import { histogramOf } from "./histogram.ts";
import { metricLimits } from "./limits.ts";
import type { Dimension, MetricUnit } from "./metric-identity.ts";

/** A datum as it arrives; instants are epoch milliseconds. */
export interface InputDatum {
  readonly metricName: string;
  readonly dimensions: readonly Dimension[];
  readonly timestamp: number | undefined;
  readonly value: number | undefined;
  readonly values: readonly number[] | undefined;
  readonly counts: readonly number[] | undefined;
  readonly statisticValues: StatisticValues | undefined;
  readonly unit: MetricUnit | undefined;
  readonly storageResolution: number | undefined;
}

interface StatisticValues {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * What is stored of a datum. Of a single value only `sum` is told, the rest is 0 and empty; a statistic set
 * has no histogram, because nothing is known of its distribution.
 */
export interface DatumStatistics {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly histogram: ReadonlyMap<number, number>;
}

export interface DatumProblem {
  readonly kind: "InvalidParameterValue" | "InvalidParameterCombination";
  readonly message: string;
}

const noHistogram: ReadonlyMap<number, number> = new Map();

/**
 * The statistics of a datum, or what is wrong with it; `path` is how AWS names it: `MetricData.member.1`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
 */
export function statisticsOf(datum: InputDatum, path: string, now: number): DatumStatistics | DatumProblem {
  return problemOf(datum, path, now) ?? valuesOf(datum, path);
}

export function isProblem(outcome: DatumStatistics | DatumProblem): outcome is DatumProblem {
  return "kind" in outcome;
}

function problemOf(datum: InputDatum, path: string, now: number): DatumProblem | undefined {
  const { timestamp = now, dimensions, storageResolution } = datum;
  if (Number.isNaN(timestamp)) return invalid(`The parameter ${path}.Timestamp is invalid.`);
  if (timestamp < now - metricLimits.pastMs) {
    return invalid(`The parameter ${path}.Timestamp must specify a time within the past two weeks.`);
  }
  if (timestamp > now + metricLimits.futureMs) {
    return invalid(
      `The parameter ${path}.Timestamp must specify a time no more than two hours in the future.`,
    );
  }
  if (storageResolution !== undefined && storageResolution !== 1 && storageResolution !== 60) {
    return invalid(`The value ${storageResolution} for parameter ${path}.StorageResolution is invalid.`);
  }
  for (let index = 1; index < dimensions.length; index++) {
    // Sorted by name, so that the same names stand beside each other.
    if (dimensions[index]?.name === dimensions[index - 1]?.name) {
      return invalid(
        `The parameter ${path}.Dimensions has more than one value for ${dimensions[index]?.name}.`,
      );
    }
  }
  return undefined;
}

function valuesOf(datum: InputDatum, path: string): DatumStatistics | DatumProblem {
  const { value, values, counts, statisticValues } = datum;
  const isSeveral =
    value === undefined
      ? values !== undefined && statisticValues !== undefined
      : values !== undefined || statisticValues !== undefined;
  if (isSeveral) return exclusive(datum, path);
  if (counts !== undefined && values === undefined) {
    return combination(`The parameter ${path}.Counts must be specified together with ${path}.Values.`);
  }
  if (value !== undefined) return single(value, path);
  if (values !== undefined) return several(values, counts, path);
  if (statisticValues !== undefined) return statisticSet(statisticValues, path);
  return combination(
    `At least one of the parameters ${path}.Value, ${path}.Values and ${path}.StatisticValues must be ` +
      "specified.",
  );
}

function exclusive({ value, values }: InputDatum, path: string): DatumProblem {
  const first = value === undefined ? "Values" : "Value";
  const second = value !== undefined && values !== undefined ? "Values" : "StatisticValues";
  return combination(
    `The parameters ${path}.${first} and ${path}.${second} are mutually exclusive and you have ` +
      "specified both.",
  );
}

function single(value: number, path: string): DatumStatistics | DatumProblem {
  if (!isInRange(value)) return invalidValue(value, `${path}.Value`);
  return { sampleCount: 1, sum: value, minimum: 0, maximum: 0, histogram: noHistogram };
}

function several(
  values: readonly number[],
  counts: readonly number[] | undefined,
  path: string,
): DatumStatistics | DatumProblem {
  const { valuesPerDatum } = metricLimits;
  if (values.length === 0) return combination(`The parameter ${path}.Values must not be empty.`);
  if (values.length > valuesPerDatum) {
    return invalid(`The collection ${path}.Values must not have a size greater than ${valuesPerDatum}.`);
  }
  if (counts !== undefined && counts.length !== values.length) {
    return invalid(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  }
  let [sampleCount, sum, minimum, maximum] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [index, value] of values.entries()) {
    const count = counts?.[index] ?? 1;
    if (!isInRange(value)) return invalidValue(value, `${path}.Values.member.${index + 1}`);
    if (!isInRange(count) || count <= 0) return invalidValue(count, `${path}.Counts.member.${index + 1}`);
    sampleCount += count;
    sum += value * count;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
  }
  if (sampleCount === 1) return { sampleCount, sum, minimum: 0, maximum: 0, histogram: noHistogram };
  return { sampleCount, sum, minimum, maximum, histogram: histogramOf(values, counts) };
}

/** A set whose values are all the same, or that is a single value, has a distribution that is known. */
function statisticSet(set: StatisticValues, path: string): DatumStatistics | DatumProblem {
  const { sampleCount, sum, minimum, maximum } = set;
  for (const [name, value] of [
    ["SampleCount", sampleCount],
    ["Sum", sum],
    ["Minimum", minimum],
    ["Maximum", maximum],
  ] as const) {
    if (!isInRange(value)) return invalidValue(value, `${path}.StatisticValues.${name}`);
  }
  if (sampleCount <= 0) return invalidValue(sampleCount, `${path}.StatisticValues.SampleCount`);
  if (minimum > maximum) {
    return combination(
      `The parameter ${path}.StatisticValues.Minimum must not be greater than ` +
        `${path}.StatisticValues.Maximum.`,
    );
  }
  if (sampleCount === 1) return { sampleCount, sum, minimum: 0, maximum: 0, histogram: noHistogram };
  const histogram = minimum === maximum ? histogramOf([minimum], [sampleCount]) : noHistogram;
  return { sampleCount, sum, minimum, maximum, histogram };
}

function isInRange(value: number): boolean {
  return value >= -metricLimits.magnitude && value <= metricLimits.magnitude; // false for NaN
}

function invalidValue(value: number, path: string): DatumProblem {
  return invalid(`The value ${value} for parameter ${path} is invalid.`);
}

function invalid(message: string): DatumProblem {
  return { kind: "InvalidParameterValue", message };
}

function combination(message: string): DatumProblem {
  return { kind: "InvalidParameterCombination", message };
}
