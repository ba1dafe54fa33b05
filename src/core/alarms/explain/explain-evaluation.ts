// Puts the evaluation of a metric alarm into words: what each period did, and which rule decided.
import { comparisonWords, edgesOf, isBandOperator, type AlarmDatapoint } from "../alarm-state.ts";
import { counted } from "../aws-text.ts";
import type { AlarmRule, ConsideredPeriod, Evaluation } from "../evaluate-alarm.ts";

export interface ExplainedPeriod extends ConsideredPeriod {
  readonly sentence: string;
}

export interface ExplainedEvaluation {
  /** Oldest first. */
  readonly periods: readonly ExplainedPeriod[];
  readonly decision: string;
}

export function explainEvaluation(rule: AlarmRule, evaluation: Evaluation): ExplainedEvaluation {
  return {
    periods: evaluation.periods.map((period) => ({
      ...period,
      sentence: sentenceOf(rule, evaluation, period),
    })),
    decision: decisionOf(rule, evaluation),
  };
}

function sentenceOf(rule: AlarmRule, evaluation: Evaluation, period: ConsideredPeriod): string {
  const { use, verdict, datapoint } = period;
  if (datapoint === undefined) return missingSentence(rule, evaluation, use);
  const value = `${numberText(datapoint.value)} is ${comparison(rule, datapoint, verdict === "breaching")}`;
  if (use === "notNeeded") {
    return `${value}; not looked at, since ${counted(rule.evaluationPeriods, "newer datapoint")} suffice`;
  }
  const { significantSamples = 0 } = rule;
  const { sampleCount = significantSamples } = datapoint;
  if (sampleCount < significantSamples) {
    const needed = numberText(significantSamples);
    return `${value}, but of ${counted(sampleCount, "sample")} only, where ${needed} are needed`;
  }
  return `${value}: ${verdict === "breaching" ? "breaching" : "not breaching"}`;
}

function comparison(rule: AlarmRule, { band }: AlarmDatapoint, breaches: boolean): string {
  const { comparisonOperator, threshold } = rule;
  if (!isBandOperator(comparisonOperator)) {
    return `${breaches ? "" : "not "}${comparisonWords(comparisonOperator)} ${numberText(threshold)}`;
  }
  const { lower, upper } = edgesOf(comparisonOperator);
  const range = `the band from ${numberText(band?.lower ?? 0)} to ${numberText(band?.upper ?? 0)}`;
  const sides = lower && upper ? "outside" : lower ? "below" : "above";
  return `${breaches ? "" : "not "}${sides} ${range}`;
}

function missingSentence(
  { treatMissingData, evaluationPeriods }: AlarmRule,
  { filled, decidedBy }: Evaluation,
  use: ConsideredPeriod["use"],
): string {
  if (use === "notNeeded") {
    return filled === 0
      ? `missing; not needed, since ${counted(evaluationPeriods, "datapoint")} of the range are there`
      : "missing; not needed, newer gaps are counted first";
  }
  switch (treatMissingData) {
    case "breaching":
      return "missing; counted as breaching";
    case "notBreaching":
      return "missing; counted as not breaching";
    case "ignore":
      return `missing; ignored, ${undecided(decidedBy)}`;
    case "missing":
      return `missing; left missing, ${undecided(decidedBy)}`;
  }
}

const undecided = (decidedBy: Evaluation["decidedBy"]) =>
  decidedBy === "missingDoNotMatter" ? "the datapoints that are there decide" : "it speaks for neither state";

function decisionOf(rule: AlarmRule, evaluation: Evaluation): string {
  const { evaluationPeriods, datapointsToAlarm = evaluationPeriods } = rule;
  const { state, breaching, filled, periods } = evaluation;
  const real = periods.filter(({ use }) => use === "evaluated").length;
  const needed = `${datapointsToAlarm} of ${evaluationPeriods} must breach for ALARM`;
  const found = `${breaching} of the ${counted(real, "datapoint")} evaluated breach`;
  switch (evaluation.decidedBy) {
    case "datapoints":
      return `${needed}; ${found}: ${state}.`;
    case "filled": {
      const as = rule.treatMissingData === "breaching" ? "breaching" : "not breaching";
      return `${needed}; ${found} and ${counted(filled, "gap")} count as ${as}: ${state}.`;
    }
    case "missingDoNotMatter":
      return `${needed}; ${found}, so that what is missing could not change it: ${state}.`;
    case "allMissing":
      return (
        "No datapoint of the range is there; missing data is treated as " +
        `${rule.treatMissingData}: ${outcome(evaluation)}.`
      );
    case "onlyBreaching":
      return (
        `${needed}; only ${real} are there, all breach, and the oldest is at least ` +
        `${counted(datapointsToAlarm, "period")} old: ${outcome(evaluation)}.`
      );
    case "tooEarly":
      return (
        `${needed}; only ${real} are there, and although all breach, the next may still be good: ` +
        `${outcome(evaluation)}.`
      );
    case "lowSampleCount":
      return `The percentile is of too few samples to count: ${outcome(evaluation)}.`;
  }
}

const outcome = ({ state, isRetained }: Evaluation) => (isRetained ? `it stays in ${state}` : state);

/** As people write numbers, without the long tails of binary fractions. */
const numberText = (value: number): string => String(Number(value.toPrecision(12)));
