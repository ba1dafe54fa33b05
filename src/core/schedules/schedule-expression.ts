// When something is due that is described by `rate(5 minutes)` or `cron(0 8 ? * MON-FRI *)`.
import { instantOfLocal, zoneOffsetMs } from "../alarms/time-zone.ts";

/**
 * Of cron the minutes and hours, and which days (counted from 1970-01-01) it is about.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export type ScheduleExpression =
  | { readonly kind: "rate"; readonly periodMs: number }
  | {
      readonly kind: "cron";
      readonly minutes: readonly number[];
      readonly hours: readonly number[];
      readonly isDay: (day: Date) => boolean;
    };

const minuteMs = 60_000;
const dayMs = 86_400_000;
const unitMs: Readonly<Record<string, number>> = { minute: minuteMs, hour: 60 * minuteMs, day: dayMs };

/** A day that never comes, such as 30 February, is looked for so long; leap days come within eight years. */
const maximumDays = 3_000;

/** Undefined for a text that is no such expression. */
export function parseScheduleExpression(text: string): ScheduleExpression | undefined {
  const [, count = "", unit = "", plural] = /^rate\((\d{1,6}) (minute|hour|day)(s?)\)$/.exec(text) ?? [];
  if (unit !== "") {
    // One of them is in the singular, and no other number is.
    if (Number(count) < 1 || (Number(count) === 1) === (plural === "s")) return undefined;
    return { kind: "rate", periodMs: Number(count) * (unitMs[unit] ?? 0) };
  }
  const [, cron = ""] = /^cron\((.+)\)$/.exec(text) ?? [];
  const [minute, hour, dayOfMonth, month, dayOfWeek, year, further] = cron.trim().split(/\s+/);
  if (year === undefined || further !== undefined) return undefined;
  const minutes = valuesOf(minute, 0, 59);
  const hours = valuesOf(hour, 0, 23);
  const months = valuesOf(month, 1, 12, monthNames);
  const years = valuesOf(year, 1970, 2199);
  const isDay = parseDays(dayOfMonth, dayOfWeek);
  if (!minutes || !hours || !months || !years || !isDay) return undefined;
  return {
    kind: "cron",
    minutes,
    hours,
    isDay: (day) =>
      months.includes(day.getUTCMonth() + 1) && years.includes(day.getUTCFullYear()) && isDay(day),
  };
}

/**
 * The first instant behind `after`, in epoch milliseconds; undefined when there is none. Rates count from
 * `startAt`, cron goes by the clocks of the time zone.
 */
export function nextDueAt(
  expression: ScheduleExpression,
  timezone: string,
  startAt: number,
  after: number,
): number | undefined {
  if (expression.kind === "rate") {
    const { periodMs } = expression;
    return after < startAt ? startAt : startAt + (Math.floor((after - startAt) / periodMs) + 1) * periodMs;
  }
  const from = Math.max(after, startAt - 1);
  const firstDay = Math.floor((from + zoneOffsetMs(timezone, from)) / dayMs) * dayMs;
  for (let day = 0; day < maximumDays; day++) {
    const localDay = firstDay + day * dayMs;
    if (!expression.isDay(new Date(localDay))) continue;
    for (const hour of expression.hours) {
      for (const minute of expression.minutes) {
        const dueAt = instantOfLocal(timezone, localDay + (hour * 60 + minute) * minuteMs);
        if (dueAt > from) return dueAt;
      }
    }
  }
  return undefined;
}

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

type DayTest = (day: Date) => boolean;

/** One of the two is `?`, or `*` and the other says which days. */
function parseDays(dayOfMonth = "", dayOfWeek = ""): DayTest | undefined {
  if (dayOfWeek === "?") return parseDayOfMonth(dayOfMonth);
  if (dayOfMonth === "?") return parseDayOfWeek(dayOfWeek);
  return undefined;
}

const daysIn = (day: Date) => new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();

/** `L` is the last day of the month, `15W` the weekday that is nearest to the fifteenth. */
function parseDayOfMonth(text: string): DayTest | undefined {
  if (text === "L") return (day) => day.getUTCDate() === daysIn(day);
  const [, nearest] = /^(\d{1,2})W$/.exec(text) ?? [];
  if (nearest !== undefined) {
    const wanted = Number(nearest);
    return wanted < 1 || wanted > 31 ? undefined : (day) => day.getUTCDate() === nearestWeekday(day, wanted);
  }
  const days = valuesOf(text, 1, 31);
  return days && ((day) => days.includes(day.getUTCDate()));
}

function nearestWeekday(day: Date, wanted: number): number | undefined {
  const last = daysIn(day);
  if (wanted > last) return undefined;
  const weekday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), wanted)).getUTCDay();
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === last ? wanted - 2 : wanted + 1;
  return wanted;
}

/** Days of the week count from 1, Sunday. `3#2` is the second Tuesday, `6L` the last Friday. */
function parseDayOfWeek(text: string): DayTest | undefined {
  if (text === "L") return (day) => day.getUTCDay() === 6;
  const [, weekday, mark] = /^([1-7])(L|#[1-5])$/.exec(text) ?? [];
  if (weekday !== undefined && mark !== undefined) {
    const isWeek: DayTest =
      mark === "L"
        ? (day) => day.getUTCDate() > daysIn(day) - 7
        : (day) => Math.ceil(day.getUTCDate() / 7) === Number(mark.slice(1));
    return (day) => day.getUTCDay() + 1 === Number(weekday) && isWeek(day);
  }
  const days = valuesOf(text, 1, 7, dayNames);
  return days && ((day) => days.includes(day.getUTCDay() + 1));
}

/** Lists, ranges and steps of numbers or names, or `*`; the values in order, undefined for anything else. */
function valuesOf(
  text = "",
  least: number,
  most: number,
  names: readonly string[] = [],
): readonly number[] | undefined {
  const found = new Set<number>();
  for (const item of text.split(",")) {
    const [range = "", step, further] = item.split("/");
    if (further !== undefined || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) return undefined;
    const [first, last] =
      range === "*" ? [least, most] : rangeOf(range, names, least, step !== undefined, most);
    if (first === undefined || last === undefined || first < least || last > most || first > last) {
      return undefined;
    }
    for (let value = first; value <= last; value += Number(step ?? 1)) found.add(value);
  }
  return [...found].toSorted((one, other) => one - other);
}

function rangeOf(
  range: string,
  names: readonly string[],
  least: number,
  isOpen: boolean,
  most: number,
): readonly [(number | undefined)?, (number | undefined)?] {
  const valueOf = (text: string): number | undefined => {
    const name = names.indexOf(text.toUpperCase());
    return name >= 0 ? name + least : /^\d{1,4}$/.test(text) ? Number(text) : undefined;
  };
  const [from = "", to, further] = range.split("-");
  if (further !== undefined) return [];
  if (to !== undefined) return [valueOf(from), valueOf(to)];
  return [valueOf(from), isOpen ? most : valueOf(from)];
}
