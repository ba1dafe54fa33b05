// FROM of OpenSearch SQL: log groups, data sources, indexed values, queries in brackets, and one join.
import { namedSource } from "../commands/source.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Span } from "../query-error.ts";
import type { Command, Expression, FieldReference } from "../query-tree.ts";
import { columnsOfQuery, joined, usingKeys, type Side } from "./joins.ts";
import { chosenSource } from "./data-sources.ts";
import { sqlExpressions } from "./dialect.ts";

export interface From {
  readonly commands: readonly Command[];
  /** What may stand in front of the names of fields; undefined where nothing is to be left out. */
  readonly alias: string | undefined;
  readonly isJoin: boolean;
  /** The columns of a query in brackets. */
  readonly columns: readonly string[] | undefined;
}

/**
 * `` `group` ``, or `` `logGroups(logGroupIdentifier: ['a', 'b']) filterIndex('status' = 200)` ``, or a query
 * in brackets, with an alias; then maybe `INNER JOIN` or `LEFT OUTER JOIN` with another one.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_SQL.html
 */
export function parseFrom(reader: QueryReader): From {
  const start = reader.offset;
  const first = parseTable(reader);
  const type = parseJoinType(reader);
  if (type === undefined) {
    if (reader.isSymbol(",")) reader.refuse("one log group is expected behind FROM", reader.peek().span);
    return {
      commands: first.commands,
      alias: first.alias ?? first.name,
      isJoin: false,
      columns: first.columns,
    };
  }
  const second = parseTable(reader);
  const left: Side = { name: first.alias ?? first.name, commands: first.commands };
  const right: Side = { name: second.alias ?? second.name, commands: second.commands };
  const condition = parseCriteria(reader, left.name, right.name);
  const commands = joined(type, left, right, condition, reader, start);
  if (parseJoinType(reader) !== undefined)
    reader.refuse("one JOIN is supported in a SELECT", reader.spanFrom(start));
  return { commands, alias: undefined, isJoin: true, columns: undefined };
}

const refused = new Set("right full cross natural lateral pivot unpivot tablesample".split(" "));

function parseJoinType(reader: QueryReader): "inner" | "left" | undefined {
  const token = reader.peek();
  const word = token.kind === "word" ? token.text.toLowerCase() : "";
  if (refused.has(word)) reader.refuse(`${word.toUpperCase()} is not supported`, token.span);
  const isLeft = reader.takeWord("left");
  if (isLeft) reader.takeWord("outer");
  else if (!reader.takeWord("inner") && !reader.isWord("join")) return undefined;
  reader.expectWord("join");
  return isLeft ? "left" : "inner";
}

function parseCriteria(reader: QueryReader, left: string, right: string): Expression {
  if (!reader.takeWord("using")) {
    reader.expectWord("on");
    return sqlExpressions.condition(reader);
  }
  reader.expectSymbol("(");
  const fields = reader.list(() => reader.field());
  reader.expectSymbol(")");
  return usingKeys(fields, left, right);
}

interface Table {
  readonly name: string;
  readonly alias: string | undefined;
  readonly commands: readonly Command[];
  readonly columns: readonly string[] | undefined;
}

const clauses = new Set(
  (
    "where group having order sort limit offset left right full cross inner join on using union intersect " +
    "except minus window natural lateral pivot unpivot tablesample"
  ).split(" "),
);

function parseTable(reader: QueryReader): Table {
  if (reader.isSymbol("(")) {
    const { commands } = reader.subquery();
    return { name: "", alias: parseAlias(reader), commands, columns: columnsOfQuery(commands) };
  }
  const token = reader.next();
  if (token.kind !== "name" && token.kind !== "text" && token.kind !== "word") {
    return reader.refuse("a log group is expected", token.span);
  }
  if (token.kind === "word" && reader.isSymbol("(")) {
    return reader.refuse(`${token.text} is not supported behind FROM`, token.span);
  }
  const commands = commandsOf(token.text, token.span, reader);
  return { name: token.text, alias: parseAlias(reader), commands, columns: undefined };
}

function parseAlias(reader: QueryReader): string | undefined {
  if (reader.takeWord("as")) return reader.alias();
  const next = reader.peek();
  const isAlias = next.kind === "name" || (next.kind === "word" && !clauses.has(next.text.toLowerCase()));
  return isAlias ? reader.alias() : undefined;
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
  return [
    ...chosenSource(groups, dataSources, span),
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
