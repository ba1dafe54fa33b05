// Writes a search for metrics in one normal form.
import type { SearchCondition, SearchExpression } from "./expression.ts";

/** `parseSearch` reads the same search from it. */
export function printSearch({ schema, condition }: SearchExpression): string {
  const parts: string[] = [];
  if (schema !== undefined) parts.push(`{${[schema.namespace, ...schema.dimensions].map(quote).join(",")}}`);
  if (condition !== undefined) parts.push(print(condition));
  return parts.join(" ");
}

function print(condition: SearchCondition): string {
  switch (condition.kind) {
    case "term": {
      const { property, text, exact } = condition;
      const value = exact ? quote(text) : text;
      return property === undefined ? value : `${quote(property)}=${value}`;
    }
    case "not":
      return `NOT ${within(condition.operand, ["and", "or"])}`;
    case "and":
      return condition.operands.map((operand) => within(operand, ["and", "or"])).join(" AND ");
    case "or":
      return condition.operands.map((operand) => within(operand, ["or"])).join(" OR ");
  }
}

function within(condition: SearchCondition, kinds: readonly string[]): string {
  const text = print(condition);
  return kinds.includes(condition.kind) ? `(${text})` : text;
}

const quote = (text: string) => `"${text.replace(/["\\()]/g, "\\$&")}"`;
