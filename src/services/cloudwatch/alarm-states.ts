// SetAlarmState, and the switch for the actions of alarms.
import { InvalidFormatFault } from "@aws-sdk/client-cloudwatch";
import type { Alarm } from "../../core/alarms/alarm.ts";
import { changeState, type NewState } from "../../core/alarms/alarm-change.ts";
import { childrenSignature } from "../../core/alarms/composite-decision.ts";
import { isRuleProblem, parseRule } from "../../core/alarms/composite-rule/parse.ts";
import { childNames } from "../../storage/alarm-parents.ts";
import { writeChange } from "../../storage/alarms.ts";
import { modelled } from "../../wire/service.ts";
import { noSuchAlarm } from "./alarm-errors.ts";
import type { CloudWatchContext, Input } from "./context.ts";
import {
  circumstancesOf,
  defineAlarm,
  findAlarm,
  findAlarms,
  tellOthers,
  untilWritten,
} from "./stored-alarms.ts";

/**
 * A metric alarm returns to its own state at the next evaluation, a composite alarm when one of its children
 * changes. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
 */
export async function setAlarmState(
  input: Input<"SetAlarmState">,
  context: CloudWatchContext,
): Promise<object> {
  const { AlarmName: name, StateValue: value, StateReason: reason, StateReasonData: reasonData } = input;
  if (reasonData !== undefined && !isJson(reasonData)) {
    throw modelled(InvalidFormatFault, "StateReasonData is not valid JSON");
  }
  await putState(context, name, { value, reason, ...(reasonData === undefined ? {} : { reasonData }) });
  return {};
}

/** Brings an alarm into a state, with all that follows from that. */
export async function putState(context: CloudWatchContext, name: string, state: NewState): Promise<void> {
  const { call, dependencies } = context;
  await untilWritten(async () => {
    const found = await findAlarm(context, name);
    if (found === undefined) throw noSuchAlarm(name);
    const change = changeState(found.value, state, await circumstancesOf(context, found.value));
    const after = await overridden(context, change.after);
    const decided = { version: found.version, change: { ...change, after } };
    return writeChange(dependencies.state, call, decided, call.now);
  });
  tellOthers(context);
  dependencies.facts.publish({ kind: "AlarmActionsQueued" });
}

async function overridden(context: CloudWatchContext, alarm: Alarm): Promise<Alarm> {
  if (alarm.type !== "CompositeAlarm") return alarm;
  const expression = parseRule(alarm.rule);
  if (isRuleProblem(expression)) return alarm;
  const children = await findAlarms(context, childNames(alarm));
  const found = new Map(children.map(({ value }) => [value.name, value]));
  const { pending: _, ...decided } = alarm;
  return { ...decided, overriddenAt: childrenSignature(expression, (child) => found.get(child)) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // the caller is told so
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableAlarmActions.html */
export function enableAlarmActions(
  { AlarmNames }: Input<"EnableAlarmActions">,
  context: CloudWatchContext,
): Promise<object> {
  return switchActions(context, AlarmNames, true);
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html */
export function disableAlarmActions(
  { AlarmNames }: Input<"DisableAlarmActions">,
  context: CloudWatchContext,
): Promise<object> {
  return switchActions(context, AlarmNames, false);
}

/** Names without an alarm are passed over, as AWS does. */
async function switchActions(
  context: CloudWatchContext,
  names: readonly string[],
  actionsEnabled: boolean,
): Promise<object> {
  for (const { key, value } of await findAlarms(context, [...new Set(names)])) {
    if (value.actionsEnabled === actionsEnabled) continue;
    await defineAlarm(context, key, (before) => {
      if (before === undefined) throw noSuchAlarm(key);
      return { ...before, actionsEnabled, configuredAt: context.call.now };
    });
  }
  return {};
}
