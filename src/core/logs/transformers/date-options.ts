// What a dateTimeConverter is told in Java's words: patterns with optional sections, time zones and locales.
import { isTimeZone } from "../../alarms/time-zone.ts";
import { parseDatePattern, type DatePart } from "./date-pattern.ts";

/** One of the ways in which a date may be written. */
type Way = readonly DatePart[];

const maximumWays = 32;

/**
 * With and without what stands between `[` and `]`, the longest way first; or what is wrong with the pattern.
 * https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/time/format/DateTimeFormatter.html
 */
export function waysToWrite(pattern: string): readonly Way[] | string {
  let ways: readonly Way[] = [[]];
  /** The ways up to each section that is open. */
  const open: (readonly Way[])[] = [];
  for (const [found] of pattern.matchAll(/'(?:[^']|'')*'?|[[\]]|[^'[\]]+/g)) {
    if (found === "[") {
      open.push(ways);
      ways = [[]];
    } else if (found === "]") {
      const before = open.pop();
      if (before === undefined) return "has a ] without a [ before it";
      ways = withOptional(before, ways);
    } else {
      const parts = parseDatePattern(found);
      if (typeof parts === "string") return `has a letter that is no part of a date: ${parts}`;
      ways = ways.map((way) => [...way, ...parts]);
    }
    if (ways.length > maximumWays) return `can be written in more than ${maximumWays} ways`;
  }
  return open.length === 0 ? ways : "has a [ without a ] behind it";
}

function withOptional(before: readonly Way[], section: readonly Way[]): readonly Way[] {
  return before.flatMap((way) => [...section.map((inside) => [...way, ...inside]), way]);
}

/**
 * A zone by its name, or an offset as `ZoneId` takes it (`Z`, `+1`, `UTC+05:30`), as the platform knows it;
 * undefined for one that is not known.
 * https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/time/ZoneId.html
 */
export function timeZoneOf(zone: string): string | undefined {
  if (zone === "Z" || zone === "UT") return "UTC";
  const [, sign, hours = "", minutes = "00"] =
    /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?([0-5]\d))?$/.exec(zone) ?? [];
  if (sign === undefined) return isTimeZone(zone) ? zone : undefined;
  return Number(hours) * 60 + Number(minutes) <= 18 * 60
    ? `${sign}${hours.padStart(2, "0")}:${minutes}`
    : undefined;
}

/**
 * Java writes `de_DE`, `zh_TW_#Hant` and `ROOT`, the platform `de-DE`, `zh-Hant-TW` and `en-US`; undefined
 * for one that is not known.
 * https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Locale.html
 */
export function localeOf(locale: string): string | undefined {
  if (/^(?:locale\.)?root$/i.test(locale)) return "en-US";
  const [, language, region, script] = /^([a-z]{2,3})_([A-Z]{2})?_#([A-Z][a-z]{3})$/.exec(locale) ?? [];
  const tag =
    script === undefined
      ? locale.replaceAll("_", "-")
      : [language, script, region].filter((part) => part !== undefined).join("-");
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined; // the only way in which Intl tells that it does not know a locale
  }
}
