// OpenSearch PPL: its commands, read into those of Logs Insights QL.
import { namedSource } from "../commands/source.ts";
import { QueryReader } from "../query-reader.ts";
import type { Command, Expression, FieldReference, NamedExpression, Query, SortKey } from "../query-tree.ts";
import { withoutComments } from "./comments.ts";
import { withoutCorrelation, withoutNames } from "./correlation.ts";
import { derivedCommands, groupKeys } from "./derived-commands.ts";
import { pplExpressions } from "./dialect.ts";
import { joined } from "./joins.ts";
import { parseGroup, parsePplSource } from "./ppl-source.ts";
import {
  beside,
  fieldItem,
  fieldNamed,
  nameOf,
  only,
  type CommandParser,
  type Read,
  type Shown,
} from "./shown-columns.ts";

/**
 * The commands `source`, `where`, `fields`, `rename`, `eval`, `fillnull`, `stats`, `sort`, `head`, `dedup`,
 * `top`, `rare`, `parse`, `join`, and those in `derivedCommands`; others are refused with their position.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_PPL.html
 * @throws InsightsQueryError
 */
export function parsePplQuery(text: string): Query {
  const reader = new QueryReader(withoutComments(text, "//").replace(/;\s*$/, ""), parseCommands);
  const query = parseCommands(reader);
  if (reader.peek().kind !== "end") reader.unexpected();
  return query;
}

function parseCommands(reader: QueryReader): Query {
  const { commands: first, names } = parsePplSource(reader);
  const commands: Command[] = first.map((command) => ownFields(command, names, reader));
  if (commands.length > 0 && !reader.takeSymbol("|")) return { commands, knowsUnknown: true };
  const unfinished: (() => void)[] = [];
  let shown: Shown;
  do {
    const read = parseCommand(reader, shown, commands);
    shown = read.shown ?? shown;
    commands.push(...read.commands.map((command) => ownFields(command, names, reader)));
    const end = commands.length;
    unfinished.unshift(() => read.finish?.(commands.slice(end), names));
  } while (reader.takeSymbol("|"));
  for (const finish of unfinished) finish();
  return { commands, knowsUnknown: true };
}

/** The name of the source says nothing in front of a field; inside of brackets it is the source around. */
function ownFields(command: Command, names: readonly string[], reader: QueryReader): Command {
  // What has no items yet gets them without the names.
  const isUnfinished = command.kind === "fields" && command.items.length === 0;
  if (names.length === 0 || command.kind === "join" || isUnfinished) return command;
  if (command.kind !== "filter") return withoutNames(command, names);
  const condition = names.reduce(
    (given, alias) => withoutCorrelation(given, { alias, isJoin: false }, reader),
    command.condition,
  );
  return withoutNames({ ...command, condition }, names);
}

function parseCommand(reader: QueryReader, shown: Shown, before: readonly Command[]): Read {
  const start = reader.offset;
  const token = reader.peek();
  if (token.kind !== "word") return reader.unexpected();
  const name = token.text.toLowerCase();
  const parse = Object.hasOwn(commandParsers, name) ? commandParsers[name] : undefined;
  if (parse === undefined) return reader.refuse(`the command ${token.text} is not supported`, token.span);
  reader.next();
  const read = parse(reader, start, shown, [...before]);
  if (!reader.atCommandEnd()) reader.unexpected();
  return read;
}

const commandParsers: Readonly<Record<string, CommandParser>> = {
  ...derivedCommands,
  where: (reader, start) => ({
    commands: [{ kind: "filter", condition: pplExpressions.condition(reader), span: reader.spanFrom(start) }],
  }),
  fields: parseFields,
  rename: parseRename,
  /** New fields beside what is shown, which is the whole event at first. */
  eval(reader, start, shown) {
    const made = reader.list(() => parseAssignment(reader));
    return beside(made, shown, reader.spanFrom(start).end);
  },
  fillnull: parseFillNull,
  stats(reader, start) {
    const items = reader.list(() => pplExpressions.named(reader));
    const by = reader.takeWord("by") ? reader.list(() => pplExpressions.named(reader)) : [];
    const commands: readonly Command[] = [{ kind: "stats", items, by, span: reader.spanFrom(start) }];
    return { commands, shown: [...by, ...items].map(nameOf) };
  },
  sort(reader, start) {
    const keys = reader.list(() => parseSortKey(reader));
    return { commands: [{ kind: "sort", keys, span: reader.spanFrom(start) }] };
  },
  head(reader, start) {
    const count = reader.count() ?? defaultRows;
    const offset = reader.takeWord("from") ? parseOffset(reader) : 0;
    const skipped = offset === 0 ? {} : { offset };
    return { commands: [{ kind: "limit", count, ...skipped, span: reader.spanFrom(start) }] };
  },
  dedup: parseDedup,
  top: (reader, start) => mostFrequent(reader, start, true),
  rare: (reader, start) => mostFrequent(reader, start, false),
  // Exact counts are as good.
  top_approx: (reader, start) => mostFrequent(reader, start, true),
  rare_approx: (reader, start) => mostFrequent(reader, start, false),
  parse(reader, start) {
    const subject = reader.field();
    const { text, span } = reader.textLiteral();
    const regex = { kind: "regex", source: text, span } as const;
    const pattern = { kind: "regex", regex, aliases: [], isMulti: false } as const;
    return { commands: [{ kind: "parse", subject, pattern, span: reader.spanFrom(start) }] };
  },
  join: (reader, start) => parseJoin(reader, start, "inner"),
  inner(reader, start) {
    reader.expectWord("join");
    return parseJoin(reader, start, "inner");
  },
  left(reader, start) {
    reader.takeWord("outer");
    reader.expectWord("join");
    return parseJoin(reader, start, "left");
  },
};

const defaultRows = 10;

/** The first rows in an order that goes up are those without a value. */
export function parseSortKey(reader: QueryReader): SortKey {
  const isMinus = reader.takeSymbol("-");
  const isPlus = !isMinus && reader.takeSymbol("+");
  const key = pplExpressions.sortKey(reader);
  if (!isMinus && !isPlus) return key;
  const { expression, text } = key;
  return isMinus ? { expression, text, descending: true } : { ...key, descending: false, missing: "first" };
}

function parseOffset(reader: QueryReader): number {
  const token = reader.next();
  const offset = token.kind === "number" ? Number(token.text) : Number.NaN;
  if (Number.isInteger(offset) && offset >= 0 && offset <= 100_000) return offset;
  return reader.refuse("a whole number between 0 and 100000 is expected", token.span);
}

function parseAssignment(reader: QueryReader): NamedExpression {
  const alias = reader.alias();
  reader.expectSymbol("=");
  const from = reader.offset;
  const expression = pplExpressions.condition(reader);
  return { expression, alias, text: reader.text.slice(from, reader.spanFrom(from).end) };
}

/** `fields a, b`, or `fields - a` to take columns away. */
function parseFields(reader: QueryReader, start: number, shown: Shown): Read {
  if (reader.takeSymbol("-")) {
    const dropped = new Set(reader.list(() => reader.field().steps.join(".")));
    return only(
      (shown ?? ["@timestamp", "@message"]).filter((name) => !dropped.has(name)),
      reader.spanFrom(start).end,
    );
  }
  reader.takeSymbol("+");
  const items = reader.list(() => pplExpressions.named(reader));
  const commands: readonly Command[] = [{ kind: "display", items, span: reader.spanFrom(start) }];
  return { commands, shown: items.map(nameOf) };
}

/** The new names stand in the places of the old ones, which nothing has any more. */
function parseRename(reader: QueryReader, start: number, shown: Shown): Read {
  const renamed = reader.list(() => {
    const field = reader.field();
    reader.expectWord("as");
    return { expression: field, alias: reader.alias(), text: field.steps.join(".") };
  });
  const { end } = reader.spanFrom(start);
  const span = { start, end };
  const names = new Map(renamed.map(({ text, alias }) => [text, alias]));
  const given = new Set(names.values());
  const gone = [...names.keys()].filter((name) => !given.has(name));
  const none: Expression = { kind: "call", name: "nothing", arguments: [], span };
  const removed = gone.map((name) => ({ expression: none, alias: name, text: name }));
  const kept = (shown ?? ["@timestamp", "@message"]).map((name) => names.get(name) ?? name);
  const columns = [...new Set([...kept, ...given])];
  const define = (items: readonly NamedExpression[]): Command => ({ kind: "fields", items, span });
  // A field that is renamed and a new name as well is read before it changes.
  const copies =
    gone.length === names.size ? [] : renamed.map((item, at) => ({ ...item, alias: `@old${at}` }));
  const made = renamed.map((item, at): NamedExpression => {
    const copy = copies[at];
    return copy === undefined ? item : { ...item, expression: fieldNamed(copy.alias, end).expression };
  });
  const first = copies.length === 0 ? [] : [define(copies)];
  const commands = [...first, define([...made, ...removed]), ...only(columns, end).commands];
  return { commands, shown: columns };
}

/** `fillnull using a = 0, b = "x"`, `fillnull with 0 in a, b`, `value=0 a`, or of all columns `with 0`. */
function parseFillNull(reader: QueryReader, start: number, shown: Shown): Read {
  if (reader.takeWord("using")) {
    const filled = reader.list(() => {
      const { expression, alias = "" } = parseAssignment(reader);
      return filledField(alias, expression, start);
    });
    return beside(filled, shown, reader.spanFrom(start).end);
  }
  const isOld = /^value\s*=/i.test(reader.text.slice(reader.offset));
  reader.expectWord(isOld ? "value" : "with");
  if (isOld) reader.expectSymbol("=");
  const value = pplExpressions.value(reader);
  const hasNames = isOld ? !reader.atCommandEnd() : reader.takeWord("in");
  const names = hasNames ? reader.list(() => reader.field().steps.join(".")) : shown;
  if (names === undefined) return reader.refuse("fillnull needs fields", reader.spanFrom(start));
  return beside(
    names.map((name) => filledField(name, value, start)),
    shown,
    reader.spanFrom(start).end,
  );
}

function filledField(name: string, value: Expression, start: number): NamedExpression {
  const { expression: field } = fieldNamed(name, start);
  const span = { start, end: value.span.end };
  return {
    expression: { kind: "call", name: "coalesce", arguments: [field, value], span },
    alias: name,
    text: name,
  };
}

/** `dedup 2 a, b keepempty=true`: without the option rows that lack one of the fields go. */
function parseDedup(reader: QueryReader, start: number): Read {
  const count = reader.count() ?? 1;
  const fields = reader.list(() => reader.field());
  const keepsEmpty = reader.takeWord("keepempty") && takeBoolean(reader);
  const span = reader.spanFrom(start);
  const present = fields.map((field): Command => {
    const condition: Expression = { kind: "call", name: "ispresent", arguments: [field], span };
    return { kind: "filter", condition, span };
  });
  return { commands: [...(keepsEmpty ? [] : present), { kind: "dedup", count, fields, span }] };
}

function takeBoolean(reader: QueryReader): boolean {
  reader.expectSymbol("=");
  return reader.boolean();
}

/** With `by` there are so many of each group, one of which is that of the rows without a value. */
function mostFrequent(reader: QueryReader, start: number, descending: boolean): Read {
  const count = reader.count() ?? defaultRows;
  const fields = reader.list(() => reader.field());
  const groups = reader.takeWord("by") ? reader.list(() => reader.field()) : [];
  const span = reader.spanFrom(start);
  const by = [...fields, ...groups].map((field) => fieldItem(field));
  const all: Expression = { kind: "call", name: "count", arguments: [{ kind: "star", span }], span };
  const counted: Expression = { kind: "field", steps: ["count"], span };
  const inOrder = by.map(({ expression, text }) => ({ expression, text, descending: false }));
  const shown = [...by.map(nameOf), "count"];
  const keys = groupKeys(groups.map(fieldItem), span);
  const fieldsOfKeys = keys.map((key): FieldReference => ({ kind: "field", steps: [nameOf(key)], span }));
  const shortened: readonly Command[] =
    groups.length === 0
      ? [{ kind: "limit", count, span }]
      : [
          { kind: "fields", items: keys, span },
          { kind: "dedup", count, fields: fieldsOfKeys, span },
          ...only(shown, span.end).commands,
        ];
  const commands: readonly Command[] = [
    { kind: "stats", items: [{ expression: all, alias: "count", text: "count(*)" }], by, span },
    { kind: "sort", keys: [{ expression: counted, text: "count", descending }, ...inOrder], span },
    ...shortened,
  ];
  return { commands, shown };
}

/** `left join left=l, right=r on l.id = r.id `group``, or a query in square brackets instead of a group. */
function parseJoin(reader: QueryReader, start: number, type: "inner" | "left"): Read {
  const sides = { left: "left", right: "right" };
  for (const side of ["left", "right"] as const) {
    if (!reader.takeWord(side)) continue;
    reader.expectSymbol("=");
    sides[side] = reader.alias();
    reader.takeSymbol(",");
  }
  if (!reader.takeWord("on")) reader.expectWord("where");
  const condition = pplExpressions.condition(reader);
  const from = reader.offset;
  const { commands } = reader.isSymbol("[")
    ? reader.subquery("]")
    : { commands: [namedSource([parseGroup(reader)], reader.spanFrom(from))] };
  const left = { name: sides.left, commands: [] };
  return { commands: joined(type, left, { name: sides.right, commands }, condition, reader, start) };
}
