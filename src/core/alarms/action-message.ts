// What an action is told: the JSON that CloudWatch sends to topics, and to functions and other targets.
import {
  alarmTypeOf,
  propagatedTags,
  type Alarm,
  type AlarmMetric,
  type ContributorIdentity,
  type MetricAlarm,
  type PromqlCriteria,
} from "./alarm.ts";
import { configurationJson, stateJson, type Json, type JsonObject } from "./alarm-json.ts";
import { fittingLines, type LogLine } from "./log-lines.ts";
import { instantText } from "./aws-text.ts";

export interface ActionPlace {
  readonly account: string;
  readonly region: string;
}

export interface ActionMessage {
  /** Of a notification, as it stands in the subject of an e-mail. */
  readonly subject: string;
  /** JSON */
  readonly body: string;
}

/** What an action is told of; with `contributor`, the states are those of one time series of many. */
export interface ToldChange {
  readonly before: Alarm;
  readonly after: Alarm;
  readonly contributor?: ContributorIdentity;
  readonly logLines?: readonly LogLine[];
}

/** Topics get CloudWatch's notification; everything else the event that functions get. */
export function actionMessage(actionArn: string, change: ToldChange, place: ActionPlace): ActionMessage {
  const { after } = change;
  const isTopic = /^arn:[\w-]+:sns:/.test(actionArn);
  const body = isTopic ? withLines(topicMessage(change, place), change) : functionEvent(change, place);
  return {
    subject: `${after.state.value}: "${after.name}" in ${regionName(place.region)}`.slice(0, 100),
    body: JSON.stringify(body),
  };
}

/**
 * Topics alone are told log lines; the name of the member is ours, for AWS documents none.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-log.html
 */
function withLines(message: JsonObject, { logLines = [] }: ToldChange): JsonObject {
  if (logLines.length === 0) return message;
  return { ...message, LogLines: fittingLines(JSON.stringify(message), logLines) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
function topicMessage(
  { before, after, contributor }: ToldChange,
  { account, region }: ActionPlace,
): JsonObject {
  const tags = propagatedTags(after);
  const isOfLogs = alarmTypeOf(after) === "LogAlarm";
  return {
    AlarmName: after.name,
    AlarmDescription: after.description ?? null,
    AWSAccountId: account,
    AlarmConfigurationUpdatedTimestamp: instantText(after.configuredAt),
    NewStateValue: after.state.value,
    NewStateReason: after.state.reason,
    ...(after.type === "CompositeAlarm" && after.state.reasonData !== undefined
      ? { NewStateReasonData: after.state.reasonData }
      : {}),
    ...(isOfLogs && contributor === undefined && after.state.reasonData !== undefined
      ? { NewStateReasonData: JSON.parse(after.state.reasonData) as Json }
      : {}),
    StateChangeTime: instantText(after.state.transitionedAt),
    Region: regionName(region),
    AlarmArn: after.arn,
    OldStateValue: before.state.value,
    OKActions: after.okActions,
    AlarmActions: after.alarmActions,
    InsufficientDataActions: after.insufficientDataActions,
    ...(tags === undefined ? {} : { Tags: tags }),
    ...(contributor === undefined
      ? {}
      : { AlarmContributorId: contributor.id, AlarmContributorAttributes: contributor.attributes }),
    ...(after.type === "CompositeAlarm" ? { AlarmRule: after.rule } : { Trigger: triggerOf(after) }),
  };
}

function triggerOf(alarm: MetricAlarm): Json {
  if (alarm.promql !== undefined) return promqlMembers(alarm.promql);
  const rule = {
    EvaluationPeriods: alarm.evaluationPeriods,
    ...(alarm.datapointsToAlarm === undefined ? {} : { DatapointsToAlarm: alarm.datapointsToAlarm }),
    ComparisonOperator: alarm.comparisonOperator,
    ...(alarm.threshold === undefined ? {} : { Threshold: alarm.threshold }),
    ...(alarm.thresholdMetricId === undefined ? {} : { ThresholdMetricId: alarm.thresholdMetricId }),
    TreatMissingData: alarm.treatMissingData ?? "missing",
    EvaluateLowSampleCountPercentile: alarm.evaluateLowSampleCountPercentile ?? "",
  };
  const { metric, queries = [] } = alarm;
  if (metric !== undefined) return { ...triggerMetric(metric), ...rule };
  return {
    ...rule,
    Metrics: queries.map((query) => ({
      Id: query.id,
      ...(query.expression === undefined ? {} : { Expression: query.expression }),
      ...(query.label === undefined ? {} : { Label: query.label }),
      ...(query.metric === undefined ? {} : { MetricStat: metricStat(query.metric) }),
      ...(query.accountId === undefined ? {} : { AccountId: query.accountId }),
      ReturnData: query.returnData,
    })),
  };
}

/** As CloudWatch's API has them. */
export const promqlMembers = (criteria: PromqlCriteria) => ({
  EvaluationCriteria: {
    PromQLCriteria: {
      Query: criteria.query,
      PendingPeriod: criteria.pendingSeconds,
      RecoveryPeriod: criteria.recoverySeconds,
    },
  },
  EvaluationInterval: criteria.intervalSeconds,
});

const dimensionsOf = (metric: AlarmMetric) => metric.dimensions.map(({ name, value }) => ({ value, name }));

/** Plain statistics stand in capitals there. */
function triggerMetric(metric: AlarmMetric): { readonly [name: string]: Json } {
  const isPlain = /^[A-Z][a-z]/.test(metric.statistic);
  return {
    MetricName: metric.name,
    Namespace: metric.namespace,
    ...(isPlain
      ? { StatisticType: "Statistic", Statistic: plainName(metric.statistic) }
      : { StatisticType: "ExtendedStatistic", ExtendedStatistic: metric.statistic }),
    Unit: metric.unit ?? null,
    Dimensions: dimensionsOf(metric),
    Period: metric.periodSeconds,
  };
}

const plainName = (statistic: string) =>
  statistic === "SampleCount" ? "SAMPLE_COUNT" : statistic.toUpperCase();

function metricStat(metric: AlarmMetric): Json {
  return {
    Metric: { Dimensions: dimensionsOf(metric), MetricName: metric.name, Namespace: metric.namespace },
    Period: metric.periodSeconds,
    Stat: metric.statistic,
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html */
function functionEvent({ before, after, contributor }: ToldChange, { account, region }: ActionPlace): Json {
  const tags = propagatedTags(after);
  return {
    source: "aws.cloudwatch",
    alarmArn: after.arn,
    accountId: account,
    time: instantText(after.state.transitionedAt),
    region,
    alarmData: {
      alarmName: after.name,
      ...(contributor === undefined
        ? { state: stateJson(after.state), previousState: stateJson(before.state) }
        : { alarmContributor: { ...contributor }, state: stateJson(after.state) }),
      configuration: configurationJson(after),
      ...(tags === undefined ? {} : { tags }),
    },
  };
}

/** https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
const regionNames: Readonly<Record<string, string>> = {
  "us-east-1": "US East (N. Virginia)",
  "us-east-2": "US East (Ohio)",
  "us-west-1": "US West (N. California)",
  "us-west-2": "US West (Oregon)",
  "af-south-1": "Africa (Cape Town)",
  "ap-east-1": "Asia Pacific (Hong Kong)",
  "ap-northeast-1": "Asia Pacific (Tokyo)",
  "ap-northeast-2": "Asia Pacific (Seoul)",
  "ap-northeast-3": "Asia Pacific (Osaka)",
  "ap-south-1": "Asia Pacific (Mumbai)",
  "ap-southeast-1": "Asia Pacific (Singapore)",
  "ap-southeast-2": "Asia Pacific (Sydney)",
  "ca-central-1": "Canada (Central)",
  "eu-central-1": "EU (Frankfurt)",
  "eu-north-1": "EU (Stockholm)",
  "eu-south-1": "EU (Milan)",
  "eu-west-1": "EU (Ireland)",
  "eu-west-2": "EU (London)",
  "eu-west-3": "EU (Paris)",
  "me-south-1": "Middle East (Bahrain)",
  "sa-east-1": "South America (Sao Paulo)",
};

function regionName(region: string): string {
  return regionNames[region] ?? region;
}
