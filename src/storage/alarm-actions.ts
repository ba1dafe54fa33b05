// The queue of alarm actions that are still to be performed: durable, at least once, its outcome in the
// history.
import type { AlarmType, ContributorIdentity } from "../core/alarms/alarm.ts";
import { actionItem } from "../core/alarms/alarm-history.ts";
import type { AlarmState } from "../core/alarms/alarm-state.ts";
import { historyChange } from "./alarm-history.ts";
import { arrivalKey } from "./arrival-key.ts";
import { createDueQueue, type DueQueue, type Taken } from "./due-queue.ts";
import type { Change, Document, State } from "./state.ts";

/**
 * An action that the change of an alarm asks for. It was written together with the new state and its history,
 * so that neither is there without the others.
 */
export interface AlarmAction {
  readonly account: string;
  readonly region: string;
  readonly alarmName: string;
  readonly alarmType: AlarmType;
  readonly alarmArn: string;
  /** What is to be done: the ARN of a topic, a function, an instance's action, a scaling policy ... */
  readonly actionArn: string;
  readonly state: AlarmState;
  /** Epoch milliseconds. */
  readonly stateUpdatedAt: number;
  /** For topics the notification and its subject, for everything else the event that functions get; JSON. */
  readonly subject: string;
  readonly body: string;
  /** The time series that it is performed for, of an alarm on many. */
  readonly contributor?: ContributorIdentity;
}

export interface QueuedAction {
  readonly action: AlarmAction;
  /** How often it was tried before. */
  readonly attempts: number;
  /** Epoch milliseconds. */
  readonly queuedAt: number;
  /** Why the last attempt failed. */
  readonly error?: string;
}

export type TakenAction = Taken<QueuedAction>;

const collection = "alarm-actions";
/** The queue is one for all accounts: who performs actions looks in a single place. */
const scope = "";

/**
 * Whoever performs actions takes those that are due, and tells what came of each. A taker who dies leaves the
 * action to be taken again when its time is over: an action may be performed twice, and is never lost.
 */
export interface AlarmActionQueue extends DueQueue<QueuedAction> {
  /** Takes the action out of the queue and into the alarm's history. */
  succeeded(taken: TakenAction, now: number): Promise<void>;
  /** Gives the action up: its history says why. */
  failed(taken: TakenAction, error: string, now: number): Promise<void>;
  /** Leaves the action in the queue for another attempt. */
  retry(taken: TakenAction, error: string, dueAt: number): Promise<void>;
}

export function createAlarmActionQueue(state: State): AlarmActionQueue {
  const queue = state.collection<QueuedAction>(collection);
  return {
    ...createDueQueue(queue, scope),
    succeeded: (taken, now) => settle(taken, undefined, now),
    failed: (taken, error, now) => settle(taken, error, now),
    async retry({ document, attempts }, error, dueAt) {
      const value = { ...document.value, attempts: attempts + 1, error };
      await queue.replace(scope, document.key, value, document.version, dueAt);
    },
  };

  async function settle(taken: TakenAction, error: string | undefined, now: number): Promise<void> {
    const { action, document } = taken;
    const { account, region, alarmName, alarmType, actionArn, stateUpdatedAt, body, contributor } = action;
    const outcome = {
      actionArn,
      stateUpdatedAt,
      message: body,
      ...(error === undefined ? {} : { error }),
      ...(contributor === undefined ? {} : { contributor }),
    };
    const item = actionItem({ name: alarmName, type: alarmType }, outcome, now);
    await state.write([
      { kind: "delete", collection, scope, key: document.key, version: document.version },
      historyChange(`${account}/${region}`, item),
    ]);
  }
}

const pageSize = 1_000;
const maximumLooked = 20_000;

/** Actions of an alarm that nobody has settled yet, as many as are asked for. */
export async function waitingActions(
  state: State,
  { account, region }: Pick<AlarmAction, "account" | "region">,
  alarmName: string,
  limit: number,
): Promise<readonly QueuedAction[]> {
  const queue = state.collection<QueuedAction>(collection);
  const found: QueuedAction[] = [];
  let after: { readonly key: string } | undefined;
  for (let looked = 0; looked < maximumLooked && found.length < limit; looked += pageSize) {
    const page: readonly Document<QueuedAction>[] = await queue.list(scope, {
      ...(after === undefined ? {} : { after }),
      limit: pageSize,
    });
    for (const { value } of page) {
      const { action } = value;
      if (action.alarmName === alarmName && action.account === account && action.region === region) {
        found.push(value);
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) break;
    after = { key: last.key };
  }
  return found.slice(0, limit);
}

/** The step that queues an action, to be written with what asks for it. */
export function actionChange(action: AlarmAction, now: number): Change {
  const value: QueuedAction = { action, attempts: 0, queuedAt: now };
  return { kind: "create", collection, scope, key: arrivalKey(now), value, rank: now };
}
