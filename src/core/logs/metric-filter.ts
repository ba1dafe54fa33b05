// A metric filter: which log events count, for which series, and with what value.
import { checkSeries, type DatumBatch, type DatumSeries } from "../metrics/datum-batch.ts";
import type { Dimension, MetricUnit } from "../metrics/metric-identity.ts";
import type { Scalar } from "./filter-pattern/compare.ts";
import { compileReadingPredicate, type CompileRegex } from "./filter-pattern/compile.ts";
import { MessageReading } from "./filter-pattern/message-reading.ts";
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
/** All series of filters have this resolution. */
const minuteMs = 60_000;

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

/** A message with the time of its event. */
export class EventReading extends MessageReading {
  readonly timestamp: number;

  constructor(message: string, timestamp: number) {
    super(message);
    this.timestamp = timestamp;
  }
}

/** Neighbours that add the same to a series in a minute, most often a one each, are added at once. */
class ValueRun {
  readonly #batch: DatumBatch;
  #series: DatumSeries | undefined;
  /** Of the first of them. */
  #timestamp = 0;
  #minute = 0;
  #value = 0;
  #count = 0;

  constructor(batch: DatumBatch) {
    this.#batch = batch;
  }

  add(series: DatumSeries, timestamp: number, value: number): void {
    const minute = Math.floor(timestamp / minuteMs);
    if (series !== this.#series || value !== this.#value || minute !== this.#minute) {
      this.end();
      this.#series = series;
      this.#timestamp = timestamp;
      this.#minute = minute;
      this.#value = value;
    }
    this.#count += 1;
  }

  end(): void {
    if (this.#series !== undefined) this.#batch.add(this.#series, this.#timestamp, this.#value, this.#count);
    this.#count = 0;
  }
}

/** Compiled once and asked about every event of the group; it remembers the series of the hour. */
export class MetricFilter {
  readonly #matches: (reading: MessageReading) => boolean;
  /** Texts without which a JSON event need not be parsed. */
  readonly #needles: readonly string[];
  readonly #read: ValueReader;
  readonly #dimensions: readonly DimensionReader[];
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
   * milliseconds.
   */
  collect(events: readonly EventReading[], now: number, batch: DatumBatch): number {
    let matched = 0;
    const run = new ValueRun(batch);
    for (const event of events) {
      if (!this.#mayMatch(event) || !this.#matches(event)) continue;
      matched += 1;
      const value = numberOf(this.#read(event));
      if (value === undefined) continue;
      const series = this.#recallSeries(event, now);
      if (series !== undefined) run.add(series, event.timestamp, value);
    }
    run.end();
    return matched;
  }

  #mayMatch({ isParsed, message }: EventReading): boolean {
    return isParsed || this.#needles.every((needle) => message.includes(needle));
  }

  /** What is reported for a minute in which no event matches. */
  addDefault(timestamp: number, batch: DatumBatch): void {
    const { defaultValue } = this.#input.transformation;
    const series = this.#seriesOf([]);
    if (defaultValue !== undefined && typeof series !== "string") batch.add(series, timestamp, defaultValue);
  }

  /** Undefined for values that no dimension can have, and beyond the limit of the hour. */
  #recallSeries(reading: MessageReading, now: number): DatumSeries | undefined {
    const hour = Math.floor(now / hourMs);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#series = new Map();
    }
    const values = this.#dimensions.map(({ read }) => textOf(read(reading)));
    const key = values.length === 1 ? (values[0] ?? "") : values.join("\u0000");
    const known = this.#series.get(key);
    if (known !== undefined || this.#series.has(key)) return known;
    if (this.#series.size >= metricFilterLimits.seriesPerHour) return undefined;
    const dimensions = this.#dimensions.flatMap(({ name }, index) => {
      const value = values[index] ?? "";
      return value === "" ? [] : [{ name, value }];
    });
    const series = this.#seriesOf(dimensions);
    const found = typeof series === "string" ? undefined : series;
    this.#series.set(key, found);
    return found;
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
