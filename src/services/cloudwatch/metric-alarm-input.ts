// Checks what PutMetricAlarm is given about the metric and its evaluation, with CloudWatch's words.
import { alarmLimits, type AlarmMetric, type AlarmQuery, type MetricAlarm } from "../../core/alarms/alarm.ts";
import { isBandOperator, missingDataTreatments } from "../../core/alarms/alarm-state.ts";
import { isTimeZone } from "../../core/alarms/time-zone.ts";
import { notLinked } from "../../core/linked-accounts.ts";
import { isPeriod } from "../../core/metrics/periods.ts";
import { parseStatistic } from "../../core/metrics/statistic-names.ts";
import { requireFinite, validationError } from "./alarm-errors.ts";
import type { Input } from "./context.ts";
import { checkExpressions } from "./metric-alarm-expressions.ts";
import type { MetricReader } from "./metric-data-queries.ts";
import { metricIdentity } from "./metric-series.ts";
import { promqlAlarmPart } from "./promql-alarm-input.ts";

type PutInput = Input<"PutMetricAlarm">;

/** What of a metric alarm is its own. */
export type MetricAlarmPart = Omit<
  Pick<
    MetricAlarm,
    | "metric"
    | "queries"
    | "comparisonOperator"
    | "threshold"
    | "thresholdMetricId"
    | "evaluationPeriods"
    | "datapointsToAlarm"
    | "treatMissingData"
    | "evaluateLowSampleCountPercentile"
    | "wallClock"
    | "warmUp"
    | "promql"
  >,
  never
>;

/**
 * `now` in epoch milliseconds.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 * @throws ValidationException
 */
export function metricAlarmPart(input: PutInput, reader: MetricReader, now: number): MetricAlarmPart {
  if (input.EvaluationCriteria !== undefined) return promqlAlarmPart(input, input.EvaluationCriteria, now);
  if (input.EvaluationInterval !== undefined) {
    throw validationError("EvaluationInterval can only be specified with EvaluationCriteria");
  }
  const watched =
    input.Metrics === undefined
      ? { metric: metricOf(input) }
      : { queries: queriesOf(input, input.Metrics, reader) };
  const { ComparisonOperator: comparisonOperator, EvaluationPeriods: evaluationPeriods } = input;
  if (comparisonOperator === undefined) throw mustNotBeNull("ComparisonOperator");
  if (evaluationPeriods === undefined) throw mustNotBeNull("EvaluationPeriods");
  const { Threshold: threshold, ThresholdMetricId: thresholdMetricId } = input;
  const isBand = isBandOperator(comparisonOperator);
  if (isBand && thresholdMetricId === undefined) throw mustNotBeNull("ThresholdMetricId");
  if (!isBand && threshold === undefined) throw mustNotBeNull("Threshold");
  requireFinite("Threshold", threshold);
  if (isBand && threshold !== undefined) {
    throw validationError("Threshold must not be specified when ThresholdMetricId is specified");
  }
  if (!isBand && thresholdMetricId !== undefined) {
    throw validationError(
      `ThresholdMetricId cannot be used with the comparison operator ${comparisonOperator}`,
    );
  }
  const { DatapointsToAlarm: datapointsToAlarm } = input;
  if (datapointsToAlarm !== undefined && datapointsToAlarm > evaluationPeriods) {
    throw validationError("DatapointsToAlarm must be less than or equal to EvaluationPeriods");
  }
  checkRange(periodOf(watched), evaluationPeriods);
  return {
    ...watched,
    comparisonOperator,
    evaluationPeriods,
    ...(threshold === undefined ? {} : { threshold }),
    ...(thresholdMetricId === undefined ? {} : { thresholdMetricId }),
    ...(datapointsToAlarm === undefined ? {} : { datapointsToAlarm }),
    ...treatments(input),
    ...windows(input),
  };
}

const mustNotBeNull = (parameter: string) => validationError(`${parameter} must not be null`);

function metricOf(input: PutInput): AlarmMetric {
  const { MetricName: name, Namespace: namespace, Period: periodSeconds, Unit: unit } = input;
  const { Statistic: plain, ExtendedStatistic: extended } = input;
  if (name === undefined) throw mustNotBeNull("MetricName");
  if (namespace === undefined) throw mustNotBeNull("Namespace");
  if (periodSeconds === undefined) throw mustNotBeNull("Period");
  if (plain !== undefined && extended !== undefined) {
    throw validationError("Only one of Statistic and ExtendedStatistic may be specified");
  }
  const statistic = plain ?? extended;
  if (statistic === undefined)
    throw validationError("Either Statistic or ExtendedStatistic must be specified");
  return checkedMetric({
    ...metricIdentity(namespace, name, input.Dimensions),
    periodSeconds,
    statistic,
    ...(unit === undefined ? {} : { unit }),
  });
}

function checkedPeriod(periodSeconds: number): number {
  if (periodSeconds >= 10 && isPeriod(periodSeconds)) return periodSeconds;
  throw validationError("Period must be 10, 20, 30 or a multiple of 60");
}

function checkedMetric(metric: AlarmMetric): AlarmMetric {
  const { periodSeconds, statistic } = metric;
  checkedPeriod(periodSeconds);
  if (parseStatistic(statistic) === undefined) {
    throw validationError(`The value ${statistic} for parameter ExtendedStatistic is not supported.`);
  }
  return metric;
}

function queriesOf(
  input: PutInput,
  queries: NonNullable<PutInput["Metrics"]>,
  reader: MetricReader,
): readonly AlarmQuery[] {
  const { MetricName, Namespace, Dimensions, Period, Unit, Statistic, ExtendedStatistic } = input;
  const single = [MetricName, Namespace, Dimensions, Period, Unit, Statistic, ExtendedStatistic];
  if (single.some((value) => value !== undefined)) {
    throw validationError(
      "Metrics cannot be used with MetricName, Namespace, Dimensions, Period, Unit, Statistic or " +
        "ExtendedStatistic.",
    );
  }
  for (const [member, limit] of [
    ["MetricStat", alarmLimits.metrics],
    ["Expression", alarmLimits.expressions],
  ] as const) {
    if (queries.filter((query) => query[member] !== undefined).length <= limit) continue;
    throw validationError(`The metrics list must not have more than ${limit} elements with ${member}.`);
  }
  const ids = new Set(queries.map(({ Id }) => Id));
  if (ids.size < queries.length)
    throw validationError("The values for parameter id in Metrics are not unique.");
  const checked = queries.map((query) => queryOf(query, reader));
  const isBand = input.ThresholdMetricId !== undefined;
  const returning = checked.filter(({ returnData }) => returnData).length;
  if (returning !== (isBand ? 2 : 1)) {
    const wanted = isBand ? "two elements" : "one element";
    throw validationError(`Exactly ${wanted} of the metrics list should return data.`);
  }
  if (isBand && !ids.has(input.ThresholdMetricId ?? "")) {
    throw validationError("ThresholdMetricId must be the Id of an element of the metrics list.");
  }
  checkExpressions(checked, input);
  return checked;
}

function queryOf(query: NonNullable<PutInput["Metrics"]>[number], reader: MetricReader): AlarmQuery {
  const { Id: id, Label: label, MetricStat: stat, Expression: expression, Period: period } = query;
  const { AccountId: accountId } = query;
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(id)) {
    throw validationError(
      `The value ${id} for parameter Id does not match the pattern ^[a-z][a-zA-Z0-9_]*$.`,
    );
  }
  if ((stat === undefined) === (expression === undefined)) {
    throw validationError(`Exactly one of Expression and MetricStat must be specified for '${id}'.`);
  }
  const isForeign = accountId !== undefined && accountId !== reader.account;
  if (isForeign && !reader.linkedAccounts.mayRead(reader.account, accountId)) {
    throw validationError(notLinked(accountId));
  }
  if (isForeign && expression !== undefined) {
    throw validationError(
      `AccountId of '${id}' must name the account of a MetricStat, not of an expression.`,
    );
  }
  const base = {
    id,
    returnData: query.ReturnData ?? true,
    ...(label === undefined ? {} : { label }),
    ...(period === undefined ? {} : { periodSeconds: checkedPeriod(period) }),
    ...(accountId === undefined ? {} : { accountId }),
  };
  if (expression !== undefined) return { ...base, expression };
  const { Namespace: namespace, MetricName: name, Dimensions: dimensions } = stat?.Metric ?? {};
  if (stat === undefined || namespace === undefined) throw mustNotBeNull("Namespace");
  if (name === undefined) throw mustNotBeNull("MetricName");
  const metric = checkedMetric({
    ...metricIdentity(namespace, name, dimensions),
    periodSeconds: stat.Period,
    statistic: stat.Stat,
    ...(stat.Unit === undefined ? {} : { unit: stat.Unit }),
    ...(isForeign ? { account: accountId } : {}),
  });
  return { ...base, metric };
}

function periodOf({ metric, queries = [] }: Pick<MetricAlarm, "metric" | "queries">): number {
  const periods = queries.map((query) => query.periodSeconds ?? query.metric?.periodSeconds ?? 0);
  return metric?.periodSeconds ?? Math.max(0, ...periods);
}

function checkRange(periodSeconds: number, evaluationPeriods: number): void {
  const { shortRangeSeconds, longRangeSeconds } = alarmLimits;
  const range = periodSeconds * evaluationPeriods;
  if (periodSeconds < 3_600 && range > shortRangeSeconds) {
    throw validationError(
      "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= " +
        `${shortRangeSeconds}) for alarms using period < 3600`,
    );
  }
  if (range > longRangeSeconds) {
    throw validationError(
      "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= " +
        `${longRangeSeconds}) for alarms using period >= 3600`,
    );
  }
}

/** @throws ValidationException */
export function treatments(
  input: Pick<PutInput, "TreatMissingData" | "EvaluateLowSampleCountPercentile">,
): Pick<MetricAlarm, "treatMissingData" | "evaluateLowSampleCountPercentile"> {
  const { TreatMissingData: given, EvaluateLowSampleCountPercentile: lowSamples } = input;
  const treatment = missingDataTreatments.find((known) => known === given);
  if (given !== undefined && treatment === undefined) {
    throw validationError(
      `The value ${given} is not supported for TreatMissingData parameter. ` +
        "Supported values are [breaching, notBreaching, ignore, missing].",
    );
  }
  if (lowSamples !== undefined && lowSamples !== "evaluate" && lowSamples !== "ignore") {
    throw validationError(
      `Option ${lowSamples} is not supported. Supported options for parameter ` +
        "EvaluateLowSampleCountPercentile are evaluate and ignore.",
    );
  }
  return {
    ...(treatment === undefined ? {} : { treatMissingData: treatment }),
    ...(lowSamples === undefined ? {} : { evaluateLowSampleCountPercentile: lowSamples }),
  };
}

/** @throws ValidationException */
export function windows(
  input: Pick<PutInput, "EvaluationWindow" | "WarmUpConfiguration">,
): Pick<MetricAlarm, "wallClock" | "warmUp"> {
  const wallClock = input.EvaluationWindow?.WallClockWindow;
  const timezone = wallClock?.Timezone;
  if (timezone !== undefined && !isTimeZone(timezone)) {
    throw validationError(`The time zone ${timezone} is not known.`);
  }
  const warmUp = input.WarmUpConfiguration;
  const minutes = warmUp?.WarmUpPeriodDurationInMinutes ?? 1;
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > alarmLimits.warmUpMinutes) {
    throw validationError(`WarmUpPeriodDurationInMinutes must be between 1 and ${alarmLimits.warmUpMinutes}`);
  }
  return {
    ...(wallClock === undefined ? {} : { wallClock: timezone === undefined ? {} : { timezone } }),
    ...(warmUp === undefined
      ? {}
      : { warmUp: { minutes, waitsForEnd: warmUp.OnlyStartEvaluatingAfterWarmUpPeriodEnds ?? false } }),
  };
}
