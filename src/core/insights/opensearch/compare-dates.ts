// Comparisons of dates and instants in OpenSearch PPL and SQL.
import type { BinaryOperator, Expression } from "../query-tree.ts";
import type { Span } from "../query-error.ts";

const instants = new Set(["current_timestamp", "date_trunc", "span", "timestamp"]);

/** They give texts, such as `2026-11-02`. */
const dates = new Set(["adddate", "current_date", "date", "last_day", "subdate"]);

/** An instant or a date compares with a text as with the instant that is written there. */
export function comparison(
  operator: BinaryOperator,
  left: Expression,
  right: Expression,
  span: Span,
): Expression {
  const sides = [left, right];
  const isPlain = sides.every(isInstant) || sides.some(({ kind }) => kind === "number");
  const areTexts = sides.every((side) => side.kind === "text" || isDate(side));
  const asInstants = !isPlain && !areTexts && sides.some((side) => isInstant(side) || isDate(side));
  if (!asInstants) return { kind: "binary", operator, left, right, span };
  return { kind: "binary", operator, left: timestampOf(left), right: timestampOf(right), span };
}

const isInstant = (side: Expression): boolean =>
  side.kind === "field"
    ? side.steps.length === 1 && (side.steps[0] === "@timestamp" || side.steps[0] === "@ingestionTime")
    : side.kind === "call" && instants.has(side.name);

const isDate = (side: Expression): boolean => side.kind === "call" && dates.has(side.name);

const timestampOf = (side: Expression): Expression =>
  isInstant(side) ? side : { kind: "call", name: "timestamp", arguments: [side], span: side.span };
