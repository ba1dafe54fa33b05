// OpenSearch SQL: one SELECT, read into the commands of Logs Insights QL.
import { aggregationNamed } from "../functions/aggregations.ts";
import { mapFields } from "../map-fields.ts";
import { printExpression } from "../print-expression.ts";
import { QueryReader } from "../query-reader.ts";
import type { Command, Expression, NamedExpression, Query, SortKey } from "../query-tree.ts";
import { parseCondition, parseNamedCondition } from "./parse-condition.ts";
import { parseFrom } from "./sql-from.ts";

/**
 * `SELECT [DISTINCT] ... FROM ... [JOIN ... ON ...] WHERE ... GROUP BY ... HAVING ... ORDER BY ...
 * LIMIT ...`, with queries in brackets behind `IN`; others, and windows, are refused with their position.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_SQL.html
 * @throws InsightsQueryError
 */
export function parseSqlQuery(text: string): Query {
  const reader = new QueryReader(text.replace(/;\s*$/, ""), parseSelect);
  const query = parseSelect(reader);
  if (reader.peek().kind !== "end") reader.unexpected();
  return query;
}

function parseSelect(reader: QueryReader): Query {
  const start = reader.offset;
  reader.expectWord("select");
  const isDistinct = reader.takeWord("distinct");
  const isAll = reader.takeSymbol("*");
  const written = isAll ? [] : reader.list(() => parseNamedCondition(reader));
  reader.expectWord("from");
  const { commands, alias, isJoin } = parseFrom(reader);
  const own = unqualified(alias);
  const where = reader.takeWord("where") ? own.expression(parseCondition(reader)) : undefined;
  const groups = parseGroups(reader).map(own.expression);
  const having = reader.takeWord("having") ? own.expression(parseCondition(reader)) : undefined;
  const order = parseOrder(reader).map(own.key);
  const limit = reader.takeWord("limit") ? readLimit(reader) : undefined;
  const span = reader.spanFrom(start);
  if (isJoin && isAll) reader.refuse("SELECT * of a join is not supported", span);
  const items = written.map(own.item);
  const isGrouped = groups.length > 0 || items.some(({ expression }) => hasAggregation(expression));
  if (having !== undefined && !isGrouped) reader.refuse("HAVING needs GROUP BY", having.span);
  if (isDistinct && (isGrouped || isAll)) reader.refuse("DISTINCT is supported for columns only", span);
  const grouped = { items, groups, having, order };
  const distinct = { ...grouped, groups: items.map(({ expression }) => expression) };
  const shaped = isGrouped
    ? groupedCommands(grouped)
    : isDistinct
      ? groupedCommands(distinct)
      : plainCommands(items, order);
  return {
    commands: [
      ...commands,
      ...(where === undefined ? [] : [{ kind: "filter", condition: where, span } as const]),
      ...shaped,
      ...(limit === undefined ? [] : [{ kind: "limit", count: limit, span } as const]),
    ],
  };
}

/** The name of the one table says nothing in front of a field, and is no part of the column's name. */
function unqualified(alias: string | undefined) {
  const expression = (given: Expression): Expression =>
    mapFields(given, (field) => {
      const [first, ...steps] = field.steps;
      return first === alias && steps.length > 0 ? { ...field, steps } : field;
    });
  const item = (given: NamedExpression): NamedExpression => {
    const own = expression(given.expression);
    return { ...given, expression: own, text: own.kind === "field" ? own.steps.join(".") : given.text };
  };
  const key = (given: SortKey): SortKey => {
    const own = expression(given.expression);
    return { ...given, expression: own, text: own.kind === "field" ? own.steps.join(".") : given.text };
  };
  return { expression, item, key };
}

function parseGroups(reader: QueryReader): readonly Expression[] {
  if (!reader.takeWord("group")) return [];
  reader.expectWord("by");
  return reader.list(() => parseCondition(reader));
}

function parseOrder(reader: QueryReader): readonly SortKey[] {
  if (!reader.takeWord("order")) return [];
  reader.expectWord("by");
  return reader.list(() => {
    const from = reader.offset;
    const expression = parseCondition(reader);
    const text = reader.text.slice(from, reader.spanFrom(from).end);
    const descending = reader.takeWord("desc");
    if (!descending) reader.takeWord("asc");
    return { expression, text, descending };
  });
}

function readLimit(reader: QueryReader): number {
  const token = reader.next();
  const count = token.kind === "number" ? Number(token.text) : Number.NaN;
  if (!Number.isInteger(count) || count < 1 || count > 100_000) {
    return reader.refuse("LIMIT takes a whole number between 1 and 100000", token.span);
  }
  return count;
}

const noSpan = { start: 0, end: 0 };

/** The order is given first, so that it may be by fields that are not shown. */
function plainCommands(items: readonly NamedExpression[], keys: readonly SortKey[]): readonly Command[] {
  const named = new Map(
    items.flatMap((item) => (item.alias === undefined ? [] : [[item.alias, item] as const])),
  );
  const resolved = keys.map((key) => {
    const item = named.get(key.text);
    return item === undefined ? key : { ...key, expression: item.expression, text: item.text };
  });
  return [
    ...(keys.length === 0 ? [] : [{ kind: "sort", keys: resolved, span: noSpan } as const]),
    ...(items.length === 0 ? [] : [{ kind: "display", items, span: noSpan } as const]),
  ];
}

interface Grouped {
  readonly items: readonly NamedExpression[];
  readonly groups: readonly Expression[];
  readonly having: Expression | undefined;
  readonly order: readonly SortKey[];
}

const countOfRows: NamedExpression = {
  expression: { kind: "call", name: "count", arguments: [{ kind: "star", span: noSpan }], span: noSpan },
  alias: "hidden count",
  text: "count(*)",
};

const printed = (expression: Expression) => printExpression(expression, () => "");

/** Aggregations of HAVING and ORDER BY are columns as well, which are not shown. */
function groupedCommands({ items, groups, having, order }: Grouped): readonly Command[] {
  const names = new Map(items.map(({ expression, alias, text }) => [printed(expression), alias ?? text]));
  const isGroup = new Set(groups.map(printed));
  const byName = new Map(items.map((item) => [item.alias ?? item.text, item.expression]));
  const by = groups.map((expression) => {
    const named = byName.get(printed(expression));
    const own = named ?? expression;
    isGroup.add(printed(own));
    return { expression: own, alias: names.get(printed(own)), text: printed(expression) };
  });
  const columns = items.filter(({ expression }) => !isGroup.has(printed(expression)));
  // A list of aggregations has one at least.
  const aggregates = columns.length > 0 ? columns : [countOfRows];
  const hidden: NamedExpression[] = [];
  const columnOf = (expression: Expression): Expression => {
    const key = printed(expression);
    const isKnown = names.has(key);
    if (!isKnown && expression.kind === "call" && aggregationNamed(expression.name) !== undefined) {
      names.set(key, `hidden ${hidden.length}`);
      hidden.push({ expression, alias: `hidden ${hidden.length}`, text: key });
    }
    const name = names.get(key);
    if (name !== undefined) return { kind: "field", steps: [name], span: expression.span };
    if (expression.kind === "binary") {
      return { ...expression, left: columnOf(expression.left), right: columnOf(expression.right) };
    }
    if (expression.kind === "not" || expression.kind === "negative") {
      return { ...expression, operand: columnOf(expression.operand) };
    }
    return expression;
  };
  const condition = having === undefined ? undefined : columnOf(having);
  const keys = order.map((key) => {
    const expression = columnOf(key.expression);
    return { ...key, expression, text: printed(expression) };
  });
  const shown = items.map(({ alias, text }): NamedExpression => {
    const name = alias ?? text;
    return { expression: { kind: "field", steps: [name], span: noSpan }, alias: undefined, text: name };
  });
  return [
    { kind: "stats", items: [...aggregates, ...hidden], by, span: noSpan },
    ...(condition === undefined ? [] : [{ kind: "filter", condition, span: noSpan } as const]),
    ...(keys.length === 0 ? [] : [{ kind: "sort", keys, span: noSpan } as const]),
    { kind: "display", items: shown, span: noSpan },
  ];
}

function hasAggregation(expression: Expression): boolean {
  switch (expression.kind) {
    case "call":
      return aggregationNamed(expression.name) !== undefined || expression.arguments.some(hasAggregation);
    case "binary":
      return hasAggregation(expression.left) || hasAggregation(expression.right);
    case "not":
    case "negative":
      return hasAggregation(expression.operand);
    default:
      return false;
  }
}
