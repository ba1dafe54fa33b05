// Periods, how instants are rounded to them, and which stored resolution answers for which age.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention */
export const retentionMs = {
  recent: 3 * hourMs,
  60: 15 * dayMs,
  300: 63 * dayMs,
  3600: 455 * dayMs,
} as const;

/** Periods are 1, 5, 10, 20 or 30 seconds or whole minutes. */
export function isPeriod(seconds: number): boolean {
  return [1, 5, 10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0);
}

/**
 * Start times are rounded down: to the minute, for those of more than 15 days ago to five minutes, and of
 * more than 63 days ago to the hour; for periods below a minute to that period.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export function roundStart(startAt: number, periodSeconds: number, now: number): number {
  const age = now - startAt;
  const stepMs =
    age > retentionMs[300]
      ? hourMs
      : age > retentionMs[60]
        ? 5 * minuteMs
        : periodSeconds < 60
          ? periodSeconds * 1_000
          : minuteMs;
  return Math.floor(startAt / stepMs) * stepMs;
}

/** A stored table and the part `[from, to)` of a range that is read from it; epoch milliseconds. */
export interface SourceRange {
  readonly resolution: "recent" | 60 | 300 | 3600;
  readonly from: number;
  readonly to: number;
}

export interface SourceQuestion {
  /** Where the periods begin; datapoints are `from + n * period`. */
  readonly from: number;
  readonly to: number;
  readonly periodSeconds: number;
  readonly now: number;
  /** How far the rollups are complete. */
  readonly rolledUpTo: { readonly 300: number; readonly 3600: number };
}

/** Up to this length a range is read from the finest table, which late data reaches at once. */
const shortRangeMs = dayMs;

/**
 * Cuts a range into the tables that answer for it. A rollup answers only when its windows fit the periods.
 * Data that is older than the retention of every fitting table is not there: CloudWatch, too, answers nothing
 * for a period of one minute sixteen days ago.
 */
export function sourcesOf(question: SourceQuestion): readonly SourceRange[] {
  const { from, to, periodSeconds, now, rolledUpTo } = question;
  if (periodSeconds < 60)
    return cut([{ resolution: "recent", from: Math.max(from, now - retentionMs.recent), to }]);
  const fits = (resolution: number) => periodSeconds % resolution === 0 && from % (resolution * 1_000) === 0;
  const oldest = { 60: ceilHour(now - retentionMs[60]), 300: ceilHour(now - retentionMs[300]) };
  const hourEnd = fits(3600) ? Math.min(to, rolledUpTo[3600]) : from;
  const fiveEnd = fits(300) ? Math.min(to, rolledUpTo[300]) : from;
  if (to - from <= shortRangeMs) {
    const fine = Math.max(from, oldest[60]);
    const middle = Math.max(from, oldest[300]);
    return cut([
      { resolution: 3600, from, to: Math.min(hourEnd, middle) },
      { resolution: 300, from: middle, to: Math.min(fiveEnd, fine) },
      { resolution: 60, from: fine, to },
    ]);
  }
  const afterHours = Math.max(from, hourEnd);
  const middle = Math.max(afterHours, oldest[300]);
  const afterFives = Math.max(middle, fiveEnd);
  return cut([
    { resolution: 3600, from, to: hourEnd },
    { resolution: 300, from: middle, to: fiveEnd },
    { resolution: 60, from: Math.max(fits(300) ? afterFives : afterHours, oldest[60]), to },
  ]);
}

const ceilHour = (instant: number) => Math.ceil(instant / hourMs) * hourMs;

const cut = (ranges: readonly SourceRange[]) => ranges.filter(({ from, to }) => from < to);
