// Metric streams: what they are, which metrics they are about, and the statistics that they add.
import type { Dimension, MetricUnit } from "../metrics/metric-identity.ts";
import type { LinkedAccounts } from "../linked-accounts.ts";
import type { SampleSet } from "../metrics/statistics.ts";

export const streamFormats = ["json", "opentelemetry0.7", "opentelemetry1.0"] as const;
export type StreamFormat = (typeof streamFormats)[number];

/** All metrics of a namespace, or only those with these names. */
export interface MetricFilter {
  readonly namespace: string;
  readonly names?: readonly string[];
}

export interface StatisticsConfiguration {
  readonly metrics: readonly { readonly namespace: string; readonly name: string }[];
  readonly statistics: readonly string[];
}

export interface MetricStream {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly arn: string;
  readonly firehoseArn: string;
  readonly roleArn: string;
  readonly format: StreamFormat;
  /** One of the two is empty. */
  readonly include: readonly MetricFilter[];
  readonly exclude: readonly MetricFilter[];
  readonly statistics: readonly StatisticsConfiguration[];
  readonly includesLinkedAccounts?: boolean;
  readonly isRunning: boolean;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A minute of one series, as a stream sends it. */
export interface StreamDatapoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly unit: MetricUnit;
  /** Epoch milliseconds. */
  readonly startAt: number;
  readonly samples: SampleSet;
  /** By the names that were asked for. */
  readonly additional: readonly { readonly statistic: string; readonly value: number }[];
}

/** Whose metrics a stream is about: its own account, and of a monitoring account also its source accounts. */
export function streamedAccounts(
  { account, includesLinkedAccounts = false }: MetricStream,
  { sourcesOf }: Pick<LinkedAccounts, "sourcesOf">,
): readonly string[] {
  return [account, ...(includesLinkedAccounts ? sourcesOf(account) : [])];
}

export interface MetricName {
  readonly namespace: string;
  readonly name: string;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricStream.html */
export function isStreamed({ include, exclude }: MetricStream, metric: MetricName): boolean {
  if (include.length > 0) return include.some((filter) => matches(filter, metric));
  return !exclude.some((filter) => matches(filter, metric));
}

function matches({ namespace, names }: MetricFilter, metric: MetricName): boolean {
  return namespace === metric.namespace && (names === undefined || names.includes(metric.name));
}

/** The statistics that a stream sends of a metric besides the four that it always sends. */
export function additionalStatistics({ statistics }: MetricStream, metric: MetricName): readonly string[] {
  const wanted = statistics.filter(({ metrics }) =>
    metrics.some(({ namespace, name }) => namespace === metric.namespace && name === metric.name),
  );
  return [...new Set(wanted.flatMap((configuration) => configuration.statistics))];
}
