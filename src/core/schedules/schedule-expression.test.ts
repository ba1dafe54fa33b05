// Schedules as rates and as cron: when they are due next, and what is none.
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { nextDueAt, parseScheduleExpression } from "./schedule-expression.ts";

const at = (text: string) => Date.parse(`${text}Z`);

function next(text: string, after: string, timezone = "UTC"): string | undefined {
  const expression = parseScheduleExpression(text)!;
  const dueAt = nextDueAt(expression, timezone, at("2026-01-01T00:00:30"), at(after));
  return dueAt === undefined ? undefined : new Date(dueAt).toISOString().slice(0, 19);
}

test.each([
  ["rate(5 minutes)", "2026-11-02T12:00:00", "2026-11-02T12:00:30"],
  ["rate(1 day)", "2026-11-02T00:00:30", "2026-11-03T00:00:30"],
  ["rate(1 hour)", "2025-12-01T00:00:00", "2026-01-01T00:00:30"],
  ["cron(0/15 * * * ? *)", "2026-11-02T12:15:00", "2026-11-02T12:30:00"],
  ["cron(0 8 ? * MON-FRI *)", "2026-11-06T08:00:00", "2026-11-09T08:00:00"],
  ["cron(30 6,18 1 * ? *)", "2026-11-01T18:30:00", "2026-12-01T06:30:00"],
  ["cron(0 0 L * ? *)", "2026-01-31T00:00:00", "2026-02-28T00:00:00"],
  ["cron(0 0 15W * ? *)", "2026-11-02T00:00:00", "2026-11-16T00:00:00"],
  ["cron(0 0 ? * 3#2 *)", "2026-11-02T00:00:00", "2026-11-10T00:00:00"],
  ["cron(0 0 ? * 6L *)", "2026-11-02T00:00:00", "2026-11-27T00:00:00"],
  ["cron(0 0 29 FEB ? *)", "2026-11-02T00:00:00", "2028-02-29T00:00:00"],
])("%s is due behind %s at %s", (text, after, expected) => {
  expect(next(text, after)).toBe(expected);
});

test("cron goes by the clocks of its time zone, over the change of the clocks", () => {
  expect(next("cron(0 8 * * ? *)", "2026-10-24T12:00:00", "Europe/Berlin")).toBe("2026-10-25T07:00:00");
  expect(next("cron(0 8 * * ? *)", "2026-03-28T12:00:00", "Europe/Berlin")).toBe("2026-03-29T06:00:00");
});

test("a day that never comes is never due", () => {
  expect(next("cron(0 0 30 FEB ? *)", "2026-11-02T00:00:00")).toBeUndefined();
});

test.each([
  "",
  "rate(1 minutes)",
  "rate(5 minute)",
  "rate(0 minutes)",
  "rate(5 weeks)",
  "cron(0 0 * * *)",
  "cron(0 0 * * * *)",
  "cron(0 0 ? * ? *)",
  "cron(60 0 * * ? *)",
  "cron(5-1 0 * * ? *)",
  "cron(*/0 0 * * ? *)",
  "cron(0 0 ? * 8 *)",
])("%s is no schedule", (text) => {
  expect(parseScheduleExpression(text)).toBeUndefined();
});

test.prop([fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 4_000_000_000_000 })])(
  "what is due next is later, has the minute asked for, and nothing is due before it",
  (minute, after) => {
    const expression = parseScheduleExpression(`cron(${minute} * * * ? *)`)!;
    const dueAt = nextDueAt(expression, "UTC", 0, after)!;
    expect(dueAt).toBeGreaterThan(after);
    expect(dueAt - after).toBeLessThanOrEqual(3_600_000);
    expect(new Date(dueAt).getUTCMinutes()).toBe(minute);
    expect(nextDueAt(expression, "UTC", 0, dueAt - 1)).toBe(dueAt);
  },
);
