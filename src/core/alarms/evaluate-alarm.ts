// Decides the state of a metric alarm from its datapoints, and says how it came to that.
import {
  isBreaching,
  type AlarmDatapoint,
  type AlarmState,
  type ComparisonOperator,
  type MissingDataTreatment,
} from "./alarm-state.ts";

/** What of an alarm's definition decides its state. */
export interface AlarmRule {
  readonly comparisonOperator: ComparisonOperator;
  /** Not used by the operators of bands. */
  readonly threshold: number;
  /** N */
  readonly evaluationPeriods: number;
  /** M; all of N unless given. */
  readonly datapointsToAlarm?: number;
  readonly treatMissingData: MissingDataTreatment;
  /** Samples that a datapoint needs in order to count; fewer keep the state as it is. */
  readonly significantSamples?: number;
}

/** A period of the evaluation range; `startAt` in epoch milliseconds. */
export interface AlarmPeriod {
  readonly startAt: number;
  readonly datapoint?: AlarmDatapoint;
}

/**
 * Which rule decided.
 * `datapoints`: there were enough real ones. `filled`: missing ones were counted as the alarm says.
 * `missingDoNotMatter`: real ones decide, whatever the missing ones had been.
 * `allMissing`: there was none at all. `onlyBreaching`: the few there are breach, and the oldest is at
 * least M periods old. `tooEarly`: the same, but the next datapoints may still be good.
 * `lowSampleCount`: a percentile of too few samples.
 */
export type DecidingRule =
  | "datapoints"
  | "filled"
  | "missingDoNotMatter"
  | "allMissing"
  | "onlyBreaching"
  | "tooEarly"
  | "lowSampleCount";

/** How one period of the range took part. */
export interface ConsideredPeriod extends AlarmPeriod {
  readonly verdict: "breaching" | "notBreaching" | "missing";
  /** `filled`: it is missing and one of those that stand in for the datapoints that the alarm lacks. */
  readonly use: "evaluated" | "filled" | "notNeeded";
}

export interface Evaluation {
  readonly state: AlarmState;
  readonly decidedBy: DecidingRule;
  /** True when the state is the one before because the datapoints decide nothing. */
  readonly isRetained: boolean;
  /** The whole evaluation range, oldest first. */
  readonly periods: readonly ConsideredPeriod[];
  readonly breaching: number;
  readonly filled: number;
}

/**
 * `periods` is the evaluation range, oldest first: more than the alarm evaluates, so that older datapoints
 * can take the place of missing ones. Datapoints that are missing count only when fewer than N are there.
 *
 * AWS documents the outcomes as two tables
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html). When all
 * datapoints there are breach, but are fewer than M, the alarm waits until the oldest of them is M periods
 * old before it goes into ALARM; until then the state stays.
 */
export function evaluateAlarm(
  rule: AlarmRule,
  periods: readonly AlarmPeriod[],
  stateBefore: AlarmState,
): Evaluation {
  const considered = consider(rule, periods);
  const evaluated = considered.filter(({ use }) => use === "evaluated");
  const breaching = evaluated.filter(({ verdict }) => verdict === "breaching").length;
  const filled = considered.filter(({ use }) => use === "filled").length;
  const found = { periods: considered, breaching, filled };
  const { significantSamples = 0 } = rule;
  if (
    evaluated.some(({ datapoint }) => (datapoint?.sampleCount ?? significantSamples) < significantSamples)
  ) {
    return { ...found, state: stateBefore, decidedBy: "lowSampleCount", isRetained: true };
  }
  const { state, decidedBy } = decide(rule, considered, { breaching, filled, real: evaluated.length });
  return { ...found, state: state ?? stateBefore, decidedBy, isRetained: state === undefined };
}

interface Decision {
  /** Undefined keeps the state before. */
  readonly state: AlarmState | undefined;
  readonly decidedBy: DecidingRule;
}

interface Counts {
  readonly breaching: number;
  readonly filled: number;
  readonly real: number;
}

function decide(rule: AlarmRule, periods: readonly ConsideredPeriod[], counts: Counts): Decision {
  const { breaching, filled, real } = counts;
  const { evaluationPeriods, datapointsToAlarm = evaluationPeriods, treatMissingData } = rule;
  const verdict = (count: number) => (count >= datapointsToAlarm ? "ALARM" : "OK");
  if (filled === 0) return { state: verdict(breaching), decidedBy: "datapoints" };
  switch (treatMissingData) {
    case "breaching":
      return { state: verdict(breaching + filled), decidedBy: real === 0 ? "allMissing" : "filled" };
    case "notBreaching":
      return { state: verdict(breaching), decidedBy: real === 0 ? "allMissing" : "filled" };
    case "missing":
    case "ignore": {
      const isIgnored = treatMissingData === "ignore";
      if (real === 0) return { state: isIgnored ? undefined : "INSUFFICIENT_DATA", decidedBy: "allMissing" };
      if (breaching >= datapointsToAlarm || breaching < real) {
        return { state: verdict(breaching), decidedBy: "missingDoNotMatter" };
      }
      const oldest = periods.findIndex(({ verdict: one }) => one === "breaching");
      if (periods.length - oldest < datapointsToAlarm) return { state: undefined, decidedBy: "tooEarly" };
      return { state: isIgnored ? undefined : "ALARM", decidedBy: "onlyBreaching" };
    }
  }
}

/**
 * Newest first: up to N real datapoints are evaluated, and the newest gaps are filled for those that lack.
 */
function consider(rule: AlarmRule, periods: readonly AlarmPeriod[]): readonly ConsideredPeriod[] {
  const { evaluationPeriods, comparisonOperator, threshold } = rule;
  const real = periods.filter(({ datapoint }) => datapoint !== undefined).length;
  let wanted = Math.min(real, evaluationPeriods);
  let gaps = evaluationPeriods - wanted;
  return periods
    .toReversed()
    .map(({ startAt, datapoint }): ConsideredPeriod => {
      if (datapoint === undefined) {
        return { startAt, verdict: "missing", use: gaps-- > 0 ? "filled" : "notNeeded" };
      }
      const breaches = isBreaching(comparisonOperator, threshold, datapoint);
      const use = wanted-- > 0 ? "evaluated" : "notNeeded";
      return { startAt, datapoint, verdict: breaches ? "breaching" : "notBreaching", use };
    })
    .toReversed();
}

/**
 * The samples that make a percentile significant: 10 / (1 - p) from the median up, 10 / p below it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
 */
export function significantSamplesOf(percentileShare: number): number {
  return 10 / (percentileShare >= 0.5 ? 1 - percentileShare : percentileShare);
}
