// Checks the expressions of an alarm: that they can be computed, and that there is one thing to compare.
import type { AlarmQuery } from "../../core/alarms/alarm.ts";
import type { InsightsQuery } from "../../core/metrics/insights-sql/query.ts";
import { isPlanProblem, planQueries, type QueryPlan } from "../../core/metrics/math/plan.ts";
import { refuseInstanceActions } from "./alarm-action-input.ts";
import { validationError } from "./alarm-errors.ts";
import type { Input } from "./context.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_MultiDataSources-Connect-Custom.html */
const minimumFunctionSeconds = 60;

/**
 * The metrics of an alarm have the same period. Only a Metrics Insights query may give many time series, and
 * then it says which come first.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-data-queries.html
 * @throws ValidationException
 */
export function checkExpressions(queries: readonly AlarmQuery[], input: Input<"PutMetricAlarm">): void {
  refuseForeignInstances(queries, input);
  if (queries.every(({ expression }) => expression === undefined)) {
    refuseActionsOfMetric(queries, input);
    return;
  }
  if (input.ThresholdMetricId !== undefined) refuseScaling(input);
  const plan = planQueries(queries);
  if (isPlanProblem(plan)) throw validationError(plan.problem);
  if (plan.needs.some(({ kind }) => kind === "search")) {
    throw validationError("SEARCH is not supported on Metric Alarms.");
  }
  const periods = new Set(
    queries.flatMap(({ metric, periodSeconds }) => metric?.periodSeconds ?? periodSeconds ?? []),
  );
  if (periods.size > 1) throw validationError("All metrics of the metrics list must have the same period.");
  if (periods.size === 0) throw validationError("Period must not be null");
  const asksFunctions = plan.needs.some(({ kind }) => kind === "function");
  if (asksFunctions && [...periods].some((seconds) => seconds < minimumFunctionSeconds)) {
    throw validationError("The period of an alarm on LAMBDA must be a multiple of 60 seconds.");
  }
  for (const { id, returnData } of queries) {
    if (returnData) checkResult(plan, id, input.ThresholdMetricId);
  }
  refuseActionsOfExpressions(input);
}

function checkResult(plan: QueryPlan, id: string, thresholdMetricId: string | undefined): void {
  const isBand = id === thresholdMetricId;
  const planned = plan.queries.find(({ query }) => query.id === id);
  const insights: InsightsQuery | undefined = planned?.kind === "insights" ? planned.insights : undefined;
  if (isBand && !isBandExpression(planned?.query.expression)) {
    throw validationError(`ThresholdMetricId '${id}' must be an ANOMALY_DETECTION_BAND expression.`);
  }
  if (isBand || plan.types.get(id) !== "TS[]") return;
  // How many series a function gives is known when it is asked.
  if (insights === undefined && plan.needs.some(({ kind }) => kind === "function")) return;
  if (insights === undefined || thresholdMetricId !== undefined) {
    throw validationError(`Error in expression '${id}': an alarm needs a single time series, not an array.`);
  }
  if (insights.orderBy === undefined) {
    throw validationError(`Error in expression '${id}': a query with GROUP BY must have ORDER BY, too.`);
  }
}

const isBandExpression = (text = "") => /^\s*ANOMALY_DETECTION_BAND\s*\(/i.test(text);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-data-queries.html */
function refuseActionsOfExpressions({
  AlarmActions,
  OKActions,
  InsufficientDataActions,
  Metrics,
}: Input<"PutMetricAlarm">): void {
  const isInsights = (Metrics ?? []).some(({ Expression = "" }) => /^\s*SELECT\b/i.test(Expression));
  const [action] = instanceActions({ AlarmActions, OKActions, InsufficientDataActions });
  const refused = isInsights ? undefined : action;
  if (refused === undefined) return;
  throw validationError(`Alarms based on math expressions can't perform EC2 actions: ${refused}`);
}

type Actions = Pick<Input<"PutMetricAlarm">, "AlarmActions" | "OKActions" | "InsufficientDataActions">;

const instanceActions = ({ AlarmActions = [], OKActions = [], InsufficientDataActions = [] }: Actions) =>
  [...AlarmActions, ...OKActions, ...InsufficientDataActions].filter((arn) =>
    /^arn:[\w-]+:(automate|swf):/.test(arn),
  );

/** A metric of the list is as good as one that stands by itself. */
function refuseActionsOfMetric(queries: readonly AlarmQuery[], actions: Actions): void {
  const metric = queries.find(({ returnData }) => returnData)?.metric;
  if (metric === undefined) return;
  const Dimensions = metric.dimensions.map(({ name, value }) => ({ Name: name, Value: value }));
  const { AlarmActions, OKActions, InsufficientDataActions } = actions;
  const lists = { AlarmActions, OKActions, InsufficientDataActions };
  refuseInstanceActions({ MetricName: metric.name, Dimensions, ...lists });
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
function refuseScaling({ AlarmActions = [], OKActions = [], InsufficientDataActions = [] }: Actions): void {
  const actions = [...AlarmActions, ...OKActions, ...InsufficientDataActions];
  if (!actions.some((arn) => /^arn:[\w-]+:autoscaling:/.test(arn))) return;
  throw validationError("Alarms based on anomaly detection models cannot have Auto Scaling actions.");
}

/** The machine that a metric of another account is about is not one of the alarm's own. */
function refuseForeignInstances(queries: readonly AlarmQuery[], actions: Actions): void {
  const [refused] = instanceActions(actions);
  if (refused === undefined || queries.every(({ metric }) => metric?.account === undefined)) return;
  throw validationError(`Alarms on metrics of other accounts can't perform EC2 actions: ${refused}`);
}
