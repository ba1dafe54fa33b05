// DeleteAlarms: all of them or, when one cannot be deleted, none.
import { randomUUID } from "node:crypto";
import { ResourceConflict } from "@aws-sdk/client-cloudwatch";
import type { Alarm } from "../../core/alarms/alarm.ts";
import { configurationChangeEvent } from "../../core/alarms/alarm-event.ts";
import { configurationItem } from "../../core/alarms/alarm-history.ts";
import { alarmNameOf } from "../../core/alarms/composite-rule/expression.ts";
import { childNames } from "../../storage/alarm-parents.ts";
import { allAlarms, deleteAlarms as deleteStored } from "../../storage/alarms.ts";
import { noSuchAlarm, validationError } from "./alarm-errors.ts";
import { describedAlarm } from "./alarm-output.ts";
import type { CloudWatchContext, Input } from "./context.ts";
import { tellOthers, untilWritten } from "./stored-alarms.ts";

/**
 * At most one composite alarm goes with a call, and no alarm that a composite alarm depends on, so that those
 * of a cycle cannot be deleted.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
 */
export async function deleteAlarms(
  { AlarmNames }: Input<"DeleteAlarms">,
  context: CloudWatchContext,
): Promise<object> {
  const names = new Set(AlarmNames);
  const { call, dependencies } = context;
  const { account, region, now } = call;
  await untilWritten(async () => {
    const all = await allAlarms(dependencies.state, call);
    const deleted = all.filter(({ key }) => names.has(key));
    check(
      names,
      all.map(({ value }) => value),
    );
    const history = deleted.map(({ value }) =>
      configurationItem("Delete", value, describedAlarm(value), now),
    );
    const events = deleted.map(({ value }) =>
      configurationChangeEvent("delete", value, { account, region, now, eventId: randomUUID() }),
    );
    return deleteStored(dependencies.state, call, deleted, { history, events }, now);
  }, ResourceConflict);
  tellOthers(context);
  return {};
}

function check(names: ReadonlySet<string>, alarms: readonly Alarm[]): void {
  const known = new Map(alarms.map((alarm) => [alarm.name, alarm]));
  for (const name of names) if (!known.has(name)) throw noSuchAlarm(name);
  const composites = [...names].filter((name) => known.get(name)?.type === "CompositeAlarm");
  if (composites.length > 1) {
    throw validationError("You can delete at most one composite alarm in one operation");
  }
  const needed = new Set(
    alarms.flatMap((alarm) => {
      if (
        alarm.type !== "CompositeAlarm" ||
        (names.has(alarm.name) && !childNames(alarm).includes(alarm.name))
      )
        return [];
      const { suppressor } = alarm;
      return [...childNames(alarm), ...(suppressor === undefined ? [] : [alarmNameOf(suppressor.alarm)])];
    }),
  );
  const blocked = [...names].filter((name) => needed.has(name));
  if (blocked.length > 0) {
    throw validationError(
      `Cannot delete ${blocked.join(",")} as there are composite alarm(s) depending on ` +
        `${blocked.length === 1 ? "it" : "them"}.`,
    );
  }
}
