// What follows from the evaluation of a metric alarm: the change that is written, or nothing.
import {
  actionsOf,
  alarmTypeOf,
  type Alarm,
  type AlarmContributor,
  type MetricAlarm,
  type TrackedSeries,
} from "./alarm.ts";
import {
  changeState,
  reconsiderHeld,
  type AlarmChange,
  type Circumstances,
  type ContributorChange,
} from "./alarm-change.ts";
import { contributorItem } from "./alarm-history.ts";
import type { ContributorDecision } from "./evaluate-contributors.ts";
import type { MetricAlarmDecision } from "./evaluate-metric-alarm.ts";
import { repeatedActions } from "./repeated-actions.ts";

/** Undefined when nothing is to be written. */
export function applyDecision(
  alarm: MetricAlarm,
  decision: MetricAlarmDecision,
  circumstances: Circumstances,
): AlarmChange | undefined {
  const base = withEvaluation(alarm, decision);
  const change =
    decision.state === undefined
      ? (reconsiderHeld(base, circumstances) ?? repeatedActions(base, circumstances.now))
      : withoutActionsOfSeries(changeState(base, decision.state, circumstances), decision);
  const contributors = decision.decisions.flatMap((one) => contributorChanges(base, one, circumstances));
  if (change !== undefined) return { ...change, contributors };
  if (base === alarm) return undefined;
  return { before: alarm, after: base, isTransition: false, history: [], actions: [], contributors };
}

/** The alarm with what this evaluation says of itself; the very same when that is what it had said before. */
function withEvaluation(alarm: MetricAlarm, decision: MetricAlarmDecision): MetricAlarm {
  const { evaluationState, contributors, tracked = [] } = decision;
  const sameContributors = namesOf(contributors) === namesOf(alarm.contributors ?? []);
  const sameTracked = stepsOf(tracked) === stepsOf(alarm.tracked ?? []);
  if (evaluationState === alarm.evaluationState && sameContributors && sameTracked) return alarm;
  const { evaluationState: _, contributors: __, tracked: ___, ...rest } = alarm;
  return {
    ...rest,
    ...(evaluationState === undefined ? {} : { evaluationState }),
    ...(contributors.length === 0 ? {} : { contributors }),
    ...(tracked.length === 0 ? {} : { tracked }),
  };
}

/** Values change all the time, and are only told. */
const stepsOf = (tracked: readonly TrackedSeries[]) =>
  tracked.map((one) => `${one.id} ${one.breachingSince} ${one.alarmSince} ${one.absentSince}`).join(",");

const namesOf = (contributors: readonly AlarmContributor[]) => contributors.map(({ id }) => id).join(" ");

const instanceAction = /^arn:[\w-]+:(automate|swf):/;
/** What is done for a time series as well: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Acting_Alarm_Changes.html */
const contributorAction = /^arn:[\w-]+:(sns|automate|swf|lambda|ssm):/;
/** What log alarms do for each group, and not for all: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-log.html */
const groupAction = /^arn:[\w-]+:(sns|lambda):/;

/**
 * An instance is acted on for its own time series, never for all of them together. Groups of logs have no
 * insufficient data, so of that only the alarm as a whole can tell.
 */
function withoutActionsOfSeries(change: AlarmChange, { decisions }: MetricAlarmDecision): AlarmChange {
  if (decisions.length === 0) return change;
  const { state } = change.after;
  const isOfGroups = isLogAlarm(change.after) && state.value !== "INSUFFICIENT_DATA";
  const ofSeries = isOfGroups ? groupAction : instanceAction;
  return { ...change, actions: change.actions.filter((arn) => !ofSeries.test(arn)) };
}

const isLogAlarm = (alarm: Alarm) => alarmTypeOf(alarm) === "LogAlarm";

function contributorChanges(
  alarm: MetricAlarm,
  { identity, changedFrom, isInAlarm, reason }: ContributorDecision,
  { now, isMuted, mutedBy }: Circumstances,
): readonly ContributorChange[] {
  if (changedFrom === undefined) return [];
  const value = isInAlarm ? "ALARM" : "OK";
  const record = { updatedAt: now, transitionedAt: now };
  const before = { ...alarm, state: { ...record, value: changedFrom, reason: "" } };
  const after = { ...alarm, state: { ...record, value, reason } } as const;
  const ofSeries = isLogAlarm(alarm) ? groupAction : contributorAction;
  const actions = isMuted ? [] : actionsOf(after, value).filter((arn) => ofSeries.test(arn));
  const history = [contributorItem(after, identity, now)];
  const muted = mutedBy === undefined ? {} : { mutedBy };
  return [{ contributor: identity, before, after, actions, history, ...muted }];
}
