// Computes queries from the series that were read for them: the seam for GetMetricData and alarms.
import { isDynamicLabel, renderLabel, type LabelContext } from "../dynamic-label.ts";
import { evaluate } from "./evaluate.ts";
import { everyPart, type MathExpression } from "./expression.ts";
import type { MathType } from "./function.ts";
import { lambdaFunction } from "./functions/lambda.ts";
import type { MathQuery, SeriesNeed } from "./needs.ts";
import {
  isPlanProblem,
  keyOf,
  planQueries,
  type PlannedQuery,
  type PlanProblem,
  type QueryPlan,
} from "./plan.ts";
import { isFailed, scalar, several, single, type Series, type TimeRange, type Value } from "./series.ts";

export interface EvaluationOptions {
  /** The range that is asked for, rounded as periods of this length begin in it. */
  readonly rangeOf: (periodSeconds: number) => TimeRange;
  readonly labels: LabelContext;
}

/** What a query that is to return data gives: several series when it is an array. */
export interface QueryResult {
  readonly id: string;
  /** With the labels that the answer shows. */
  readonly series: readonly Series[];
}

/** The series that were read, by the keys of their needs; those of a metric have its default label. */
export type FetchedSeries = ReadonlyMap<string, readonly Series[]>;

/**
 * Plans, fetches and computes in one go. `fetch` is given everything that is needed at once; callers with
 * many requests plan them all, fetch together and call `evaluatePlan` for each.
 */
export async function evaluateQueries(
  queries: readonly MathQuery[],
  fetch: (needs: readonly SeriesNeed[]) => Promise<FetchedSeries>,
  options: EvaluationOptions,
): Promise<readonly QueryResult[] | PlanProblem> {
  const plan = planQueries(queries);
  return isPlanProblem(plan) ? plan : evaluatePlan(plan, await fetch(plan.needs), options);
}

/** The results in the order of the queries. */
export function evaluatePlan(
  plan: QueryPlan,
  fetched: FetchedSeries,
  options: EvaluationOptions,
): readonly QueryResult[] {
  const values = new Map<string, Value>();
  const metrics = plan.queries.flatMap((planned) =>
    planned.kind === "metric" ? [{ id: planned.query.id, series: metricSeries(planned, fetched) }] : [],
  );
  const failures = new Map<string, Series>();
  const fallbackPeriod = Math.max(60, ...metrics.map(({ series }) => series.periodSeconds));
  for (const planned of plan.order) {
    const { id } = planned.query;
    switch (planned.kind) {
      case "metric":
        values.set(id, single(metricSeries(planned, fetched)));
        break;
      case "insights":
        values.set(id, insightsValue(planned, fetched.get(id) ?? []));
        break;
      case "math": {
        const failure = failureIn(planned, fetched, failures);
        if (failure !== undefined) failures.set(id, failure);
        const value =
          failure === undefined || isFunctionCall(planned.expression)
            ? evaluate(planned.expression, {
                metrics,
                periodSeconds: planned.periodSeconds ?? fallbackPeriod,
                rangeOf: options.rangeOf,
                valueOf: (reference) => values.get(reference) ?? several([]),
                fetchedAt: (position) => fetched.get(keyOf(id, position)) ?? [],
              })
            : failedValue(failure, plan.types.get(id));
        values.set(id, value);
      }
    }
  }
  return plan.queries.flatMap((planned) =>
    planned.query.returnData ? [resultOf(planned, values.get(planned.query.id), options.labels)] : [],
  );
}

type Planned<Kind extends PlannedQuery["kind"]> = Extract<PlannedQuery, { readonly kind: Kind }>;

/** What is said of a function that failed; nothing can be computed from what it did not give. */
function failureIn(
  { query, expression }: Planned<"math">,
  fetched: FetchedSeries,
  failures: ReadonlyMap<string, Series>,
): Series | undefined {
  for (const part of everyPart(expression)) {
    if (part.kind === "reference" && failures.has(part.id)) return failures.get(part.id);
    if (part.kind !== "call" || !isFunctionCall(part)) continue;
    const failed = fetched.get(keyOf(query.id, part.position))?.find(isFailed);
    if (failed !== undefined) return { ...failed, label: "", timestamps: [], values: [] };
  }
  return undefined;
}

/** The call alone gives whatever the function does. */
const isFunctionCall = (expression: MathExpression) =>
  expression.kind === "call" && expression.name === lambdaFunction.name;

function failedValue(failure: Series, type: MathType | undefined): Value {
  if (type === "S") return scalar(Number.NaN);
  return type === "TS[]" ? several([failure]) : single(failure);
}

/** A metric without data has a series without datapoints. */
function metricSeries({ query, metric }: Planned<"metric">, fetched: FetchedSeries): Series {
  const { periodSeconds } = metric;
  return (
    fetched.get(query.id)?.[0] ?? { label: metric.name, periodSeconds, timestamps: [], values: [], metric }
  );
}

function insightsValue({ insights, periodSeconds }: Planned<"insights">, series: readonly Series[]): Value {
  if (insights.groupBy.length > 0) return several(series);
  return single(series[0] ?? { label: insights.metricName, periodSeconds, timestamps: [], values: [] });
}

function resultOf(planned: PlannedQuery, value: Value | undefined, context: LabelContext): QueryResult {
  const { id, label } = planned.query;
  const isOwnName = planned.kind === "math" && value?.kind === "series";
  const array = value?.kind === "series" ? [value.series] : value?.kind === "array" ? value.array : [];
  return {
    id,
    series: array.map((one) => {
      // A series that was computed has no name but the id of its query.
      const series = isOwnName || one.label === "" ? { ...one, label: id } : one;
      if (series.edge !== undefined && !isOwnName) {
        return { ...series, label: `${label ?? id} ${series.edge}` };
      }
      return { ...series, label: labelOf(label, series, value?.kind === "array", context) };
    }),
  };
}

/**
 * The label of the query, before the label of each series when it gives several.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#adding-metrics-expression-console
 */
function labelOf(label: string | undefined, series: Series, isArray: boolean, context: LabelContext): string {
  if (label === undefined || label === "") return series.label;
  if (isDynamicLabel(label)) return renderLabel(label, series, context);
  return isArray ? `${label} ${series.label}` : label;
}
