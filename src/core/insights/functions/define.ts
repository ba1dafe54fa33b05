// How a function of the query language is described: one entry has everything about it.
import type { Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { Call } from "../query-tree.ts";
import type { Value, ValueType } from "../value.ts";

/** What an argument is made into before the function gets it. A `constant` is a text as it was written. */
export type Parameter = "number" | "text" | "time" | "any" | "constant";

/** A function that is SQL over its arguments: NULL where one of them is, unless `gives` says otherwise. */
export interface SqlFunction {
  readonly takes: readonly Parameter[];
  /** Further arguments that may be left out. */
  readonly optional?: readonly Parameter[];
  /** Any number of further arguments of a kind. */
  readonly rest?: Parameter;
  readonly gives: ValueType;
  /**
   * For a function that never gives NULL (its SQL sees to that), or may give it for arguments that are not.
   */
  readonly nullable?: boolean;
  /** The page of AWS's documentation that describes it. */
  readonly doc: string;
  readonly toSql: (...values: readonly Sql[]) => Sql;
}

/** A function that looks at its arguments as they are written: periods, fields, structures. */
export interface SpecialFunction {
  readonly takes: string;
  readonly doc: string;
  readonly compile: (call: Call, compiler: ExpressionCompiler) => Value;
}

/** A function of the stats command, which makes one value of those of all rows of a group. */
export interface Aggregation {
  /** How many arguments there are, at least and at most. */
  readonly arguments: readonly [number, number];
  readonly doc: string;
  readonly compile: (call: Call, rows: ExpressionCompiler) => Value;
}

export type InsightsFunction = SqlFunction | SpecialFunction;

export type FunctionTable = Readonly<Record<string, InsightsFunction>>;

export const openSearchPage =
  "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-directquery-sql.html";

const pages = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-";

const page = `${pages}operations-functions.html`;

export const documentation = {
  numeric: `${page}#CWL_QuerySyntax-operations-numeric`,
  datetime: `${page}#CWL_QuerySyntax-datetime`,
  general: `${page}#CWL_QuerySyntax-general-functions`,
  json: `${page}#CWL_QuerySyntax-json-functions`,
  address: `${page}#CWL_QuerySyntax-IPaddress-functions`,
  text: `${page}#CWL_QuerySyntax-string-functions`,
  timeSeries: `${pages}timeseries-functions.html`,
  stats: `${pages}Stats.html`,
} as const;
