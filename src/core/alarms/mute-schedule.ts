// When alarm mute rules are active: schedules of the forms `cron(...)` and `at(...)` with a duration.
import { instantOfLocal, isTimeZone, zoneOffsetMs } from "./time-zone.ts";

/** A rule as it was put; instants are epoch milliseconds. */
export interface MuteSchedule {
  readonly expression: string;
  readonly duration: string;
  readonly timezone?: string;
  readonly startAt?: number;
  readonly expiresAt?: number;
}

export type MuteStatus = "SCHEDULED" | "ACTIVE" | "EXPIRED";

/** A schedule that was read. */
export type ParsedMuteSchedule = {
  readonly durationMs: number;
  readonly timezone: string;
} & ({ readonly kind: "at"; readonly localAt: number } | ({ readonly kind: "cron" } & CronFields));

interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  readonly daysOfWeek: readonly number[];
  /** Days are those of the month, of the week, or of either when both are limited. */
  readonly anyDayOfMonth: boolean;
  readonly anyDayOfWeek: boolean;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const maximumDurationMs = 15 * dayMs;

/**
 * Undefined for a schedule that is not valid.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Schedule.html
 */
export function parseMuteSchedule(schedule: MuteSchedule): ParsedMuteSchedule | undefined {
  const { timezone = "UTC" } = schedule;
  const durationMs = parseDuration(schedule.duration);
  if (durationMs === undefined || durationMs < minuteMs || durationMs > maximumDurationMs) return undefined;
  if (!isTimeZone(timezone)) return undefined;
  const [, at] = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2})\)$/.exec(schedule.expression) ?? [];
  if (at !== undefined) {
    const localAt = Date.parse(`${at}:00Z`);
    return Number.isNaN(localAt) ? undefined : { kind: "at", localAt, durationMs, timezone };
  }
  const [, cron = ""] = /^cron\((.+)\)$/.exec(schedule.expression) ?? [];
  const fields = parseCron(cron);
  return fields === undefined ? undefined : { kind: "cron", ...fields, durationMs, timezone };
}

/** ISO 8601 in days, hours and minutes; undefined for anything else. */
function parseDuration(text: string): number | undefined {
  const [whole, days = "0", hours = "0", minutes = "0"] =
    /^P(?=\d|T\d)(?:(\d{1,3})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return Number(days) * dayMs + Number(hours) * 60 * minuteMs + Number(minutes) * minuteMs;
}

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

function parseCron(text: string): CronFields | undefined {
  const [minute, hour, dayOfMonth, month, dayOfWeek, further] = text.trim().split(/\s+/);
  if (dayOfWeek === undefined || further !== undefined) return undefined;
  const minutes = parseField(minute, 0, 59);
  const hours = parseField(hour, 0, 23);
  const daysOfMonth = parseField(dayOfMonth, 1, 31);
  const months = parseField(month, 1, 12, monthNames);
  const weekDays = parseField(dayOfWeek, 0, 7, dayNames);
  if (!minutes || !hours || !daysOfMonth || !months || !weekDays) return undefined;
  const daysOfWeek = weekDays.map((day) => day % 7);
  const [anyDayOfMonth, anyDayOfWeek] = [dayOfMonth === "*", dayOfWeek === "*"];
  return { minutes, hours, daysOfMonth, months, daysOfWeek, anyDayOfMonth, anyDayOfWeek };
}

/** Lists and ranges of numbers or names, or `*`; the values in order. Sunday is 0 and 7. */
function parseField(
  text = "",
  low: number,
  high: number,
  names: readonly string[] = [],
): readonly number[] | undefined {
  const valueOf = (part: string) => {
    const name = names.indexOf(part.toUpperCase());
    if (name >= 0) return name + low;
    const value = /^\d{1,2}$/.test(part) ? Number(part) : Number.NaN;
    return value >= low && value <= high ? value : undefined;
  };
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [first = "", last = first, further] = part === "*" ? [String(low), String(high)] : part.split("-");
    const from = valueOf(first);
    // Sunday is the end of a week, too: MON-SUN.
    const to = high === 7 && last.toUpperCase() === "SUN" && first !== last ? high : valueOf(last);
    if (from === undefined || to === undefined || from > to || further !== undefined) return undefined;
    for (let value = from; value <= to; value++) values.add(value);
  }
  return [...values].sort((one, other) => one - other);
}

/** When a rule mutes without a break; epoch milliseconds, the end not included. */
export interface MuteSpan {
  readonly from: number;
  readonly until: number;
}

export function muteStatus(schedule: MuteSchedule, parsed: ParsedMuteSchedule, now: number): MuteStatus {
  if (activeSpan(schedule, parsed, now) !== undefined) return "ACTIVE";
  const { expiresAt = Number.POSITIVE_INFINITY } = schedule;
  const isOver =
    parsed.kind === "at" && now >= instantOfLocal(parsed.timezone, parsed.localAt) + parsed.durationMs;
  return isOver || now >= expiresAt ? "EXPIRED" : "SCHEDULED";
}

/**
 * The time around `now` that a rule mutes, undefined while it does not; of recurring rules only the latest
 * occurrence can be active, since all last as long.
 */
export function activeSpan(
  { startAt = 0, expiresAt = Number.POSITIVE_INFINITY }: MuteSchedule,
  parsed: ParsedMuteSchedule,
  now: number,
): MuteSpan | undefined {
  const { durationMs, timezone } = parsed;
  const isOnce = parsed.kind === "at";
  const begin = isOnce
    ? instantOfLocal(timezone, parsed.localAt)
    : latestOccurrence(parsed, timezone, now, durationMs);
  if (begin === undefined || (!isOnce && begin < startAt)) return undefined;
  const span = { from: Math.max(begin, startAt), until: Math.min(begin + durationMs, expiresAt) };
  return now >= span.from && now < span.until ? span : undefined;
}

function latestOccurrence(
  cron: CronFields,
  timezone: string,
  now: number,
  durationMs: number,
): number | undefined {
  const localNow = now + zoneOffsetMs(timezone, now);
  const today = Math.floor(localNow / dayMs) * dayMs;
  for (let day = today; day > today - durationMs - 2 * dayMs; day -= dayMs) {
    if (!isDayOf(cron, new Date(day))) continue;
    for (const hour of cron.hours.toReversed()) {
      for (const minute of cron.minutes.toReversed()) {
        const local = day + (hour * 60 + minute) * minuteMs;
        if (local > localNow) continue;
        return instantOfLocal(timezone, local);
      }
    }
  }
  return undefined;
}

function isDayOf(cron: CronFields, day: Date): boolean {
  if (!cron.months.includes(day.getUTCMonth() + 1)) return false;
  const ofMonth = cron.daysOfMonth.includes(day.getUTCDate());
  const ofWeek = cron.daysOfWeek.includes(day.getUTCDay());
  return cron.anyDayOfMonth || cron.anyDayOfWeek ? ofMonth && ofWeek : ofMonth || ofWeek;
}
