// The embedded metric format: log events that say which of their members are metrics.
import { checkSeries, isStorable, type DatumBatch, type DatumSeries } from "../metrics/datum-batch.ts";
import { metricUnits, type Dimension, type MetricUnit } from "../metrics/metric-identity.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
export const embeddedMetricLimits = {
  metricsPerDirective: 100,
  valuesPerMetric: 100,
  dimensionsPerSet: 30,
  /** Not AWS's: what one event may lead to, directives by sets by metrics. */
  seriesPerEvent: 3_000,
} as const;

/**
 * Why an event, or a part of it, makes no metric; CloudWatch counts these as `EMFParsingErrors` and
 * `EMFValidationErrors`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
 */
export interface EmbeddedMetricsProblem {
  readonly kind: "parsing" | "validation";
  readonly reason: string;
}

/**
 * Whether a message claims to have metrics. Text that is no JSON object costs a look at its first
 * character.
 */
export function claimsMetrics(message: string): boolean {
  return (
    message.charCodeAt(0) === 0x7b && message.includes('"_aws"') && message.includes('"CloudWatchMetrics"')
  );
}

/**
 * Adds the metrics of a message that `claimsMetrics` to the batch and tells what was wrong. A bad directive,
 * dimension set or metric is left out and does not take the others with it. Members are looked for on the
 * root alone: `A.a` is the member of that name and not the member `a` of `A`.
 */
export function collectEmbeddedMetrics(
  message: string,
  now: number,
  batch: DatumBatch,
): readonly EmbeddedMetricsProblem[] {
  const problems: EmbeddedMetricsProblem[] = [];
  const refuse = (reason: string) => {
    problems.push({ kind: "validation", reason });
    return undefined;
  };
  const root = parseObject(message);
  if (root === undefined) return [{ kind: "parsing", reason: "the event is no JSON object" }];
  const metadata = root["_aws"];
  // The two names were in the text, yet perhaps as a value or further down: then it is an event like others.
  if (!isObject(metadata) || metadata["CloudWatchMetrics"] === undefined) return [];
  const { CloudWatchMetrics: directives, Timestamp: timestamp } = metadata;
  if (typeof timestamp !== "number") refuse("_aws.Timestamp must be a number of milliseconds");
  else if (!isStorable(timestamp, now)) {
    refuse("_aws.Timestamp must be within the past two weeks and no more than two hours in the future");
  } else if (!Array.isArray(directives)) refuse("_aws.CloudWatchMetrics must be an array");
  else {
    const collection: Collection = {
      root,
      timestamp,
      batch,
      refuse,
      remaining: embeddedMetricLimits.seriesPerEvent,
    };
    for (const directive of directives) collectDirective(collection, directive);
  }
  return problems;
}

interface Collection {
  readonly root: Members;
  readonly timestamp: number;
  readonly batch: DatumBatch;
  readonly refuse: (reason: string) => undefined;
  /** How many series the event may still lead to. */
  remaining: number;
}

type Members = Readonly<Record<string, unknown>>;

function collectDirective(collection: Collection, directive: unknown): void {
  const { refuse } = collection;
  if (!isObject(directive)) return refuse("a metric directive must be an object");
  const { Namespace: namespace, Dimensions: sets, Metrics: metrics } = directive;
  if (typeof namespace !== "string" || namespace === "") return refuse("Namespace must be a text");
  if (!Array.isArray(sets) || sets.length === 0) {
    return refuse("Dimensions must be an array with at least one dimension set, which may be empty");
  }
  if (!Array.isArray(metrics)) return refuse("Metrics must be an array");
  const { metricsPerDirective } = embeddedMetricLimits;
  if (metrics.length > metricsPerDirective) {
    return refuse(`Metrics must not have more than ${metricsPerDirective} definitions`);
  }
  const dimensionSets = sets.flatMap((set) => {
    const dimensions = dimensionsOf(collection, set);
    return dimensions === undefined ? [] : [dimensions];
  });
  for (const definition of metrics) collectMetric(collection, namespace, dimensionSets, definition);
}

function dimensionsOf({ root, refuse }: Collection, set: unknown): readonly Dimension[] | undefined {
  const { dimensionsPerSet } = embeddedMetricLimits;
  const isSet = Array.isArray(set) && set.every((name): name is string => typeof name === "string");
  if (!isSet) return refuse("a dimension set must be an array of texts");
  if (set.length > dimensionsPerSet) {
    return refuse(`a dimension set must not have more than ${dimensionsPerSet} keys`);
  }
  const dimensions: Dimension[] = [];
  for (const name of set) {
    const value = own(root, name);
    if (typeof value !== "string") return refuse(`the dimension ${name} must be a text of the root`);
    dimensions.push({ name, value });
  }
  return dimensions;
}

function collectMetric(
  collection: Collection,
  namespace: string,
  dimensionSets: readonly (readonly Dimension[])[],
  definition: unknown,
): void {
  const { batch, refuse, root, timestamp } = collection;
  const metric = metricOf(definition);
  if (typeof metric === "string") return refuse(metric);
  const { name, unit, resolutionSeconds } = metric;
  const values = valuesOf(own(root, name));
  if (values === undefined) {
    const { valuesPerMetric } = embeddedMetricLimits;
    return refuse(`the metric ${name} must be a number of the root, or at most ${valuesPerMetric} of them`);
  }
  for (const dimensions of dimensionSets) {
    collection.remaining -= 1;
    if (collection.remaining < 0)
      return refuse(`metrics beyond ${embeddedMetricLimits.seriesPerEvent} series`);
    const series: DatumSeries | string = checkSeries({
      namespace,
      name,
      dimensions,
      unit,
      resolutionSeconds,
    });
    if (typeof series === "string") refuse(series);
    else if (!values.every((value) => batch.add(series, timestamp, value))) {
      refuse(`the metric ${name} has a number that is too large`);
    }
  }
}

interface Metric {
  readonly name: string;
  readonly unit: MetricUnit;
  readonly resolutionSeconds: 1 | 60;
}

function metricOf(definition: unknown): Metric | string {
  if (!isObject(definition)) return "a metric definition must be an object";
  const { Name: name, Unit: unit = "None", StorageResolution: resolution = 60 } = definition;
  if (typeof name !== "string" || name === "") return "the Name of a metric must be a text";
  if (!isUnit(unit)) return `the Unit of the metric ${name} is none of CloudWatch's`;
  if (resolution !== 1 && resolution !== 60)
    return `the StorageResolution of the metric ${name} must be 1 or 60`;
  return { name, unit, resolutionSeconds: resolution };
}

const units: ReadonlySet<unknown> = new Set(metricUnits);

function isUnit(unit: unknown): unit is MetricUnit {
  return units.has(unit);
}

function valuesOf(target: unknown): readonly number[] | undefined {
  if (typeof target === "number") return [target];
  const isList = Array.isArray(target) && target.every((value): value is number => typeof value === "number");
  return isList && target.length <= embeddedMetricLimits.valuesPerMetric ? target : undefined;
}

function own(root: Members, name: string): unknown {
  return Object.hasOwn(root, name) ? root[name] : undefined;
}

/** The JSON object that a message is, without anything before or behind it. */
export function parseObject(message: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(message);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // the caller says so
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
