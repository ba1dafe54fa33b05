// A metric filter: which log events count, for which series, and with what value.
import { checkSeries, type DatumBatch, type DatumSeries } from "../metrics/datum-batch.ts";
import type { Dimension, MetricUnit } from "../metrics/metric-identity.ts";
import { compileReadingPredicate, type CompileRegex } from "./filter-pattern/compile.ts";
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
   * Whether the event matches; if it does, its value is added to the batch. An event whose value is no number
   * adds nothing, and a dimension that it has no value for is left out. Instants are epoch milliseconds.
   */
  collect(reading: MessageReading, timestamp: number, now: number, batch: DatumBatch): boolean {
    if (!this.#needles.every((needle) => reading.message.includes(needle))) return false;
    if (!this.#matches(reading)) return false;
    const value = numberOf(this.#read(reading));
    if (value === undefined) return true;
    const series = this.#recallSeries(reading, now);
    if (series !== undefined) batch.add(series, timestamp, value);
    return true;
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
    const dimensions: Dimension[] = [];
    let key = "";
    for (const { name, read } of this.#dimensions) {
      const value = read(reading);
      if (value === undefined || value === null || value === "") continue;
      dimensions.push({ name, value: String(value) });
      key += `${name}\u0000${String(value)}\u0000`;
    }
    const known = this.#series.get(key);
    if (known !== undefined || this.#series.has(key)) return known;
    if (this.#series.size >= metricFilterLimits.seriesPerHour) return undefined;
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

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && isNumberText(value) ? Number(value) : undefined;
}
