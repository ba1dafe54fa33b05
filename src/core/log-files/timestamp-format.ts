// The agent's timestamp formats: directives like strftime's, found anywhere in a line.
import { instantOfLocal } from "../alarms/time-zone.ts";

export interface TimestampFormat {
  /** Finds a timestamp; without flags and without groups, so that it can be a part of another expression. */
  readonly source: string;
  /** The timestamp of a line; undefined when it has none. Epoch milliseconds. */
  read(line: string, now: number): FoundTimestamp | undefined;
}

export interface FoundTimestamp {
  readonly at: number;
  /** Where in the line it stands. */
  readonly from: number;
  readonly to: number;
}

interface Parts {
  year?: number;
  month?: number;
  day?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
  isAfternoon?: boolean;
  /** Minutes ahead of UTC, as the line says. */
  offset?: number;
}

interface Directive {
  readonly pattern: string;
  readonly take?: (text: string, parts: Parts) => void;
}

const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const month = (text: string, parts: Parts): void => {
  parts.month = monthNames.indexOf(text.slice(0, 3).toLowerCase()) + 1;
};
const number = (name: Exclude<keyof Parts, "isAfternoon">) => (text: string, parts: Parts) => {
  parts[name] = Number(text);
};

/** `%m`, `%d` and their unpadded forms are read alike, as the agent does. */
const directives: Readonly<Record<string, Directive>> = {
  y: { pattern: "\\d{2}", take: (text, parts) => void (parts.year = 2000 + Number(text)) },
  Y: { pattern: "\\d{4}", take: number("year") },
  b: { pattern: "[A-Za-z]{3}", take: month },
  B: { pattern: "[A-Za-z]{3,9}", take: month },
  m: { pattern: "\\s?\\d{1,2}", take: number("month") },
  d: { pattern: "\\s?\\d{1,2}", take: number("day") },
  A: { pattern: "[A-Za-z]{6,9}" },
  a: { pattern: "[A-Za-z]{3}" },
  H: { pattern: "\\d{2}", take: number("hours") },
  I: { pattern: "\\d{1,2}", take: number("hours") },
  M: { pattern: "\\d{1,2}", take: number("minutes") },
  S: { pattern: "\\d{1,2}", take: number("seconds") },
  f: {
    pattern: "\\d{1,9}",
    take: (text, parts) => void (parts.milliseconds = Math.floor(Number(`0.${text}`) * 1_000)),
  },
  p: { pattern: "[AaPp][Mm]", take: (text, parts) => void (parts.isAfternoon = /^p/i.test(text)) },
  Z: { pattern: "[A-Z]{1,5}", take: (text, parts) => takeZone(text, parts) },
  z: { pattern: "(?:Z|[+-]\\d{2}:?\\d{2})", take: (text, parts) => takeZone(text, parts) },
};

function takeZone(text: string, parts: Parts): void {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? [];
  if (sign !== undefined) parts.offset = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  else if (text === "Z" || text === "UTC" || text === "GMT") parts.offset = 0;
}

/**
 * `timezone` is the zone of timestamps that name none. A format without a year means the year that brings the
 * timestamp nearest to now, one without a date the day that does. What is no date, or no time of day, is no
 * timestamp.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
 *
 * @throws RangeError for a directive that is not known.
 */
export function compileTimestampFormat(format: string, timezone: string): TimestampFormat {
  const taken: Directive[] = [];
  let grouped = "";
  let source = "";
  for (const [whole, letter] of format.matchAll(/%-?([A-Za-z%])|[^]/g)) {
    if (letter === undefined || letter === "%") {
      const text = escaped(letter ?? whole);
      grouped += text;
      source += text;
      continue;
    }
    const directive = directives[letter];
    if (directive === undefined) throw new RangeError(`timestamp_format has no directive %${letter}`);
    taken.push(directive);
    grouped += `(${directive.pattern})`;
    source += directive.pattern;
  }
  const expression = new RegExp(grouped);
  return {
    source,
    read(line, now) {
      const found = expression.exec(line);
      if (found === null) return undefined;
      const parts: Parts = {};
      for (const [index, { take }] of taken.entries()) take?.((found[index + 1] ?? "").trim(), parts);
      const at = instantOf(parts, timezone, now);
      return Number.isFinite(at) ? { at, from: found.index, to: found.index + found[0].length } : undefined;
    },
  };
}

const dayMs = 86_400_000;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Not finite when there is no such date, or time of day. */
function instantOf(parts: Parts, timezone: string, now: number): number {
  const { hours = 0, minutes = 0, seconds = 0, milliseconds = 0, isAfternoon } = parts;
  const hour = isAfternoon === undefined ? hours : (hours % 12) + (isAfternoon ? 12 : 0);
  if (hour > 23 || minutes > 59 || seconds > 60) return Number.NaN;
  const instants = datesOf(parts, now).map(({ year, month: inYear, day }) => {
    const local = Date.UTC(year, inYear - 1, day, hour, minutes, seconds, milliseconds);
    const date = new Date(Date.UTC(year, inYear - 1, day));
    if (date.getUTCMonth() !== inYear - 1 || date.getUTCDate() !== day) return Number.NaN;
    return parts.offset === undefined ? instantOfLocal(timezone, local) : local - parts.offset * 60_000;
  });
  const distance = (instant: number) => Math.abs(instant - now);
  return instants
    .filter(Number.isFinite)
    .reduce((best, one) => (distance(one) < distance(best) ? one : best), Number.NEGATIVE_INFINITY);
}

/** Those that may be meant by one without a year, or without a date at all. */
function datesOf({ year, month: inYear, day }: Parts, now: number) {
  if (day === undefined && inYear === undefined && year === undefined) {
    return [-1, 0, 1].map((days) => {
      const date = new Date(now + days * dayMs);
      return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    });
  }
  const today = new Date(now);
  const date = { month: inYear ?? today.getUTCMonth() + 1, day: day ?? today.getUTCDate() };
  if (year !== undefined) return [{ ...date, year }];
  return [-1, 0, 1].map((years) => ({ ...date, year: today.getUTCFullYear() + years }));
}
