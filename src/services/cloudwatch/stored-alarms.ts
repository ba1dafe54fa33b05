// How the operations read and write alarms: by name, and again when another call was faster.
import { randomUUID } from "node:crypto";
import { ConcurrentModificationException } from "@aws-sdk/client-cloudwatch";
import type { Alarm } from "../../core/alarms/alarm.ts";
import type { Circumstances } from "../../core/alarms/alarm-change.ts";
import { configurationChangeEvent } from "../../core/alarms/alarm-event.ts";
import { configurationItem } from "../../core/alarms/alarm-history.ts";
import { alarmNameOf } from "../../core/alarms/composite-rule/expression.ts";
import { mutedAlarms, muteOf } from "../../storage/alarm-mute-rules.ts";
import { alarmScope, alarmsOf, writeAlarm, type AlarmRecords } from "../../storage/alarms.ts";
import type { Document } from "../../storage/state.ts";
import { untilWritten as repeated } from "../../storage/until-written.ts";
import { modelled } from "../../wire/service.ts";
import { describedAlarm } from "./alarm-output.ts";
import type { CloudWatchContext } from "./context.ts";

export function findAlarm(context: CloudWatchContext, name: string): Promise<Document<Alarm> | undefined> {
  return alarmsOf(context.dependencies.state).get(alarmScope(context.call), name);
}

export function findAlarms(
  context: CloudWatchContext,
  names: readonly string[],
): Promise<readonly Document<Alarm>[]> {
  return alarmsOf(context.dependencies.state).getMany(alarmScope(context.call), names);
}

type Conflict = new (options: never) => Error;

/**
 * Runs `attempt` until it has written, which it tells by true: what it decided on may have changed meanwhile.
 * @param conflict What the operation's page has for that.
 * @throws ConcurrentModificationException, or the `conflict`
 */
export async function untilWritten(
  attempt: () => Promise<boolean>,
  conflict: Conflict = ConcurrentModificationException,
): Promise<void> {
  const isWritten = async () => (await attempt()) || undefined;
  await repeated(isWritten, () => modelled(conflict, "The resource is being modified by another call."));
}

/**
 * Writes what `define` makes of the alarm that is there, if any, with the item of its history and its event.
 * `define` may throw, and may run again.
 */
export async function defineAlarm(
  context: CloudWatchContext,
  name: string,
  define: (before: Alarm | undefined) => Alarm,
  conflict?: Conflict,
): Promise<void> {
  const { call, dependencies } = context;
  await untilWritten(async () => {
    const before = await findAlarm(context, name);
    const alarm = define(before?.value);
    const records = definitionRecords(context, alarm, before?.value);
    return writeAlarm(dependencies.state, call, {
      ...records,
      alarm,
      before,
      now: call.now,
    });
  }, conflict);
  tellOthers(context);
}

function definitionRecords({ call }: CloudWatchContext, alarm: Alarm, before?: Alarm): AlarmRecords {
  const { account, region, now } = call;
  const place = { account, region, now, eventId: randomUUID() };
  const described = describedAlarm(alarm);
  return {
    history: [configurationItem(before === undefined ? "Create" : "Update", alarm, described, now)],
    events: [configurationChangeEvent(before === undefined ? "create" : "update", alarm, place, before)],
  };
}

/** Composite alarms may depend on what was written, and events wait to be put on the bus. */
export function tellOthers({ call, dependencies }: CloudWatchContext): void {
  dependencies.facts.publish({ kind: "AlarmsChanged", account: call.account, region: call.region });
}

/** What decides, at the time of the call, whether the alarm's actions are performed. */
export async function circumstancesOf(context: CloudWatchContext, alarm: Alarm): Promise<Circumstances> {
  const { call, dependencies } = context;
  const muted = await mutedAlarms(dependencies.state, call, call.now);
  const suppressor = alarm.type === "CompositeAlarm" ? alarm.suppressor?.alarm : undefined;
  const found = suppressor === undefined ? undefined : await findAlarm(context, alarmNameOf(suppressor));
  return {
    now: call.now,
    ...muteOf(muted, alarm.name),
    suppressorInAlarm: found?.value.state.value === "ALARM",
  };
}
