// Filters that stand behind `stats` and are about the events in front of it.
import { InsightsQueryError } from "./query-error.ts";
import { fieldName } from "./print-expression.ts";
import type { Command, Expression, FieldReference } from "./query-tree.ts";

type Stats = Extract<Command, { kind: "stats" }>;
type Filter = Extract<Command, { kind: "filter" }>;

/**
 * The commands with such filters in front of the first `stats`: those that name fields of which its rows have
 * nothing, as in `stats count() as n by kubernetes.container_name | filter stream = "stderr" | sort n desc`.
 * AWS's sample queries for Container Insights and AppSync are written so, and would find nothing otherwise:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-view-metrics.html
 * https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html
 * @throws InsightsQueryError for a condition on both what `stats` has made and what it has not.
 */
export function withFiltersOfEvents(commands: readonly Command[]): readonly Command[] {
  const place = commands.findIndex(({ kind }) => !keepsEvents.has(kind));
  const stats = commands[place];
  if (stats?.kind !== "stats") return commands;
  const behind = commands.slice(place + 1);
  const other = behind.findIndex(({ kind }) => kind !== "filter" && kind !== "sort");
  const near = other === -1 ? behind : behind.slice(0, other);
  const moved = near.filter((command) => command.kind === "filter" && isOfEvents(command, stats));
  if (moved.length === 0) return commands;
  const left = behind.filter((command) => !moved.includes(command));
  return [...commands.slice(0, place), ...moved, stats, ...left];
}

/** Commands behind which there are still the events, each with all its fields. */
const keepsEvents: ReadonlySet<Command["kind"]> = new Set([
  "source",
  "fields",
  "display",
  "filter",
  "filterIndex",
  "parse",
  "json",
  "lookup",
  "cidrlookup",
  "sort",
  "unmask",
]);

function isOfEvents({ condition }: Filter, { items, by }: Stats): boolean {
  const keys = by.filter(({ expression, alias }) => expression.kind === "field" && alias === undefined);
  const made = namesOf([...items, ...by.filter((item) => !keys.includes(item))]);
  const known = [...made, ...namesOf(keys)];
  const fields = fieldsOf(condition);
  const unknown = fields.find((field) => !isAmong(known, field));
  if (unknown === undefined) return false;
  if (!fields.some((field) => isAmong(made, field))) return true;
  throw new InsightsQueryError(
    `Unknown symbols found in or after stats: ${fieldName(unknown)}`,
    unknown.span,
  );
}

function namesOf(items: Stats["items"]): readonly string[] {
  return items.map(({ expression, alias, text }) => {
    return alias ?? (expression.kind === "field" ? fieldName(expression) : text);
  });
}

/** The field itself, or a part of a map or a list. */
function isAmong(names: readonly string[], field: FieldReference): boolean {
  const text = fieldName(field);
  return names.some((name) => text === name || text.startsWith(`${name}.`) || text.startsWith(`${name}[`));
}

/** The fields of the rows that the condition looks at; queries inside of it look at others. */
function fieldsOf(expression: Expression): readonly FieldReference[] {
  switch (expression.kind) {
    case "field":
      return [expression];
    case "call":
      return expression.arguments.flatMap(fieldsOf);
    case "binary":
      return [...fieldsOf(expression.left), ...fieldsOf(expression.right)];
    case "match":
      return fieldsOf(expression.subject);
    case "in":
      return [
        ...fieldsOf(expression.subject),
        ...("commands" in expression.set ? [] : expression.set.flatMap(fieldsOf)),
      ];
    case "not":
    case "negative":
      return fieldsOf(expression.operand);
    default:
      return [];
  }
}
