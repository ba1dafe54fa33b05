// A rule of Contributor Insights: which log events it looks at, who contributes and what is added up.

/** A step is a property by its name or an element of an array by its index. */
export type FieldPath = readonly (string | number)[];

/** A field of JSON by its path, or of a line in the common log format by its place, which begins with 1. */
export type RuleField =
  | { readonly kind: "json"; readonly path: FieldPath }
  | { readonly kind: "clf"; readonly place: number };

export type RuleFilter = { readonly field: RuleField } & (
  | { readonly operator: "In" | "NotIn" | "StartsWith"; readonly texts: readonly string[] }
  | {
      readonly operator: "GreaterThan" | "LessThan" | "EqualTo" | "NotEqualTo";
      readonly number: number;
    }
  | { readonly operator: "IsPresent"; readonly isPresent: boolean }
);

export interface InsightRule {
  /** Names, or beginnings of names that end in `*`. */
  readonly logGroupNames: readonly string[];
  readonly format: "JSON" | "CLF";
  /** As they are written in the rule. */
  readonly keyLabels: readonly string[];
  readonly keys: readonly RuleField[];
  readonly aggregateOn: "Count" | "Sum";
  /** What is added up by `Sum`. */
  readonly summedField?: RuleField;
  readonly filters: readonly RuleFilter[];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-RuleSyntax.html */
export const ruleLimits = { keys: 4, filters: 4, filterTexts: 10, logGroupNames: 20 } as const;
