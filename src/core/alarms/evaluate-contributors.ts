// Decides an alarm on many time series: each is evaluated by itself, the alarm is in ALARM when one is.
import { alarmLimits, type AlarmContributor, type ContributorIdentity, type MetricAlarm } from "./alarm.ts";
import type { NewState } from "./alarm-change.ts";
import type { ContributorReading } from "./alarm-reading.ts";
import { counted, datapointTime, doubleText, instantText } from "./aws-text.ts";
import { comparisonWords, isBandOperator } from "./alarm-state.ts";
import { evaluateAlarm, type AlarmRule, type Evaluation } from "./evaluate-alarm.ts";

/** How one time series was decided, and whether that is news. */
export interface ContributorDecision {
  readonly identity: ContributorIdentity;
  readonly evaluation: Evaluation;
  readonly isInAlarm: boolean;
  readonly reason: string;
  /** What it was in before, when that is something else. */
  readonly changedFrom?: "OK" | "ALARM";
}

export interface ContributorsDecision {
  readonly decisions: readonly ContributorDecision[];
  /** Those that are in ALARM, as many as are kept apart. */
  readonly contributors: readonly AlarmContributor[];
  /** The state of the alarm that follows. */
  readonly state: NewState;
}

/**
 * A time series is OK or in ALARM and never has insufficient data: it is there because it has some.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Metrics_Insights_Alarm.html
 */
export function evaluateContributors(
  alarm: MetricAlarm,
  rule: AlarmRule,
  readings: readonly ContributorReading[],
  now: number,
): ContributorsDecision {
  const before = new Map((alarm.contributors ?? []).map((one) => [one.id, one]));
  const decisions = readings.map(({ identity, periods }): ContributorDecision => {
    const was = before.has(identity.id) ? "ALARM" : "OK";
    const evaluation = evaluateAlarm(rule, periods, was);
    const isInAlarm = evaluation.state === "ALARM";
    return {
      identity,
      evaluation,
      isInAlarm,
      reason: contributorReason(rule, evaluation),
      ...(isInAlarm === (was === "ALARM") ? {} : { changedFrom: was }),
    };
  });
  const inAlarm = decisions.filter(({ isInAlarm }) => isInAlarm);
  const kept = inAlarm.slice(0, alarmLimits.contributors);
  return {
    decisions: [
      ...decisions.filter((one) => one.changedFrom !== "OK" || kept.includes(one)),
      ...goneContributors(alarm, rule, readings),
    ],
    contributors: kept.map(({ identity, reason }) => {
      const known = before.get(identity.id);
      return known ?? { ...identity, reason, transitionedAt: now };
    }),
    state: {
      value: inAlarm.length > 0 ? "ALARM" : "OK",
      reason: contributorsReason(alarm, inAlarm.length, readings.length),
      reasonData: countReasonData(now),
    },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html */
function contributorsReason(alarm: MetricAlarm, inAlarm: number, all: number): string {
  const series = seriesOf(alarm);
  if (inAlarm === 0) return `${all} ${series} evaluated to OK`;
  if (inAlarm > alarmLimits.contributors) return `${alarmLimits.contributors}+ ${series} evaluated to ALARM`;
  return `${inAlarm} out of ${all} ${series} evaluated to ALARM`;
}

/** What AWS's texts call them. */
const seriesOf = ({ logs }: MetricAlarm) => (logs === undefined ? "time series" : "contributors");

export const noSeriesReason = (alarm: MetricAlarm, treatMissingData: AlarmRule["treatMissingData"]): string =>
  `No ${seriesOf(alarm)} were returned by the query. Treat missing data is configured as ` +
  `[${treatmentNames[treatMissingData]}].`;

const treatmentNames = {
  missing: "Missing",
  ignore: "Ignore",
  breaching: "Breaching",
  notBreaching: "NonBreaching",
} as const;

export const countReasonData = (now: number): string =>
  JSON.stringify({ version: "1.0", queryDate: instantText(now) });

/**
 * In the words of AWS's examples: the number of datapoints, and the newest that counted.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Acting_Alarm_Changes.html
 */
function contributorReason(rule: AlarmRule, evaluation: Evaluation): string {
  const { state, periods, filled } = evaluation;
  const verdict = state === "ALARM" ? "breaching" : "notBreaching";
  const deciding = periods.filter((one) => one.use === "evaluated" && one.verdict === verdict);
  const latest = deciding.at(-1);
  if (latest?.datapoint === undefined) {
    return `Threshold Crossed: ${counted(filled, "datapoint")} of the time series were missing.`;
  }
  const [not, crossed] = state === "ALARM" ? ["", "crossed"] : ["not ", "did not cross"];
  const { comparisonOperator, threshold } = rule;
  const words = isBandOperator(comparisonOperator) ? "within the band" : comparisonWords(comparisonOperator);
  const [verb, latestOnes] = deciding.length === 1 ? ["was", "datapoint"] : ["were", "datapoints"];
  const value = `${doubleText(latest.datapoint.value)} (${datapointTime(latest.startAt)})`;
  return (
    `Threshold Crossed: ${counted(deciding.length, "datapoint")} ${verb} ${not}${words} the threshold ` +
    `(${doubleText(threshold)}). The most recent ${latestOnes} which ${crossed} ` +
    `the threshold: [${value}].`
  );
}

/**
 * Those whose data stopped altogether are OK, however missing data is treated.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-log.html
 */
export function goneContributors(
  { contributors = [] }: MetricAlarm,
  rule: AlarmRule,
  readings: readonly ContributorReading[],
): readonly ContributorDecision[] {
  const ids = new Set(readings.map(({ identity }) => identity.id));
  return contributors.filter(({ id }) => !ids.has(id)).map((one) => goneDecision(rule, one));
}

function goneDecision(rule: AlarmRule, { id, attributes }: AlarmContributor): ContributorDecision {
  return {
    identity: { id, attributes },
    evaluation: evaluateAlarm(rule, [], "OK"),
    isInAlarm: false,
    reason: "The query returns no data for this time series any more.",
    changedFrom: "ALARM",
  };
}
