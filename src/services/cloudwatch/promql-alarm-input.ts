// Checks what PutMetricAlarm is given about a PromQL query.
import { typeOfPromql } from "../../core/promql/check-types.ts";
import { validationError } from "./alarm-errors.ts";
import type { Input } from "./context.ts";
import type { MetricAlarmPart } from "./metric-alarm-input.ts";
import { isPromqlProblem, rangeProblem, readPromql } from "./promql-expressions.ts";

type PutInput = Input<"PutMetricAlarm">;

/** What the query says itself, and what it has no use for. */
const excluded = [
  "Namespace",
  "MetricName",
  "Dimensions",
  "Period",
  "Unit",
  "Statistic",
  "ExtendedStatistic",
  "Metrics",
  "Threshold",
  "ComparisonOperator",
  "ThresholdMetricId",
  "EvaluationPeriods",
  "DatapointsToAlarm",
  "TreatMissingData",
  "EvaluateLowSampleCountPercentile",
  "EvaluationWindow",
  "WarmUpConfiguration",
] as const satisfies readonly (keyof PutInput)[];

/**
 * `now` in epoch milliseconds.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmPromQLCriteria.html
 * @throws ValidationException
 */
export function promqlAlarmPart(
  input: PutInput,
  { PromQLCriteria: criteria }: NonNullable<PutInput["EvaluationCriteria"]>,
  now: number,
): MetricAlarmPart {
  const further = excluded.find((name) => input[name] !== undefined);
  if (further !== undefined) throw validationError(`EvaluationCriteria cannot be used with ${further}`);
  if (criteria === undefined) throw validationError("EvaluationCriteria must have PromQLCriteria");
  const { Query: query, PendingPeriod: pendingSeconds = 0, RecoveryPeriod: recoverySeconds = 0 } = criteria;
  const { EvaluationInterval: intervalSeconds } = input;
  if (intervalSeconds === undefined) throw validationError("EvaluationInterval must not be null");
  if (![10, 20, 30].includes(intervalSeconds) && intervalSeconds % 60 !== 0) {
    throw validationError("EvaluationInterval must be 10, 20, 30 or a multiple of 60");
  }
  if (query === undefined) throw validationError("Query must not be null");
  checkQuery(query, now);
  return {
    promql: { query, intervalSeconds, pendingSeconds, recoverySeconds },
    // It has no periods to compare; a metric alarm has these.
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 1,
  };
}

function checkQuery(query: string, now: number): void {
  const expression = readPromql(query);
  if (isPromqlProblem(expression)) throw invalidQuery(expression.problem);
  const type = typeOfPromql(expression);
  if (type !== "instant vector") throw invalidQuery(`the query must return a vector, and returns a ${type}`);
  const problem = rangeProblem(expression, now, now);
  if (problem !== undefined) throw invalidQuery(problem);
}

const invalidQuery = (problem: string) => validationError(`Invalid PromQL query: ${problem}`);
