// Writes the rule of a composite alarm in one normal form: names quoted, parentheses where they are needed.
import type { RuleExpression } from "./expression.ts";

/** `parseRule` reads the same expression from it. */
export function printRule(expression: RuleExpression): string {
  switch (expression.kind) {
    case "constant":
      return expression.value ? "TRUE" : "FALSE";
    case "inState":
      return `${expression.state}(${quote(expression.alarm)})`;
    case "atLeast": {
      const { threshold, isPercentage, isNegated, state, alarms } = expression;
      const wanted = `${threshold}${isPercentage ? "%" : ""}, ${isNegated ? "NOT " : ""}${state}`;
      return `AT_LEAST(${wanted}, (${alarms.map(quote).join(", ")}))`;
    }
    case "not":
      return `NOT ${inParentheses(expression.operand, ["and", "or"])}`;
    case "and":
      return expression.operands.map((operand) => inParentheses(operand, ["and", "or"])).join(" AND ");
    case "or":
      return expression.operands.map((operand) => inParentheses(operand, ["or"])).join(" OR ");
  }
}

function inParentheses(expression: RuleExpression, kinds: readonly string[]): string {
  const text = printRule(expression);
  return kinds.includes(expression.kind) ? `(${text})` : text;
}

const quote = (name: string) => `"${name.replace(/["\\]/g, "\\$&")}"`;
