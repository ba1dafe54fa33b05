// What the expressions of all query languages have in common: logic, arithmetic, literals, fields and calls.
import type { QueryReader } from "./query-reader.ts";
import type { BinaryOperator, Call, Expression, NamedExpression } from "./query-tree.ts";

/** In what the expressions of a language differ from those of the others. */
export interface Dialect {
  /** Words that are no fields. */
  readonly reserved: ReadonlySet<string>;
  /** Whether there is the operator `^`, to the right: `2 ^ 3 ^ 2` is `2 ^ (3 ^ 2)`. */
  readonly hasPowers: boolean;
  /** Reads what stands behind the left operand, which begins at `start`; nothing is the operand itself. */
  readonly comparison: (reader: QueryReader, left: Expression, start: number) => Expression;
  /** Reads what begins with a word of the language's own, such as CASE; undefined for other words. */
  readonly special?: (reader: QueryReader, word: string) => Expression | undefined;
  /** Reads a call from its opening bracket on. */
  readonly call: (reader: QueryReader, name: string, start: number) => Expression;
}

/** @throws InsightsQueryError */
export function parseAnyExpression(reader: QueryReader, dialect: Dialect): Expression {
  return reader.nested(() => parseLogical(reader, dialect, 0));
}

/** An expression with its text, and with an alias behind `as` if there is one. */
export function parseNamed(reader: QueryReader, dialect: Dialect): NamedExpression {
  const start = reader.offset;
  const expression = parseAnyExpression(reader, dialect);
  const { end } = reader.spanFrom(start);
  const alias = reader.takeWord("as") ? reader.alias() : undefined;
  return { expression, alias, text: reader.text.slice(start, end) };
}

const logical = ["or", "and"] as const;

function parseLogical(reader: QueryReader, dialect: Dialect, level: number): Expression {
  const operator = logical[level];
  if (operator === undefined) return parseNot(reader, dialect);
  const start = reader.offset;
  let left = parseLogical(reader, dialect, level + 1);
  while (reader.takeWord(operator)) {
    const right = parseLogical(reader, dialect, level + 1);
    left = { kind: "binary", operator, left, right, span: reader.spanFrom(start) };
  }
  return left;
}

function parseNot(reader: QueryReader, dialect: Dialect): Expression {
  const start = reader.offset;
  if (!reader.takeWord("not")) return dialect.comparison(reader, parseOperand(reader, dialect), start);
  const operand = reader.nested(() => parseNot(reader, dialect));
  return { kind: "not", operand, span: reader.spanFrom(start) };
}

/** What is compared: sums, and what binds more than these. */
export function parseOperand(reader: QueryReader, dialect: Dialect): Expression {
  return parseArithmetic(reader, dialect, 0);
}

const arithmetic: readonly (readonly BinaryOperator[])[] = [
  ["+", "-"],
  ["*", "/", "%"],
];

function parseArithmetic(reader: QueryReader, dialect: Dialect, level: number): Expression {
  const operators = arithmetic[level];
  if (operators === undefined) return parsePower(reader, dialect);
  const start = reader.offset;
  let left = parseArithmetic(reader, dialect, level + 1);
  for (;;) {
    const operator = operators.find((symbol) => reader.isSymbol(symbol));
    if (operator === undefined) return left;
    reader.next();
    const right = parseArithmetic(reader, dialect, level + 1);
    left = { kind: "binary", operator, left, right, span: reader.spanFrom(start) };
  }
}

function parsePower(reader: QueryReader, dialect: Dialect): Expression {
  const start = reader.offset;
  const left = parseSign(reader, dialect);
  if (!dialect.hasPowers || !reader.takeSymbol("^")) return left;
  const right = reader.nested(() => parsePower(reader, dialect));
  return { kind: "binary", operator: "^", left, right, span: reader.spanFrom(start) };
}

function parseSign(reader: QueryReader, dialect: Dialect): Expression {
  const start = reader.offset;
  if (!reader.takeSymbol("-")) return parsePrimary(reader, dialect);
  const operand = reader.nested(() => parseSign(reader, dialect));
  return { kind: "negative", operand, span: reader.spanFrom(start) };
}

function parsePrimary(reader: QueryReader, dialect: Dialect): Expression {
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
      return parseBracketed(reader, dialect);
    case "name":
      return reader.field();
    case "word":
      return parseWord(reader, dialect, token.text);
    default:
      return reader.unexpected();
  }
}

function parseBracketed(reader: QueryReader, dialect: Dialect): Expression {
  reader.expectSymbol("(");
  const inner = parseAnyExpression(reader, dialect);
  reader.expectSymbol(")");
  return inner;
}

function parseWord(reader: QueryReader, dialect: Dialect, word: string): Expression {
  const lower = word.toLowerCase();
  const special = dialect.special?.(reader, lower);
  if (special !== undefined) return special;
  if (dialect.reserved.has(lower)) return reader.unexpected();
  const start = reader.offset;
  const field = reader.field();
  if (field.steps.length > 1) return field;
  if (reader.isSymbol("(")) {
    reader.expectSymbol("(");
    return dialect.call(reader, word, start);
  }
  if (lower === "true" || lower === "false") {
    return { kind: "boolean", value: lower === "true", span: field.span };
  }
  return field;
}

/** The rest of a call behind its opening bracket. */
export function parseArguments(reader: QueryReader, dialect: Dialect, name: string, start: number): Call {
  const items = reader.isSymbol(")") ? [] : reader.list(() => parseArgument(reader, dialect));
  reader.expectSymbol(")");
  return { kind: "call", name, arguments: items, span: reader.spanFrom(start) };
}

function parseArgument(reader: QueryReader, dialect: Dialect): Expression {
  const token = reader.peek();
  if (!reader.takeSymbol("*")) return parseAnyExpression(reader, dialect);
  return { kind: "star", span: token.span };
}
