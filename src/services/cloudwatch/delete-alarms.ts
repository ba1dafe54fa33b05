// DeleteAlarms: all of them or, when one cannot be deleted, none.
import { randomUUID } from "node:crypto";
import { ResourceConflict } from "@aws-sdk/client-cloudwatch";
import type { Alarm } from "../../core/alarms/alarm.ts";
import { configurationChangeEvent } from "../../core/alarms/alarm-event.ts";
import { configurationItem } from "../../core/alarms/alarm-history.ts";
import { childNames, type Reference } from "../../storage/alarm-parents.ts";
import { alarmsReferringTo } from "../../storage/alarm-relations.ts";
import { deleteAlarms as deleteStored } from "../../storage/alarms.ts";
import { noSuchAlarm, validationError } from "./alarm-errors.ts";
import { describedAlarm } from "./alarm-output.ts";
import type { CloudWatchContext, Input } from "./context.ts";
import { findAlarms, tellOthers, untilWritten } from "./stored-alarms.ts";

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
    const deleted = await findAlarms(context, [...names]);
    await check(context, names, new Map(deleted.map(({ key, value }) => [key, value])));
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

async function check(
  context: CloudWatchContext,
  names: ReadonlySet<string>,
  known: ReadonlyMap<string, Alarm>,
): Promise<void> {
  for (const name of names) if (!known.has(name)) throw noSuchAlarm(name);
  const composites = [...names].filter((name) => known.get(name)?.type === "CompositeAlarm");
  if (composites.length > 1) {
    throw validationError("You can delete at most one composite alarm in one operation");
  }
  const needed = await Promise.all([...names].map((name) => isNeeded(context, name, names)));
  const blocked = [...names].filter((_, index) => needed[index]);
  if (blocked.length > 0) {
    throw validationError(
      `Cannot delete ${blocked.join(",")} as there are composite alarm(s) depending on ` +
        `${blocked.length === 1 ? "it" : "them"}.`,
    );
  }
}

/** Whether a composite alarm that stays depends on it, or it is a cycle of its own. */
async function isNeeded(
  { call, dependencies }: CloudWatchContext,
  name: string,
  deleted: ReadonlySet<string>,
): Promise<boolean> {
  const limit = deleted.size + 1;
  const ask = (kind: Reference) => alarmsReferringTo(dependencies.state, call, name, { kind, limit });
  const dependents = (await Promise.all([ask("rule"), ask("suppressor")])).flat();
  return dependents.some((alarm) => !deleted.has(alarm.name) || childNames(alarm).includes(alarm.name));
}
