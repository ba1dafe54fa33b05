// One evaluation of a metric alarm: from what it sees to its new state, if there is one.
import { actionsOf, ruleOf, watchedMetric, type Alarm, type MetricAlarm } from "./alarm.ts";
import type { NewState } from "./alarm-change.ts";
import { isWarmingUp, periodSecondsOf } from "./alarm-window.ts";
import { evaluateAlarm, type AlarmPeriod, type Evaluation } from "./evaluate-alarm.ts";
import { stateReason, stateReasonData } from "./state-reason.ts";

/** An evaluation and the state that it leads to, undefined when the alarm stays as it is. */
export interface MetricAlarmDecision {
  readonly evaluation: Evaluation;
  readonly state: NewState | undefined;
}

/** `now` in epoch milliseconds. */
export function evaluateMetricAlarm(
  alarm: MetricAlarm,
  periods: readonly AlarmPeriod[],
  now: number,
): MetricAlarmDecision {
  const rule = ruleOf(alarm);
  const evaluation = evaluateAlarm(rule, periods, alarm.state.value);
  if (evaluation.state === alarm.state.value || isWarmingUp(alarm, periods, now)) {
    return { evaluation, state: undefined };
  }
  const metric = alarm.metric ?? watchedMetric(alarm);
  const subject = {
    periodSeconds: periodSecondsOf(alarm),
    queriedAt: now,
    ...(metric === undefined ? {} : { statistic: metric.statistic }),
    ...(metric?.unit === undefined ? {} : { unit: metric.unit }),
  };
  return {
    evaluation,
    state: {
      value: evaluation.state,
      reason: stateReason(rule, evaluation),
      reasonData: stateReasonData(rule, evaluation, subject),
    },
  };
}

/**
 * The actions that are performed every minute for as long as the alarm stays in its state: scaling goes on
 * until
 * it helps. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
 */
export function repeatedActions(alarm: Alarm): readonly string[] {
  if (alarm.held !== undefined) return [];
  return actionsOf(alarm, alarm.state.value).filter((arn) => /^arn:[\w-]+:autoscaling:/.test(arn));
}
