// Expressions of OpenSearch PPL and SQL, read into the tree of Logs Insights QL.
import {
  parseAnyExpression,
  parseArguments,
  parseNamed,
  parseOperand,
  type Dialect,
} from "../expression-grammar.ts";
import type { QueryReader } from "../query-reader.ts";
import type { BinaryOperator, Expression, NamedExpression, Query } from "../query-tree.ts";
import { comparison } from "./compare-dates.ts";
import { translateCall } from "./functions.ts";

/**
 * `or`, `and`, `not`, comparisons with `like`, `in`, `between` and `is null`, sums, products.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_PPL.html
 * @throws InsightsQueryError
 */
export function parseCondition(reader: QueryReader): Expression {
  return parseAnyExpression(reader, openSearchDialect);
}

/** A value without a comparison: `in` behind it means something else. */
export function parseValue(reader: QueryReader): Expression {
  return parseOperand(reader, openSearchDialect);
}

/** An expression with its text, and with an alias behind `as` if there is one. */
export function parseNamedCondition(reader: QueryReader): NamedExpression {
  return parseNamed(reader, openSearchDialect);
}

const openSearchDialect: Dialect = {
  reserved: new Set(
    "and or not like in between is as by from where group having order limit select case cast".split(" "),
  ),
  hasPowers: false,
  special: parseSpecial,
  comparison: parseComparison,
  call(reader, word, start) {
    const isDistinct = word.toLowerCase() === "count" && reader.takeWord("distinct");
    const name = isDistinct ? "distinct_count" : word;
    return translateCall(reader, parseArguments(reader, openSearchDialect, name, start));
  },
};

function parseSpecial(reader: QueryReader, word: string): Expression | undefined {
  const start = reader.offset;
  if (word === "case" && reader.takeWord("case")) return parseCase(reader, start);
  // SQL has these without brackets.
  if (/^current_(?:date|timestamp)\b(?!\s*[(.])/i.test(reader.text.slice(start)) && reader.takeWord(word)) {
    return { kind: "call", name: word, arguments: [], span: reader.spanFrom(start) };
  }
  const isCast = word === "cast" || word === "try_cast";
  return isCast && reader.takeWord(word) ? parseCast(reader, start) : undefined;
}

/** `CASE WHEN a > 1 THEN b ELSE c END`, or `CASE a WHEN 1 THEN b END`. */
function parseCase(reader: QueryReader, start: number): Expression {
  const subject = reader.isWord("when") ? undefined : parseCondition(reader);
  const given: Expression[] = [];
  while (reader.takeWord("when")) {
    const test = parseCondition(reader);
    const { span } = test;
    given.push(
      subject === undefined ? test : { kind: "binary", operator: "=", left: subject, right: test, span },
    );
    reader.expectWord("then");
    given.push(parseCondition(reader));
  }
  if (given.length === 0) return reader.unexpected();
  if (reader.takeWord("else")) given.push(parseCondition(reader));
  reader.expectWord("end");
  return { kind: "call", name: "case", arguments: given, span: reader.spanFrom(start) };
}

/** The functions that make values of a type. */
const casts: Readonly<Record<string, string>> = {
  bigint: "toLong",
  date: "date",
  double: "toDouble",
  float: "toDouble",
  int: "toInt",
  integer: "toInt",
  long: "toLong",
  string: "toText",
  timestamp: "timestamp",
  varchar: "toText",
};

function parseCast(reader: QueryReader, start: number): Expression {
  reader.expectSymbol("(");
  const value = parseCondition(reader);
  reader.expectWord("as");
  const type = reader.next();
  const name = type.kind === "word" ? casts[type.text.toLowerCase()] : undefined;
  if (name === undefined) return reader.refuse("CAST to this type is not supported", type.span);
  reader.expectSymbol(")");
  return { kind: "call", name, arguments: [value], span: reader.spanFrom(start) };
}

const comparisons: readonly (readonly [symbol: string, operator: BinaryOperator])[] = [
  ["=", "="],
  ["!=", "!="],
  ["<=", "<="],
  [">=", ">="],
  ["<", "<"],
  [">", ">"],
];

function parseComparison(reader: QueryReader, left: Expression, start: number): Expression {
  const operator = readOperator(reader);
  if (operator !== undefined) {
    const right = parseOperand(reader, openSearchDialect);
    return comparison(operator, left, right, reader.spanFrom(start));
  }
  if (reader.takeWord("is")) {
    const isNot = reader.takeWord("not");
    reader.expectWord("null");
    const span = reader.spanFrom(start);
    const present: Expression = { kind: "call", name: "ispresent", arguments: [left], span };
    return isNot ? present : { kind: "not", operand: present, span };
  }
  const negated = reader.takeWord("not");
  const test = parseTest(reader, left, start);
  if (test === undefined) return negated ? reader.unexpected() : left;
  return negated ? { kind: "not", operand: test, span: reader.spanFrom(start) } : test;
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

function parseTest(reader: QueryReader, subject: Expression, start: number): Expression | undefined {
  if (reader.takeWord("like")) return likeOf(reader, subject, start);
  if (reader.takeWord("in")) {
    const query = parseInnerQuery(reader);
    if (query !== undefined) {
      return { kind: "in", negated: false, subject, set: query, span: reader.spanFrom(start) };
    }
    reader.expectSymbol("(");
    const set = reader.list(() => parseOperand(reader, openSearchDialect));
    reader.expectSymbol(")");
    return { kind: "in", negated: false, subject, set, span: reader.spanFrom(start) };
  }
  if (!reader.takeWord("between")) return undefined;
  const least = parseOperand(reader, openSearchDialect);
  reader.expectWord("and");
  const most = parseOperand(reader, openSearchDialect);
  const span = reader.spanFrom(start);
  return {
    kind: "binary",
    operator: "and",
    left: comparison(">=", subject, least, span),
    right: comparison("<=", subject, most, span),
    span,
  };
}

/** `[ search source=... | fields a ]` in PPL, `(SELECT a FROM ...)` in SQL. */
function parseInnerQuery(reader: QueryReader): Query | undefined {
  if (reader.isSymbol("[")) return reader.subquery("]");
  const isSelect = /^\(\s*select\s/i.test(reader.text.slice(reader.offset));
  return isSelect ? reader.subquery() : undefined;
}

/** `%` is any text and `_` any character, over the whole value. */
function likeOf(reader: QueryReader, subject: Expression, start: number): Expression {
  const { text, span: place } = reader.textLiteral();
  const span = reader.spanFrom(start);
  const [, part] = /^%([^%_]+)%$/.exec(text) ?? [];
  if (part !== undefined) {
    const pattern = { kind: "text", text: part, span: place } as const;
    return { kind: "match", operator: "like", negated: false, subject, pattern, span };
  }
  const body = text
    .replace(/[\\^$.|?*+()[\]{}]/g, "\\$&")
    .replaceAll("%", ".*")
    .replaceAll("_", ".");
  const pattern = { kind: "regex", source: `(?s)^${body}$`, span: place } as const;
  return { kind: "match", operator: "like", negated: false, subject, pattern, span };
}
