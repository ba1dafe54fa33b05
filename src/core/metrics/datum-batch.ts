// Data that was not put by a call but found in something else, like log events: checked and added up.
import { metricLimits } from "./limits.ts";
import { isProblem, statisticsOf, type DatumStatistics } from "./metric-datum.ts";
import {
  identityKey,
  sortDimensions,
  type Dimension,
  type MetricIdentity,
  type MetricUnit,
} from "./metric-identity.ts";

/** A series that found data goes to; `key` is the `identityKey`. */
export interface DatumSeries extends MetricIdentity {
  readonly key: string;
  readonly unit: MetricUnit;
  readonly resolutionSeconds: 1 | 60;
}

/** A checked datum, ready for the store. `timestamp` in epoch milliseconds. */
export interface ReadyDatum extends DatumSeries {
  readonly timestamp: number;
  readonly statistics: DatumStatistics;
}

export interface SeriesInput {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly unit: MetricUnit;
  readonly resolutionSeconds: 1 | 60;
}

const visibleAscii = /^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/;

/**
 * The series, or in words what CloudWatch would not take of it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
export function checkSeries(input: SeriesInput): DatumSeries | string {
  const { namespace, name } = input;
  if (namespace.startsWith(metricLimits.reservedNamespaces)) return `the namespace ${namespace} is reserved`;
  const problem = textProblem("namespace", namespace, 255) ?? textProblem("metric name", name, 255);
  if (problem !== undefined) return problem;
  const dimensions = sortDimensions(input.dimensions);
  if (dimensions.length > metricLimits.dimensionsPerMetric) {
    return `a metric has at most ${metricLimits.dimensionsPerMetric} dimensions`;
  }
  for (const [index, dimension] of dimensions.entries()) {
    const wrong =
      textProblem("dimension name", dimension.name, 255) ??
      textProblem(`value of the dimension ${dimension.name}`, dimension.value, 1_024);
    if (wrong !== undefined) return wrong;
    if (dimension.name.startsWith(":")) return `the dimension name ${dimension.name} begins with a colon`;
    if (dimension.name === dimensions[index - 1]?.name) {
      return `the dimension ${dimension.name} is there twice`;
    }
  }
  return { ...input, dimensions, key: identityKey({ namespace, name, dimensions }) };
}

function textProblem(what: string, text: string, longest: number): string | undefined {
  if (text.length > longest) return `the ${what} is longer than ${longest} characters`;
  return visibleAscii.test(text) ? undefined : `the ${what} is blank or has characters other than ASCII`;
}

interface Bucket {
  readonly series: DatumSeries;
  readonly timestamp: number;
  /** The second or minute, by number since the epoch. */
  readonly step: number;
  readonly counts: Map<number, number>;
}

/**
 * Adds up values by series and by the second or minute in which they are stored, so that a hundred log events
 * make one row and not a hundred. Nothing is lost by it: the counts of the values are kept.
 */
export class DatumBatch {
  readonly #buckets: Bucket[] = [];
  /** By the key of the metric and by the step; of these there are few, by unit and resolution. */
  readonly #found = new Map<string, Map<number, Bucket[]>>();
  /** The bucket that a series was added to last: events of one time come together. */
  readonly #latest = new Map<DatumSeries, Bucket>();

  /** Adds a value so many times; false for a number that CloudWatch does not take. */
  add(series: DatumSeries, timestamp: number, value: number, count = 1): boolean {
    if (!(Math.abs(value) <= metricLimits.magnitude)) return false;
    const step = Math.floor(timestamp / (series.resolutionSeconds * 1_000));
    let bucket = this.#latest.get(series);
    if (bucket?.step !== step) {
      bucket = this.#bucketOf(series, step, timestamp);
      this.#latest.set(series, bucket);
    }
    bucket.counts.set(value, (bucket.counts.get(value) ?? 0) + count);
    return true;
  }

  #bucketOf(series: DatumSeries, step: number, timestamp: number): Bucket {
    const { key, unit, resolutionSeconds } = series;
    const steps = this.#found.get(key) ?? new Map<number, Bucket[]>();
    this.#found.set(key, steps);
    const others = steps.get(step) ?? [];
    const known = others.find(
      (bucket) => bucket.series.unit === unit && bucket.series.resolutionSeconds === resolutionSeconds,
    );
    if (known !== undefined) return known;
    const bucket = { series, timestamp, step, counts: new Map<number, number>() };
    steps.set(step, [...others, bucket]);
    this.#buckets.push(bucket);
    return bucket;
  }

  /** One datum for each series and step of time, several where there are very many values. */
  data(now: number): readonly ReadyDatum[] {
    return this.#buckets.flatMap(({ series, timestamp, counts }) => {
      const [values, times] = [[...counts.keys()], [...counts.values()]];
      const { valuesPerDatum } = metricLimits;
      const data: ReadyDatum[] = [];
      for (let start = 0; start < values.length; start += valuesPerDatum) {
        const part = <Item>(items: readonly Item[]) => items.slice(start, start + valuesPerDatum);
        const statistics = statisticsOfValues(part(values), part(times), timestamp, now);
        if (statistics !== undefined) data.push(datumOf(series, timestamp, statistics));
      }
      return data;
    });
  }
}

/** Member by member, which is several times as fast as spreading the series. */
function datumOf(series: DatumSeries, timestamp: number, statistics: DatumStatistics): ReadyDatum {
  const { namespace, name, dimensions, key, unit, resolutionSeconds } = series;
  return { namespace, name, dimensions, key, unit, resolutionSeconds, timestamp, statistics };
}

/** Undefined for what is too old or too new to be stored. */
function statisticsOfValues(
  values: readonly number[],
  counts: readonly number[],
  timestamp: number,
  now: number,
): DatumStatistics | undefined {
  const statistics = statisticsOf(
    {
      metricName: "",
      dimensions: [],
      timestamp,
      value: undefined,
      values,
      counts,
      statisticValues: undefined,
      unit: undefined,
      storageResolution: undefined,
    },
    "",
    now,
  );
  return isProblem(statistics) ? undefined : statistics;
}

export function isStorable(timestamp: number, now: number): boolean {
  return timestamp >= now - metricLimits.pastMs && timestamp <= now + metricLimits.futureMs;
}
