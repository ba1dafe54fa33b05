// The rule of a composite alarm as a tree.
import type { AlarmState } from "../alarm-state.ts";

/** Alarms are named as the rule names them: by name or by ARN. */
export type RuleExpression =
  | { readonly kind: "constant"; readonly value: boolean }
  | { readonly kind: "inState"; readonly state: AlarmState; readonly alarm: string }
  | {
      readonly kind: "atLeast";
      readonly threshold: number;
      /** Whether the threshold is a share of the alarms in per cent. */
      readonly isPercentage: boolean;
      readonly state: AlarmState;
      readonly isNegated: boolean;
      readonly alarms: readonly string[];
    }
  | { readonly kind: "not"; readonly operand: RuleExpression }
  | { readonly kind: "and" | "or"; readonly operands: readonly RuleExpression[] };

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
export const ruleLimits = {
  characters: 10_240,
  children: 100,
  /** Alarms, constants and parentheses. */
  elements: 500,
} as const;

/** The alarms that a rule looks at, each once, as they are written there. */
export function childrenOf(expression: RuleExpression): readonly string[] {
  switch (expression.kind) {
    case "constant":
      return [];
    case "inState":
      return [expression.alarm];
    case "atLeast":
      return [...new Set(expression.alarms)];
    case "not":
      return childrenOf(expression.operand);
    default:
      return [...new Set(expression.operands.flatMap(childrenOf))];
  }
}

/**
 * Whether the rule holds: the composite alarm is then in ALARM, otherwise in OK. An alarm that is not there
 * is in no state.
 */
export function holds(
  expression: RuleExpression,
  stateOf: (alarm: string) => AlarmState | undefined,
): boolean {
  switch (expression.kind) {
    case "constant":
      return expression.value;
    case "inState":
      return stateOf(expression.alarm) === expression.state;
    case "atLeast": {
      const { alarms, state, isNegated, isPercentage, threshold } = expression;
      const count = alarms.filter((alarm) => {
        const found = stateOf(alarm);
        return found !== undefined && (found === state) !== isNegated;
      }).length;
      return count >= (isPercentage ? (alarms.length * threshold) / 100 : threshold);
    }
    case "not":
      return !holds(expression.operand, stateOf);
    case "and":
      return expression.operands.every((operand) => holds(operand, stateOf));
    case "or":
      return expression.operands.some((operand) => holds(operand, stateOf));
  }
}

const arnPrefix = /^arn:[\w-]+:cloudwatch:([\w-]+):(\d{12}):alarm:/;

/** The name of an alarm that is given by its name or its ARN. */
export function alarmNameOf(nameOrArn: string): string {
  return nameOrArn.replace(arnPrefix, "");
}

/** Whether a name, or an ARN, is of an alarm of this account and region. */
export function isAlarmOf(
  nameOrArn: string,
  world: { readonly account: string; readonly region: string },
): boolean {
  const [arn, region, account] = arnPrefix.exec(nameOrArn) ?? [];
  return arn === undefined || (region === world.region && account === world.account);
}
