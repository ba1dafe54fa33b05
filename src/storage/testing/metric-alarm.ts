// A metric alarm as it is when it has just been put, for tests of what becomes of it.
import { alarmArn, type MetricAlarm } from "../../core/alarms/alarm.ts";
import type { AlarmWorld } from "../alarms.ts";

/** Above 50 once. `at` in epoch milliseconds. */
export function newMetricAlarm(
  { account, region }: AlarmWorld,
  name: string,
  at: number,
  more: Pick<MetricAlarm, "metric" | "metricId"> & Partial<MetricAlarm>,
): MetricAlarm {
  return {
    type: "MetricAlarm",
    name,
    arn: alarmArn(account, region, name),
    actionsEnabled: true,
    okActions: [],
    alarmActions: [],
    insufficientDataActions: [],
    tags: {},
    createdAt: at,
    configuredAt: at,
    state: { value: "INSUFFICIENT_DATA", reason: "new", updatedAt: at, transitionedAt: at },
    comparisonOperator: "GreaterThanThreshold",
    threshold: 50,
    evaluationPeriods: 1,
    ...more,
  };
}
