// What of an alarm's actions was performed, and what held the others back.
import { actionsOf, type Alarm } from "../../core/alarms/alarm.ts";
import { actionsOfState, type PastAction, type PastState } from "../../storage/alarm-past.ts";
import { allMuteRules, muteRuleStatus } from "../../storage/alarm-mute-rules.ts";
import type { GroundwatchContext } from "./context.ts";
import type { OperationOutput } from "./schema-types.ts";

type ExplainedAction = OperationOutput<"ExplainAlarm">["Actions"][number];

/** The names of the mute rules that are active for the alarm at an instant, as they are defined now. */
export async function mutingRules(
  { call, dependencies }: GroundwatchContext,
  { name }: Alarm,
  at: number,
): Promise<readonly string[]> {
  const rules = await allMuteRules(dependencies.state, call);
  return rules
    .map(({ value }) => value)
    .filter((rule) => rule.alarmNames.includes(name) && muteRuleStatus(rule, at) === "ACTIVE")
    .map((rule) => rule.name);
}

/** Why the actions of the state that the alarm went into at `since` wait; undefined when none do. */
export function heldBack(alarm: Alarm, since: number): string | undefined {
  const { held } = alarm;
  if (held === undefined || since !== alarm.state.transitionedAt) return undefined;
  const suppressor = alarm.type === "CompositeAlarm" ? (alarm.suppressor?.alarm ?? "") : "";
  switch (held.by) {
    case "Mute":
      return `Held back until no mute rule is active; the actions performed last were those of ${held.from}.`;
    case "Alarm":
      return `Held back while the suppressor ${suppressor} is in ALARM.`;
    case "WaitPeriod":
      return `Held back until ${timeOf(held.untilAt)}, in case the suppressor ${suppressor} goes into ALARM.`;
    case "ExtensionPeriod":
      return `Held back until ${timeOf(held.untilAt)}, after the suppressor ${suppressor} has left ALARM.`;
  }
}

interface Restraints {
  readonly mutedBy: readonly string[];
  readonly held: string | undefined;
}

/** The actions of the state, performed or not, and those that were done for single time series. */
export async function explainActions(
  { call, dependencies }: GroundwatchContext,
  alarm: Alarm,
  { value, since }: PastState,
  restraints: Restraints,
): Promise<ExplainedAction[]> {
  const past = await actionsOfState(dependencies.state, call, alarm.name, since);
  const performed = new Set(past.map(({ actionArn }) => actionArn));
  const others = actionsOf({ ...alarm, actionsEnabled: true }, value).filter((arn) => !performed.has(arn));
  return [
    ...past.map((action) => ({
      ActionArn: action.actionArn,
      Outcome: action.outcome,
      Sentence: sentenceOf(action),
      At: action.at,
      Attempts: action.attempts,
      Error: action.error,
      ContributorId: action.contributorId,
    })),
    ...others.map((arn) => ({
      ActionArn: arn,
      Outcome: "NotPerformed",
      Sentence: reasonOf(alarm, restraints),
    })),
  ];
}

function sentenceOf({ outcome, at, attempts = 0, error }: PastAction): string {
  const because = error === undefined ? "" : `: ${error}`;
  switch (outcome) {
    case "Succeeded":
      return `Performed at ${timeOf(at)}.`;
    case "Failed":
      return `Given up at ${timeOf(at)}${because}.`;
    case "Waiting":
      return `Waiting since ${timeOf(at)}, tried ${attempts} times${because}.`;
  }
}

function reasonOf({ actionsEnabled }: Alarm, { mutedBy, held }: Restraints): string {
  if (!actionsEnabled) return "Not performed: the actions of the alarm are disabled.";
  if (mutedBy.length > 0) return `Not performed: muted by ${mutedBy.join(", ")}.`;
  return held ?? "Not performed: the alarm was in this state before it had the action.";
}

const timeOf = (instant: number) => new Date(instant).toISOString();
