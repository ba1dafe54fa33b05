// Which composite alarms depend on an alarm.
import type { Alarm } from "../core/alarms/alarm.ts";
import {
  parentChanges,
  referenceCollections,
  referenceScope,
  referredTo,
  type Reference,
} from "./alarm-parents.ts";
import { alarmScope, alarmsOf, compositeAlarms, type AlarmWorld } from "./alarms.ts";
import type { State } from "./state.ts";

/** Of each account and region whether the references are noted. */
const noted = "alarm-parents-noted";
const changesPerWrite = 400;

/** How many composite alarms' rules refer to an alarm, the one of the name `except` left out. */
export async function countParents(
  state: State,
  world: AlarmWorld,
  child: string,
  except: string,
): Promise<number> {
  await noteOnce(state, world);
  const parents = state.collection<object>(referenceCollections.rule);
  const scope = referenceScope(alarmScope(world), child);
  const [all, own] = await Promise.all([parents.count(scope), parents.get(scope, except)]);
  return own === undefined ? all : all - 1;
}

/** Up to `limit` composite alarms that refer to an alarm in one way, in the order of their names. */
export async function alarmsReferringTo(
  state: State,
  world: AlarmWorld,
  name: string,
  { kind, limit }: { readonly kind: Reference; readonly limit: number },
): Promise<readonly Alarm[]> {
  await noteOnce(state, world);
  const scope = alarmScope(world);
  const references = state.collection<object>(referenceCollections[kind]);
  const found = await references.list(referenceScope(scope, name), { limit });
  const alarms = await alarmsOf(state).getMany(
    scope,
    found.map(({ key }) => key),
  );
  return alarms
    .map(({ value }) => value)
    .filter((alarm) => referredTo(alarm, kind).includes(name))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Alarms that were written by a build that did not note it yet. */
async function noteOnce(state: State, world: AlarmWorld): Promise<void> {
  const scope = alarmScope(world);
  const isNoted = state.collection<object>(noted);
  if ((await isNoted.get(scope, "")) !== undefined) return;
  const changes = (await compositeAlarms(state, world)).flatMap(({ key, value }) =>
    parentChanges(scope, key, { before: undefined, after: value }),
  );
  for (let at = 0; at < changes.length; at += changesPerWrite) {
    await state.write(changes.slice(at, at + changesPerWrite));
  }
  await isNoted.put(scope, "", {});
}
