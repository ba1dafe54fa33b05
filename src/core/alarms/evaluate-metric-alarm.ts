// One evaluation of a metric alarm: from what it sees to its new state, if there is one.
import {
  ruleOf,
  watchedMetric,
  type AlarmContributor,
  type EvaluationState,
  type MetricAlarm,
  type PromqlCriteria,
  type TrackedSeries,
} from "./alarm.ts";
import type { NewState } from "./alarm-change.ts";
import type { AlarmReading } from "./alarm-reading.ts";
import { isWarmingUp, periodSecondsOf } from "./alarm-window.ts";
import { evaluateAlarm, type AlarmRule, type Evaluation } from "./evaluate-alarm.ts";
import {
  countReasonData,
  evaluateContributors,
  goneContributors,
  noSeriesReason,
  type ContributorDecision,
} from "./evaluate-contributors.ts";
import { logReasonData, stateReason, stateReasonData } from "./state-reason.ts";
import { alarmReason, trackedChanges, trackedState, trackSeries } from "./track-series.ts";

/** An evaluation and what it leads to. */
export interface MetricAlarmDecision {
  /** Of an alarm on many time series: of the missing one, when there are none. */
  readonly evaluation: Evaluation;
  /** Undefined when the alarm stays as it is. */
  readonly state: NewState | undefined;
  readonly isWarmingUp: boolean;
  readonly evaluationState: EvaluationState | undefined;
  /** Of an alarm on many time series, each that was evaluated, and those of them that are in ALARM. */
  readonly decisions: readonly ContributorDecision[];
  readonly contributors: readonly AlarmContributor[];
  /** Of a PromQL alarm: what it goes on from at the next evaluation. */
  readonly tracked?: readonly TrackedSeries[];
}

/** `now` in epoch milliseconds. */
export function evaluateMetricAlarm(
  alarm: MetricAlarm,
  reading: AlarmReading,
  now: number,
): MetricAlarmDecision {
  if (alarm.promql !== undefined) return evaluatePromqlAlarm(alarm, alarm.promql, reading, now);
  const rule = ruleOfReading(alarm, reading);
  const { periods, contributors = [], isSourceFailed = false } = reading;
  const evaluation = evaluateAlarm(rule, periods, alarm.state.value);
  const warming = isWarmingUp(alarm, contributors[0]?.periods ?? periods, now);
  const base = {
    evaluation,
    isWarmingUp: warming,
    evaluationState: evaluationStateOf(reading),
    decisions: [],
    contributors: isSourceFailed ? (alarm.contributors ?? []) : [],
  };
  if (contributors.length > 0 && !warming) {
    const { decisions, contributors: inAlarm, state } = evaluateContributors(alarm, rule, contributors, now);
    const isNews = state.value !== alarm.state.value || state.reason !== alarm.state.reason;
    return { ...base, decisions, contributors: inAlarm, state: isNews ? state : undefined };
  }
  if (warming) return { ...base, state: undefined, contributors: alarm.contributors ?? [] };
  const decisions = reading.contributors === undefined ? [] : goneContributors(alarm, rule, []);
  if (evaluation.state === alarm.state.value) return { ...base, decisions, state: undefined };
  return { ...base, decisions, state: newState(alarm, rule, evaluation, reading, now) };
}

/** The rule of the alarm; a source that failed leaves data missing, whatever the alarm would make of that. */
export function ruleOfReading(alarm: MetricAlarm, { isSourceFailed = false }: AlarmReading): AlarmRule {
  const rule = ruleOf(alarm);
  return isSourceFailed ? { ...rule, treatMissingData: "missing" } : rule;
}

/** What cannot be evaluated leaves the alarm and its time series as they are, and says why. */
function evaluatePromqlAlarm(
  alarm: MetricAlarm,
  criteria: PromqlCriteria,
  reading: AlarmReading,
  now: number,
): MetricAlarmDecision {
  const { window, periods, returned, problem } = reading;
  const base = {
    evaluation: evaluateAlarm(ruleOf(alarm), periods, alarm.state.value),
    isWarmingUp: false,
    evaluationState: evaluationStateOf(reading),
  };
  const { tracked = [], contributors = [] } = alarm;
  if (returned === undefined) {
    const reason = `The query could not be evaluated: ${problem ?? "it was not read"}`.slice(
      0,
      maximumReason,
    );
    const state = { value: alarm.state.value, reason, reasonData: countReasonData(now) };
    return { ...base, state: newsOf(alarm, state), decisions: [], contributors, tracked };
  }
  const next = trackSeries(tracked, returned, criteria, window.to);
  const changes = trackedChanges(tracked, next.tracked, criteria, window.to);
  const known = new Map(contributors.map((one) => [one.id, one]));
  return {
    ...base,
    state: newsOf(alarm, { ...trackedState(next), reasonData: countReasonData(now) }),
    decisions: changes.map((one) => ({ ...one, evaluation: base.evaluation })),
    contributors: next.tracked.flatMap((one): readonly AlarmContributor[] => {
      if (one.alarmSince === undefined) return [];
      const { id, attributes } = one;
      const reason = alarmReason(one, criteria);
      return [known.get(id) ?? { id, attributes, reason, transitionedAt: now }];
    }),
    tracked: next.tracked,
  };
}

function newsOf({ state }: MetricAlarm, next: NewState): NewState | undefined {
  return next.value !== state.value || next.reason !== state.reason ? next : undefined;
}

function evaluationStateOf({
  problem,
  isPartial = false,
  isPassing = false,
}: AlarmReading): EvaluationState | undefined {
  if (problem !== undefined) return isPassing ? "EVALUATION_FAILURE" : "EVALUATION_ERROR";
  return isPartial ? "PARTIAL_DATA" : undefined;
}

function newState(
  alarm: MetricAlarm,
  rule: AlarmRule,
  evaluation: Evaluation,
  { contributors, problem }: AlarmReading,
  now: number,
): NewState {
  const value = evaluation.state;
  if (contributors !== undefined) {
    return { value, reason: noSeriesReason(alarm, rule.treatMissingData), reasonData: countReasonData(now) };
  }
  const metric = watchedMetric(alarm);
  const subject = {
    periodSeconds: periodSecondsOf(alarm),
    queriedAt: now,
    ...(metric === undefined ? {} : { statistic: metric.statistic }),
    ...(metric?.unit === undefined ? {} : { unit: metric.unit }),
  };
  const reason = stateReason(rule, evaluation, alarm.logs === undefined ? "datapoints" : "query results");
  return {
    value,
    reason: problem === undefined ? reason : `${reason} ${problem}`.slice(0, maximumReason),
    reasonData:
      alarm.logs === undefined
        ? stateReasonData(rule, evaluation, subject)
        : logReasonData(rule, evaluation, now),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html */
const maximumReason = 1_023;
