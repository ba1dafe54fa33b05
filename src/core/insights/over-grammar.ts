// What stands behind a call that looks at other rows: `over (partition by ... order by ... rows ...)`.
import type { Dialect } from "./expression-grammar.ts";
import type { QueryReader } from "./query-reader.ts";
import type { Call, Expression, Frame, FrameBound, Over, SortKey } from "./query-tree.ts";

/** Reads any expression of a dialect. */
type ParseExpression = (reader: QueryReader, dialect: Dialect) => Expression;

/** What a window says, without the call. */
export type Window = Pick<Over, "partition" | "order" | "frame">;

/**
 * The rest behind a call: `[ignore nulls] over (...)`, or the call itself where nothing of it follows.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-directquery-sql.html
 */
export function parseOver(
  reader: QueryReader,
  dialect: Dialect,
  call: Call,
  parse: ParseExpression,
): Expression {
  const option = /^(ignore|respect)\s+nulls\s+over\b/i.exec(reader.text.slice(reader.offset))?.[1];
  if (option === undefined && !/^over\s*[(\w`]/i.test(reader.text.slice(reader.offset))) return call;
  if (option !== undefined) {
    reader.expectWord(option);
    reader.expectWord("nulls");
  }
  reader.expectWord("over");
  const ignoresMissing = option?.toLowerCase() === "ignore";
  const window = reader.isSymbol("(") ? parseWindow(reader, dialect, parse) : windowNamed(reader, dialect);
  return { kind: "over", call, ignoresMissing, ...window, span: reader.spanFrom(call.span.start) };
}

function windowNamed(reader: QueryReader, dialect: Dialect): Window {
  const { span } = reader.peek();
  const window = dialect.windowNamed?.(reader, reader.alias());
  return window ?? reader.refuse("a window in brackets is expected", span);
}

/** `(partition by a order by b desc nulls last rows between 1 preceding and current row)` */
export function parseWindow(reader: QueryReader, dialect: Dialect, parse: ParseExpression): Window {
  reader.expectSymbol("(");
  const isPartitioned = reader.takeWord("partition") || reader.takeWord("distribute");
  if (isPartitioned) reader.expectWord("by");
  const partition = isPartitioned ? reader.list(() => parse(reader, dialect)) : [];
  const isOrdered = reader.takeWord("order") || reader.takeWord("sort");
  if (isOrdered) reader.expectWord("by");
  const order = isOrdered ? reader.list(() => parseSortKey(reader, dialect, parse)) : [];
  const frame = parseFrame(reader);
  reader.expectSymbol(")");
  return { partition, order, frame };
}

function parseSortKey(reader: QueryReader, dialect: Dialect, parse: ParseExpression): SortKey {
  const from = reader.offset;
  const expression = parse(reader, dialect);
  const text = reader.text.slice(from, reader.spanFrom(from).end);
  return { expression, text, ...parseDirection(reader, dialect.missing) };
}

/** `[asc|desc] [nulls first|last]`; without the second it is where the language has what is missing. */
export function parseDirection(
  reader: QueryReader,
  missing: Dialect["missing"] = "last",
): Pick<SortKey, "descending" | "missing"> {
  const descending = reader.takeWord("desc");
  if (!descending) reader.takeWord("asc");
  const usual = missing === "least" && !descending ? "first" : "last";
  const given = reader.takeWord("nulls") ? parsePlace(reader) : usual;
  return given === "first" ? { descending, missing: given } : { descending };
}

function parsePlace(reader: QueryReader): "first" | "last" {
  if (reader.takeWord("first")) return "first";
  reader.expectWord("last");
  return "last";
}

function parseFrame(reader: QueryReader): Frame | undefined {
  const unit = (["rows", "range"] as const).find((word) => reader.takeWord(word));
  if (unit === undefined) return undefined;
  if (!reader.takeWord("between")) return { unit, from: parseBound(reader), to: { kind: "current" } };
  const from = parseBound(reader);
  reader.expectWord("and");
  return { unit, from, to: parseBound(reader) };
}

function parseBound(reader: QueryReader): FrameBound {
  if (reader.takeWord("current")) {
    reader.expectWord("row");
    return { kind: "current" };
  }
  const count = reader.takeWord("unbounded") ? "unbounded" : boundCount(reader);
  if (reader.takeWord("preceding")) return { kind: "preceding", count };
  reader.expectWord("following");
  return { kind: "following", count };
}

function boundCount(reader: QueryReader): number {
  const token = reader.next();
  const count = token.kind === "number" ? Number(token.text) : Number.NaN;
  if (Number.isInteger(count) && count >= 0 && count <= 1_000_000) return count;
  return reader.refuse("a whole number of at most 1000000 is expected", token.span);
}
