// `SOURCE`: the log groups that the query reads, at its beginning.
import type { TagFilter } from "../../logs/log-group-filter.ts";
import { printText } from "../print-expression.ts";
import type { TimeSpan } from "../event-conditions.ts";
import { durationMs } from "../periods.ts";
import { InsightsQueryError, type Span } from "../query-error.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Command, Source } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

/** How many of each there may be. */
const most = { prefixes: 5, accounts: 20, dataSources: 10, tags: 5, values: 5 } as const;

/**
 * `SOURCE "/aws/lambda/f" | ...` as dashboards have it, `SOURCE app | ...` for a name that is one word, or
 * what groups are chosen by: `SOURCE dataSource(["amazon_vpc.flow"]) logGroupTags([{key: "team", values:
 * ["a*"]}]) logGroups(namePrefix: ["a"], class: "STANDARD")`.
 */
export const source: CommandDefinition<Extract<Command, { kind: "source" }>> = {
  name: "SOURCE",
  doc: commandPage("Source"),
  parse(reader, start) {
    if (selectorAt(reader) === undefined) {
      const logGroups = reader.list(() => parseName(reader));
      const time = parseTime(reader);
      return { ...namedSource(logGroups, reader.spanFrom(start)), ...time };
    }
    const chosen: Partial<Source> = {};
    for (let name = selectorAt(reader); name !== undefined; name = selectorAt(reader)) {
      addOnce(chosen, () => parseSelector(reader, name), reader);
    }
    return { ...nothing, ...chosen, ...parseTime(reader), span: reader.spanFrom(start) };
  },
  print(command) {
    const { logGroups, namePrefixes, accounts, groupClass, tags, dataSources } = command;
    if (logGroups.length > 0) return `SOURCE ${logGroups.map(printText).join(", ")}${printTime(command)}`;
    const criteria = [
      ...(namePrefixes.length === 0 ? [] : [`namePrefix: ${printList(namePrefixes)}`]),
      ...(accounts.length === 0 ? [] : [`accountIdentifiers: ${printList(accounts)}`]),
      ...(groupClass === undefined ? [] : [`class: ${printList([groupClass])}`]),
    ];
    const names = dataSources.map(({ name, type }) => (type === undefined ? name : `${name}.${type}`));
    const selectors = [
      ...(names.length === 0 ? [] : [`dataSource(${printList(names)})`]),
      ...(tags.length === 0 ? [] : [`logGroupTags([${tags.map(printTag).join(", ")}])`]),
      ...(criteria.length === 0 ? [] : [`logGroups(${criteria.join(", ")})`]),
    ];
    return `SOURCE ${selectors.length === 0 ? "logGroups()" : selectors.join(" ")}${printTime(command)}`;
  },
  // The caller has chosen the groups by it before the query is compiled.
  compile: () => undefined,
};

const nothing = {
  kind: "source",
  logGroups: [],
  namePrefixes: [],
  accounts: [],
  groupClass: undefined,
  tags: [],
  dataSources: [],
  startOffsetMs: undefined,
  endOffsetMs: undefined,
} as const;

export const namedSource = (logGroups: readonly string[], span: Span): Source => ({
  ...nothing,
  logGroups,
  span,
});

/** The groups of data sources, each `name` or `name.type`. */
export const chosenByDataSources = (names: readonly string[], span: Span): Source => ({
  ...nothing,
  dataSources: names.map(dataSourceNamed),
  span,
});

/**
 * Dashboards have one SOURCE with a pipe behind it for each group; undefined for those that choose groups.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function joinedSource(first: Source, second: Source): Source | undefined {
  if (first.logGroups.length === 0 || second.logGroups.length === 0) return undefined;
  const span = { start: first.span.start, end: second.span.end };
  return {
    ...namedSource([...first.logGroups, ...second.logGroups], span),
    startOffsetMs: first.startOffsetMs ?? second.startOffsetMs,
    endOffsetMs: first.endOffsetMs ?? second.endOffsetMs,
  };
}

type Time = Pick<Source, "startOffsetMs" | "endOffsetMs">;

/**
 * `START=-3600s END=0s` as the console writes it, and `start=-1d end=now`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Logcompare.html
 */
function parseTime(reader: QueryReader): Time {
  let [startOffsetMs, endOffsetMs]: [number | undefined, number | undefined] = [undefined, undefined];
  for (;;) {
    const [, name] = /^(start|end)\s*=/i.exec(reader.text.slice(reader.offset)) ?? [];
    if (name === undefined) return { startOffsetMs, endOffsetMs };
    reader.expectWord(name);
    reader.expectSymbol("=");
    if (name.toLowerCase() === "start") startOffsetMs = parseOffsetMs(reader);
    else endOffsetMs = parseOffsetMs(reader);
  }
}

function parseOffsetMs(reader: QueryReader): number {
  if (reader.takeWord("now")) return 0;
  const isBefore = reader.takeSymbol("-");
  const token = reader.peek();
  const ms = token.kind === "period" ? durationMs(token) : undefined;
  if (ms === undefined) return reader.refuse("now, or a time such as -1d is expected", token.span);
  reader.next();
  return isBefore && ms > 0 ? -ms : ms;
}

function printTime({ startOffsetMs, endOffsetMs }: Time): string {
  const start = startOffsetMs === undefined ? "" : ` START=${startOffsetMs}ms`;
  return start + (endOffsetMs === undefined ? "" : ` END=${endOffsetMs}ms`);
}

/**
 * The time that SOURCE names, which goes before the one that the query was given.
 * @throws InsightsQueryError when it ends before it begins.
 */
export function timeOfSource(source: Source | undefined, given: TimeSpan, now: number): TimeSpan {
  const { startOffsetMs, endOffsetMs, span } = source ?? {};
  const from = startOffsetMs === undefined ? given.from : now + startOffsetMs;
  const to = endOffsetMs === undefined ? given.to : now + endOffsetMs;
  if (span !== undefined && from > to) {
    throw new InsightsQueryError("the time of SOURCE ends before it begins", span);
  }
  return { from, to };
}

const printList = (texts: readonly string[]): string => `[${texts.map(printText).join(", ")}]`;

const printTag = ({ key, values }: TagFilter): string =>
  `{key: ${printText(key)}${values.length === 0 ? "" : `, values: ${printList(values)}`}}`;

type Selector = "loggroups" | "loggrouptags" | "datasource";

function selectorAt(reader: QueryReader): Selector | undefined {
  const rest = reader.text.slice(reader.offset, reader.offset + 80);
  const [, name] = /^(logGroups|logGroupTags|dataSource)\s*\(/i.exec(rest) ?? [];
  return name?.toLowerCase() as Selector | undefined;
}

function parseName(reader: QueryReader): string {
  const { kind } = reader.peek();
  return kind === "word" || kind === "name" ? reader.alias() : reader.textLiteral().text;
}

function addOnce(chosen: Partial<Source>, read: () => Partial<Source>, reader: QueryReader): void {
  const start = reader.offset;
  const more = read();
  const isTwice = Object.keys(more).some((name) => Object.hasOwn(chosen, name));
  if (isTwice) reader.refuse("the same criterion stands there twice", reader.spanFrom(start));
  Object.assign(chosen, more);
}

function parseSelector(reader: QueryReader, name: Selector): Partial<Source> {
  reader.expectWord(name);
  reader.expectSymbol("(");
  const chosen = selectors[name](reader);
  reader.expectSymbol(")");
  return chosen;
}

const selectors: Readonly<Record<Selector, (reader: QueryReader) => Partial<Source>>> = {
  loggroups(reader) {
    const chosen: Partial<Source> = {};
    if (!reader.isSymbol(")")) reader.list(() => addOnce(chosen, () => parseCriterion(reader), reader));
    return chosen;
  },
  loggrouptags(reader) {
    const start = reader.offset;
    reader.expectSymbol("[");
    const tags = reader.list(() => parseTag(reader));
    reader.expectSymbol("]");
    return { tags: limited(reader, start, tags, most.tags) };
  },
  datasource(reader) {
    const names = parseTexts(reader, most.dataSources);
    return { dataSources: names.map(dataSourceNamed) };
  },
};

/** `name` or `name.type`. */
function dataSourceNamed(text: string): Source["dataSources"][number] {
  const dot = text.indexOf(".");
  return dot < 0 ? { name: text, type: undefined } : { name: text.slice(0, dot), type: text.slice(dot + 1) };
}

function parseCriterion(reader: QueryReader): Partial<Source> {
  const name = reader.next();
  if (name.kind !== "word") return reader.refuse("a criterion of log groups is expected", name.span);
  reader.expectSymbol(":");
  switch (name.text) {
    case "namePrefix":
      return { namePrefixes: parseTexts(reader, most.prefixes) };
    case "accountIdentifiers":
    case "accountIdentifier":
      return { accounts: parseTexts(reader, most.accounts) };
    case "class":
    case "logGroupClass":
      return { groupClass: parseTexts(reader, 1)[0] };
    default:
      return reader.refuse(`unknown criterion ${name.text} of log groups`, name.span);
  }
}

/**
 * `{key: "team", values: ["a*", "!b"]}`, the names in quotation marks or not.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagFilter.html
 */
function parseTag(reader: QueryReader): TagFilter {
  const { span } = reader.peek();
  reader.expectSymbol("{");
  let [key, values]: [string | undefined, readonly string[]] = [undefined, []];
  reader.list(() => {
    const name = reader.next();
    const text = name.kind === "word" || name.kind === "text" ? name.text : "";
    if (text !== "key" && text !== "values") reader.refuse("key or values is expected", name.span);
    reader.expectSymbol(":");
    if (text === "key") key = reader.textLiteral().text;
    else values = parseTexts(reader, most.values);
  });
  reader.expectSymbol("}");
  return key === undefined ? reader.refuse("the key of a tag is missing", span) : { key, values };
}

function parseTexts(reader: QueryReader, count: number): readonly string[] {
  if (!reader.isSymbol("[")) return [reader.textLiteral().text];
  const start = reader.offset;
  reader.expectSymbol("[");
  const texts = reader.list(() => reader.textLiteral().text);
  reader.expectSymbol("]");
  return limited(reader, start, texts, count);
}

function limited<Item>(
  reader: QueryReader,
  start: number,
  items: readonly Item[],
  count: number,
): readonly Item[] {
  if (items.length > count) reader.refuse(`there are more than ${count} items`, reader.spanFrom(start));
  return items;
}
