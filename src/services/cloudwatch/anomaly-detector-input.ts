// Checks what the operations of anomaly detectors are given.
import { MissingRequiredParameterException } from "@aws-sdk/client-cloudwatch";
import { isTimeZone } from "../../core/alarms/time-zone.ts";
import { defaultSettings, type AnomalySettings } from "../../core/metrics/anomaly/model.ts";
import type { MathQuery } from "../../core/metrics/math/needs.ts";
import { isPlanProblem, planQueries } from "../../core/metrics/math/plan.ts";
import { detectorIdOf, type AnomalySubject } from "../../storage/anomaly-detectors.ts";
import { modelled } from "../../wire/service.ts";
import type { Input } from "./context.ts";
import { notLinked } from "../../core/linked-accounts.ts";
import { checkQueries, validation, type MetricReader } from "./metric-data-queries.ts";
import { invalidCombination, invalidValue, requireStatistic } from "./metric-errors.ts";
import { metricIdentity } from "./metric-series.ts";

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAnomalyDetector.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#using-anomaly-detection-on-metric-math
 */
const detectorLimits = { excludedRanges: 10, mathQueries: 10, leastPeriodSeconds: 60 } as const;

/** How a call names what a detector looks at: one of three ways. */
type SubjectInput = Pick<
  Input<"PutAnomalyDetector">,
  | "Namespace"
  | "MetricName"
  | "Dimensions"
  | "Stat"
  | "SingleMetricAnomalyDetector"
  | "MetricMathAnomalyDetector"
>;

/**
 * @throws InvalidParameterCombinationException, MissingRequiredParameterException,
 * InvalidParameterValueException, ValidationException
 */
export function checkSubject(input: SubjectInput, reader: MetricReader): AnomalySubject {
  const { Namespace, MetricName, Dimensions, Stat, SingleMetricAnomalyDetector: single } = input;
  const { MetricMathAnomalyDetector: math } = input;
  const isPlain = [Namespace, MetricName, Dimensions, Stat].some((value) => value !== undefined);
  const ways = [isPlain, single !== undefined, math !== undefined].filter(Boolean).length;
  if (ways > 1) {
    throw invalidCombination(
      "Only one of SingleMetricAnomalyDetector, MetricMathAnomalyDetector and the parameters Namespace, " +
        "MetricName, Dimensions and Stat can be specified.",
    );
  }
  if (math !== undefined) return mathSubject(math, reader);
  return metricSubject(single ?? input, reader, single === undefined ? "" : "SingleMetricAnomalyDetector.");
}

function metricSubject(
  given: NonNullable<SubjectInput["SingleMetricAnomalyDetector"]>,
  reader: MetricReader,
  path: string,
): AnomalySubject {
  const { Namespace, MetricName, Stat, AccountId } = given;
  if (Namespace === undefined) throw missing(`${path}Namespace`);
  if (MetricName === undefined) throw missing(`${path}MetricName`);
  if (Stat === undefined) throw missing(`${path}Stat`);
  const account = AccountId === reader.account ? undefined : AccountId;
  if (account !== undefined && !reader.linkedAccounts.mayRead(reader.account, account)) {
    throw invalidValue(notLinked(account));
  }
  requireStatistic(Stat, `${path}Stat`);
  const identity = metricIdentity(Namespace, MetricName, given.Dimensions);
  const metric = { ...(account === undefined ? {} : { account }), ...identity, statistic: Stat };
  return { kind: "metric", metric };
}

const missing = (name: string) =>
  modelled(MissingRequiredParameterException, `The parameter ${name} is required.`);

function mathSubject(
  { MetricDataQueries = [] }: NonNullable<SubjectInput["MetricMathAnomalyDetector"]>,
  reader: MetricReader,
): AnomalySubject {
  const queries = checkQueries(MetricDataQueries, reader);
  if (queries.length > detectorLimits.mathQueries) {
    throw invalidValue(
      `An anomaly detector can use at most ${detectorLimits.mathQueries} metrics and expressions.`,
    );
  }
  const [result, ...others] = queries.filter(({ returnData }) => returnData);
  if (result === undefined || others.length > 0) {
    throw invalidValue("Exactly one element of MetricDataQueries must have ReturnData set to true.");
  }
  if (result.expression === undefined) {
    throw invalidValue("The element of MetricDataQueries with ReturnData set to true must be an expression.");
  }
  checkExpression(queries, result.id);
  return { kind: "expression", id: result.id, queries: queries.map(withoutLabel) };
}

function checkExpression(queries: readonly MathQuery[], id: string): void {
  const plan = planQueries(queries);
  if (isPlanProblem(plan)) throw validation(plan.problem);
  if (plan.types.get(id) !== "TS") {
    throw invalidValue(`The expression '${id}' must return a single time series.`);
  }
  const refused = plan.needs.find(({ kind }) => kind !== "metric");
  const usesMetrics = queries.some(({ expression = "" }) => /\bMETRICS\s*\(/.test(expression));
  if (refused !== undefined || usesMetrics) {
    throw invalidValue(
      "METRICS, SEARCH, ANOMALY_DETECTION_BAND, INSIGHT_RULE_METRIC and queries are not supported in " +
        "anomaly detectors.",
    );
  }
  const periods = new Set(
    queries.flatMap(({ metric, periodSeconds }) => metric?.periodSeconds ?? periodSeconds ?? []),
  );
  if (periods.size > 1) throw invalidValue("All metrics of an anomaly detector must have the same period.");
  if ([...periods].some((seconds) => seconds < detectorLimits.leastPeriodSeconds)) {
    throw invalidValue("Metrics of high resolution are not supported in anomaly detectors.");
  }
}

function withoutLabel(query: MathQuery): MathQuery {
  const { label: _, ...rest } = query;
  return rest;
}

/** The detector that a call names, by its identifier or by what it looks at. */
export function namedDetector(input: Input<"DeleteAnomalyDetector">, reader: MetricReader): string {
  const { AnomalyDetectorId: id, ...others } = input;
  if (id === undefined) return detectorIdOf(checkSubject(others, reader));
  if (Object.values(others).some((value) => value !== undefined)) {
    throw invalidCombination(
      "AnomalyDetectorId cannot be specified together with a metric or an expression.",
    );
  }
  return id;
}

const adaptationSpeeds = ["FAST", "NORMAL", "SLOW"] as const;
const outlierFilterings = ["MINIMAL", "MODERATE", "STRICT"] as const;

/** @throws InvalidParameterValueException */
export function checkSettings(input: Input<"PutAnomalyDetector">): AnomalySettings {
  const { Configuration: configuration = {}, MetricCharacteristics: characteristics = {} } = input;
  const { ExcludedTimeRanges: ranges = [], MetricTimezone: timezone } = configuration;
  if (ranges.length > detectorLimits.excludedRanges) {
    throw invalidValue(
      `The collection ExcludedTimeRanges must not have a size greater than ${detectorLimits.excludedRanges}.`,
    );
  }
  const excluded = ranges.map(({ StartTime, EndTime }) => {
    const [from, to] = [StartTime.getTime(), EndTime.getTime()];
    if (from < to) return { from, to };
    throw invalidValue("The parameter StartTime of an excluded time range must be less than its EndTime.");
  });
  if (timezone !== undefined && !isTimeZone(timezone)) {
    throw invalidValue(`The value ${timezone} for parameter MetricTimezone is not a known time zone.`);
  }
  return {
    excluded,
    ...(timezone === undefined ? {} : { timezone }),
    periodicSpikes: characteristics.PeriodicSpikes ?? defaultSettings.periodicSpikes,
    adaptation:
      oneOf(adaptationSpeeds, configuration.AdaptationSpeed, "AdaptationSpeed") ?? defaultSettings.adaptation,
    outliers:
      oneOf(outlierFilterings, configuration.OutlierFilteringStrength, "OutlierFilteringStrength") ??
      defaultSettings.outliers,
  };
}

function oneOf<Word extends string>(
  words: readonly Word[],
  given: string | undefined,
  name: string,
): Word | undefined {
  const found = words.find((word) => word === given);
  if (given !== undefined && found === undefined) {
    throw invalidValue(`The value ${given} for parameter ${name} is not supported.`);
  }
  return found;
}
