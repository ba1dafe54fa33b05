// What must be read before expressions can be computed.
import type { InsightsQuery } from "../insights-sql/query.ts";
import type { Dimension, MetricUnit } from "../metric-identity.ts";
import type { SearchExpression } from "../search/expression.ts";

/** A metric with its statistic, read by the period. */
export interface MathMetric {
  /** The account that it is in, where that is not the one of who asks. */
  readonly account?: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly periodSeconds: number;
  readonly statistic: string;
  readonly unit?: MetricUnit;
}

/** A query of GetMetricData or of an alarm: a metric, or an expression over other queries. */
export interface MathQuery {
  readonly id: string;
  /** As it is given, with `${...}` in it. */
  readonly label?: string;
  readonly returnData: boolean;
  readonly periodSeconds?: number;
  readonly metric?: MathMetric;
  readonly expression?: string;
}

/** `key` is what the fetched series are handed over under. */
export type SeriesNeed =
  | { readonly kind: "metric"; readonly key: string; readonly metric: MathMetric }
  | {
      readonly kind: "search";
      readonly key: string;
      readonly search: SearchExpression;
      readonly statistic: string;
      readonly periodSeconds: number;
    }
  | {
      readonly kind: "insightsQuery";
      readonly key: string;
      readonly query: InsightsQuery;
      readonly periodSeconds: number;
    }
  /** Two series, the upper and the lower end of what an anomaly detector expects. */
  | {
      readonly kind: "band";
      readonly key: string;
      readonly subject:
        | { readonly kind: "metric"; readonly metric: MathMetric }
        | { readonly kind: "expression"; readonly id: string; readonly queries: readonly MathQuery[] };
      readonly deviations: number;
      readonly periodSeconds: number;
    }
  /** Any number of series, which a function gives that connects another data source. */
  | {
      readonly kind: "function";
      readonly key: string;
      readonly functionName: string;
      readonly arguments: readonly (string | number | boolean)[];
      readonly periodSeconds: number;
    }
  /** One series, from a rule of Contributor Insights. */
  | {
      readonly kind: "insightRule";
      readonly key: string;
      readonly ruleName: string;
      readonly metricName: string;
      readonly periodSeconds: number;
    };
