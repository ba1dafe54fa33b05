// Decides the state of a composite alarm from those of its children, and says which of them made it so.
import type { Alarm, AlarmStateRecord, CompositeAlarm } from "./alarm.ts";
import type { NewState } from "./alarm-change.ts";
import { instantText, longInstantText } from "./aws-text.ts";
import { alarmNameOf, childrenOf, holds, type RuleExpression } from "./composite-rule/expression.ts";

/** The most children that a reason's data names: it must stay short. */
const maximumNamed = 20;

/**
 * The state that the rule gives; undefined when it is the state that the alarm has, and while none of its
 * children changed since a caller set its state. A new or changed alarm is
 * explained by its rule, any other change by the child that changed last.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html
 */
export function decideComposite(
  alarm: CompositeAlarm,
  expression: RuleExpression,
  childOf: (name: string) => Alarm | undefined,
): NewState | undefined {
  if (alarm.overriddenAt !== undefined && alarm.overriddenAt === childrenSignature(expression, childOf)) {
    return undefined;
  }
  const find = (alarmReference: string) => childOf(alarmNameOf(alarmReference));
  const value = holds(expression, (child) => find(child)?.state.value) ? "ALARM" : "OK";
  if (value === alarm.state.value) return undefined;
  const children = childrenOf(expression).flatMap((child) => find(child) ?? []);
  const latest = children.toSorted((one, other) => other.state.transitionedAt - one.state.transitionedAt)[0];
  if (alarm.pending !== undefined || latest === undefined) {
    const event = alarm.pending === "updated" ? "updated and its new" : "created and its";
    return {
      value,
      reason: `${alarm.arn} was ${event} alarm rule evaluates to ${value}`,
      reasonData: triggering(children.slice(0, maximumNamed)),
    };
  }
  const { state, arn } = latest;
  return {
    value,
    reason: `${arn} transitioned to ${state.value} at ${longInstantText(state.transitionedAt)}`,
    reasonData: triggering([latest]),
  };
}

/** What the children are like: changes when one of them changes its state, comes or goes. */
export function childrenSignature(
  expression: RuleExpression,
  childOf: (name: string) => Alarm | undefined,
): string {
  return childrenOf(expression)
    .map((child) => {
      const state = childOf(alarmNameOf(child))?.state;
      return state === undefined ? "-" : `${state.value}@${state.transitionedAt}`;
    })
    .join(" ");
}

function triggering(children: readonly { readonly arn: string; readonly state: AlarmStateRecord }[]): string {
  return JSON.stringify({
    triggeringAlarms: children.map(({ arn, state }) => ({
      arn,
      state: { value: state.value, timestamp: instantText(state.transitionedAt) },
    })),
  });
}
