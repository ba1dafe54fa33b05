// An alarm as it is stored: its definition, its state and what is held back.
import type { MathMetric } from "../metrics/math/needs.ts";
import { parseStatistic } from "../metrics/statistic-names.ts";
import type { AlarmState, ComparisonOperator, MissingDataTreatment } from "./alarm-state.ts";
import { significantSamplesOf, type AlarmRule } from "./evaluate-alarm.ts";
import type { Suppression, SuppressorSettings } from "./suppression.ts";

/** Instants are epoch milliseconds. */
export interface AlarmStateRecord {
  readonly value: AlarmState;
  readonly reason: string;
  readonly reasonData?: string;
  /** Of any write of the state, and of the last change of its value. */
  readonly updatedAt: number;
  readonly transitionedAt: number;
}

/** Of `includedKeys` and `excludedKeys` at most one is given. */
export interface TagPropagation {
  readonly enabled: boolean;
  readonly includedKeys?: readonly string[];
  readonly excludedKeys?: readonly string[];
}

interface AlarmBase {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly actionsEnabled: boolean;
  readonly okActions: readonly string[];
  readonly alarmActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
  /** Which tags go into notifications and events too; none unless given. */
  readonly tagPropagation?: TagPropagation;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly configuredAt: number;
  readonly state: AlarmStateRecord;
  /** Set while the actions of the present state are held back. */
  readonly held?: HeldActions;
  /** When topics were told again that the alarm is still in its state; epoch milliseconds. */
  readonly remindedAt?: number;
}

/**
 * `Mute`: until no mute rule is active for the alarm; `from` is the state whose actions were performed
 * last.
 */
export type HeldActions = Suppression | { readonly by: "Mute"; readonly from: AlarmState };

/** With `account`, that of a linked account. */
export type AlarmMetric = MathMetric;

/** A query of `Metrics`: a metric or an expression over others. */
export interface AlarmQuery {
  readonly id: string;
  readonly label?: string;
  readonly returnData: boolean;
  readonly periodSeconds?: number;
  readonly metric?: AlarmMetric;
  readonly expression?: string;
  /** As it was given; `metric` has it where it is not the alarm's own. */
  readonly accountId?: string;
}

/**
 * What is wrong with the evaluation itself: the query found more than it looks at, or the expression cannot
 * be computed.
 */
export type EvaluationState = "PARTIAL_DATA" | "EVALUATION_ERROR" | "EVALUATION_FAILURE";

/** One of many time series that an alarm watches, as it is known from outside. */
export interface ContributorIdentity {
  readonly id: string;
  /** The labels that its query groups by. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A time series in ALARM; the instant in epoch milliseconds. */
export interface AlarmContributor extends ContributorIdentity {
  readonly reason: string;
  readonly transitionedAt: number;
}

/** A query that is evaluated on its own schedule; every time series that it returns is breaching. */
export interface PromqlCriteria {
  readonly query: string;
  readonly intervalSeconds: number;
  /** How long a time series must be returned without a gap before it is in ALARM. */
  readonly pendingSeconds: number;
  /** How long one that is in ALARM must not be returned before it is OK. */
  readonly recoverySeconds: number;
}

/** A time series that the query of a PromQL alarm returns, or did before it recovers; epoch milliseconds. */
export interface TrackedSeries extends ContributorIdentity {
  readonly breachingSince: number;
  /** The last that was returned, as a text. */
  readonly value: string;
  /** Set while it is in ALARM. */
  readonly alarmSince?: number;
  /** Set while it is in ALARM and not returned. */
  readonly absentSince?: number;
}

export interface MetricAlarm extends AlarmBase {
  readonly type: "MetricAlarm";
  /** The metric, or `queries` of which one (with a band two) is watched. */
  readonly metric?: AlarmMetric;
  readonly queries?: readonly AlarmQuery[];
  /** What events call the metric of an alarm without queries. */
  readonly metricId: string;
  readonly comparisonOperator: ComparisonOperator;
  readonly threshold?: number;
  readonly thresholdMetricId?: string;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  readonly treatMissingData?: MissingDataTreatment;
  readonly evaluateLowSampleCountPercentile?: "evaluate" | "ignore";
  readonly evaluationState?: EvaluationState;
  /** Of an alarm on many time series: those that are in ALARM. */
  readonly contributors?: readonly AlarmContributor[];
  /** Windows end on the hour, the day or the week of a time zone; sliding unless given. */
  readonly wallClock?: { readonly timezone?: string };
  /** Set for a log alarm: it watches the results of a query instead of metrics. */
  readonly logs?: LogQuery;
  /** Set for an alarm on a PromQL query: it compares nothing, whatever stands in the members above. */
  readonly promql?: PromqlCriteria;
  readonly tracked?: readonly TrackedSeries[];
  readonly warmUp?: { readonly minutes: number; readonly waitsForEnd: boolean };
}

/**
 * A query of logs that is run on a schedule. Each run gives one value, or one for each group of its
 * aggregation, over the events of `[startOffset, endOffset]` seconds before it.
 */
export interface LogQuery {
  readonly queryString: string;
  readonly logGroupIdentifiers: readonly string[];
  readonly queryArn: string;
  readonly roleArn: string;
  readonly scheduleExpression: string;
  readonly rateSeconds: number;
  readonly startOffsetSeconds: number;
  readonly endOffsetSeconds: number;
  /** Since when it is run as it is, where that is later than the alarm; epoch milliseconds. */
  readonly since?: number;
  /** Like `avg(latency) by host | sort desc`. */
  readonly aggregation: string;
  /** Of the scheduled query, as they were given. */
  readonly tags?: readonly { readonly key: string; readonly value: string }[];
  /** How many log lines go with a notification; none unless given. */
  readonly lines?: { readonly count: number; readonly roleArn: string };
}

export interface CompositeAlarm extends AlarmBase {
  readonly type: "CompositeAlarm";
  readonly rule: string;
  readonly suppressor?: SuppressorSettings & { readonly alarm: string };
  /** Set until the rule of a new or changed definition was decided. */
  readonly pending?: "created" | "updated";
  /** Set while a caller's state stands: the states of the children at that time. */
  readonly overriddenAt?: string;
}

export type Alarm = MetricAlarm | CompositeAlarm;

/** As CloudWatch names the types: a log alarm is evaluated as a metric alarm is. */
export type AlarmType = Alarm["type"] | "LogAlarm";

export function alarmTypeOf(alarm: Pick<Alarm, "type"> & { readonly logs?: LogQuery }): AlarmType {
  return alarm.logs === undefined ? alarm.type : "LogAlarm";
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
export const alarmLimits = {
  historyMs: 30 * 86_400_000,
  tags: 50,
  /** `Period` times `EvaluationPeriods`, for periods below an hour and above. */
  shortRangeSeconds: 86_400,
  longRangeSeconds: 604_800,
  /** Of `Metrics`: so many metrics, and so many expressions. */
  metrics: 10,
  expressions: 10,
  stateReasonDataCharacters: 4_000,
  warmUpMinutes: 1_440,
  /** Time series in ALARM that an alarm keeps apart. */
  contributors: 100,
} as const;

export function alarmArn(account: string, region: string, name: string): string {
  return `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
}

/** The query whose data is compared, of an alarm that has queries. */
export function watchedQuery({ queries, thresholdMetricId }: MetricAlarm): AlarmQuery | undefined {
  return queries?.find(({ id, returnData }) => returnData && id !== thresholdMetricId);
}

/** The metric whose statistic is compared; undefined for the result of an expression. */
export function watchedMetric(alarm: MetricAlarm): AlarmMetric | undefined {
  return alarm.metric ?? watchedQuery(alarm)?.metric;
}

/** Whether expressions have to be computed before there is something to compare. */
export function isComputed(alarm: MetricAlarm): boolean {
  return (
    alarm.metric === undefined && (alarm.queries ?? []).some(({ expression }) => expression !== undefined)
  );
}

/** Metrics of DynamoDB have gaps by design, so that alarms on them ignore missing data whatever they say. */
const gapsByDesign = "AWS/DynamoDB";

export function ruleOf(alarm: MetricAlarm): AlarmRule {
  const { comparisonOperator, threshold = 0, evaluationPeriods, datapointsToAlarm } = alarm;
  const metric = watchedMetric(alarm);
  const statistic = metric === undefined ? undefined : parseStatistic(metric.statistic);
  const significantSamples =
    alarm.evaluateLowSampleCountPercentile === "ignore" && statistic?.kind === "percentile"
      ? significantSamplesOf(statistic.share)
      : undefined;
  return {
    comparisonOperator,
    threshold,
    evaluationPeriods,
    ...(datapointsToAlarm === undefined ? {} : { datapointsToAlarm }),
    treatMissingData: metric?.namespace === gapsByDesign ? "ignore" : (alarm.treatMissingData ?? "missing"),
    ...(significantSamples === undefined ? {} : { significantSamples }),
  };
}

/** The actions of a state, none when they are disabled. */
export function actionsOf(alarm: Alarm, state: AlarmState): readonly string[] {
  if (!alarm.actionsEnabled) return [];
  switch (state) {
    case "OK":
      return alarm.okActions;
    case "ALARM":
      return alarm.alarmActions;
    case "INSUFFICIENT_DATA":
      return alarm.insufficientDataActions;
  }
}

/** The tags that notifications and events carry; undefined when they carry none. */
export function propagatedTags({
  tags,
  tagPropagation,
}: Alarm): Readonly<Record<string, string>> | undefined {
  if (tagPropagation?.enabled !== true) return undefined;
  const { includedKeys, excludedKeys = [] } = tagPropagation;
  return Object.fromEntries(
    Object.entries(tags).filter(
      ([key]) => (includedKeys?.includes(key) ?? true) && !excludedKeys.includes(key),
    ),
  );
}
