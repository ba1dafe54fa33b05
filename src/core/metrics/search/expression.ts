// A search for metrics as a tree.

/** What is between the quotes of `SEARCH('...', 'Average', 300)`. */
export interface SearchExpression {
  /** `{Namespace, Dimension, ...}`: with dimensions, exactly these. */
  readonly schema?: { readonly namespace: string; readonly dimensions: readonly string[] };
  readonly condition?: SearchCondition;
}

export type SearchCondition =
  | {
      readonly kind: "term";
      /** `MetricName`, `Namespace`, `:aws.AccountId` or the name of a dimension; all of them without one. */
      readonly property?: string;
      readonly text: string;
      /** In double quotes: the whole name or value, as it is written. */
      readonly exact: boolean;
    }
  | { readonly kind: "not"; readonly operand: SearchCondition }
  | { readonly kind: "and" | "or"; readonly operands: readonly SearchCondition[] };

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html */
export const searchLimits = {
  characters: 1_024,
  /** Searches in one request. */
  perRequest: 100,
  /** Time series that one search answers with. */
  series: 500,
} as const;

export interface SearchProblem {
  readonly problem: string;
  readonly position: number;
}
