// Checks the definition of a metric stream.
import {
  streamFormats,
  type MetricFilter,
  type MetricStream,
  type StatisticsConfiguration,
} from "../../core/metric-streams/metric-stream.ts";
import { parseStatistic } from "../../core/metrics/statistic-names.ts";
import type { CallContext } from "../../wire/request.ts";
import type { Input } from "./context.ts";
import { invalidCombination, invalidValue } from "./metric-errors.ts";

type WireStream = Input<"PutMetricStream">;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricStream.html */
const streamLimits = {
  /** Namespaces and names of all filters together. */
  filters: 1_000,
  configurations: 100,
  metricsPerConfiguration: 100,
  statisticsPerConfiguration: 20,
} as const;

export type StreamDefinition = Omit<MetricStream, "isRunning" | "createdAt" | "updatedAt" | "tags">;

/** @throws InvalidParameterValueException, InvalidParameterCombinationException */
export function checkMetricStream(input: WireStream, call: CallContext): StreamDefinition {
  const { account, region } = call;
  const { Name: name, FirehoseArn: firehoseArn, RoleArn: roleArn } = input;
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    throw invalidValue(
      `The value ${name} for parameter Name contains invalid characters. ` +
        "It can only contain alphanumerics, dash (-) and underscore (_).",
    );
  }
  requireArns(firehoseArn, roleArn, call);
  const format = streamFormats.find((known) => known === input.OutputFormat);
  if (format === undefined) {
    throw invalidValue(`The value ${input.OutputFormat} for parameter OutputFormat is invalid.`);
  }
  const [include, exclude] = [filtersOf(input.IncludeFilters), filtersOf(input.ExcludeFilters)];
  if (include.length > 0 && exclude.length > 0) {
    throw invalidCombination(
      "The parameters IncludeFilters and ExcludeFilters cannot be used in the same operation.",
    );
  }
  return {
    name,
    account,
    region,
    arn: `arn:aws:cloudwatch:${region}:${account}:metric-stream/${name}`,
    firehoseArn,
    roleArn,
    format,
    include,
    exclude,
    statistics: configurationsOf(input, format !== "json"),
    ...(input.IncludeLinkedAccountsMetrics === undefined
      ? {}
      : { includesLinkedAccounts: input.IncludeLinkedAccountsMetrics }),
  };
}

const deliveryStreamArn = /^arn:[\w-]+:firehose:([\w-]+):(\d{12}):deliverystream\/[A-Za-z0-9_.-]{1,64}$/;
const roleArnPattern = /^arn:[\w-]+:iam::(\d{12}):role\/.+$/;

/** Both belong to the account, and the delivery stream to the region too. */
function requireArns(firehoseArn: string, roleArn: string, { account, region }: CallContext): void {
  const [, ofRegion, ofAccount] = deliveryStreamArn.exec(firehoseArn) ?? [];
  if (ofRegion !== region || ofAccount !== account) {
    throw invalidValue(`The value ${firehoseArn} for parameter FirehoseArn is invalid.`);
  }
  const [, roleAccount] = roleArnPattern.exec(roleArn) ?? [];
  if (roleAccount !== account) throw invalidValue(`The value ${roleArn} for parameter RoleArn is invalid.`);
}

function filtersOf(filters: WireStream["IncludeFilters"] = []): readonly MetricFilter[] {
  const checked = filters.map(({ Namespace: namespace, MetricNames: names }, index): MetricFilter => {
    if (namespace === undefined) {
      throw invalidValue(`The parameter Namespace of the filter ${index + 1} is required.`);
    }
    return names === undefined || names.length === 0 ? { namespace } : { namespace, names };
  });
  const parts = checked.reduce((sum, { names = [] }) => sum + 1 + names.length, 0);
  if (parts > streamLimits.filters) {
    throw invalidValue(`Filters must not have more than ${streamLimits.filters} namespaces and names.`);
  }
  return checked;
}

function configurationsOf(
  { StatisticsConfigurations: given = [] }: WireStream,
  isOpenTelemetry: boolean,
): readonly StatisticsConfiguration[] {
  const { configurations, metricsPerConfiguration, statisticsPerConfiguration } = streamLimits;
  requireSize("StatisticsConfigurations", given.length, configurations);
  return given.map(({ IncludeMetrics, AdditionalStatistics }) => {
    requireSize("IncludeMetrics", IncludeMetrics.length, metricsPerConfiguration);
    requireSize("AdditionalStatistics", AdditionalStatistics.length, statisticsPerConfiguration);
    for (const statistic of AdditionalStatistics) {
      const kind = parseStatistic(statistic)?.kind;
      const isFitting = isOpenTelemetry ? kind === "percentile" : kind !== undefined;
      if (!isFitting) {
        throw invalidValue(`The value ${statistic} for parameter AdditionalStatistics is invalid.`);
      }
    }
    return {
      metrics: IncludeMetrics.map(({ Namespace, MetricName }) => ({
        namespace: Namespace,
        name: MetricName,
      })),
      statistics: AdditionalStatistics,
    };
  });
}

function requireSize(name: string, size: number, most: number): void {
  if (size > most) throw invalidValue(`The collection ${name} must not have a size greater than ${most}.`);
}
