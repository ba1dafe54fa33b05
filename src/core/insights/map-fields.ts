// An expression with other parts in the places of those that it has.
import type { Expression, FieldReference } from "./query-tree.ts";

/** Those of queries inside the expression stay as they are. */
export function mapFields(
  expression: Expression,
  change: (field: FieldReference) => FieldReference,
): Expression {
  return replaceParts(expression, (part) => (part.kind === "field" ? change(part) : undefined));
}

/** Parts for which there is another one, from the outside to the inside; queries inside stay as they are. */
export function replaceParts(
  expression: Expression,
  replace: (part: Expression) => Expression | undefined,
): Expression {
  const other = replace(expression);
  if (other !== undefined) return other;
  const map = (part: Expression): Expression => replaceParts(part, replace);
  switch (expression.kind) {
    case "call":
      return { ...expression, arguments: expression.arguments.map(map) };
    case "binary":
      return { ...expression, left: map(expression.left), right: map(expression.right) };
    case "match":
      return { ...expression, subject: map(expression.subject) };
    case "in": {
      const { set } = expression;
      return { ...expression, subject: map(expression.subject), set: "commands" in set ? set : set.map(map) };
    }
    case "not":
    case "negative":
      return { ...expression, operand: map(expression.operand) };
    case "over": {
      const { call, partition, order } = expression;
      const keys = order.map((key) => ({ ...key, expression: map(key.expression) }));
      const mapped = { ...call, arguments: call.arguments.map(map) };
      return { ...expression, call: mapped, partition: partition.map(map), order: keys };
    }
    default:
      return expression;
  }
}

/** Whether a part fulfils a condition; the call of a window is no part, but its arguments are. */
export function hasPart(expression: Expression, test: (part: Expression) => boolean): boolean {
  let found = false;
  replaceParts(expression, (part) => {
    found ||= test(part);
    return undefined;
  });
  return found;
}
