// Timestamps in the three forms that AWS protocols write them.
import type { TimestampFormat } from "./shapes.ts";

/** The largest distance from the epoch that a JavaScript date can have. */
const maxMs = 8.64e15;

/**
 * Reads `1700000000.123`, `2026-11-21T06:00:00.123Z` (any offset) or `Sat, 21 Nov 2026 06:00:00 GMT`.
 * Undefined for anything else: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#timestamp-formats
 */
export function parseTimestamp(value: unknown, format: TimestampFormat): Date | undefined {
  if (format === "epoch-seconds") return typeof value === "number" ? fromMs(value * 1000) : undefined;
  const form = format === "date-time" ? dateTime : httpDate;
  return typeof value === "string" && form.test(value) ? fromMs(Date.parse(value)) : undefined;
}

const dateTime = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;
const httpDate = /^[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?:\.\d{1,3})? GMT$/;

function fromMs(ms: number): Date | undefined {
  const rounded = Math.round(ms);
  return Math.abs(rounded) <= maxMs ? new Date(rounded) : undefined;
}

/** A timestamp as the text of a JSON value, a header or a query parameter; not quoted. */
export function formatTimestamp(date: Date, format: TimestampFormat): string {
  switch (format) {
    case "epoch-seconds":
      return String(date.getTime() / 1000);
    case "date-time":
      return isoDateTime(date);
    default:
      return date.toUTCString();
  }
}

const hour = { start: Number.NaN, prefix: "" };

/** ISO 8601 in UTC; the milliseconds are left out when there are none, as AWS does. */
export function isoDateTime(date: Date): string {
  const ms = date.getTime();
  const start = Math.floor(ms / 3_600_000) * 3_600_000;
  if (hour.start !== start) {
    // Answers hold many timestamps of few hours, and toISOString costs ten times the rest.
    hour.prefix = new Date(start).toISOString().slice(0, -"00:00.000Z".length);
    hour.start = start;
  }
  const rest = ms - start;
  const minutes = twoDigits(Math.floor(rest / 60_000));
  const seconds = twoDigits(Math.floor(rest / 1000) % 60);
  const fraction = rest % 1000 === 0 ? "" : `.${String(rest % 1000).padStart(3, "0")}`;
  return `${hour.prefix}${minutes}:${seconds}${fraction}Z`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
