// Alarms as DescribeAlarms answers them.
import type {
  CompositeAlarm as WireCompositeAlarm,
  LogAlarm as WireLogAlarm,
  MetricAlarm as WireMetricAlarm,
} from "@aws-sdk/client-cloudwatch";
import type {
  Alarm,
  AlarmMetric,
  AlarmQuery,
  CompositeAlarm,
  LogQuery,
  MetricAlarm,
  PromqlCriteria,
} from "../../core/alarms/alarm.ts";
import { promqlMembers } from "../../core/alarms/action-message.ts";
import { suppressionNote } from "../../core/alarms/alarm-event.ts";
import type { Json } from "../../core/alarms/alarm-json.ts";
import { parseStatistic } from "../../core/metrics/statistic-names.ts";

export function wireMetricAlarm(alarm: MetricAlarm): WireMetricAlarm {
  const { metric, queries, warmUp, wallClock, promql } = alarm;
  if (promql !== undefined) return wirePromqlAlarm(alarm, promql);
  return {
    ...commonMembers(alarm),
    ...(metric === undefined
      ? { Metrics: (queries ?? []).map((query) => wireQuery(query)) }
      : metricMembers(metric)),
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    Threshold: alarm.threshold,
    ThresholdMetricId: alarm.thresholdMetricId,
    ComparisonOperator: alarm.comparisonOperator,
    TreatMissingData: alarm.treatMissingData,
    EvaluateLowSampleCountPercentile: alarm.evaluateLowSampleCountPercentile,
    EvaluationState: alarm.evaluationState,
    ...(wallClock === undefined
      ? {}
      : { EvaluationWindow: { WallClockWindow: { Timezone: wallClock.timezone } } }),
    ...warmUpMember(warmUp),
  };
}

const wirePromqlAlarm = (alarm: MetricAlarm, criteria: PromqlCriteria): WireMetricAlarm => ({
  ...commonMembers(alarm),
  ...promqlMembers(criteria),
  EvaluationState: alarm.evaluationState,
});

const warmUpMember = (warmUp: MetricAlarm["warmUp"]) =>
  warmUp === undefined
    ? {}
    : {
        WarmUpConfiguration: {
          WarmUpPeriodDurationInMinutes: warmUp.minutes,
          OnlyStartEvaluatingAfterWarmUpPeriodEnds: warmUp.waitsForEnd,
        },
      };

export function wireLogAlarm(alarm: MetricAlarm, logs: LogQuery): WireLogAlarm {
  return {
    ...commonMembers(alarm),
    ScheduledQueryConfiguration: {
      QueryString: logs.queryString,
      LogGroupIdentifiers: [...logs.logGroupIdentifiers],
      QueryARN: logs.queryArn,
      ScheduledQueryRoleARN: logs.roleArn,
      AggregationExpression: logs.aggregation,
      ...(logs.tags === undefined
        ? {}
        : { Tags: logs.tags.map(({ key, value }) => ({ Key: key, Value: value })) }),
      ScheduleConfiguration: {
        ScheduleExpression: logs.scheduleExpression,
        StartTimeOffset: logs.startOffsetSeconds,
        EndTimeOffset: logs.endOffsetSeconds,
      },
    },
    QueryResultsToEvaluate: alarm.evaluationPeriods,
    QueryResultsToAlarm: alarm.datapointsToAlarm,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparisonOperator,
    TreatMissingData: alarm.treatMissingData,
    EvaluationState: alarm.evaluationState,
    ActionLogLineCount: logs.lines?.count ?? 0,
    ActionLogLineRoleArn: logs.lines?.roleArn,
    ...warmUpMember(alarm.warmUp),
  };
}

export function wireCompositeAlarm(alarm: CompositeAlarm): WireCompositeAlarm {
  const { suppressor } = alarm;
  const note = suppressionNote(alarm);
  return {
    ...commonMembers(alarm),
    AlarmRule: alarm.rule,
    ActionsSuppressor: suppressor?.alarm,
    ActionsSuppressorWaitPeriod: suppressor?.waitPeriodSeconds,
    ActionsSuppressorExtensionPeriod: suppressor?.extensionPeriodSeconds,
    ActionsSuppressedBy: alarm.held === undefined || alarm.held.by === "Mute" ? undefined : alarm.held.by,
    ActionsSuppressedReason: note?.reason,
  };
}

function commonMembers(alarm: Alarm) {
  const { state, tagPropagation } = alarm;
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [...alarm.okActions],
    AlarmActions: [...alarm.alarmActions],
    InsufficientDataActions: [...alarm.insufficientDataActions],
    StateValue: state.value,
    StateReason: state.reason,
    StateReasonData: state.reasonData,
    StateUpdatedTimestamp: new Date(state.updatedAt),
    StateTransitionedTimestamp: new Date(state.transitionedAt),
    ...(tagPropagation === undefined
      ? {}
      : {
          ActionConfiguration: {
            AlarmTagsPropagation: {
              Enabled: tagPropagation.enabled,
              IncludedTagKeys: listOf(tagPropagation.includedKeys),
              ExcludedTagKeys: listOf(tagPropagation.excludedKeys),
            },
          },
        }),
  };
}

const listOf = (values: readonly string[] | undefined) => (values === undefined ? undefined : [...values]);

const wireDimensions = ({ dimensions }: AlarmMetric) =>
  dimensions.map(({ name, value }) => ({ Name: name, Value: value }));

function metricMembers(metric: AlarmMetric) {
  const { namespace, name, periodSeconds, statistic, unit } = metric;
  const kind = parseStatistic(statistic)?.kind;
  const isPlain =
    kind === "SampleCount" ||
    kind === "Sum" ||
    kind === "Average" ||
    kind === "Minimum" ||
    kind === "Maximum";
  return {
    MetricName: name,
    Namespace: namespace,
    Dimensions: wireDimensions(metric),
    Period: periodSeconds,
    Unit: unit,
    ...(isPlain ? { Statistic: kind } : { ExtendedStatistic: statistic }),
  };
}

function wireQuery(query: AlarmQuery) {
  const { id, label, expression, metric, periodSeconds, returnData, accountId } = query;
  return {
    Id: id,
    Label: label,
    Expression: expression,
    Period: periodSeconds,
    ReturnData: returnData,
    AccountId: accountId,
    ...(metric === undefined
      ? {}
      : {
          MetricStat: {
            Metric: {
              Namespace: metric.namespace,
              MetricName: metric.name,
              Dimensions: wireDimensions(metric),
            },
            Period: metric.periodSeconds,
            Stat: metric.statistic,
            Unit: metric.unit,
          },
        }),
  };
}

/** The alarm for the data of its history: the same members in lower camel case, instants as text. */
export function describedAlarm(alarm: Alarm): Json {
  const wire =
    alarm.type === "CompositeAlarm"
      ? wireCompositeAlarm(alarm)
      : alarm.logs === undefined
        ? wireMetricAlarm(alarm)
        : wireLogAlarm(alarm, alarm.logs);
  return lowerCamel(JSON.parse(JSON.stringify(wire)) as Json);
}

function lowerCamel(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => lowerCamel(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.replace(/^(OK|[A-Z])/, (start) => start.toLowerCase()),
      lowerCamel(member),
    ]),
  );
}
