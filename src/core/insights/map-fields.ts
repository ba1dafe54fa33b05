// An expression with other fields in the places of those that it has.
import type { Expression, FieldReference } from "./query-tree.ts";

/** Those of queries inside the expression stay as they are. */
export function mapFields(
  expression: Expression,
  change: (field: FieldReference) => FieldReference,
): Expression {
  const map = (part: Expression): Expression => mapFields(part, change);
  switch (expression.kind) {
    case "field":
      return change(expression);
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
    default:
      return expression;
  }
}
