// GROUP BY of OpenSearch SQL: expressions, places of columns, ROLLUP, CUBE and GROUPING SETS.
import { printExpression } from "../print-expression.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Expression, NamedExpression } from "../query-tree.ts";
import { sqlExpressions } from "./dialect.ts";

export interface Grouping {
  readonly groups: readonly Expression[];
  /** By which of them rows are grouped, again and again; once by all of them, when missing. */
  readonly sets: readonly (readonly number[])[] | undefined;
}

/** So many sets are there at most. */
const mostSets = 64;

type Sets = readonly (readonly Expression[])[];

/**
 * `GROUP BY a, ROLLUP(b, c)` groups by (a, b, c), (a, b) and (a): the sets of its elements, each with each.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-directquery-sql.html
 */
export function parseGroups(
  reader: QueryReader,
  items: readonly (NamedExpression | undefined)[],
  own: (expression: Expression) => Expression,
): Grouping {
  if (!reader.takeWord("group")) return { groups: [], sets: undefined };
  reader.expectWord("by");
  const { span } = reader.peek();
  const resolve = (expression: Expression): Expression => atPlace(own(expression), items, reader);
  const elements = reader.list(() => parseElement(reader, resolve));
  const isPlain = elements.every((element) => element.length === 1);
  let all = elements.reduce<Sets>((sets, element) => crossed(sets, element), [[]]);
  if (reader.takeWord("with")) {
    const [whole = []] = all;
    const isRollup = reader.takeWord("rollup");
    if (!isRollup) reader.expectWord("cube");
    const parts = whole.map((expression) => [expression]);
    all = isRollup ? rollup(parts) : cube(parts);
  } else if (isPlain) {
    const [groups = []] = all;
    return { groups: [...unique(groups).values()], sets: undefined };
  }
  if (all.length > mostSets) return reader.refuse(`GROUP BY has at most ${mostSets} sets`, span);
  const groups = unique(all.flat());
  const places = [...groups.keys()];
  const sets = all.map((set) => [...unique(set).keys()].map((key) => places.indexOf(key)));
  return { groups: [...groups.values()], sets };
}

const printed = (expression: Expression) => printExpression(expression, () => "");

const unique = (expressions: readonly Expression[]): ReadonlyMap<string, Expression> =>
  new Map(expressions.map((expression) => [printed(expression), expression]));

/** `GROUP BY 1` is the first column. */
function atPlace(
  expression: Expression,
  items: readonly (NamedExpression | undefined)[],
  reader: QueryReader,
): Expression {
  if (expression.kind !== "number") return expression;
  const item = items[Number(expression.text) - 1];
  return item?.expression ?? reader.refuse("GROUP BY has no such column", expression.span);
}

function parseElement(reader: QueryReader, resolve: (expression: Expression) => Expression): Sets {
  if (reader.takeWord("rollup")) return rollup(parseSets(reader, resolve).flat());
  if (reader.takeWord("cube")) return cube(parseSets(reader, resolve).flat());
  if (reader.takeWord("grouping")) {
    reader.expectWord("sets");
    return parseSets(reader, resolve).flat();
  }
  return [parseSet(reader, resolve)];
}

/** The elements in brackets, each of which may be one or several sets. */
function parseSets(reader: QueryReader, resolve: (expression: Expression) => Expression): readonly Sets[] {
  reader.expectSymbol("(");
  const sets = reader.list(() => reader.nested(() => parseElement(reader, resolve)));
  reader.expectSymbol(")");
  return sets;
}

/** One expression, or several in brackets, or none. */
function parseSet(
  reader: QueryReader,
  resolve: (expression: Expression) => Expression,
): readonly Expression[] {
  if (/^\(\s*\)/.test(reader.text.slice(reader.offset))) {
    reader.expectSymbol("(");
    reader.expectSymbol(")");
    return [];
  }
  const expression = sqlExpressions.condition(reader);
  const isRow = expression.kind === "call" && expression.name === "row";
  return (isRow ? expression.arguments : [expression]).map(resolve);
}

function rollup(parts: Sets): Sets {
  return Array.from({ length: parts.length + 1 }, (_, left) => parts.slice(0, parts.length - left).flat());
}

function cube(parts: Sets): Sets {
  const [first, ...rest] = parts;
  if (first === undefined) return [[]];
  // More than there may be are not made at all.
  if (parts.length > Math.log2(mostSets) + 1) return Array.from({ length: mostSets + 1 }, () => []);
  const others = cube(rest);
  return [...others.map((set) => [...first, ...set]), ...others];
}

const crossed = (sets: Sets, element: Sets): Sets =>
  sets.length * element.length > mostSets
    ? Array.from({ length: mostSets + 1 }, () => [])
    : sets.flatMap((set) => element.map((other) => [...set, ...other]));
