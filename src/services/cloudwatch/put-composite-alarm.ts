// PutCompositeAlarm: an alarm on the states of others is made, or replaced with its state kept.
import type { CompositeAlarm } from "../../core/alarms/alarm.ts";
import {
  alarmNameOf,
  childrenOf,
  isAlarmOf,
  type RuleExpression,
} from "../../core/alarms/composite-rule/expression.ts";
import { isRuleProblem, parseRule } from "../../core/alarms/composite-rule/parse.ts";
import { refuseMisplacedActions } from "./alarm-action-input.ts";
import { validationError } from "./alarm-errors.ts";
import { requireRoomForParents } from "./alarm-quotas.ts";
import { commonAlarm, withTags } from "./alarm-input.ts";
import type { CloudWatchContext, Input } from "./context.ts";
import { newAlarm, otherType } from "./put-metric-alarm.ts";
import { defineAlarm, findAlarms } from "./stored-alarms.ts";

type PutInput = Input<"PutCompositeAlarm">;

/**
 * Its state follows at once, once the rule was decided. A cycle among composite alarms is accepted, as AWS
 * accepts it; its members are not evaluated.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
export async function putCompositeAlarm(input: PutInput, context: CloudWatchContext): Promise<object> {
  const common = commonAlarm(input, context);
  refuseMisplacedActions("composite", input);
  const expression = checkedRule(input.AlarmRule);
  const suppressor = suppressorOf(input);
  await requireAlarms(context, input.AlarmName, expression, suppressor?.alarm);
  const { now } = context.call;
  await defineAlarm(context, input.AlarmName, (before): CompositeAlarm => {
    if (before !== undefined && before.type !== "CompositeAlarm") throw otherType(before);
    const kept =
      before === undefined
        ? { ...newAlarm(now), tags: withTags({}, input.Tags) }
        : keptOf(before, suppressor);
    return {
      ...kept,
      ...common,
      type: "CompositeAlarm",
      rule: input.AlarmRule,
      ...(suppressor === undefined ? {} : { suppressor }),
      pending: before === undefined || before.pending === "created" ? "created" : "updated",
      configuredAt: now,
    };
  });
  return {};
}

/** Actions that wait for a suppressor do so no longer when it is replaced. */
function keptOf(
  { createdAt, state, tags, held, remindedAt, suppressor: before }: CompositeAlarm,
  suppressor: CompositeAlarm["suppressor"],
) {
  const stays = held?.by === "Mute" || before?.alarm === suppressor?.alarm;
  return {
    createdAt,
    state,
    tags,
    ...(held === undefined || !stays ? {} : { held }),
    ...(remindedAt === undefined ? {} : { remindedAt }),
  };
}

function checkedRule(text: string): RuleExpression {
  if (text.trim() !== text) {
    throw validationError("AlarmRule must not contain leading or trailing whitespace or be null");
  }
  const expression = parseRule(text);
  if (!isRuleProblem(expression)) return expression;
  throw validationError(`Invalid AlarmRule: ${expression.problem} at position ${expression.position}`);
}

function suppressorOf(input: PutInput): CompositeAlarm["suppressor"] {
  const { ActionsSuppressor: alarm } = input;
  const { ActionsSuppressorWaitPeriod: wait, ActionsSuppressorExtensionPeriod: extension } = input;
  if (alarm === undefined) {
    if (wait !== undefined || extension !== undefined) {
      throw validationError(
        "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod need an ActionsSuppressor",
      );
    }
    return undefined;
  }
  if (wait === undefined || extension === undefined || wait < 0 || extension < 0) {
    throw validationError(
      "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must be specified, and not be " +
        "negative, when ActionsSuppressor is specified",
    );
  }
  return { alarm, waitPeriodSeconds: wait, extensionPeriodSeconds: extension };
}

/** All of them have to be in the account and the region of the alarm. */
async function requireAlarms(
  context: CloudWatchContext,
  ownName: string,
  expression: RuleExpression,
  suppressor: string | undefined,
): Promise<void> {
  const children = childrenOf(expression);
  const suppressors = suppressor === undefined ? [] : [suppressor];
  const found = await findAlarms(context, [...children, ...suppressors].map(alarmNameOf));
  const names = new Set([...found.map(({ key }) => key), ownName]);
  const isMissing = (alarm: string) => !isAlarmOf(alarm, context.call) || !names.has(alarmNameOf(alarm));
  const missing = children.filter(isMissing);
  if (missing.length > 0) {
    throw validationError(
      `Could not save the composite alarm as alarms [${missing.join(", ")}] in the alarm rule do not exist`,
    );
  }
  if (suppressors.some(isMissing)) {
    throw validationError(`Could not save the composite alarm as its actions suppressor does not exist`);
  }
  await requireRoomForParents(context, ownName, children.map(alarmNameOf));
}
