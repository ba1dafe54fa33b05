// A metric filter: which log events count, for which series, and with what value.
import { checkSeries, type DatumBatch, type DatumSeries } from "../metrics/datum-batch.ts";
import type { Dimension, MetricUnit } from "../metrics/metric-identity.ts";
import type { EventReading } from "./event-readings.ts";
import type { Scalar } from "./filter-pattern/compare.ts";
import {
  compileReadingPredicate,
  type CompileRegex,
  type ReadingPredicate,
} from "./filter-pattern/compile.ts";
import type { MessageReading } from "./filter-pattern/message-reading.ts";
import { needlesOf } from "./filter-pattern/needles.ts";
import { compileReference, type ValueReader } from "./filter-pattern/references.ts";
import { isNumberText } from "./filter-pattern/scanner.ts";
import type { FilterPattern } from "./filter-pattern/tree.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
export const metricFilterLimits = {
  filtersPerGroup: 100,
  dimensionsPerFilter: 3,
  regexesPerGroup: 5,
  /** Different values of a filter's dimensions within an hour; events with further ones are not counted. */
  seriesPerHour: 1_000,
} as const;

const hourMs = 3_600_000;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html */
export interface MetricTransformation {
  readonly metricName: string;
  readonly metricNamespace: string;
  /** A number, or a reference to a value of the event. */
  readonly metricValue: string;
  readonly defaultValue?: number;
  /** Names, with references to their values. */
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly unit?: MetricUnit;
}

export interface MetricFilterInput {
  readonly pattern: FilterPattern;
  readonly transformation: MetricTransformation;
  /** Dimensions that every datum has: the account and the region, if they are asked for. */
  readonly systemDimensions: readonly Dimension[];
}

/** Why a transformation is none. */
export class MetricFilterError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MetricFilterError";
  }
}

interface DimensionReader {
  readonly name: string;
  readonly read: ValueReader;
}

/** Compiled once and asked about every event of the group; it remembers the series of the hour. */
export class MetricFilter {
  readonly #matches: ReadingPredicate;
  /** Texts without which a JSON event need not be parsed. */
  readonly #needles: readonly string[];
  readonly #read: ValueReader;
  readonly #dimensions: readonly DimensionReader[];
  /** Whether every event that matches adds the same to the one series. */
  readonly #isCounter: boolean;
  readonly #input: MetricFilterInput;
  #series = new Map<string, DatumSeries | undefined>();
  #hour = 0;

  /** @throws MetricFilterError, and what `compileRegex` throws. */
  constructor(input: MetricFilterInput, compileRegex: CompileRegex) {
    const { pattern, transformation, systemDimensions } = input;
    this.#input = input;
    this.#matches = compileReadingPredicate(pattern, compileRegex);
    this.#needles = pattern.kind === "json" ? needlesOf(pattern) : [];
    this.#read = compileValue(pattern, transformation.metricValue);
    this.#dimensions = compileDimensions(pattern, transformation.dimensions ?? {});
    this.#isCounter = isNumberText(transformation.metricValue) && this.#dimensions.length === 0;
    const count = this.#dimensions.length + systemDimensions.length;
    if (count > metricFilterLimits.dimensionsPerFilter) {
      throw new MetricFilterError(
        `Invalid metric transformation: a metric filter has at most ` +
          `${metricFilterLimits.dimensionsPerFilter} dimensions.`,
      );
    }
    if (count > 0 && transformation.defaultValue !== undefined) {
      throw new MetricFilterError(
        "Invalid metric transformation: dimensions and default value are mutually exclusive properties.",
      );
    }
    const sample = this.#seriesOf(this.#dimensions.map(({ name }) => ({ name, value: "value" })));
    if (typeof sample === "string") throw new MetricFilterError(`Invalid metric transformation: ${sample}.`);
  }

  /**
   * Adds the values of the events that match to the batch, and tells how many match. An event whose value is
   * no number adds nothing, and a dimension that it has no value for is left out. Instants are epoch
   * milliseconds. Neighbours that add the same to a series in a minute, most often a one each, are added at
   * once.
   */
  collect(events: readonly EventReading[], now: number, batch: DatumBatch): number {
    this.#enterHour(now);
    let matched = 0;
    let first: EventReading | undefined;
    let series: DatumSeries | undefined;
    let value = 0;
    let count = 0;
    for (const event of events) {
      if (!this.#mayMatch(event) || !this.#matches(event)) continue;
      matched += 1;
      if (this.#isCounter && event.minute === first?.minute) {
        count += 1;
        continue;
      }
      const number = numberOf(this.#read(event));
      const next = number === undefined ? undefined : this.#recallSeries(event);
      if (number === undefined || next === undefined) continue;
      if (next !== series || number !== value || event.minute !== first?.minute) {
        if (series !== undefined && first !== undefined) batch.add(series, first.timestamp, value, count);
        first = event;
        series = next;
        value = number;
        count = 0;
      }
      count += 1;
    }
    if (series !== undefined && first !== undefined) batch.add(series, first.timestamp, value, count);
    return matched;
  }

  #mayMatch(event: EventReading): boolean {
    if (event.isParsed) return true;
    for (const needle of this.#needles) if (!event.message.includes(needle)) return false;
    return true;
  }

  /** The limit of an hour's series begins anew with the next one. */
  #enterHour(now: number): void {
    const hour = Math.floor(now / hourMs);
    if (hour === this.#hour) return;
    this.#hour = hour;
    this.#series = new Map();
  }

  /** Undefined for values that no dimension can have, and beyond the limit of the hour. */
  #recallSeries(reading: MessageReading): DatumSeries | undefined {
    const key = this.#keyOf(reading);
    const known = this.#series.get(key);
    if (known !== undefined || this.#series.has(key)) return known;
    if (this.#series.size >= metricFilterLimits.seriesPerHour) return undefined;
    const series = this.#newSeries(reading);
    this.#series.set(key, series);
    return series;
  }

  #newSeries(reading: MessageReading): DatumSeries | undefined {
    const dimensions = this.#dimensions.map(({ name, read }) => ({ name, value: textOf(read(reading)) }));
    const series = this.#seriesOf(dimensions.filter(({ value }) => value !== ""));
    return typeof series === "string" ? undefined : series;
  }

  /** The text itself for one dimension, as most filters have it: to join texts makes new ones. */
  #keyOf(reading: MessageReading): string {
    let key: string | undefined;
    for (const { read } of this.#dimensions) {
      const text = textOf(read(reading));
      key = key === undefined ? text : `${key}\u0000${text}`;
    }
    return key ?? "";
  }

  /** What is reported for a minute in which no event matches. */
  addDefault(timestamp: number, batch: DatumBatch): void {
    const { defaultValue } = this.#input.transformation;
    const series = this.#seriesOf([]);
    if (defaultValue !== undefined && typeof series !== "string") batch.add(series, timestamp, defaultValue);
  }

  #seriesOf(dimensions: readonly Dimension[]): DatumSeries | string {
    const { transformation, systemDimensions } = this.#input;
    return checkSeries({
      namespace: transformation.metricNamespace,
      name: transformation.metricName,
      dimensions: [...dimensions, ...systemDimensions],
      unit: transformation.unit ?? "None",
      resolutionSeconds: 60,
    });
  }
}

function compileValue(pattern: FilterPattern, metricValue: string): ValueReader {
  if (isNumberText(metricValue)) {
    const value = Number(metricValue);
    return () => value;
  }
  const read = metricValue.startsWith("$") ? compileReference(pattern, metricValue) : undefined;
  if (read !== undefined) return read;
  throw new MetricFilterError(`Invalid metric transformation: the metric value ${metricValue} is invalid.`);
}

function compileDimensions(
  pattern: FilterPattern,
  dimensions: Readonly<Record<string, string>>,
): readonly DimensionReader[] {
  return Object.entries(dimensions).map(([name, reference]) => {
    const read = reference.startsWith("$") ? compileReference(pattern, reference) : undefined;
    if (read !== undefined) return { name, read };
    throw new MetricFilterError(
      `Invalid metric transformation: the value ${reference} of the dimension ${name} is no field of the ` +
        "filter pattern.",
    );
  });
}

/** A value that is not there, or is nothing, makes no dimension. */
function textOf(value: Scalar | undefined): string {
  return value === undefined || value === null ? "" : String(value);
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && isNumberText(value) ? Number(value) : undefined;
}
