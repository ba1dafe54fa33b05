// Reads expressions, from the operators that bind least to those that bind most.
import type { QueryReader } from "./query-reader.ts";
import type { BinaryOperator, Expression, NamedExpression } from "./query-tree.ts";

/**
 * `or`, `and`, `not`, comparisons with `like`, `=~` and `in`, sums, products, powers, signs:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
 * @throws InsightsQueryError
 */
export function parseExpression(reader: QueryReader): Expression {
  return reader.nested(() => parseOr(reader));
}

/** An expression with its text, and with an alias behind `as` if there is one. */
export function parseNamedExpression(reader: QueryReader): NamedExpression {
  const start = reader.offset;
  const expression = parseExpression(reader);
  const { end } = reader.spanFrom(start);
  const alias = reader.takeWord("as") ? reader.alias() : undefined;
  return { expression, alias, text: reader.text.slice(start, end) };
}

function parseOr(reader: QueryReader): Expression {
  const start = reader.offset;
  let left = parseAnd(reader);
  while (reader.takeWord("or")) {
    const right = parseAnd(reader);
    left = { kind: "binary", operator: "or", left, right, span: reader.spanFrom(start) };
  }
  return left;
}

function parseAnd(reader: QueryReader): Expression {
  const start = reader.offset;
  let left = parseNot(reader);
  while (reader.takeWord("and")) {
    const right = parseNot(reader);
    left = { kind: "binary", operator: "and", left, right, span: reader.spanFrom(start) };
  }
  return left;
}

function parseNot(reader: QueryReader): Expression {
  const start = reader.offset;
  if (!reader.takeWord("not")) return parseComparison(reader);
  const operand = reader.nested(() => parseNot(reader));
  return { kind: "not", operand, span: reader.spanFrom(start) };
}

const comparisons = ["=", "!=", "<", "<=", ">", ">="] as const;

function parseComparison(reader: QueryReader): Expression {
  const start = reader.offset;
  const left = parseBinary(reader, 0);
  const operator = comparisons.find((symbol) => reader.isSymbol(symbol));
  if (operator !== undefined) {
    reader.next();
    const right = parseBinary(reader, 0);
    return { kind: "binary", operator, left, right, span: reader.spanFrom(start) };
  }
  const negated = reader.takeWord("not");
  if (reader.isWord("like") || reader.isSymbol("=~")) {
    const operatorToken = reader.isWord("like") ? "like" : "=~";
    reader.next();
    const pattern = reader.regexLiteral() ?? reader.textLiteral();
    return {
      kind: "match",
      operator: operatorToken,
      negated,
      subject: left,
      pattern,
      span: reader.spanFrom(start),
    };
  }
  if (reader.takeWord("in")) {
    const set = parseSet(reader);
    return { kind: "in", negated, subject: left, set, span: reader.spanFrom(start) };
  }
  if (negated) reader.unexpected();
  return left;
}

function parseSet(reader: QueryReader) {
  if (reader.isSymbol("(")) return reader.subquery();
  reader.expectSymbol("[");
  const items = reader.list(() => parseBinary(reader, 0));
  reader.expectSymbol("]");
  return items;
}

const binaryLevels: readonly (readonly BinaryOperator[])[] = [
  ["+", "-"],
  ["*", "/", "%"],
];

function parseBinary(reader: QueryReader, level: number): Expression {
  const operators = binaryLevels[level];
  if (operators === undefined) return parsePower(reader);
  const start = reader.offset;
  let left = parseBinary(reader, level + 1);
  for (;;) {
    const operator = operators.find((symbol) => reader.isSymbol(symbol));
    if (operator === undefined) return left;
    reader.next();
    const right = parseBinary(reader, level + 1);
    left = { kind: "binary", operator, left, right, span: reader.spanFrom(start) };
  }
}

/** To the right: `2 ^ 3 ^ 2` is `2 ^ (3 ^ 2)`. */
function parsePower(reader: QueryReader): Expression {
  const start = reader.offset;
  const left = parseSign(reader);
  if (!reader.takeSymbol("^")) return left;
  const right = reader.nested(() => parsePower(reader));
  return { kind: "binary", operator: "^", left, right, span: reader.spanFrom(start) };
}

function parseSign(reader: QueryReader): Expression {
  const start = reader.offset;
  if (!reader.takeSymbol("-")) return parsePrimary(reader);
  const operand = reader.nested(() => parseSign(reader));
  return { kind: "negative", operand, span: reader.spanFrom(start) };
}

const reserved = new Set(["and", "or", "not", "like", "in", "as", "by", "asc", "desc"]);

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
    case "symbol":
      return parseBracketed(reader);
    case "name":
      return reader.field();
    case "word":
      return parseWord(reader, token.text);
    default:
      return reader.unexpected();
  }
}

function parseBracketed(reader: QueryReader): Expression {
  reader.expectSymbol("(");
  const inner = parseExpression(reader);
  reader.expectSymbol(")");
  return inner;
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

function parseCall(reader: QueryReader, name: string, start: number): Expression {
  reader.expectSymbol("(");
  const items = reader.isSymbol(")") ? [] : reader.list(() => parseArgument(reader));
  reader.expectSymbol(")");
  return { kind: "call", name, arguments: items, span: reader.spanFrom(start) };
}

function parseArgument(reader: QueryReader): Expression {
  const token = reader.peek();
  if (!reader.takeSymbol("*")) return parseExpression(reader);
  return { kind: "star", span: token.span };
}
