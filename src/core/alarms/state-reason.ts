// The texts that explain the state of a metric alarm: StateReason for people, StateReasonData for programs.
import { comparisonWords, edgesOf, isBandOperator } from "./alarm-state.ts";
import { counted, datapointTime, doubleText, instantText } from "./aws-text.ts";
import type { AlarmRule, ConsideredPeriod, Evaluation } from "./evaluate-alarm.ts";

export const initialReason = "Unchecked: Initial alarm creation";

/**
 * The reason of a state that an evaluation led to, in CloudWatch's words, which its page on alarm events
 * shows:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 * @param results What is out of the last N.
 */
export function stateReason(
  rule: AlarmRule,
  evaluation: Evaluation,
  results: "datapoints" | "query results" = "datapoints",
): string {
  const { state, filled } = evaluation;
  const { evaluationPeriods } = rule;
  if (state === "INSUFFICIENT_DATA") {
    return (
      `Insufficient Data: ${counted(evaluationPeriods, "datapoint")} ` +
      `${wasOrWere(evaluationPeriods)} unknown.`
    );
  }
  const title = isBandOperator(rule.comparisonOperator) ? "Thresholds Crossed" : "Threshold Crossed";
  const deciding = decidingPeriods(evaluation);
  const countsFilled = filled > 0 && ["filled", "allMissing"].includes(evaluation.decidedBy);
  if (!countsFilled) {
    const clause = datapointsClause(rule, evaluation, deciding, results);
    return `${title}: ${clause}${minimumClause(rule, evaluation)}.`;
  }
  const treated =
    `${counted(filled, "missing datapoint")} ${wasOrWere(filled)} treated as ` +
    `[${rule.treatMissingData === "breaching" ? "Breaching" : "NonBreaching"}]`;
  if (rule.datapointsToAlarm !== undefined && deciding.length > 0) {
    const clause = datapointsClause(rule, evaluation, deciding, results);
    return `${title}: ${clause} and ${treated}${minimumClause(rule, evaluation)}.`;
  }
  const received = evaluation.periods.filter(({ use }) => use === "evaluated").length;
  const subject =
    received === 0 ? "no datapoints were" : `${counted(received, "datapoint")} ${wasOrWere(received)}`;
  return `${title}: ${subject} received for ${counted(evaluationPeriods, "period")} and ${treated}.`;
}

const wasOrWere = (count: number) => (count === 1 ? "was" : "were");

/** The datapoints that speak for the state, newest first. */
function decidingPeriods({ state, periods }: Evaluation): readonly ConsideredPeriod[] {
  const verdict = state === "ALARM" ? "breaching" : "notBreaching";
  return periods.filter((period) => period.use === "evaluated" && period.verdict === verdict).toReversed();
}

function datapointsClause(
  rule: AlarmRule,
  { state }: Evaluation,
  deciding: readonly ConsideredPeriod[],
  results: string,
): string {
  const { datapointsToAlarm, evaluationPeriods } = rule;
  const subject =
    datapointsToAlarm === undefined
      ? counted(deciding.length, "datapoint")
      : `${deciding.length} out of the last ${evaluationPeriods} ${results}`;
  const values = deciding.map(
    ({ datapoint, startAt }) => `${doubleText(datapoint?.value ?? 0)} (${datapointTime(startAt)})`,
  );
  const not = state === "ALARM" ? "" : "not ";
  return (
    `${subject} [${values.join(", ")}] ${wasOrWere(deciding.length)} ` + thresholdClause(rule, deciding, not)
  );
}

function thresholdClause(rule: AlarmRule, deciding: readonly ConsideredPeriod[], not: string): string {
  const { comparisonOperator, threshold } = rule;
  if (!isBandOperator(comparisonOperator)) {
    return `${not}${comparisonWords(comparisonOperator)} the threshold (${doubleText(threshold)})`;
  }
  const edges = edgesOf(comparisonOperator);
  const listed = (edge: "lower" | "upper") =>
    deciding.map(({ datapoint }) => doubleText(datapoint?.band?.[edge] ?? 0)).join(", ");
  return [
    ...(edges.lower ? [`${not}less than the lower thresholds [${listed("lower")}]`] : []),
    ...(edges.upper ? [`${not}greater than the upper thresholds [${listed("upper")}]`] : []),
  ].join(" or ");
}

/** Only alarms that name their M have it. */
function minimumClause({ evaluationPeriods, datapointsToAlarm }: AlarmRule, { state }: Evaluation): string {
  if (datapointsToAlarm === undefined) return "";
  const minimum = state === "ALARM" ? datapointsToAlarm : evaluationPeriods - datapointsToAlarm + 1;
  const transition = state === "ALARM" ? "OK -> ALARM" : "ALARM -> OK";
  return ` (minimum ${counted(minimum, "datapoint")} for ${transition} transition)`;
}

export interface ReasonSubject {
  readonly periodSeconds: number;
  /** Missing for an alarm on an expression. */
  readonly statistic?: string;
  readonly unit?: string;
  /** When the datapoints were read; epoch milliseconds. */
  readonly queriedAt: number;
}

/** JSON of version 1.0, with doubles as Java prints them. */
export function stateReasonData(rule: AlarmRule, evaluation: Evaluation, subject: ReasonSubject): string {
  const used = evaluation.periods.filter(({ use }) => use !== "notNeeded");
  const real = used.filter(({ datapoint }) => datapoint !== undefined);
  const text = JSON.stringify;
  const first = real[0];
  const list = (value: (period: ConsideredPeriod) => number) =>
    `[${real.map((period) => doubleText(value(period))).join(",")}]`;
  const isBand = isBandOperator(rule.comparisonOperator);
  const members = [
    `"version":"1.0"`,
    `"queryDate":${text(instantText(subject.queriedAt))}`,
    ...(first === undefined ? [] : [`"startDate":${text(instantText(first.startAt))}`]),
    ...(subject.unit === undefined ? [] : [`"unit":${text(subject.unit)}`]),
    ...(subject.statistic === undefined ? [] : [`"statistic":${text(subject.statistic)}`]),
    `"period":${subject.periodSeconds}`,
    `"recentDatapoints":${list(({ datapoint }) => datapoint?.value ?? 0)}`,
    ...(isBand
      ? [
          `"recentLowerThresholds":${list(({ datapoint }) => datapoint?.band?.lower ?? 0)}`,
          `"recentUpperThresholds":${list(({ datapoint }) => datapoint?.band?.upper ?? 0)}`,
        ]
      : [`"threshold":${doubleText(rule.threshold)}`]),
    `"evaluatedDatapoints":[${used.toReversed().map(evaluatedDatapoint).join(",")}]`,
  ];
  return `{${members.join(",")}}`;
}

function evaluatedDatapoint({ startAt, datapoint }: ConsideredPeriod): string {
  const members = [`"timestamp":${JSON.stringify(instantText(startAt))}`];
  if (datapoint !== undefined) {
    const { sampleCount, value } = datapoint;
    if (sampleCount !== undefined) members.push(`"sampleCount":${doubleText(sampleCount)}`);
    members.push(`"value":${doubleText(value)}`);
  }
  return `{${members.join(",")}}`;
}

/**
 * Of a log alarm, the results newest first. Their ids are left out: a run may be made again after a restart.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-log.html
 */
export function logReasonData(rule: AlarmRule, { periods }: Evaluation, queriedAt: number): string {
  const text = JSON.stringify;
  const results = periods.toReversed().flatMap(({ startAt, datapoint }) => {
    if (datapoint === undefined) return [];
    const timestamp = text(instantText(startAt));
    return [`{"status":"COMPLETE","timestamp":${timestamp},"value":${doubleText(datapoint.value)}}`];
  });
  const members = [
    `"version":"1.0"`,
    `"queryDate":${text(instantText(queriedAt))}`,
    `"threshold":${doubleText(rule.threshold)}`,
    `"queryResultsToEvaluate":${rule.evaluationPeriods}`,
    `"queryResultsToAlarm":${rule.datapointsToAlarm ?? rule.evaluationPeriods}`,
    `"results":[${results.join(",")}]`,
  ];
  return `{${members.join(",")}}`;
}
