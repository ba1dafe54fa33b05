// A Logs Insights query as data: commands, each with its expressions. Spans point into the query's text.
import type { TagFilter } from "../logs/log-group-filter.ts";
import type { Span } from "./query-error.ts";

/**
 * One step into a field: a name (`status`, `` `foo-bar` ``, also the `0` of `items.0`) or an index (`[0]`).
 */
export type FieldStep = string | number;

export interface FieldReference {
  readonly kind: "field";
  /** The first step is always a name. */
  readonly steps: readonly FieldStep[];
  readonly span: Span;
}

export interface TextLiteral {
  readonly kind: "text";
  readonly text: string;
  readonly span: Span;
}

export interface RegexLiteral {
  readonly kind: "regex";
  readonly source: string;
  readonly span: Span;
}

export interface PeriodLiteral {
  readonly kind: "period";
  readonly count: number;
  readonly unit: PeriodUnit;
  readonly span: Span;
}

export type PeriodUnit = "ms" | "s" | "m" | "h" | "d" | "w" | "mo" | "q" | "y";

export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly span: Span;
}

export type BinaryOperator =
  | "or"
  | "and"
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "^";

export interface Binary {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface Matching {
  readonly kind: "match";
  readonly operator: "like" | "=~";
  readonly negated: boolean;
  readonly subject: Expression;
  readonly pattern: TextLiteral | RegexLiteral;
  readonly span: Span;
}

export interface Membership {
  readonly kind: "in";
  readonly negated: boolean;
  readonly subject: Expression;
  /** A list, or a query of which the one column is the list. */
  readonly set: readonly Expression[] | Query;
  readonly span: Span;
}

export type Expression =
  | FieldReference
  | TextLiteral
  | PeriodLiteral
  | Call
  | Binary
  | Matching
  | Membership
  | Over
  | Subquery
  /** As it was written, since `10` and `10.0` are the same number and different texts. */
  | { readonly kind: "number"; readonly text: string; readonly span: Span }
  | { readonly kind: "boolean"; readonly value: boolean; readonly span: Span }
  /** The `*` of `count(*)`. */
  | { readonly kind: "star"; readonly span: Span }
  | { readonly kind: "not" | "negative"; readonly operand: Expression; readonly span: Span };

/** An expression with the name that its values get; without an alias the name is the text itself. */
export interface NamedExpression {
  readonly expression: Expression;
  readonly alias: string | undefined;
  /** The text of the expression as it was written. */
  readonly text: string;
}

export interface SortKey {
  readonly expression: Expression;
  readonly text: string;
  readonly descending: boolean;
  /** Where the rows without a value come; behind the others unless it is said. */
  readonly missing?: "first" | "last" | undefined;
}

/** A bound of the rows around a row: so many rows (or so much of the value) before or after it. */
export type FrameBound =
  | { readonly kind: "preceding" | "following"; readonly count: number | "unbounded" }
  | { readonly kind: "current" };

export interface Frame {
  readonly unit: "rows" | "range";
  readonly from: FrameBound;
  readonly to: FrameBound;
}

/** A value of each row by those around it: `rank() over (partition by a order by b)`. */
export interface Over {
  readonly kind: "over";
  readonly call: Call;
  readonly ignoresMissing: boolean;
  readonly partition: readonly Expression[];
  readonly order: readonly SortKey[];
  readonly frame: Frame | undefined;
  readonly span: Span;
}

/** The one value of a query, or whether it has a row. */
export interface Subquery {
  readonly kind: "subquery";
  readonly asks: "value" | "exists";
  readonly query: Query;
  readonly span: Span;
}

export type ParsePattern =
  | { readonly kind: "glob"; readonly glob: TextLiteral; readonly aliases: readonly string[] }
  | {
      readonly kind: "regex";
      readonly regex: RegexLiteral;
      readonly aliases: readonly string[];
      /** Whether there is a row for each match. */
      readonly isMulti: boolean;
    }
  | { readonly kind: "csv"; readonly aliases: readonly string[] }
  /** The one alias is that of the map of all keys. */
  | { readonly kind: "logfmt"; readonly aliases: readonly string[] };

/** One command of each kind; its file in `commands/` reads, prints and compiles it. */
export type Command =
  | { readonly kind: "fields"; readonly items: readonly NamedExpression[]; readonly span: Span }
  | { readonly kind: "display"; readonly items: readonly NamedExpression[]; readonly span: Span }
  | { readonly kind: "filter"; readonly condition: Expression; readonly span: Span }
  | { readonly kind: "filterIndex"; readonly condition: Expression; readonly span: Span }
  | {
      readonly kind: "stats";
      readonly items: readonly NamedExpression[];
      readonly by: readonly NamedExpression[];
      /** By how much the bins are shifted. */
      readonly offset?: PeriodLiteral | undefined;
      /** Groups of several kinds: each by some of `by`, whose places are counted from 0. */
      readonly sets?: readonly (readonly number[])[];
      readonly span: Span;
    }
  | { readonly kind: "sort"; readonly keys: readonly SortKey[]; readonly span: Span }
  | {
      readonly kind: "limit";
      readonly count: number;
      /** How many rows are left out in front of them. */
      readonly offset?: number;
      readonly span: Span;
    }
  | {
      readonly kind: "dedup";
      /** How many rows of each combination stay. */
      readonly count: number;
      readonly fields: readonly FieldReference[];
      readonly span: Span;
    }
  | {
      readonly kind: "parse";
      readonly subject: Expression | undefined;
      readonly pattern: ParsePattern;
      readonly span: Span;
    }
  | {
      readonly kind: "unnest";
      readonly list: FieldReference;
      readonly into: string;
      readonly span: Span;
    }
  | { readonly kind: "pattern"; readonly subject: Expression | undefined; readonly span: Span }
  | { readonly kind: "diff"; readonly period: ComparedPeriod | undefined; readonly span: Span }
  | { readonly kind: "anomaly"; readonly span: Span }
  | { readonly kind: "estimate"; readonly span: Span }
  | AddTotals
  | AppendCols
  | Combine
  | FillMissing
  | RelevantFields
  | {
      readonly kind: "json";
      readonly field: FieldReference;
      readonly path: TextLiteral;
      readonly alias: string;
      readonly span: Span;
    }
  | Join
  | Lookup
  | CidrLookup
  | Outlier
  | LogCompare
  | {
      readonly kind: "accum";
      readonly field: FieldReference;
      readonly alias: string | undefined;
      readonly span: Span;
    }
  | {
      readonly kind: "autoregress";
      readonly field: FieldReference;
      readonly alias: string | undefined;
      /** How many rows before: from one depth to another, both included. */
      readonly first: number;
      readonly last: number;
      readonly span: Span;
    }
  | {
      readonly kind: "filldown";
      /** A star stands behind the beginning of names; all that are shown, when empty. */
      readonly fields: readonly { readonly field: FieldReference; readonly isPrefix: boolean }[];
      readonly span: Span;
    }
  | {
      readonly kind: "sessionize";
      readonly fields: readonly FieldReference[];
      readonly gap: PeriodLiteral | undefined;
      readonly alias: string | undefined;
      readonly span: Span;
    }
  | { readonly kind: "countFrequent"; readonly fields: readonly FieldReference[]; readonly span: Span }
  | { readonly kind: "unmask"; readonly field: FieldReference; readonly span: Span }
  | Source;

export type CommandKind = Command["kind"];

/** How long before the query's span of time the one begins that it is compared with. */
export type ComparedPeriod = "previousHour" | "previousDay" | "previousWeek" | "previousMonth";

export interface RelevantFields {
  readonly kind: "relevantfields";
  /** All that are found, when empty. */
  readonly fields: readonly FieldReference[];
  readonly condition: Expression;
  readonly span: Span;
}

export interface AppendCols {
  readonly kind: "appendcols";
  /** Whether the columns take the place of those of the same name. */
  readonly override: boolean;
  /** How many rows of the query there are at most. */
  readonly max: number;
  readonly query: Query;
  readonly span: Span;
}

/** Rows put together with those of another query, column by column. */
export interface Combine {
  readonly kind: "combine";
  readonly operation: "union" | "intersect" | "except";
  /** Whether rows that are the same stay several ones. */
  readonly all: boolean;
  readonly query: Query;
  readonly span: Span;
}

export interface FillMissing {
  readonly kind: "fillmissing";
  /** What a column has in the rows that are put in. */
  readonly fills: readonly {
    readonly constant: Expression;
    readonly expression: Expression;
    readonly text: string;
  }[];
  readonly span: Span;
}

export interface AddTotals {
  readonly kind: "addtotals";
  /** The name of the column with the sums of the rows. */
  readonly total: string;
  readonly ofRows: boolean;
  readonly ofColumns: boolean;
  /** Of all fields that are shown, when empty. */
  readonly fields: readonly FieldReference[];
  readonly span: Span;
}

export interface Join {
  readonly kind: "join";
  readonly type: "inner" | "left";
  /** The names by which the fields of the two sides are told apart. */
  readonly left: string;
  readonly right: string;
  readonly on: readonly { readonly left: FieldReference; readonly right: FieldReference }[];
  readonly query: Query;
  readonly span: Span;
}

/** Which columns of a table become fields. */
export interface LookupOutput {
  readonly output: readonly { readonly column: string; readonly alias: string | undefined }[];
  /** Whether fields that have a value keep it. */
  readonly keepsValues: boolean;
}

export interface Lookup extends LookupOutput {
  readonly kind: "lookup";
  readonly table: string;
  readonly on: readonly { readonly column: string; readonly field: FieldReference }[];
  readonly span: Span;
}

export interface CidrLookup extends LookupOutput {
  readonly kind: "cidrlookup";
  readonly table: string;
  /** What has the address. */
  readonly field: FieldReference;
  /** The column with the ranges. */
  readonly column: string | undefined;
  readonly span: Span;
}

export interface Outlier {
  readonly kind: "outlier";
  readonly action: "remove" | "transform";
  /** How many times the distance of the quartiles, as it was written. */
  readonly multiplier: string;
  readonly checksLower: boolean;
  readonly marks: boolean;
  readonly fields: readonly FieldReference[];
  readonly span: Span;
}

export interface LogCompare {
  readonly kind: "logcompare";
  readonly shift: PeriodLiteral;
  readonly span: Span;
}

export interface Source {
  readonly kind: "source";
  readonly logGroups: readonly string[];
  readonly namePrefixes: readonly string[];
  readonly accounts: readonly string[];
  readonly groupClass: string | undefined;
  /** A group has them all. */
  readonly tags: readonly TagFilter[];
  /** A group is of one of them, if there are any. */
  readonly dataSources: readonly { readonly name: string; readonly type: string | undefined }[];
  /** Where the time begins and ends that is read, after the instant "now"; before it when negative. */
  readonly startOffsetMs: number | undefined;
  readonly endOffsetMs: number | undefined;
  readonly span: Span;
}

export interface Query {
  readonly commands: readonly Command[];
  /**
   * Whether a comparison with what is missing is neither true nor false, as in OpenSearch's languages. In
   * Logs Insights QL it is false, and `!=` true.
   */
  readonly knowsUnknown?: boolean;
}
