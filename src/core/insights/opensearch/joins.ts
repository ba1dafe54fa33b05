// Joins of OpenSearch PPL and SQL: their conditions become keys of both sides, and filters of one of them.
import { hasPart, mapFields } from "../map-fields.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Command, Expression, FieldReference, Join, NamedExpression } from "../query-tree.ts";
import { conjuncts } from "./correlation.ts";
import { allOf, callOf, textAt } from "./trees.ts";

export interface Side {
  /** What stands in front of its fields. */
  readonly name: string;
  readonly commands: readonly Command[];
}

/** `USING (a, b)` */
export function usingKeys(fields: readonly FieldReference[], left: string, right: string): Expression {
  const [first] = fields;
  const span = first?.span ?? { start: 0, end: 0 };
  const of = (field: FieldReference, side: string): FieldReference => ({
    ...field,
    steps: [side, ...field.steps],
  });
  const equalities = fields.map((field): Expression => ({
    kind: "binary",
    operator: "=",
    left: of(field, left),
    right: of(field, right),
    span: field.span,
  }));
  return allOf("and", equalities, span);
}

type Where = "left" | "right" | "both" | "none";

/**
 * The rows of one side with those of the other one. Equalities of both sides are the keys of the join. A
 * condition of the right side alone chooses its rows first, one of the left side alone is a key as well.
 */
export function joined(
  type: Join["type"],
  left: Side,
  right: Side,
  condition: Expression,
  reader: QueryReader,
  start: number,
): readonly Command[] {
  const span = reader.spanFrom(start);
  const made = { left: [] as NamedExpression[], right: [] as NamedExpression[] };
  const on: Join["on"][number][] = [];
  const [filters, later]: [Expression[], Expression[]] = [[], []];
  let hasKey = false;
  const keyOf = (side: "left" | "right", expression: Expression): FieldReference => {
    const own = withoutName(expression, side === "left" ? left.name : right.name);
    if (own.kind === "field") return own;
    const alias = `@key ${side} ${made[side].length}`;
    made[side].push({ expression: own, alias, text: alias });
    return { kind: "field", steps: [alias], span: own.span };
  };
  for (const part of conjuncts(condition)) {
    const place = whereIs(part, left.name, right.name);
    const pair =
      part.kind === "binary" && part.operator === "=" ? sidesOf(part, left.name, right.name) : undefined;
    hasKey ||= pair !== undefined;
    if (pair !== undefined) on.push({ left: keyOf("left", pair.left), right: keyOf("right", pair.right) });
    else if (place === "right") filters.push(withoutName(part, right.name));
    else if (place === "left") {
      const holds = callOf("case", part.span, part, textAt("1", part.span));
      on.push({ left: keyOf("left", holds), right: keyOf("right", textAt("1", part.span)) });
    } else if (place === "both" && type === "inner") later.push(part);
    else reader.refuse("a field of each side of the join is expected", part.span);
  }
  if (!hasKey) {
    reader.refuse("a field of each side of the join is expected", condition.span);
  }
  const define = (items: readonly NamedExpression[]): readonly Command[] =>
    items.length === 0 ? [] : [{ kind: "fields", items, span }];
  const chosen = filters.map((filter): Command => ({ kind: "filter", condition: filter, span }));
  const query = { commands: [...right.commands, ...chosen, ...define(made.right)], knowsUnknown: true };
  return [
    ...left.commands,
    ...define(made.left),
    { kind: "join", type, left: left.name, right: right.name, on, query, span },
    ...later.map((filter): Command => ({ kind: "filter", condition: filter, span })),
  ];
}

function sidesOf(part: Extract<Expression, { kind: "binary" }>, left: string, right: string) {
  const [one, other] = [whereIs(part.left, left, right), whereIs(part.right, left, right)];
  if (one === "left" && other === "right") return { left: part.left, right: part.right };
  return one === "right" && other === "left" ? { left: part.right, right: part.left } : undefined;
}

/** Which side the fields of an expression are of; fields of no side are of none. */
function whereIs(expression: Expression, left: string, right: string): Where {
  const of = (side: string): boolean =>
    hasPart(expression, (part) => part.kind === "field" && part.steps[0] === side && part.steps.length > 1);
  const isOther = hasPart(
    expression,
    (part) =>
      part.kind === "field" && !([left, right].includes(String(part.steps[0])) && part.steps.length > 1),
  );
  if (isOther) return "none";
  if (of(left) && of(right)) return "both";
  return of(left) ? "left" : of(right) ? "right" : "none";
}

const withoutName = (expression: Expression, name: string): Expression =>
  mapFields(expression, (field) =>
    field.steps[0] === name && field.steps.length > 1 ? { ...field, steps: field.steps.slice(1) } : field,
  );

/** The names of the columns that a query in brackets shows, where its commands say them. */
export function columnsOfQuery(commands: readonly Command[]): readonly string[] | undefined {
  const last = commands.findLast(({ kind }) => kind === "display");
  return last?.kind === "display" ? last.items.map(({ alias, text }) => alias ?? text) : undefined;
}
