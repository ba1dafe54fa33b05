// A change of an alarm's state: what is written down, told to the event bus, and to be done.
import {
  actionsOf,
  type Alarm,
  type AlarmStateRecord,
  type ContributorIdentity,
  type HeldActions,
} from "./alarm.ts";
import type { AlarmState } from "./alarm-state.ts";
import { stateUpdateItem, type AlarmHistoryItem } from "./alarm-history.ts";
import type { LogLine } from "./log-lines.ts";
import type { MuteSpan } from "./mute-schedule.ts";
import { decideSuppression, type Suppression } from "./suppression.ts";

/** A state that an evaluation, or a caller, gives an alarm. */
export interface NewState {
  readonly value: AlarmState;
  readonly reason: string;
  readonly reasonData?: string;
}

/** A rule that mutes, and the time for which it does. */
export interface ActiveMute extends MuteSpan {
  readonly ruleArn: string;
}

/** What else decides whether actions are performed. */
export interface Circumstances {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Whether a mute rule is active for the alarm, and which. */
  readonly isMuted: boolean;
  readonly mutedBy?: ActiveMute;
  /** Whether the suppressor, if the alarm has one, is in ALARM. */
  readonly suppressorInAlarm: boolean;
}

interface RecordedChange {
  readonly before: Alarm;
  readonly after: Alarm;
  readonly history: readonly AlarmHistoryItem[];
  /** ARNs of what is to be done now. */
  readonly actions: readonly string[];
  /** Set when they are muted. */
  readonly mutedBy?: ActiveMute;
  /** What topics are told beside it. */
  readonly logLines?: readonly LogLine[];
}

export interface AlarmChange extends RecordedChange {
  /** False when only actions were released: nothing is to be told to the event bus. */
  readonly isTransition: boolean;
  /** Of an alarm on many time series: those that went into ALARM, and out of it. */
  readonly contributors?: readonly ContributorChange[];
}

/** A time series changed its state; `before` and `after` are the alarm with the state of the time series. */
export interface ContributorChange extends RecordedChange {
  readonly contributor: ContributorIdentity;
}

/** The alarm in its new state. A state of the same value replaces the reason and does nothing more. */
export function changeState(alarm: Alarm, state: NewState, circumstances: Circumstances): AlarmChange {
  const { now, mutedBy } = circumstances;
  const isTransition = state.value !== alarm.state.value;
  const record: AlarmStateRecord = {
    ...state,
    updatedAt: now,
    transitionedAt: isTransition ? now : alarm.state.transitionedAt,
  };
  const after: Alarm = { ...alarm, state: record };
  if (!isTransition) return { before: alarm, after, isTransition, history: [], actions: [] };
  const { held, performs } = holdOf(alarm, circumstances, true);
  const changed = withHeld(after, held);
  return {
    before: alarm,
    after: changed,
    isTransition,
    history: [stateUpdateItem(alarm, changed, now)],
    actions: performs ? actionsOf(changed, state.value) : [],
    ...(mutedBy === undefined ? {} : { mutedBy }),
  };
}

/**
 * Looks again at actions that are held back; undefined when nothing changes. Whatever releases them, those of
 * the present state are performed, as AWS documents it for suppressors, and for mute rules whose window ends
 * while the alarm is in another state than before.
 */
export function reconsiderHeld(alarm: Alarm, circumstances: Circumstances): AlarmChange | undefined {
  if (alarm.held === undefined) return undefined;
  const { held, performs } = holdOf(alarm, circumstances, false);
  if (sameHold(held, alarm.held)) return undefined;
  const after = withHeld(alarm, held);
  const actions = performs ? actionsOf(after, after.state.value) : [];
  return { before: alarm, after, isTransition: false, history: [], actions };
}

function holdOf(
  alarm: Alarm,
  { now, isMuted, suppressorInAlarm }: Circumstances,
  hasTransition: boolean,
): { readonly held: HeldActions | undefined; readonly performs: boolean } {
  const suppressor = alarm.type === "CompositeAlarm" ? alarm.suppressor : undefined;
  const wasMuted = alarm.held?.by === "Mute";
  if (suppressor !== undefined && !(wasMuted && !hasTransition)) {
    const before: Suppression | undefined = alarm.held?.by === "Mute" ? undefined : alarm.held;
    const question = { settings: suppressor, before, suppressorInAlarm, hasTransition, now };
    const { suppression, performs } = decideSuppression(question);
    if (suppression !== undefined || !performs) return { held: suppression, performs: false };
  }
  const from = alarm.held?.by === "Mute" ? alarm.held.from : alarm.state.value;
  if (isMuted) return { held: { by: "Mute", from }, performs: false };
  return { held: undefined, performs: hasTransition || !wasMuted || from !== alarm.state.value };
}

const sameHold = (one: HeldActions | undefined, other: HeldActions) =>
  one?.by === other.by && untilOf(one) === untilOf(other);

const untilOf = (held: HeldActions) => ("untilAt" in held ? held.untilAt : undefined);

function withHeld(alarm: Alarm, held: HeldActions | undefined): Alarm {
  const { held: _, ...free } = alarm;
  return held === undefined ? free : { ...free, held };
}
