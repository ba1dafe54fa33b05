// Alarms in state: definitions with their states, written together with what a change entails.
import { randomUUID } from "node:crypto";
import { actionMessage, type ToldChange } from "../core/alarms/action-message.ts";
import { alarmTypeOf, type Alarm } from "../core/alarms/alarm.ts";
import type { AlarmChange } from "../core/alarms/alarm-change.ts";
import { contributorEvent, stateChangeEvent, type AlarmEvent } from "../core/alarms/alarm-event.ts";
import type { AlarmHistoryItem } from "../core/alarms/alarm-history.ts";
import { evaluationIntervalSeconds } from "../core/alarms/alarm-window.ts";
import { actionChange, type AlarmAction } from "./alarm-actions.ts";
import { eventChanges } from "./alarm-events.ts";
import { historyChange } from "./alarm-history.ts";
import { parentChanges } from "./alarm-parents.ts";
import type { Change, Collection, Document, ListOptions, State } from "./state.ts";

const collection = "alarms";
const pageSize = 1_000;
const maximumWorlds = 10_000;
/** A write holds so many changes: few enough that it can be made again piece by piece. */
const changesPerWrite = 400;
/** Writes that share a transaction and its sync; more make a transaction that costs twice as much. */
const writesAtOnce = 4;

/** The account and region that an alarm belongs to. */
export interface AlarmWorld {
  readonly account: string;
  readonly region: string;
}

export const alarmScope = ({ account, region }: AlarmWorld) => `${account}/${region}`;

export function alarmsOf(state: State): Collection<Alarm> {
  return state.collection<Alarm>(collection);
}

/** Composite alarms have no interval: they follow others. */
const compositeRank = 1_000;

/**
 * Alarms are ranked by how often they are evaluated, so that those of high resolution are found by
 * themselves.
 */
const rankOf = (alarm: Alarm) =>
  alarm.type === "MetricAlarm" ? evaluationIntervalSeconds(alarm) : compositeRank;

/** Every alarm of a world, in the order of names. */
export async function allAlarms(state: State, world: AlarmWorld): Promise<readonly Document<Alarm>[]> {
  const alarms = alarmsOf(state);
  const found: Document<Alarm>[] = [];
  for (;;) {
    const last = found.at(-1);
    const page = await alarms.list(alarmScope(world), {
      ...(last === undefined ? {} : { after: { key: last.key } }),
      limit: pageSize,
    });
    found.push(...page);
    if (page.length < pageSize) return found;
  }
}

/** The composite alarms of a world. */
export function compositeAlarms(state: State, world: AlarmWorld): Promise<readonly Document<Alarm>[]> {
  return listByRank(state, world, { after: { key: "", rank: compositeRank - 1 } });
}

/** The metric alarms of a world that are evaluated every ten seconds. */
export function highResolutionAlarms(state: State, world: AlarmWorld): Promise<readonly Document<Alarm>[]> {
  return listByRank(state, world, { maxRank: 59 });
}

async function listByRank(
  state: State,
  world: AlarmWorld,
  options: Pick<ListOptions, "after" | "maxRank">,
): Promise<readonly Document<Alarm>[]> {
  const alarms = alarmsOf(state);
  const found: Document<Alarm>[] = [];
  for (;;) {
    const last = found.at(-1);
    const after = last === undefined ? {} : { after: { key: last.key, rank: last.rank ?? 0 } };
    const listing = { order: "rank" as const, ...options, ...after, limit: pageSize };
    const page = await alarms.list(alarmScope(world), listing);
    found.push(...page);
    if (page.length < pageSize) return found;
  }
}

/** Every account and region that was ever written to: alarms can be in any of them. */
export async function alarmWorlds(state: State): Promise<readonly AlarmWorld[]> {
  const listed = await state.collection("worlds").list("", { limit: maximumWorlds });
  return listed.flatMap(({ key }) => {
    const [account, region] = key.split("/");
    return account === undefined || region === undefined ? [] : [{ account, region }];
  });
}

/** Whether there are metric alarms that are evaluated more often than every minute, or composite ones. */
export async function hasAlarms(
  state: State,
  world: AlarmWorld,
): Promise<{ readonly any: boolean; readonly highResolution: boolean }> {
  const [first] = await alarmsOf(state).list(alarmScope(world), { order: "rank", limit: 1 });
  return { any: first !== undefined, highResolution: (first?.rank ?? compositeRank) < 60 };
}

/** What is written beside an alarm. */
export interface AlarmRecords {
  readonly history: readonly AlarmHistoryItem[];
  readonly events: readonly AlarmEvent[];
}

/**
 * Creates the alarm (`before` undefined) or replaces it; false when it is no longer as it was read. The
 * state of a replaced alarm is the caller's to keep.
 */
export function writeAlarm(
  state: State,
  world: AlarmWorld,
  written: {
    readonly alarm: Alarm;
    readonly before: Document<Alarm> | undefined;
    readonly now: number;
  } & AlarmRecords,
): Promise<boolean> {
  const { alarm, before, now } = written;
  const place = { collection, scope: alarmScope(world), key: alarm.name, value: alarm, rank: rankOf(alarm) };
  const change: Change =
    before === undefined
      ? { kind: "create", ...place }
      : { kind: "replace", ...place, version: before.version };
  const parents = parentChanges(place.scope, alarm.name, { before: before?.value, after: alarm });
  return state.write([change, ...parents, ...recordChanges(world, written, now)]);
}

/** Deletes alarms, all or none; false when one of them changed meanwhile. */
export function deleteAlarms(
  state: State,
  world: AlarmWorld,
  alarms: readonly Document<Alarm>[],
  records: AlarmRecords,
  now: number,
): Promise<boolean> {
  const scope = alarmScope(world);
  const deletions = alarms.flatMap(({ key, version, value }): readonly Change[] => [
    { kind: "delete", collection, scope, key, version },
    ...parentChanges(scope, key, { before: value, after: undefined }),
  ]);
  return state.write([...deletions, ...recordChanges(world, records, now)]);
}

/** A change and the version of the alarm that it was decided on. */
export interface DecidedChange {
  readonly version: number;
  readonly change: AlarmChange;
}

/**
 * Writes a change of state: the alarm, its history, the event for the bus and the actions, all or none. False
 * when the alarm is no longer as it was read: the change is to be decided anew.
 */
export function writeChange(
  state: State,
  world: AlarmWorld,
  decided: DecidedChange,
  now: number,
): Promise<boolean> {
  return state.write(changesOf(world, [decided], now));
}

/** Writes many changes, each whole. Those of alarms that somebody else wrote meanwhile are left out. */
export async function writeChanges(
  state: State,
  world: AlarmWorld,
  decided: readonly DecidedChange[],
  now: number,
): Promise<void> {
  const batches: DecidedChange[][] = [];
  let size = changesPerWrite;
  for (const one of decided) {
    const { actions, history, contributors = [] } = one.change;
    const ofContributors = contributors.reduce((sum, { actions: more }) => sum + 1 + more.length, 0);
    const own = 1 + actions.length + history.length + ofContributors;
    size += own;
    if (size > changesPerWrite) {
      batches.push([]);
      size = own;
    }
    batches.at(-1)?.push(one);
  }
  const next = batches.values();
  const writeNext = async () => {
    for (const batch of next) await writeBatch(batch);
  };
  await Promise.all(Array.from({ length: writesAtOnce }, writeNext));

  async function writeBatch(batch: readonly DecidedChange[]): Promise<void> {
    if (await state.write(changesOf(world, batch, now))) return;
    await Promise.all(batch.map((one) => writeChange(state, world, one, now)));
  }
}

function changesOf(world: AlarmWorld, decided: readonly DecidedChange[], now: number): readonly Change[] {
  const scope = alarmScope(world);
  const replacements = decided.map(({ version, change: { after } }): Change => ({
    kind: "replace",
    collection,
    scope,
    key: after.name,
    value: after,
    version,
    rank: rankOf(after),
  }));
  const contributors = decided.flatMap(({ change }) => change.contributors ?? []);
  const all = [...decided.map(({ change }) => change), ...contributors];
  const history = all.flatMap((change) => change.history);
  const place = () => ({ ...world, eventId: randomUUID(), now });
  const events = [
    ...contributors.map((change) => contributorEvent(change, place())),
    ...decided.flatMap(({ change }) => (change.isTransition ? [stateChangeEvent(change, place())] : [])),
  ];
  const actions = all.flatMap((change) =>
    change.actions.map((actionArn) => actionChange(actionOf(world, change, actionArn), now)),
  );
  return [...replacements, ...recordChanges(world, { history, events }, now), ...actions];
}

function actionOf(world: AlarmWorld, change: ToldChange, actionArn: string): AlarmAction {
  const { name, arn, state } = change.after;
  const { contributor } = change;
  return {
    account: world.account,
    region: world.region,
    alarmName: name,
    alarmType: alarmTypeOf(change.after),
    alarmArn: arn,
    actionArn,
    state: state.value,
    stateUpdatedAt: state.updatedAt,
    ...actionMessage(actionArn, change, world),
    ...(contributor === undefined ? {} : { contributor }),
  };
}

function recordChanges(world: AlarmWorld, { history, events }: AlarmRecords, now: number): readonly Change[] {
  const scope = alarmScope(world);
  return [...history.map((item) => historyChange(scope, item)), ...eventChanges(world, events, now)];
}
