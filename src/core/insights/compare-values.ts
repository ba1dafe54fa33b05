// Comparisons as Logs Insights makes them: texts that are numbers compare as numbers.
import { rawSql, sql, type Sql } from "../sql.ts";
import { InsightsQueryError, type Span } from "./query-error.ts";
import { asNumber, asScalar, asText, type Value } from "./value.ts";

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

/**
 * Compares to UInt8, never NULL: a missing value equals nothing and is in no order, so that only `!=` holds
 * for it, and nothing at all for a map or a list.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
 * @throws InsightsQueryError for an instant and a text that is no number.
 */
export function compareValues(operator: Comparison, left: Value, right: Value, span: Span): Value {
  const test = comparisonOf(operator, asScalar(left), asScalar(right), span);
  const hasStructure = left.type === "structure" || right.type === "structure";
  const otherwise = operator === "!=" && !hasStructure ? 1 : 0;
  return {
    sql: test.nullable ? sql`ifNull(${test.sql}, ${otherwise})` : test.sql,
    type: "boolean",
    nullable: false,
  };
}

/** The same, but NULL where a value is missing: nobody can say. */
export function compareKnown(operator: Comparison, left: Value, right: Value, span: Span): Value {
  const [one, other] = [withoutEmpty(asScalar(left)), withoutEmpty(asScalar(right))];
  const { sql: test, nullable } = comparisonOf(operator, truthOf(one, other), truthOf(other, one), span);
  return { sql: test, type: "boolean", nullable };
}

function withoutEmpty({ sql: value, type, nullable, literal }: Value): Value {
  return { sql: value, type, nullable, ...(literal === undefined ? {} : { literal }) };
}

/** The texts `true` and `false` are compared with a truth as what they say. */
function truthOf(value: Value, other: Value): Value {
  const word = value.literal?.toLowerCase();
  if (other.type !== "truth" || (word !== "true" && word !== "false")) return value;
  return { sql: sql`${word === "true"}`, type: "truth", nullable: false };
}

function comparisonOf(operator: Comparison, left: Value, right: Value, span: Span): Comparable {
  if (isPrecise(left, right) && (operator === "=" || operator === "!=")) {
    return plain(operator, literalText(left), literalText(right));
  }
  if (isNumeric(left) || isNumeric(right)) {
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      if (
        one.type === "time" &&
        other.type === "text" &&
        other.literal !== undefined &&
        !isNumberText(other.literal)
      ) {
        throw new InsightsQueryError(
          "a timestamp is compared with epoch milliseconds, not with a text",
          span,
        );
      }
    }
    return plain(operator, asNumber(left), asNumber(right));
  }
  if (left.type === "field" && right.type === "field") return eitherWay(operator, left, right);
  if (operator !== "=" && operator !== "!=") {
    const literal = left.literal ?? right.literal;
    if (literal !== undefined && isNumberText(literal)) return eitherWay(operator, left, right);
  }
  return (
    withText(operator, left, right) ??
    withText(operator, right, left) ??
    plain(operator, asText(left), asText(right))
  );
}

/** A missing value is as unlike a text as an empty one is. */
function withText(
  operator: Comparison,
  value: Value,
  { literal = "", sql: text }: Value,
): Comparable | undefined {
  if (value.orEmpty === undefined || literal === "" || (operator !== "=" && operator !== "!="))
    return undefined;
  return { sql: sql`(${value.orEmpty} ${rawSql(operator)} ${text})`, nullable: false };
}

interface Comparable {
  readonly sql: Sql;
  readonly nullable: boolean;
}

function plain(operator: Comparison, left: Value, right: Value): Comparable {
  return {
    sql: sql`(${left.sql} ${rawSql(operator)} ${right.sql})`,
    nullable: left.nullable || right.nullable,
  };
}

/** As numbers where both are, as texts otherwise. */
function eitherWay(operator: Comparison, left: Value, right: Value): Comparable {
  const [leftNumber, rightNumber] = [asNumber(left), asNumber(right)];
  const asNumbers = plain(operator, leftNumber, rightNumber).sql;
  const asTexts = plain(operator, asText(left), asText(right)).sql;
  const areNumbers = sql`isNotNull(${leftNumber.sql}) AND isNotNull(${rightNumber.sql})`;
  return { sql: sql`if(${areNumbers}, ${asNumbers}, ${asTexts})`, nullable: true };
}

const numeric: ReadonlySet<Value["type"]> = new Set(["number", "boolean", "truth", "time"]);

const isNumeric = ({ type }: Value) => numeric.has(type);

const isNumberText = (text: string) => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text);

/** An integer that a Float64 cannot hold is compared by its digits. */
function isPrecise(left: Value, right: Value): boolean {
  return [
    [left, right],
    [right, left],
  ].some(
    ([literal, other]) =>
      literal?.type === "number" &&
      literal.literal !== undefined &&
      /^\d{16,}$/.test(literal.literal) &&
      (other?.type === "field" || other?.type === "text"),
  );
}

function literalText(value: Value): Value {
  return value.literal === undefined
    ? asText(value)
    : { sql: sql`${value.literal}`, type: "text", nullable: false };
}
