// FROM of OpenSearch SQL: log groups, data sources, indexed values, and the group that is joined.
import { parseEquality } from "../commands/join.ts";
import { chosenByDataSources, namedSource } from "../commands/source.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Span } from "../query-error.ts";
import type { Command, Expression, FieldReference, Join } from "../query-tree.ts";

export interface From {
  readonly commands: readonly Command[];
  /** What may stand in front of the names of fields; undefined for one table, whose fields are known. */
  readonly alias: string | undefined;
  readonly isJoin: boolean;
}

/**
 * `` `group` ``, or `` `logGroups(logGroupIdentifier: ['a', 'b']) filterIndex('status' = 200)` ``, with an
 * alias; then maybe `INNER JOIN` or `LEFT OUTER JOIN` with another one.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_SQL.html
 */
export function parseFrom(reader: QueryReader): From {
  const start = reader.offset;
  const first = parseTable(reader);
  const isLeft = reader.takeWord("left");
  if (isLeft) reader.takeWord("outer");
  else if (!reader.takeWord("inner") && !reader.isWord("join")) {
    return { commands: first.commands, alias: first.alias, isJoin: false };
  }
  reader.expectWord("join");
  const second = parseTable(reader);
  const [left, right] = [first.alias ?? first.name, second.alias ?? second.name];
  reader.expectWord("on");
  const on = [parseEquality(reader, { left, right })];
  while (reader.takeWord("and")) on.push(parseEquality(reader, { left, right }));
  const type = isLeft ? "left" : "inner";
  const query = { commands: second.commands };
  const join: Join = { kind: "join", type, left, right, on, query, span: reader.spanFrom(start) };
  return { commands: [...first.commands, join], alias: undefined, isJoin: true };
}

interface Table {
  readonly name: string;
  readonly alias: string | undefined;
  readonly commands: readonly Command[];
}

const clauses = new Set("where group having order limit left right full cross inner join on".split(" "));

function parseTable(reader: QueryReader): Table {
  const token = reader.next();
  if (token.kind !== "name" && token.kind !== "text" && token.kind !== "word") {
    return reader.refuse("a log group is expected", token.span);
  }
  const commands = commandsOf(token.text, token.span, reader);
  const next = reader.peek();
  const isAlias = next.kind === "name" || (next.kind === "word" && !clauses.has(next.text.toLowerCase()));
  const alias = reader.takeWord("as") || isAlias ? reader.alias() : undefined;
  return { name: token.text, alias, commands };
}

/** What stands in back quotes: a name, or selectors one behind the other. */
function commandsOf(text: string, span: Span, reader: QueryReader): readonly Command[] {
  const selectors = [...text.matchAll(/\s*(logGroups|dataSource|filterIndex)\(([^()]*)\)\s*/gi)];
  if (selectors.map(([found]) => found).join("") !== text) return [namedSource([text], span)];
  const inside = (name: string): string | undefined =>
    selectors.find(([, selector = ""]) => selector.toLowerCase() === name)?.[2];
  const groups = textsOf(/^\s*logGroupIdentifier\s*:\s*\[(.*)\]\s*$/s.exec(inside("loggroups") ?? "")?.[1]);
  const dataSources = textsOf(/^\s*\[(.*)\]\s*$/s.exec(inside("datasource") ?? "")?.[1]);
  const conditions = conditionsOf(inside("filterindex") ?? "", span);
  const isRead = [
    [inside("loggroups"), groups],
    [inside("datasource"), dataSources],
    [inside("filterindex"), conditions],
  ].every(([given, read]) => given === undefined || (read !== undefined && read.length > 0));
  if (!isRead) return reader.refuse("log groups, data sources or indexed values are expected", span);
  if (groups.length > 0 && dataSources.length > 0) {
    return reader.refuse("log groups and data sources together are not supported", span);
  }
  return [
    groups.length > 0 ? namedSource(groups, span) : chosenByDataSources(dataSources, span),
    ...conditions.map((condition): Command => ({ kind: "filterIndex", condition, span })),
  ];
}

const textsOf = (list: string | undefined): readonly string[] =>
  [...(list ?? "").matchAll(/'([^']+)'|"([^"]+)"/g)].map(([, one, other]) => one ?? other ?? "");

/** `'region' = 'us-east-1', 'status' IN [200, 201]` */
function conditionsOf(text: string, span: Span): readonly Expression[] {
  const condition = /\s*'([^']+)'\s*(?:=\s*('[^']*'|[\d.]+)|IN\s*\[([^\]]*)\])\s*(?:,|$)/giy;
  const found: Expression[] = [];
  while (condition.lastIndex < text.length) {
    const [, name = "", value, list] = condition.exec(text) ?? [];
    if (name === "") return [];
    const subject: FieldReference = { kind: "field", steps: [name], span };
    const literals = [...(value ?? list ?? "").matchAll(/'([^']*)'|([\d.]+)/g)].map(
      ([, quoted, number = ""]): Expression =>
        quoted === undefined ? { kind: "number", text: number, span } : { kind: "text", text: quoted, span },
    );
    const [only] = literals;
    if (only === undefined) return [];
    found.push(
      value === undefined
        ? { kind: "in", negated: false, subject, set: literals, span }
        : { kind: "binary", operator: "=", left: subject, right: only, span },
    );
  }
  return found;
}
