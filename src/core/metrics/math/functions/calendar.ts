// Functions of the timestamps of a series, and of its period.
import { scalarAt, seriesAt, signature, type CallContext, type MathFunction } from "../function.ts";
import { gridOf, scalar, single, type Series } from "../series.ts";

/** A value for every period of the range. */
function dense(
  series: Omit<Series, "timestamps" | "values">,
  context: CallContext,
  of: (at: number) => number,
) {
  const timestamps = gridOf(context.rangeOf(series.periodSeconds), series.periodSeconds);
  return single({ ...series, timestamps, values: timestamps.map(of) });
}

const calendar = (name: string, summary: string, of: (date: Date) => number): MathFunction => ({
  name,
  signatures: [signature(["TS"], "TS")],
  summary,
  evaluate: (given, context) => dense(seriesAt(given, 0), context, (at) => of(new Date(at))),
});

/**
 * All by UTC, and for every period of the range, whether the series has a value there or not.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
 */
export const calendarFunctions: readonly MathFunction[] = [
  calendar("MINUTE", "The minute of the hour, 0 to 59.", (date) => date.getUTCMinutes()),
  calendar("HOUR", "The hour of the day, 0 to 23.", (date) => date.getUTCHours()),
  calendar("DAY", "The day of the week, 1 (Monday) to 7.", (date) => date.getUTCDay() || 7),
  calendar("DATE", "The day of the month, 1 to 31.", (date) => date.getUTCDate()),
  calendar("MONTH", "The month, 1 to 12.", (date) => date.getUTCMonth() + 1),
  calendar("YEAR", "The year.", (date) => date.getUTCFullYear()),
  calendar("EPOCH", "The seconds since 1970.", (date) => date.getTime() / 1_000),
  {
    name: "PERIOD",
    signatures: [signature(["metric"], "S")],
    summary: "The period of a metric in seconds.",
    evaluate: (given) => scalar(seriesAt(given, 0).periodSeconds),
  },
  {
    name: "TIME_SERIES",
    signatures: [signature(["S"], "TS")],
    summary: "A series that has this value in every period.",
    evaluate: (given, context) => {
      const value = scalarAt(given, 0) ?? Number.NaN;
      const { periodSeconds } = context;
      if (!Number.isFinite(value)) return single({ label: "", periodSeconds, timestamps: [], values: [] });
      return dense({ label: "", periodSeconds }, context, () => value);
    },
  },
];
