// The JSON in which CloudWatch describes an alarm to others: in events, to functions and to topics.
import type { Alarm, AlarmMetric, AlarmQuery, AlarmStateRecord, MetricAlarm } from "./alarm.ts";
import { instantText } from "./aws-text.ts";

/** What may stand in JSON. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

export interface SuppressionNote {
  readonly by: string;
  readonly reason: string;
}

/** A state as it stands in an event. */
export function stateJson(state: AlarmStateRecord, suppression?: SuppressionNote): JsonObject {
  return {
    ...(suppression === undefined
      ? {}
      : { actionsSuppressedBy: suppression.by, actionsSuppressedReason: suppression.reason }),
    reason: state.reason,
    ...(state.reasonData === undefined ? {} : { reasonData: state.reasonData }),
    timestamp: instantText(state.updatedAt),
    value: state.value,
  };
}

/** The definition as it stands in an event of a change of state. */
export function configurationJson(alarm: Alarm): JsonObject {
  const description = alarm.description === undefined ? {} : { description: alarm.description };
  if (alarm.type === "MetricAlarm" && alarm.logs !== undefined) {
    const { queryString, aggregation, logGroupIdentifiers, scheduleExpression } = alarm.logs;
    const schedule = { scheduleExpression, aggregationExpression: aggregation };
    return { ...description, scheduledQuery: { queryString, logGroupIdentifiers, ...schedule } };
  }
  if (alarm.type === "MetricAlarm" && alarm.promql !== undefined) {
    const { query, pendingSeconds, recoverySeconds, intervalSeconds } = alarm.promql;
    const promQLCriteria = { query, pendingPeriod: pendingSeconds, recoveryPeriod: recoverySeconds };
    return { ...description, evaluationCriteria: { promQLCriteria }, evaluationInterval: intervalSeconds };
  }
  if (alarm.type === "MetricAlarm") return { ...description, metrics: metricsJson(alarm) };
  const { rule, suppressor } = alarm;
  if (suppressor === undefined) return { alarmRule: rule, ...description };
  return {
    actionsSuppressor: suppressor.alarm,
    actionsSuppressorWaitPeriod: suppressor.waitPeriodSeconds,
    actionsSuppressorExtensionPeriod: suppressor.extensionPeriodSeconds,
    alarmRule: rule,
    ...description,
  };
}

function metricsJson({ metric, queries = [], metricId }: MetricAlarm): Json {
  if (metric !== undefined) return [{ id: metricId, metricStat: metricStatJson(metric), returnData: true }];
  return queries.map((query) => queryJson(query));
}

function queryJson(query: AlarmQuery): Json {
  const { id, label, expression, metric, returnData, periodSeconds, accountId } = query;
  return {
    ...(accountId === undefined ? {} : { accountId }),
    ...(expression === undefined ? {} : { expression }),
    id,
    ...(label === undefined ? {} : { label }),
    ...(metric === undefined ? {} : { metricStat: metricStatJson(metric) }),
    ...(periodSeconds === undefined ? {} : { period: periodSeconds }),
    returnData,
  };
}

function metricStatJson({ namespace, name, dimensions, periodSeconds, statistic, unit }: AlarmMetric): Json {
  return {
    metric: {
      dimensions: Object.fromEntries(dimensions.map((one) => [one.name, one.value])),
      name,
      namespace,
    },
    period: periodSeconds,
    stat: statistic,
    ...(unit === undefined ? {} : { unit }),
  };
}
