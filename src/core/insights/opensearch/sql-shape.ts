// The commands of one SELECT, whose clauses have been read.
import { aggregationNamed } from "../functions/aggregations.ts";
import { hasPart, replaceParts } from "../map-fields.ts";
import { printExpression } from "../print-expression.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Command, Expression, FieldReference, NamedExpression, SortKey } from "../query-tree.ts";
import type { Select } from "./sql-select.ts";

const noSpan = { start: 0, end: 0 };

/** What all columns of log events are. */
const eventColumns = ["@timestamp", "@message"];

/** The names of the columns, where the query says them. */
export function columnsOf({ items, from }: Select): readonly string[] {
  return items.flatMap((item) =>
    item === undefined ? (from.columns ?? eventColumns) : [item.alias ?? item.text],
  );
}

/** @throws InsightsQueryError for what does not go together. */
export function shapeSelect(
  select: Select,
  order: readonly SortKey[],
  reader: QueryReader,
): readonly Command[] {
  const { from, where, grouping, having, isDistinct, own, span } = select;
  const all = select.items.filter((item) => item === undefined);
  if (from.isJoin && all.length > 0) reader.refuse("SELECT * of a join is not supported", span);
  const isWhole = select.items.length === 1 && all.length === 1;
  const items = isWhole && !isDistinct ? [] : itemsOf(select);
  const keys = order.map((key) => ownKey(key, own, items, reader));
  const isGrouped =
    grouping.groups.length > 0 ||
    grouping.sets !== undefined ||
    items.some(({ expression }) => hasAggregation(expression)) ||
    (having !== undefined && hasAggregation(having));
  if (having !== undefined && !isGrouped) reader.refuse("HAVING needs GROUP BY", having.span);
  if (isGrouped && all.length > 0) reader.refuse("SELECT * of groups is not supported", span);
  const shape = (sorted: readonly SortKey[]): readonly Command[] =>
    isGrouped ? groupedCommands(select, items, sorted) : plainCommands(items, sorted);
  const shaped = isDistinct ? distinctCommands(shape([]), items, keys) : shape(keys);
  return [...from.commands, ...(where === undefined ? [] : [where]), ...shaped];
}

const itemsOf = ({ items, from }: Select): readonly NamedExpression[] =>
  items.flatMap((item) => (item === undefined ? (from.columns ?? eventColumns).map(itemNamed) : [item]));

const itemNamed = (name: string): NamedExpression => ({
  expression: fieldNamed(name),
  alias: undefined,
  text: name,
});

const fieldNamed = (name: string): FieldReference => ({ kind: "field", steps: [name], span: noSpan });

const nameOf = ({ alias, text }: NamedExpression): string => alias ?? text;

/** `ORDER BY 1` is by the first column. */
function ownKey(
  key: SortKey,
  own: (expression: Expression) => Expression,
  items: readonly NamedExpression[],
  reader: QueryReader,
): SortKey {
  if (key.expression.kind === "number") {
    const item = items[Number(key.expression.text) - 1];
    if (item === undefined) return reader.refuse("ORDER BY has no such column", key.expression.span);
    return { ...key, expression: item.expression, text: item.text };
  }
  const expression = own(key.expression);
  return { ...key, expression, text: expression.kind === "field" ? expression.steps.join(".") : key.text };
}

/** The order is given first, so that it may be by fields that are not shown. */
function plainCommands(items: readonly NamedExpression[], keys: readonly SortKey[]): readonly Command[] {
  const named = new Map(
    items.flatMap((item) => (item.alias === undefined ? [] : [[item.alias, item] as const])),
  );
  const resolved = keys.map((key) => {
    const item = named.get(key.text);
    return item === undefined ? key : { ...key, expression: item.expression, text: item.text };
  });
  const { first, shown } = withFieldsFirst(items);
  return [
    ...(keys.length === 0 ? [] : [{ kind: "sort", keys: resolved, span: noSpan } as const]),
    ...(first.length === 0 ? [] : [{ kind: "fields", items: first, span: noSpan } as const]),
    ...(items.length === 0 ? [] : [{ kind: "display", items: shown, span: noSpan } as const]),
  ];
}

/**
 * `SELECT n * 2 AS m, m + 1` means the column in front of it where there is no field `m`, which nobody knows
 * of events. `SELECT n AS m, m AS n` and `SELECT abs(n) AS n, n + 1` mean the fields, which are read first.
 */
function withFieldsFirst(items: readonly NamedExpression[]) {
  const fields = new Set<string>();
  const first: NamedExpression[] = [];
  const shown = items.map((item, place): NamedExpression => {
    const { expression, alias } = item;
    const isRead = hasPart(expression, (part) => part.kind === "field" && fields.has(part.steps.join(".")));
    if (alias !== undefined && (expression.kind === "field" || mentions(expression, alias)))
      fields.add(alias);
    if (!isRead) return item;
    const name = `@item${place}`;
    first.push({ ...item, alias: name });
    return { expression: fieldNamed(name), alias: nameOf(item), text: item.text };
  });
  return { first, shown };
}

const mentions = (expression: Expression, name: string): boolean =>
  hasPart(expression, (part) => part.kind === "field" && part.steps.join(".") === name);

/** Rows that are the same are a group; the order is by columns that are shown. */
function distinctCommands(
  shaped: readonly Command[],
  items: readonly NamedExpression[],
  keys: readonly SortKey[],
): readonly Command[] {
  const by = items.map((item): NamedExpression => {
    const isField = item.expression.kind === "field" && item.alias === undefined;
    return { ...itemNamed(nameOf(item)), ...(isField ? { ...item, alias: item.text } : {}) };
  });
  const names = new Map(items.map((item) => [printed(item.expression), nameOf(item)]));
  const sorted = keys.map((key) => {
    const name = names.get(printed(key.expression)) ?? key.text;
    return { ...key, expression: fieldNamed(name), text: name };
  });
  return [
    ...shaped,
    { kind: "stats", items: [countOfRows], by, span: noSpan },
    ...(keys.length === 0 ? [] : [{ kind: "sort", keys: sorted, span: noSpan } as const]),
    { kind: "display", items: items.map((item) => itemNamed(nameOf(item))), span: noSpan },
  ];
}

const countOfRows: NamedExpression = {
  expression: { kind: "call", name: "count", arguments: [{ kind: "star", span: noSpan }], span: noSpan },
  alias: "hidden count",
  text: "count(*)",
};

const printed = (expression: Expression) => printExpression(expression, () => "");

/** Aggregations of HAVING, ORDER BY and windows are columns as well, which are not shown. */
function groupedCommands(
  { grouping, having }: Select,
  items: readonly NamedExpression[],
  order: readonly SortKey[],
): readonly Command[] {
  const groupTexts = new Set(grouping.groups.map(printed));
  // What is made of groups, or by windows, comes behind the groups.
  const isMade = ({ expression }: NamedExpression): boolean =>
    hasWindow(expression) || (!groupTexts.has(printed(expression)) && hasGroup(expression, groupTexts));
  const plain = items.filter((item) => !isMade(item));
  const names = new Map(plain.map((item) => [printed(item.expression), nameOf(item)]));
  const byName = new Map(items.map((item) => [nameOf(item), item.expression]));
  // A name that is a field's as well is the field: `SELECT upper(a) AS a, count(*) ... GROUP BY a`.
  const aliased = (group: Expression): Expression | undefined => {
    const item = byName.get(printed(group));
    return item === undefined || hasAggregation(item) || mentions(item, printed(group)) ? undefined : item;
  };
  const isGroup = new Set(grouping.groups.map(printed));
  const by = grouping.groups.map((expression) => {
    const own = aliased(expression) ?? expression;
    isGroup.add(printed(own));
    return { expression: own, alias: names.get(printed(own)), text: printed(expression) };
  });
  for (const { expression, alias, text } of by) {
    if (!names.has(printed(expression))) names.set(printed(expression), alias ?? text);
  }
  const columns = plain.filter(({ expression }) => !isGroup.has(printed(expression)));
  const hidden: NamedExpression[] = [];
  const columnOf = (given: Expression): Expression =>
    replaceParts(given, (part) => {
      const key = printed(part);
      if (!names.has(key) && isAggregation(part)) {
        names.set(key, `hidden ${hidden.length}`);
        hidden.push({ expression: part, alias: `hidden ${hidden.length}`, text: key });
      }
      const name = names.get(key);
      return name === undefined ? undefined : { ...fieldNamed(name), span: part.span };
    });
  const condition = having === undefined ? undefined : columnOf(having);
  const keys = order.map((key) => {
    const named = byName.get(key.text);
    const expression = columnOf(named !== undefined && hasWindow(named) ? named : key.expression);
    return { ...key, expression, text: printed(expression) };
  });
  const shown = items.map((item): NamedExpression => {
    const name = nameOf(item);
    if (isMade(item)) return { expression: columnOf(item.expression), alias: name, text: name };
    return itemNamed(name);
  });
  // A list of aggregations has one at least.
  const aggregates = columns.length + hidden.length > 0 ? [...columns, ...hidden] : [countOfRows];
  const sets = grouping.sets === undefined ? {} : { sets: grouping.sets };
  return [
    { kind: "stats", items: aggregates, by, ...sets, span: noSpan },
    ...(condition === undefined ? [] : [{ kind: "filter", condition, span: noSpan } as const]),
    ...(keys.length === 0 ? [] : [{ kind: "sort", keys, span: noSpan } as const]),
    { kind: "display", items: shown, span: noSpan },
  ];
}

const isAggregation = (part: Expression): boolean =>
  part.kind === "call" && aggregationNamed(part.name) !== undefined;

const hasAggregation = (expression: Expression): boolean => hasPart(expression, isAggregation);

/** A group that is more than a field, since fields are names of columns anyway. */
const hasGroup = (expression: Expression, groups: ReadonlySet<string>): boolean =>
  hasPart(expression, (part) => part.kind === "call" && groups.has(printed(part)));

const hasWindow = (expression: Expression): boolean => hasPart(expression, ({ kind }) => kind === "over");
