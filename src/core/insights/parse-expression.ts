// Reads the expressions of Logs Insights QL.
import {
  parseAnyExpression,
  parseArguments,
  parseNamed,
  parseOperand,
  type Dialect,
} from "./expression-grammar.ts";
import type { QueryReader } from "./query-reader.ts";
import type { Expression, NamedExpression } from "./query-tree.ts";

/**
 * `or`, `and`, `not`, comparisons with `like`, `=~` and `in`, sums, products, powers, signs:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
 * @throws InsightsQueryError
 */
export function parseExpression(reader: QueryReader): Expression {
  return parseAnyExpression(reader, insightsDialect);
}

/** An expression with its text, and with an alias behind `as` if there is one. */
export function parseNamedExpression(reader: QueryReader): NamedExpression {
  return parseNamed(reader, insightsDialect);
}

/** A call from its opening bracket on. */
export function parseCall(reader: QueryReader, name: string, start: number): Expression {
  reader.expectSymbol("(");
  return insightsDialect.call(reader, name, start);
}

const insightsDialect: Dialect = {
  reserved: new Set(["and", "or", "not", "like", "in", "as", "by", "asc", "desc"]),
  hasPowers: true,
  comparison: parseComparison,
  special: parseSubquery,
  call: (reader, name, start) => parseArguments(reader, insightsDialect, name, start),
};

/** `value of (...)` and `exists (...)`, to which OpenSearch's languages have queries in other forms. */
function parseSubquery(reader: QueryReader, word: string): Expression | undefined {
  const start = reader.offset;
  const found = /^(?:(exists)|value\s+of)\s*\(/i.exec(reader.text.slice(start));
  if (found === null || (word !== "exists" && word !== "value")) return undefined;
  const asks = found[1] === undefined ? "value" : "exists";
  reader.expectWord(word);
  if (asks === "value") reader.expectWord("of");
  const query = reader.subquery();
  return { kind: "subquery", asks, query, span: reader.spanFrom(start) };
}

const comparisons = ["=", "!=", "<", "<=", ">", ">="] as const;

function parseComparison(reader: QueryReader, left: Expression, start: number): Expression {
  const operator = comparisons.find((symbol) => reader.isSymbol(symbol));
  if (operator !== undefined) {
    reader.next();
    const right = parseOperand(reader, insightsDialect);
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
  const items = reader.list(() => parseOperand(reader, insightsDialect));
  reader.expectSymbol("]");
  return items;
}
