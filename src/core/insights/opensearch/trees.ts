// Small pieces of trees that the readers of OpenSearch's languages make.
import type { Span } from "../query-error.ts";
import type { Call, Expression } from "../query-tree.ts";

export type Language = "PPL" | "SQL";

export function callOf(name: string, span: Span, ...given: readonly Expression[]): Call {
  return { kind: "call", name, arguments: given, span };
}

export const textAt = (text: string, span: Span): Expression => ({ kind: "text", text, span });

export const numberAt = (value: number, span: Span): Expression =>
  value < 0
    ? { kind: "negative", operand: { kind: "number", text: String(-value), span }, span }
    : { kind: "number", text: String(value), span };

export const notOf = (operand: Expression, span: Span): Expression => ({ kind: "not", operand, span });

export function allOf(operator: "and" | "or", parts: readonly Expression[], span: Span): Expression {
  const [first = { kind: "boolean", value: operator === "and", span } as const, ...rest] = parts;
  return rest.reduce<Expression>((left, right) => ({ kind: "binary", operator, left, right, span }), first);
}
