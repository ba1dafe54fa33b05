// Values while a query is compiled: a piece of SQL with its type, and the conversions between types.
import { rawSql, sql, type Sql } from "../sql.ts";

/**
 * Logs have no schema, so what a log field holds is known only when it is read: `field` is a text that counts
 * as a number where its text is one. In SQL, `number` is Float64, `boolean` UInt8, `time` epoch milliseconds
 * as Int64, and all others String; `structure` is the text of a JSON document. What is missing is NULL. A
 * `truth` is what a `boolean` is in OpenSearch's languages: it is shown as `true` or `false`.
 */
export type ValueType = "number" | "text" | "field" | "boolean" | "truth" | "time" | "structure";

export interface Value {
  readonly sql: Sql;
  readonly type: ValueType;
  /** Whether it may be NULL. */
  readonly nullable: boolean;
  /** The text or number that was written in the query. */
  readonly literal?: string;
  /**
   * The same as a text that is empty where the value is missing: cheaper for what makes no difference between
   * the two, as numbers and comparisons with a text do.
   */
  readonly orEmpty?: Sql;
}

export const missing: Value = { sql: sql`CAST(NULL, 'Nullable(String)')`, type: "field", nullable: true };

export function asNumber(value: Value): Value {
  switch (value.type) {
    case "number":
      return value;
    case "boolean":
    case "truth":
    case "time":
      return { sql: sql`toFloat64(${value.sql})`, type: "number", nullable: value.nullable };
    default:
      return {
        sql: numberOfText(value.orEmpty ?? asText(value).sql),
        type: "number",
        nullable: true,
      };
  }
}

/** The engine reads `nan`, `inf` and `Infinity` as numbers as well, one of which would spoil every sum. */
export function numberOfText(text: Sql): Sql {
  return sql`ifNotFinite(toFloat64OrNull(${text}), NULL)`;
}

/** As the answer shows it: numbers without needless digits, instants as `2026-11-02 12:00:00.000`. */
export function asText(value: Value): Value {
  const { nullable } = value;
  switch (value.type) {
    case "text":
    case "field":
      return { sql: value.sql, type: "text", nullable };
    case "structure": {
      const isString = sql`startsWith(ifNull(${value.sql}, ''), '"')`;
      return {
        sql: sql`if(${isString}, JSONExtractString(ifNull(${value.sql}, '')), ${value.sql})`,
        type: "text",
        nullable,
      };
    }
    case "time": {
      const instant = sql`fromUnixTimestamp64Milli(toInt64(${value.sql}), 'UTC')`;
      return { sql: sql`toString(${instant})`, type: "text", nullable };
    }
    case "number":
    case "boolean":
      return { sql: sql`toString(${value.sql})`, type: "text", nullable };
    case "truth": {
      const word = sql`if(${value.sql}, 'true', 'false')`;
      return { sql: nullable ? sql`if(isNull(${value.sql}), NULL, ${word})` : word, type: "text", nullable };
    }
  }
}

/**
 * What functions of texts, numbers and instants get, and comparisons: maps and lists are missing there.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html#CWL_QuerySyntax-structure-types
 */
export function asScalar(value: Value): Value {
  if (value.type !== "structure") return value;
  const isMapOrList = sql`match(ifNull(${value.sql}, ''), ${String.raw`^\s*[\[{]`})`;
  return { sql: sql`if(${isMapOrList}, NULL, ${asText(value).sql})`, type: "field", nullable: true };
}

/** As UInt8 that is never NULL: what is missing is false. */
export function asCondition(value: Value): Sql {
  const isTest = value.type === "boolean" || value.type === "truth";
  const test = isTest ? value.sql : sql`${asNumber(value).sql} != 0`;
  return isNullable(value) ? sql`ifNull(${test}, 0)` : isTest ? test : sql`(${test})`;
}

/** As UInt8 that is NULL where nobody can say. */
export function asTruth(value: Value): Value {
  if (value.type === "truth") return value;
  const test = value.type === "boolean" ? value.sql : sql`(${asNumber(value).sql} != 0)`;
  return { sql: test, type: "truth", nullable: isNullable(value) };
}

function isNullable(value: Value): boolean {
  return value.nullable || asNumber(value).nullable;
}

export function numberLiteral(text: string): Value {
  return { sql: sql`toFloat64(${Number(text)})`, type: "number", nullable: false, literal: text };
}

export function textLiteral(text: string): Value {
  return { sql: sql`${text}`, type: "text", nullable: false, literal: text };
}

/** The same in a column that may be without it. */
export function mayBeMissing(value: Value): Value {
  return {
    sql: sql`toNullable(${value.sql})`,
    type: value.type === "text" ? "field" : value.type,
    nullable: true,
  };
}

/** A value that stands in a column of the statement. */
export function columnValue(column: string, like: Value): Value {
  return { sql: rawSql(column), type: like.type, nullable: like.nullable };
}

/** A discovered field in its column, and in the one beside it where it has an `orEmpty`. */
export function discoveredValue(column: string, like: Value): Value {
  const value = columnValue(column, like);
  return like.orEmpty === undefined ? value : { ...value, orEmpty: rawSql(orEmptyColumn(column)) };
}

/** The SELECT items of a discovered field. */
export function discoveredItems(column: string, value: Value): readonly Sql[] {
  const item = sql`${value.sql} AS ${rawSql(column)}`;
  if (value.orEmpty === undefined) return [item];
  return [item, sql`${value.orEmpty} AS ${rawSql(orEmptyColumn(column))}`];
}

const orEmptyColumn = (column: string) => `${column}e`;
