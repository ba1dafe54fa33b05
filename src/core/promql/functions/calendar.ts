// Functions of the calendar and the clock, in UTC.
import { mapVector, vector, vectorAt, type PromqlFunction } from "../function.ts";

const dayMs = 86_400_000;

/** The values of the argument are seconds of the epoch; without it, it is the instant of the evaluation. */
const calendar = (name: string, summary: string, read: (date: Date) => number): PromqlFunction => ({
  name,
  takes: ["instant vector"],
  optional: 1,
  gives: "instant vector",
  summary,
  evaluate: (given, { at }) => {
    if (given.length === 0) return vector([{ labels: {}, value: read(new Date(at)) }]);
    return vector(mapVector(vectorAt(given, 0), (seconds) => read(new Date(Math.floor(seconds) * 1_000))));
  },
});

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs) + 1;
}

const daysInMonth = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#day_of_month */
export const calendarFunctions: readonly PromqlFunction[] = [
  calendar("minute", "The minute of the hour.", (date) => date.getUTCMinutes()),
  calendar("hour", "The hour of the day.", (date) => date.getUTCHours()),
  calendar("day_of_week", "The day of the week, 0 for Sunday.", (date) => date.getUTCDay()),
  calendar("day_of_month", "The day of the month.", (date) => date.getUTCDate()),
  calendar("day_of_year", "The day of the year.", dayOfYear),
  calendar("days_in_month", "How many days the month has.", daysInMonth),
  calendar("month", "The month of the year.", (date) => date.getUTCMonth() + 1),
  calendar("year", "The year.", (date) => date.getUTCFullYear()),
];
