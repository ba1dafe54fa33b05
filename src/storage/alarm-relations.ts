// Which alarms depend on an alarm, and how many there are of a kind.
import type { Alarm, MetricAlarm } from "../core/alarms/alarm.ts";
import { identityKey, type MetricIdentity } from "../core/metrics/metric-identity.ts";
import {
  metricReference,
  parentChanges,
  referenceCollections,
  referenceScope,
  referredTo,
  type CostlyKind,
  type Reference,
} from "./alarm-parents.ts";
import { alarmScope, alarmsOf, allAlarms, type AlarmWorld } from "./alarms.ts";
import type { State } from "./state.ts";

/** Of each account and region whether the references are noted, those to metrics included. */
const noted = "alarm-references-noted";
const notedKey = "with-metrics";
const pageSize = 1_000;
const changesPerWrite = 400;

/** Composite alarms whose rules refer to an alarm, or alarms of a kind. */
export type Counted = { readonly parentsOf: string } | { readonly kind: CostlyKind };

/** How many alarms there are, the one of the name `except` left out. */
export async function countAlarms(
  state: State,
  world: AlarmWorld,
  counted: Counted,
  except: string,
): Promise<number> {
  await noteOnce(state, world);
  const [reference, name] =
    "kind" in counted ? (["kind", counted.kind] as const) : (["rule", counted.parentsOf] as const);
  const alarms = state.collection<object>(referenceCollections[reference]);
  const scope = referenceScope(alarmScope(world), name);
  const [all, own] = await Promise.all([alarms.count(scope), alarms.get(scope, except)]);
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

/** The alarms on a metric itself, not on expressions with it, in the order of their names. */
export async function alarmsOnMetric(
  state: State,
  world: AlarmWorld,
  metric: MetricIdentity,
): Promise<readonly MetricAlarm[]> {
  await noteOnce(state, world);
  const scope = alarmScope(world);
  const references = state.collection<object>(referenceCollections.metric);
  const key = identityKey(metric);
  const found: MetricAlarm[] = [];
  let last: string | undefined;
  for (;;) {
    const after = last === undefined ? {} : { after: { key: last } };
    const page = await references.list(referenceScope(scope, metricReference(metric)), {
      ...after,
      limit: pageSize,
    });
    const names = page.map(({ key: name }) => name);
    for (const { value } of await alarmsOf(state).getMany(scope, names)) {
      // Two metrics may share a number.
      const isOnMetric = value.type === "MetricAlarm" && value.metric !== undefined;
      if (isOnMetric && identityKey(value.metric) === key) found.push(value);
    }
    if (page.length < pageSize) return found;
    last = names.at(-1);
  }
}

/** Alarms that were written by a build that did not note it yet. */
async function noteOnce(state: State, world: AlarmWorld): Promise<void> {
  const scope = alarmScope(world);
  const isNoted = state.collection<object>(noted);
  if ((await isNoted.get(scope, notedKey)) !== undefined) return;
  const changes = (await allAlarms(state, world)).flatMap(({ key, value }) =>
    parentChanges(scope, key, { before: undefined, after: value }),
  );
  for (let at = 0; at < changes.length; at += changesPerWrite) {
    await state.write(changes.slice(at, at + changesPerWrite));
  }
  await isNoted.put(scope, notedKey, {});
}
