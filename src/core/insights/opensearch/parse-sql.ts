// OpenSearch SQL, read into the commands of Logs Insights QL.
import { maximumRows } from "../commands/limit.ts";
import { QueryReader } from "../query-reader.ts";
import type { Span } from "../query-error.ts";
import type { Combine, Command, Query, SortKey } from "../query-tree.ts";
import { withoutComments } from "./comments.ts";
import { sqlExpressions } from "./dialect.ts";
import { parseSelect, type Select } from "./sql-select.ts";
import { columnsOf, shapeSelect } from "./sql-shape.ts";

/**
 * `SELECT` with all its clauses, `UNION`, `INTERSECT` and `EXCEPT`; what AWS's page says is not supported in
 * CloudWatch Logs is refused with its position.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-directquery-sql.html
 * @throws InsightsQueryError
 */
export function parseSqlQuery(text: string): Query {
  const reader = new QueryReader(withoutComments(text, "--").replace(/;\s*$/, ""), parseStatement);
  const query = parseStatement(reader);
  if (reader.peek().kind !== "end") reader.unexpected();
  return query;
}

const refused = new Set("with explain values describe show insert update delete create drop".split(" "));

function parseStatement(reader: QueryReader): Query {
  const token = reader.peek();
  const word = token.kind === "word" ? token.text.toLowerCase() : "";
  if (refused.has(word)) reader.refuse(`${word.toUpperCase()} is not supported`, token.span);
  const start = reader.offset;
  const part = parseUnion(reader);
  const order = parseOrder(reader);
  const limit = parseLimit(reader);
  const span = reader.spanFrom(start);
  const shaped = "items" in part ? shapeSelect(part, order, reader) : ordered(part, order, reader);
  return { commands: [...shaped, ...limit(span)], knowsUnknown: true };
}

/** A query of several ones, of which the columns are those of the first. */
interface Combined {
  readonly commands: readonly Command[];
  readonly columns: readonly string[] | undefined;
}

type Part = Select | Combined;

/** INTERSECT binds more than the others, and all of them from the left to the right. */
function parseUnion(reader: QueryReader): Part {
  return parseCombination(reader, { union: "union", except: "except", minus: "except" }, (inner) =>
    parseCombination(inner, { intersect: "intersect" }, parsePart),
  );
}

function parseCombination(
  reader: QueryReader,
  operators: Readonly<Record<string, Combine["operation"]>>,
  parseInner: (reader: QueryReader) => Part,
): Part {
  const start = reader.offset;
  let left = parseInner(reader);
  for (;;) {
    const word = Object.keys(operators).find((candidate) => reader.takeWord(candidate));
    const operation = word === undefined ? undefined : operators[word];
    if (operation === undefined) return left;
    const all = reader.takeWord("all");
    if (!all) reader.takeWord("distinct");
    const right = combinedOf(parseInner(reader), reader);
    const query: Query = { commands: right.commands, knowsUnknown: true };
    const own = combinedOf(left, reader);
    const combine: Command = { kind: "combine", operation, all, query, span: reader.spanFrom(start) };
    left = { commands: [...own.commands, combine], columns: own.columns };
  }
}

const combinedOf = (part: Part, reader: QueryReader): Combined =>
  "items" in part ? { commands: shapeSelect(part, [], reader), columns: columnsOf(part) } : part;

/** A SELECT, or a query in brackets, which has an order and a limit of its own. */
function parsePart(reader: QueryReader): Part {
  if (!reader.isSymbol("(")) return parseSelect(reader);
  reader.expectSymbol("(");
  const { commands } = reader.nested(() => parseStatement(reader));
  reader.expectSymbol(")");
  return { commands, columns: undefined };
}

/** ORDER BY of several queries together is by the names or the places of their columns. */
function ordered({ commands, columns }: Combined, order: readonly SortKey[], reader: QueryReader) {
  if (order.length === 0) return commands;
  const keys = order.map((key): SortKey => {
    const { expression } = key;
    if (expression.kind !== "number") return key;
    const name = columns?.[Number(expression.text) - 1];
    if (name === undefined) return reader.refuse("ORDER BY has no such column", expression.span);
    return { ...key, expression: { kind: "field", steps: [name], span: expression.span }, text: name };
  });
  const [first] = order;
  return [...commands, { kind: "sort", keys, span: first?.expression.span ?? { start: 0, end: 0 } } as const];
}

/** SORT BY is the same here: there is one partition. */
function parseOrder(reader: QueryReader): readonly SortKey[] {
  if (!reader.takeWord("order") && !reader.takeWord("sort")) return [];
  reader.expectWord("by");
  return reader.list(() => sqlExpressions.sortKey(reader));
}

/** `LIMIT 10`, `LIMIT 10 OFFSET 5`, `LIMIT ALL` */
function parseLimit(reader: QueryReader): (span: Span) => readonly Command[] {
  if (!reader.takeWord("limit")) {
    if (reader.isWord("offset")) reader.refuse("OFFSET needs LIMIT", reader.peek().span);
    return () => [];
  }
  if (reader.takeWord("all")) return () => [];
  const count = readCount(reader, 1, "LIMIT");
  const offset = reader.takeWord("offset") ? readCount(reader, 0, "OFFSET") : 0;
  return (span) => [{ kind: "limit", count, ...(offset === 0 ? {} : { offset }), span }];
}

function readCount(reader: QueryReader, least: number, clause: string): number {
  const token = reader.next();
  const count = token.kind === "number" ? Number(token.text) : Number.NaN;
  if (!Number.isInteger(count) || count < least || count > maximumRows) {
    return reader.refuse(`${clause} takes a whole number between ${least} and ${maximumRows}`, token.span);
  }
  return count;
}
