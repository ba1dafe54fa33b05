// A Metrics Insights query as data.

export const insightsFunctions = ["AVG", "COUNT", "MAX", "MIN", "SUM"] as const;
export type InsightsFunction = (typeof insightsFunctions)[number];

export interface InsightsQuery {
  readonly function: InsightsFunction;
  readonly metricName: string;
  readonly namespace: string;
  /** `SCHEMA(...)`: only metrics with exactly these dimensions; any when undefined. */
  readonly schema?: readonly string[];
  /** All must hold. */
  readonly conditions: readonly InsightsCondition[];
  readonly groupBy: readonly string[];
  readonly orderBy?: { readonly function: InsightsFunction; readonly descending: boolean };
  readonly limit?: number;
}

export interface InsightsCondition {
  readonly label: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-limits.html */
export const insightsLimits = {
  /** Metrics that a query looks at, and time series that it answers with. */
  metrics: 10_000,
  series: 500,
  perRequest: 1,
  pastMs: 14 * 86_400_000,
} as const;

export interface InsightsProblem {
  readonly problem: string;
  readonly position: number;
}

/** The label that is the account of a metric rather than one of its dimensions. */
export const accountLabel = "AWS.AccountId";

/** What stands for the account of who asks, in place of a value of that label. */
export const currentAccount = "CURRENT_ACCOUNT_ID()";

/** A text is a Metrics Insights query, rather than metric math, when it begins with this word. */
export const isInsightsQuery = (text: string): boolean => /^\s*SELECT\b/i.test(text);
