// Queries in brackets that look at the rows of the query around them.
import { mapFields, replaceParts } from "../map-fields.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Command, Expression, FieldReference, NamedExpression, Query, Subquery } from "../query-tree.ts";
import { allOf, callOf } from "./trees.ts";

/** The names in front of the fields of the query around the others. */
interface Outer {
  readonly alias: string | undefined;
  readonly isJoin: boolean;
}

/**
 * `EXISTS (SELECT ... WHERE inner.a = outer.b)` asks whether `b` is among the values of `a`. Other queries
 * that name a field of the query around them are refused: in them it would be a field of their own rows.
 */
export function withoutCorrelation(
  expression: Expression,
  { alias }: Outer,
  reader: QueryReader,
): Expression {
  if (alias === undefined) return expression;
  return replaceParts(expression, (part) => {
    if (part.kind === "in" && "commands" in part.set) refuseFields(part.set, alias, reader);
    if (part.kind !== "subquery") return undefined;
    if (part.asks === "exists") return membership(part, alias, reader);
    refuseFields(part.query, alias, reader);
    return part;
  });
}

function membership(subquery: Subquery, alias: string, reader: QueryReader): Expression {
  const { query, span } = subquery;
  const pairs: { readonly outer: Expression; readonly inner: Expression }[] = [];
  const commands = query.commands.flatMap((command): readonly Command[] => {
    if (command.kind !== "filter") return [command];
    const rest = conjuncts(command.condition).filter((part) => {
      const pair = pairOf(part, alias);
      if (pair !== undefined) pairs.push(pair);
      return pair === undefined;
    });
    return rest.length === 0 ? [] : [{ ...command, condition: allOf("and", rest, command.condition.span) }];
  });
  const left: Query = { ...query, commands };
  refuseFields(left, alias, reader);
  if (pairs.length === 0) return subquery;
  const later = commands.find(({ kind }) => !["source", "filter", "filterIndex", "display"].includes(kind));
  if (later !== undefined) return reader.refuse("this query may not name fields of the one around it", span);
  const items = pairs.map(({ inner }, index): NamedExpression => {
    return { expression: inner, alias: `@key${index}`, text: `@key${index}` };
  });
  const rows = commands.filter(({ kind }) => kind !== "display");
  const set: Query = { ...query, commands: [...rows, { kind: "display", items, span }] };
  const subjects = pairs.map(({ outer }) => outer);
  const [only] = subjects;
  const subject = subjects.length === 1 && only !== undefined ? only : callOf("row", span, ...subjects);
  const found: Expression = { kind: "in", negated: false, subject, set, span };
  return callOf("coalesce", span, found, { kind: "boolean", value: false, span });
}

export function conjuncts(condition: Expression): readonly Expression[] {
  if (condition.kind !== "binary" || condition.operator !== "and") return [condition];
  return [...conjuncts(condition.left), ...conjuncts(condition.right)];
}

/** One side is about the rows around, the other one about those of the query itself. */
function pairOf(part: Expression, alias: string) {
  if (part.kind !== "binary" || part.operator !== "=") return undefined;
  const [left, right] = [part.left, part.right].map((side) => ({ side, isOuter: names(side, alias) }));
  if (left === undefined || right === undefined || left.isOuter === right.isOuter) return undefined;
  const [outer, inner] = left.isOuter ? [left.side, right.side] : [right.side, left.side];
  const own = mapFields(outer, (field) =>
    isOf(field, alias) ? { ...field, steps: field.steps.slice(1) } : field,
  );
  return { outer: own, inner };
}

const isOf = ({ steps }: FieldReference, alias: string): boolean => steps[0] === alias && steps.length > 1;

const names = (part: unknown, alias: string): boolean => fieldsIn(part).some((field) => isOf(field, alias));

function refuseFields(query: Query, alias: string, reader: QueryReader): void {
  const found = fieldsIn(query.commands).find((field) => isOf(field, alias));
  if (found !== undefined)
    reader.refuse("fields of the query around this one are not supported here", found.span);
}

/** The same without the names of tables in front of fields. */
export function withoutNames<Part>(part: Part, names: readonly string[]): Part;
export function withoutNames(part: unknown, names: readonly string[]): unknown {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map((inner: unknown) => withoutNames(inner, names));
  if (isField(part)) {
    const isNamed = names.includes(String(part.steps[0])) && part.steps.length > 1;
    return isNamed ? { ...part, steps: part.steps.slice(1) } : part;
  }
  const parts = Object.entries(part).map(([key, inner]: [string, unknown]) => [
    key,
    withoutNames(inner, names),
  ]);
  return Object.fromEntries(parts);
}

export function fieldsIn(part: unknown): readonly FieldReference[] {
  if (typeof part !== "object" || part === null) return [];
  if (isField(part)) return [part];
  const parts: readonly unknown[] = Object.values(part);
  return parts.flatMap((inner) => fieldsIn(inner));
}

const isField = (part: object): part is FieldReference =>
  "kind" in part && part.kind === "field" && "steps" in part;
