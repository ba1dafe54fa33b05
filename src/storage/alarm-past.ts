// The states and definitions that an alarm has had, from its history, and what became of the actions of each
// state.
import type { Alarm } from "../core/alarms/alarm.ts";
import type { AlarmHistoryItem } from "../core/alarms/alarm-history.ts";
import { alarmStates, type AlarmState } from "../core/alarms/alarm-state.ts";
import { waitingActions } from "./alarm-actions.ts";
import { readHistory } from "./alarm-history.ts";
import { alarmScope, type AlarmWorld } from "./alarms.ts";
import type { State } from "./state.ts";

/** A state and since when; epoch milliseconds. */
export interface PastState {
  readonly value: AlarmState;
  readonly since: number;
}

/** The state that the alarm was in at an instant, its change at the instant itself included. */
export async function stateAt(state: State, world: AlarmWorld, alarm: Alarm, at: number): Promise<PastState> {
  const { value, transitionedAt } = alarm.state;
  if (transitionedAt <= at) return { value, since: transitionedAt };
  const [item] = await historyOf(state, world, alarm.name, { from: 0, to: at }, "StateUpdate", 1);
  const found = item === undefined ? undefined : newStateOf(item);
  return found === undefined || item === undefined
    ? { value: "INSUFFICIENT_DATA", since: alarm.createdAt }
    : { value: found, since: item.at };
}

function newStateOf({ data }: AlarmHistoryItem): AlarmState | undefined {
  const found: unknown = JSON.parse(data);
  const value = memberOf(memberOf(found, "newState"), "stateValue");
  return alarmStates.find((known) => known === value);
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;

/** The alarm as the last definition at or before an instant made it; undefined when the history has none. */
export async function definitionAt(
  state: State,
  world: AlarmWorld,
  name: string,
  at: number,
): Promise<Alarm | undefined> {
  const [item] = await historyOf(state, world, name, { from: 0, to: at }, "ConfigurationUpdate", 1);
  return item?.definition;
}

/** What came of an action; `at` is when it was settled, or queued. */
export interface PastAction {
  readonly actionArn: string;
  readonly outcome: "Succeeded" | "Failed" | "Waiting";
  readonly at: number;
  readonly attempts?: number;
  readonly error?: string;
  readonly contributorId?: string;
}

const maximumActions = 200;

/**
 * The actions of the state that an alarm went into at an instant; those of an alarm's time series since
 * then, too.
 */
export async function actionsOfState(
  state: State,
  world: AlarmWorld,
  name: string,
  since: number,
): Promise<readonly PastAction[]> {
  const range = { from: since, to: Number.MAX_SAFE_INTEGER };
  const settled = [
    ...(await historyOf(state, world, name, range, "Action", maximumActions)),
    ...(await historyOf(state, world, name, range, "AlarmContributorAction", maximumActions)),
  ];
  const waiting = await waitingActions(state, world, name, maximumActions);
  return [
    ...settled.filter((item) => item.contributor !== undefined || stateOf(item) === since).map(settledAction),
    ...waiting
      .filter(({ action }) => action.contributor !== undefined || action.stateUpdatedAt === since)
      .map(({ action, attempts, queuedAt, error }): PastAction => ({
        actionArn: action.actionArn,
        outcome: "Waiting",
        at: queuedAt,
        attempts,
        ...(error === undefined ? {} : { error }),
        ...(action.contributor === undefined ? {} : { contributorId: action.contributor.id }),
      })),
  ].toSorted((one, other) => one.at - other.at);
}

const stateOf = ({ data }: AlarmHistoryItem) => memberOf(JSON.parse(data), "stateUpdateTimestamp");

function settledAction({ at, data, contributor }: AlarmHistoryItem): PastAction {
  const found: unknown = JSON.parse(data);
  const error = memberOf(found, "error");
  return {
    actionArn: String(memberOf(found, "notificationResource")),
    outcome: memberOf(found, "actionState") === "Failed" ? "Failed" : "Succeeded",
    at,
    ...(typeof error === "string" ? { error } : {}),
    ...(contributor === undefined ? {} : { contributorId: contributor.id }),
  };
}

/** Newest first. */
async function historyOf(
  state: State,
  world: AlarmWorld,
  alarmName: string,
  { from, to }: { readonly from: number; readonly to: number },
  type: AlarmHistoryItem["itemType"],
  limit: number,
): Promise<readonly AlarmHistoryItem[]> {
  const found = await readHistory(state, {
    scope: alarmScope(world),
    alarmName,
    from,
    to,
    descending: true,
    after: undefined,
    accepts: ({ itemType }) => itemType === type,
    limit,
  });
  return found.map(({ item }) => item);
}
