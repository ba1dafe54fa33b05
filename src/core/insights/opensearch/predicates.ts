// What OpenSearch PPL and SQL compare with: `=`, `<=>`, `is null`, `like`, `rlike`, `in`, `between`.
import type { QueryReader } from "../query-reader.ts";
import type { BinaryOperator, Expression, Query } from "../query-tree.ts";
import { comparison } from "./compare-dates.ts";
import type { Expressions } from "./dialect.ts";
import { allOf, callOf, notOf } from "./trees.ts";

const comparisons: readonly (readonly [symbol: string, operator: BinaryOperator])[] = [
  ["=", "="],
  ["!=", "!="],
  ["<=", "<="],
  [">=", ">="],
  ["<", "<"],
  [">", ">"],
];

/** Reads what stands behind the left operand; nothing is the operand itself. */
export function parseComparison(
  reader: QueryReader,
  left: Expression,
  start: number,
  own: Expressions,
): Expression {
  if (reader.text.startsWith("<=>", reader.offset)) {
    reader.expectSymbol("<=");
    reader.expectSymbol(">");
    return sameOf(left, own.value(reader), reader, start);
  }
  const operator = readOperator(reader);
  if (operator !== undefined) return comparison(operator, left, own.value(reader), reader.spanFrom(start));
  if (reader.takeWord("is")) return parseIs(reader, left, start, own);
  const negated = reader.takeWord("not");
  const test = parseTest(reader, left, start, negated, own);
  return test ?? (negated ? reader.unexpected() : left);
}

/** `==` and `<>` are two symbols to the reader. */
function readOperator(reader: QueryReader): BinaryOperator | undefined {
  const [symbol, operator] = comparisons.find(([candidate]) => reader.isSymbol(candidate)) ?? [];
  if (symbol === undefined) return undefined;
  reader.next();
  if (symbol === "=") reader.takeSymbol("=");
  if (symbol === "<" && reader.takeSymbol(">")) return "!=";
  return operator;
}

/** Equal, or both of them missing; never unknown. */
function sameOf(left: Expression, right: Expression, reader: QueryReader, start: number): Expression {
  const span = reader.spanFrom(start);
  const areMissing = [left, right].map((side) => notOf(callOf("ispresent", span, side), span));
  return callOf("coalesce", span, comparison("=", left, right, span), allOf("and", areMissing, span));
}

function parseIs(reader: QueryReader, left: Expression, start: number, own: Expressions): Expression {
  const negated = reader.takeWord("not");
  const test = parseIsWhat(reader, left, start, own);
  return negated ? notOf(test, reader.spanFrom(start)) : test;
}

function parseIsWhat(reader: QueryReader, left: Expression, start: number, own: Expressions): Expression {
  if (reader.takeWord("distinct")) {
    reader.expectWord("from");
    return notOf(sameOf(left, own.value(reader), reader, start), reader.spanFrom(start));
  }
  for (const word of ["true", "false"]) {
    if (!reader.takeWord(word)) continue;
    const span = reader.spanFrom(start);
    const no: Expression = { kind: "boolean", value: false, span };
    return callOf("coalesce", span, word === "true" ? left : notOf(left, span), no);
  }
  if (!reader.takeWord("unknown")) reader.expectWord("null");
  const span = reader.spanFrom(start);
  return notOf(callOf("ispresent", span, left), span);
}

function parseTest(
  reader: QueryReader,
  subject: Expression,
  start: number,
  negated: boolean,
  own: Expressions,
): Expression | undefined {
  const finished = (test: Expression): Expression => (negated ? notOf(test, reader.spanFrom(start)) : test);
  for (const word of ["like", "ilike"] as const) {
    if (reader.takeWord(word)) return parseLike(reader, subject, start, word === "ilike", negated);
  }
  if (reader.takeWord("rlike") || reader.takeWord("regexp")) {
    const { text, span } = reader.textLiteral();
    const pattern = { kind: "regex", source: text, span } as const;
    const place = reader.spanFrom(start);
    return finished({ kind: "match", operator: "like", negated: false, subject, pattern, span: place });
  }
  if (reader.takeWord("in")) return parseMembership(reader, subject, start, negated, own);
  if (!reader.takeWord("between")) return undefined;
  const least = own.value(reader);
  reader.expectWord("and");
  const most = own.value(reader);
  const span = reader.spanFrom(start);
  return finished({
    kind: "binary",
    operator: "and",
    left: comparison(">=", subject, least, span),
    right: comparison("<=", subject, most, span),
    span,
  });
}

function parseMembership(
  reader: QueryReader,
  subject: Expression,
  start: number,
  negated: boolean,
  own: Expressions,
): Expression {
  const query = parseInnerQuery(reader);
  if (query !== undefined) {
    return { kind: "in", negated, subject, set: query, span: reader.spanFrom(start) };
  }
  reader.expectSymbol("(");
  const set = reader.list(() => own.value(reader));
  reader.expectSymbol(")");
  const span = reader.spanFrom(start);
  const test: Expression = { kind: "in", negated: false, subject, set, span };
  return negated ? notOf(test, span) : test;
}

/** `[ search source=... | fields a ]` in PPL, `(SELECT a FROM ...)` in SQL. */
export function parseInnerQuery(reader: QueryReader): Query | undefined {
  if (reader.isSymbol("[")) return reader.subquery("]");
  const isSelect = /^\(\s*select\s/i.test(reader.text.slice(reader.offset));
  return isSelect ? reader.subquery() : undefined;
}

/** `like '%a'`, `like 'a!%' escape '!'`, or `like any ('a%', 'b%')`, of which `all` means all of them. */
function parseLike(
  reader: QueryReader,
  subject: Expression,
  start: number,
  ignoresCase: boolean,
  negated: boolean,
): Expression {
  const quantifier = ["any", "some", "all"].find((word) => reader.takeWord(word));
  const read = (): Expression => {
    const test = likeOf(reader, subject, start, ignoresCase);
    return negated ? notOf(test, reader.spanFrom(start)) : test;
  };
  if (quantifier === undefined) return read();
  reader.expectSymbol("(");
  const tests = reader.list(read);
  reader.expectSymbol(")");
  return allOf(quantifier === "all" ? "and" : "or", tests, reader.spanFrom(start));
}

function likeOf(reader: QueryReader, subject: Expression, start: number, ignoresCase: boolean): Expression {
  const { text, span: place } = reader.textLiteral();
  const escape = reader.takeWord("escape") ? reader.textLiteral().text : "\\";
  const span = reader.spanFrom(start);
  const [, part] = /^%([^%_\\]+)%$/.exec(text) ?? [];
  if (part !== undefined && !ignoresCase && !part.includes(escape)) {
    const pattern = { kind: "text", text: part, span: place } as const;
    return { kind: "match", operator: "like", negated: false, subject, pattern, span };
  }
  const source = `(?s${ignoresCase ? "i" : ""})^${likeRegex(text, escape)}$`;
  const pattern = { kind: "regex", source, span: place } as const;
  return { kind: "match", operator: "like", negated: false, subject, pattern, span };
}

/** `%` is any text and `_` any character, over the whole value; what stands behind the escape is itself. */
export function likeRegex(pattern: string, escape: string): string {
  const meanings: Readonly<Record<string, string>> = { "%": ".*", _: "." };
  const quoted = (character: string) => character.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
  let source = "";
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    const isEscaped = character === escape && index + 1 < pattern.length;
    if (isEscaped) index += 1;
    const own = pattern.charAt(index);
    source += isEscaped ? quoted(own) : (meanings[own] ?? quoted(own));
  }
  return source;
}
