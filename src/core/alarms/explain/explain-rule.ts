// Puts the rule of a composite alarm into words: its tree, with what each part comes to.
import type { AlarmState } from "../alarm-state.ts";
import { alarmNameOf, holds, type RuleExpression } from "../composite-rule/expression.ts";
import { printRule } from "../composite-rule/print.ts";

/** A part of the rule; its parts follow it, one deeper. */
export interface ExplainedRulePart {
  readonly depth: number;
  readonly expression: string;
  readonly holds: boolean;
  /** Of a part that is about a single alarm. */
  readonly alarm?: string;
  readonly state?: AlarmState;
  readonly sentence: string;
}

/** `stateOf` takes alarms as the rule names them, and gives nothing for one that is not there. */
export function explainRule(
  expression: RuleExpression,
  stateOf: (alarm: string) => AlarmState | undefined,
  depth = 0,
): readonly ExplainedRulePart[] {
  const isTrue = holds(expression, stateOf);
  const part = (sentence: string, alarm?: string): ExplainedRulePart => {
    const state = alarm === undefined ? undefined : stateOf(alarm);
    return {
      depth,
      expression: printRule(expression),
      holds: isTrue,
      ...(alarm === undefined ? {} : { alarm: alarmNameOf(alarm) }),
      ...(state === undefined ? {} : { state }),
      sentence,
    };
  };
  const inner = (operand: RuleExpression) => explainRule(operand, stateOf, depth + 1);
  switch (expression.kind) {
    case "constant":
      return [part(`always ${expression.value}`)];
    case "inState":
      return [part(stateSentence(expression.alarm, stateOf), expression.alarm)];
    case "atLeast": {
      const { alarms, state, isNegated } = expression;
      const wanted = `${isNegated ? "not " : ""}in ${state}`;
      const found = alarms.filter((alarm) => {
        const current = stateOf(alarm);
        return current !== undefined && (current === state) !== isNegated;
      });
      const children = alarms.map((alarm): ExplainedRulePart => {
        const current = stateOf(alarm);
        return {
          depth: depth + 1,
          expression: alarm,
          holds: found.includes(alarm),
          alarm: alarmNameOf(alarm),
          ...(current === undefined ? {} : { state: current }),
          sentence: stateSentence(alarm, stateOf),
        };
      });
      return [part(`${found.length} of ${alarms.length} are ${wanted}`), ...children];
    }
    case "not":
      return [
        part(isTrue ? "what follows does not hold" : "what follows holds"),
        ...inner(expression.operand),
      ];
    case "and":
    case "or": {
      const count = expression.operands.filter((operand) => holds(operand, stateOf)).length;
      const wanted = expression.kind === "and" ? "all must" : "one must";
      return [
        part(`${count} of ${expression.operands.length} hold, ${wanted}`),
        ...expression.operands.flatMap(inner),
      ];
    }
  }
}

function stateSentence(alarm: string, stateOf: (alarm: string) => AlarmState | undefined): string {
  const state = stateOf(alarm);
  return state === undefined
    ? `${alarmNameOf(alarm)} does not exist`
    : `${alarmNameOf(alarm)} is in ${state}`;
}
