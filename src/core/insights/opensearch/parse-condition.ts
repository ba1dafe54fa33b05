// Expressions of OpenSearch PPL and SQL, read into the tree of Logs Insights QL.
import type { QueryReader } from "../query-reader.ts";
import type { BinaryOperator, Expression, NamedExpression } from "../query-tree.ts";
import { translateCall } from "./functions.ts";

/**
 * `or`, `and`, `not`, comparisons with `like`, `in`, `between` and `is null`, sums, products.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_PPL.html
 * @throws InsightsQueryError
 */
export function parseCondition(reader: QueryReader): Expression {
  return reader.nested(() => parseLevel(reader, 0));
}

/** An expression with its text, and with an alias behind `as` if there is one. */
export function parseNamedCondition(reader: QueryReader): NamedExpression {
  const start = reader.offset;
  const expression = parseCondition(reader);
  const { end } = reader.spanFrom(start);
  const alias = reader.takeWord("as") ? reader.alias() : undefined;
  return { expression, alias, text: reader.text.slice(start, end) };
}

const logical = ["or", "and"] as const;

function parseLevel(reader: QueryReader, level: number): Expression {
  const operator = logical[level];
  if (operator === undefined) return parseNot(reader);
  const start = reader.offset;
  let left = parseLevel(reader, level + 1);
  while (reader.takeWord(operator)) {
    const right = parseLevel(reader, level + 1);
    left = { kind: "binary", operator, left, right, span: reader.spanFrom(start) };
  }
  return left;
}

function parseNot(reader: QueryReader): Expression {
  const start = reader.offset;
  if (!reader.takeWord("not")) return parseComparison(reader);
  const operand = reader.nested(() => parseNot(reader));
  return { kind: "not", operand, span: reader.spanFrom(start) };
}

const comparisons: readonly (readonly [symbol: string, operator: BinaryOperator])[] = [
  ["=", "="],
  ["!=", "!="],
  ["<=", "<="],
  [">=", ">="],
  ["<", "<"],
  [">", ">"],
];

function parseComparison(reader: QueryReader): Expression {
  const start = reader.offset;
  const left = parseArithmetic(reader, 0);
  const operator = readOperator(reader);
  if (operator !== undefined) {
    const right = parseArithmetic(reader, 0);
    return { kind: "binary", operator, left, right, span: reader.spanFrom(start) };
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
    reader.expectSymbol("(");
    const set = reader.list(() => parseArithmetic(reader, 0));
    reader.expectSymbol(")");
    return { kind: "in", negated: false, subject, set, span: reader.spanFrom(start) };
  }
  if (!reader.takeWord("between")) return undefined;
  const least = parseArithmetic(reader, 0);
  reader.expectWord("and");
  const most = parseArithmetic(reader, 0);
  const span = reader.spanFrom(start);
  return {
    kind: "binary",
    operator: "and",
    left: { kind: "binary", operator: ">=", left: subject, right: least, span },
    right: { kind: "binary", operator: "<=", left: subject, right: most, span },
    span,
  };
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

const levels: readonly (readonly BinaryOperator[])[] = [
  ["+", "-"],
  ["*", "/", "%"],
];

function parseArithmetic(reader: QueryReader, level: number): Expression {
  const operators = levels[level];
  if (operators === undefined) return parseSign(reader);
  const start = reader.offset;
  let left = parseArithmetic(reader, level + 1);
  for (;;) {
    const operator = operators.find((symbol) => reader.isSymbol(symbol));
    if (operator === undefined) return left;
    reader.next();
    const right = parseArithmetic(reader, level + 1);
    left = { kind: "binary", operator, left, right, span: reader.spanFrom(start) };
  }
}

function parseSign(reader: QueryReader): Expression {
  const start = reader.offset;
  if (!reader.takeSymbol("-")) return parsePrimary(reader);
  const operand = reader.nested(() => parseSign(reader));
  return { kind: "negative", operand, span: reader.spanFrom(start) };
}

const reserved = new Set(
  "and or not like in between is as by from where group having order limit select case cast".split(" "),
);

function parsePrimary(reader: QueryReader): Expression {
  const token = reader.peek();
  switch (token.kind) {
    case "number":
      reader.next();
      return { kind: "number", text: token.text, span: token.span };
    case "period":
      reader.next();
      return { kind: "period", count: token.count, unit: token.unit, span: token.span };
    case "text":
      return reader.textLiteral();
    case "symbol": {
      reader.expectSymbol("(");
      const inner = parseCondition(reader);
      reader.expectSymbol(")");
      return inner;
    }
    case "name":
      return reader.field();
    case "word":
      return parseWord(reader, token.text);
    default:
      return reader.unexpected();
  }
}

function parseWord(reader: QueryReader, word: string): Expression {
  const lower = word.toLowerCase();
  if (reserved.has(lower)) return reader.unexpected();
  const start = reader.offset;
  const field = reader.field();
  if (field.steps.length > 1) return field;
  if (reader.isSymbol("(")) return parseCall(reader, word, start);
  if (lower === "true" || lower === "false") {
    return { kind: "boolean", value: lower === "true", span: field.span };
  }
  return field;
}

function parseCall(reader: QueryReader, word: string, start: number): Expression {
  reader.expectSymbol("(");
  const isDistinct = word.toLowerCase() === "count" && reader.takeWord("distinct");
  const items = reader.isSymbol(")") ? [] : reader.list(() => parseArgument(reader));
  reader.expectSymbol(")");
  const name = isDistinct ? "distinct_count" : word;
  return translateCall(reader, { kind: "call", name, arguments: items, span: reader.spanFrom(start) });
}

function parseArgument(reader: QueryReader): Expression {
  const token = reader.peek();
  if (!reader.takeSymbol("*")) return parseCondition(reader);
  return { kind: "star", span: token.span };
}
