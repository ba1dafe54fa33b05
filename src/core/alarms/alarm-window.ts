// The periods that an alarm looks at: when it is due, where its windows end, how far back it reads.
import { watchedMetric, type MetricAlarm } from "./alarm.ts";
import type { AlarmDatapoint } from "./alarm-state.ts";
import type { AlarmPeriod } from "./evaluate-alarm.ts";
import { zoneOffsetMs } from "./time-zone.ts";

/**
 * How many periods more than N are read, so that late or missing datapoints can be made up for: AWS
 * documents 5 for an alarm of 3, and that the number depends on the period without saying how.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
const furtherPeriods = 2;

const minuteMs = 60_000;
const hourMs = 3_600_000;
const daySeconds = 86_400;
const weekSeconds = 604_800;
/** A Monday, so that weeks begin on one. */
const firstWeekAt = 4 * 86_400_000;

/** Seconds between evaluations: a minute, and 10 seconds for alarms of high resolution. */
export function evaluationIntervalSeconds(alarm: MetricAlarm): number {
  return periodSecondsOf(alarm) < 60 ? 10 : 60;
}

/**
 * The period of the metric, the longest of those in an expression, or the time between runs of a query of
 * logs or in PromQL.
 */
export function periodSecondsOf(alarm: MetricAlarm): number {
  const { queries = [], logs, promql } = alarm;
  if (logs !== undefined) return logs.rateSeconds;
  if (promql !== undefined) return promql.intervalSeconds;
  const watched = watchedMetric(alarm)?.periodSeconds;
  if (watched !== undefined) return watched;
  const periods = queries.flatMap(
    ({ periodSeconds, metric }) => periodSeconds ?? metric?.periodSeconds ?? [],
  );
  return periods.length === 0 ? 60 : Math.max(...periods);
}

/** `[from, to)`: `count` periods of which the last ends at or before now. */
export interface AlarmWindow {
  readonly from: number;
  readonly to: number;
  readonly periodSeconds: number;
  readonly count: number;
}

/**
 * A sliding window moves on with every evaluation, so that the periods of an alarm of five minutes begin at
 * any minute; one of more than a day moves on by the hour. A wall clock window ends where a period of the
 * clock of a place does.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function alarmWindow(alarm: MetricAlarm, now: number): AlarmWindow {
  const periodSeconds = periodSecondsOf(alarm);
  const periodMs = periodSeconds * 1_000;
  if (alarm.logs !== undefined) return windowOfRuns(alarm, periodMs, now);
  if (alarm.promql !== undefined) return windowOfEvaluation(periodMs, now);
  const count = alarm.evaluationPeriods + furtherPeriods;
  const isOfDays = periodSeconds * alarm.evaluationPeriods > daySeconds;
  const stepMs = isOfDays ? hourMs : Math.min(periodMs, minuteMs);
  let to = Math.floor(now / stepMs) * stepMs;
  if (alarm.wallClock !== undefined) {
    const shift = zoneOffsetMs(alarm.wallClock.timezone ?? "UTC", now) - startOfCounting(periodSeconds);
    to = Math.floor((now + shift) / periodMs) * periodMs - shift;
  }
  return { from: to - count * periodMs, to, periodSeconds, count };
}

/**
 * The last runs of a query; each stands as a period that begins at the run.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-log.html
 */
function windowOfRuns({ evaluationPeriods }: MetricAlarm, periodMs: number, now: number): AlarmWindow {
  const lastAt = Math.floor(now / periodMs) * periodMs;
  return {
    from: lastAt - (evaluationPeriods - 1) * periodMs,
    to: lastAt + periodMs,
    periodSeconds: periodMs / 1_000,
    count: evaluationPeriods,
  };
}

/** It ends at the instant that the query is evaluated for, a multiple of the interval. */
function windowOfEvaluation(periodMs: number, now: number): AlarmWindow {
  const to = Math.floor(now / periodMs) * periodMs;
  return { from: to - periodMs, to, periodSeconds: periodMs / 1_000, count: 1 };
}

/**
 * The instants that an alarm is evaluated at are the multiples of this; a PromQL alarm says it itself.
 */
export const evaluationStepMs = (alarm: MetricAlarm): number =>
  (alarm.promql?.intervalSeconds ?? evaluationIntervalSeconds(alarm)) * 1_000;

/** Whether an evaluation of the alarm falls after the pass before, if there was one, up to this one. */
export function isDue(alarm: MetricAlarm, asOf: number, passedAt: number | undefined): boolean {
  if (alarm.promql === undefined) return true;
  const stepMs = evaluationStepMs(alarm);
  const at = Math.floor(asOf / stepMs) * stepMs;
  // A clock that was set back has its evaluations again.
  return at >= alarm.configuredAt && (passedAt === undefined || at > passedAt || asOf < passedAt);
}

const startOfCounting = (periodSeconds: number) => (periodSeconds % weekSeconds === 0 ? firstWeekAt : 0);

/** Puts datapoints, by the start of their period, into the periods of a window. */
export function periodsOf(
  { from, count, periodSeconds }: AlarmWindow,
  datapoints: ReadonlyMap<number, AlarmDatapoint>,
): readonly AlarmPeriod[] {
  return Array.from({ length: count }, (_, index) => {
    const startAt = from + index * periodSeconds * 1_000;
    const datapoint = datapoints.get(startAt);
    return datapoint === undefined ? { startAt } : { startAt, datapoint };
  });
}

/**
 * Whether the alarm is still warming up: it then stays as it is. It begins earlier, unless it is told to
 * wait, once its datapoints fill the evaluation periods.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_WarmUpConfiguration.html
 */
export function isWarmingUp(alarm: MetricAlarm, periods: readonly AlarmPeriod[], now: number): boolean {
  const { warmUp, createdAt, evaluationPeriods } = alarm;
  if (warmUp === undefined || now >= createdAt + warmUp.minutes * minuteMs) return false;
  if (warmUp.waitsForEnd) return true;
  const since = periods.filter(
    ({ datapoint, startAt }) => datapoint !== undefined && startAt >= createdAt - minuteMs,
  );
  return since.length < evaluationPeriods;
}
