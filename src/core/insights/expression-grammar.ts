// What the expressions of all query languages have in common: logic, arithmetic, literals, fields and calls.
import type { QueryReader } from "./query-reader.ts";
import { parseOver, type Window } from "./over-grammar.ts";
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
  /** Where rows without a value come in an order: last, or as the least of all. */
  readonly missing?: "last" | "least";
  /** A window that the query has given a name. */
  readonly windowNamed?: (reader: QueryReader, name: string) => Window | undefined;
  /** What OpenSearch's languages have besides. */
  readonly extension?: DialectExtension;
}

interface DialectExtension {
  /** Operators that are words: `xor` between `or` and `and`, those in `products` like `*`. */
  readonly products: ReadonlySet<string>;
  /** `+`, `-`, or another operator of sums, where it is not one of numbers. */
  readonly sum: (operator: string, left: Expression, right: Expression) => Expression | undefined;
  /** What brackets hold other than one expression: a query, or several expressions. */
  readonly bracketed: (reader: QueryReader) => Expression | undefined;
  /** Reads what stands behind an operand: an index, a member. */
  readonly postfix: (reader: QueryReader, operand: Expression) => Expression;
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

const logical = ["or", "xor", "and"] as const;

function parseLogical(reader: QueryReader, dialect: Dialect, level: number): Expression {
  const operator = logical[level];
  if (operator === undefined) return parseNot(reader, dialect);
  if (operator === "xor" && dialect.extension === undefined) return parseLogical(reader, dialect, level + 1);
  const operands = [parseLogical(reader, dialect, level + 1)];
  while (reader.takeWord(operator)) operands.push(parseLogical(reader, dialect, level + 1));
  return chained(operator, operands);
}

/** Longer chains become trees that are no deeper than they must be: `((a or b) or (c or d))`. */
const mostInARow = 16;

function chained(operator: (typeof logical)[number], operands: readonly Expression[]): Expression {
  const [first, ...others] = operands;
  if (first === undefined) throw new Error("a chain has one operand at least");
  if (operands.length <= mostInARow) {
    return others.reduce((left, right) => logicalOf(operator, left, right), first);
  }
  const middle = Math.ceil(operands.length / 2);
  const [left, right] = [operands.slice(0, middle), operands.slice(middle)];
  return logicalOf(operator, chained(operator, left), chained(operator, right));
}

function logicalOf(operator: (typeof logical)[number], left: Expression, right: Expression): Expression {
  const span = { start: left.span.start, end: right.span.end };
  return operator === "xor"
    ? { kind: "call", name: "xor", arguments: [left, right], span }
    : { kind: "binary", operator, left, right, span };
}

function parseNot(reader: QueryReader, dialect: Dialect): Expression {
  const start = reader.offset;
  const isNegated = reader.takeWord("not") || (dialect.extension !== undefined && reader.takeSymbol("!"));
  if (!isNegated) return dialect.comparison(reader, parseOperand(reader, dialect), start);
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
    const other = operator ?? otherOperator(reader, dialect, level);
    if (other === undefined) return left;
    reader.countOperator();
    reader.next();
    const right = parseArithmetic(reader, dialect, level + 1);
    const own = level === 0 ? dialect.extension?.sum(other, left, right) : undefined;
    const span = reader.spanFrom(start);
    if (own !== undefined) left = own;
    else if (operator !== undefined) left = { kind: "binary", operator, left, right, span };
    else left = { kind: "call", name: other, arguments: [left, right], span };
  }
}

/** `||` among sums, and words such as `div` among products. */
function otherOperator(reader: QueryReader, { extension }: Dialect, level: number): string | undefined {
  if (extension === undefined) return undefined;
  if (level === 0) return reader.isSymbol("||") ? "||" : undefined;
  const token = reader.peek();
  const word = token.kind === "word" ? token.text.toLowerCase() : "";
  return extension.products.has(word) ? word : undefined;
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
  const operand = parseAlone(reader, dialect);
  return dialect.extension?.postfix(reader, operand) ?? operand;
}

function parseAlone(reader: QueryReader, dialect: Dialect): Expression {
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
  const own = dialect.extension?.bracketed(reader);
  if (own !== undefined) return own;
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
    const call = dialect.call(reader, word, start);
    return call.kind === "call" ? parseOver(reader, dialect, call, parseAnyExpression) : call;
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
