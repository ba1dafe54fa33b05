// A PromQL expression as a tree.

/** What an expression gives, in Prometheus's words. */
export type PromqlType = "scalar" | "string" | "instant vector" | "range vector";

export const matchOperators = ["=", "!=", "=~", "!~"] as const;

export type MatchOperator = (typeof matchOperators)[number];

/**
 * What a label must be; a label that a series has not is the empty text. The name of the metric is the label
 * `__name__`. Regular expressions match the whole value.
 */
export interface PromqlMatcher {
  readonly label: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

/** The label that holds the name of the metric. */
export const metricNameLabel = "__name__";

/** `@`: the instant from which a selector or subquery looks back, whenever it is evaluated. */
export type PinnedTime = "start" | "end" | { readonly at: number };

/** What a selector or a subquery looks at, relative to the time of evaluation. */
export interface TimeShift {
  readonly offsetMs: number;
  readonly pinned?: PinnedTime;
}

/** `position` counts characters from the start of the text. */
export interface VectorSelector extends TimeShift {
  readonly kind: "selector";
  readonly matchers: readonly PromqlMatcher[];
  readonly position: number;
}

/** `name[5m]`. */
export interface RangeSelector {
  readonly kind: "range";
  readonly selector: VectorSelector;
  readonly rangeMs: number;
  readonly position: number;
}

/** `expression[1h:5m]`; without a step it is the default one. */
export interface Subquery extends TimeShift {
  readonly kind: "subquery";
  readonly inner: PromqlExpression;
  readonly rangeMs: number;
  readonly stepMs?: number;
  readonly position: number;
}

/** `-expression` or `+expression`. */
interface SignedExpression {
  readonly kind: "sign";
  readonly sign: "+" | "-";
  readonly operand: PromqlExpression;
  readonly position: number;
}

/** How the series of two vectors find each other. */
export interface VectorMatching {
  readonly labels: readonly string[];
  /** Whether series match by these labels, or by all others. */
  readonly by: "on" | "ignoring";
  /** The side that may have several series for one of the other, and the labels that it takes from it. */
  readonly group?: { readonly many: "left" | "right"; readonly include: readonly string[] };
}

export interface Operation {
  readonly kind: "operation";
  readonly operator: OperatorName;
  readonly left: PromqlExpression;
  readonly right: PromqlExpression;
  /** A comparison gives 0 or 1 instead of filtering. */
  readonly bool: boolean;
  readonly matching?: VectorMatching;
  readonly position: number;
}

export interface Aggregation {
  readonly kind: "aggregation";
  readonly operator: string;
  readonly parameter?: PromqlExpression;
  readonly inner: PromqlExpression;
  readonly grouping?: { readonly by: "by" | "without"; readonly labels: readonly string[] };
  readonly position: number;
}

export interface PromqlCall {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly PromqlExpression[];
  readonly position: number;
}

export type PromqlExpression =
  | { readonly kind: "number"; readonly value: number; readonly position: number }
  | { readonly kind: "string"; readonly text: string; readonly position: number }
  | VectorSelector
  | RangeSelector
  | Subquery
  | SignedExpression
  | Operation
  | Aggregation
  | PromqlCall;

export const operatorNames = [
  "or",
  "and",
  "unless",
  "==",
  "!=",
  "<=",
  ">=",
  "<",
  ">",
  "+",
  "-",
  "*",
  "/",
  "%",
  "atan2",
  "^",
] as const;

export type OperatorName = (typeof operatorNames)[number];

/** How strongly operators bind. */
export const precedence: Readonly<Record<OperatorName, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  "==": 3,
  "!=": 3,
  "<=": 3,
  ">=": 3,
  "<": 3,
  ">": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  "%": 5,
  atan2: 5,
  "^": 7,
};

/** A sign before an expression lies between products and powers: `-1 ^ 2` is `-(1 ^ 2)`. */
export const signPrecedence = 6;

const comparisons: ReadonlySet<OperatorName> = new Set(["==", "!=", "<=", ">=", "<", ">"]);

export const isComparison = (operator: OperatorName): boolean => comparisons.has(operator);

export const isSetOperator = (operator: OperatorName): operator is "and" | "or" | "unless" =>
  operator === "and" || operator === "or" || operator === "unless";
