// Schedules of mute rules: AWS's examples, zones with summer time, and what is refused.
import { describe, expect, test } from "vitest";
import { activeSpan, muteStatus, parseMuteSchedule, type MuteSchedule } from "./mute-schedule.ts";

function statusAt(schedule: MuteSchedule, instant: string): string {
  const parsed = parseMuteSchedule(schedule);
  return parsed === undefined ? "refused" : muteStatus(schedule, parsed, Date.parse(instant));
}

describe("AWS's examples", () => {
  test.each([
    ["cron(0 2 * * *)", "PT4H", "2026-11-02T02:00:00Z", "ACTIVE"],
    ["cron(0 2 * * *)", "PT4H", "2026-11-02T05:59:59Z", "ACTIVE"],
    ["cron(0 2 * * *)", "PT4H", "2026-11-02T06:00:00Z", "SCHEDULED"],
    ["cron(0 2 * * *)", "PT4H", "2026-11-02T01:59:59Z", "SCHEDULED"],
    // From Friday evening to Monday morning; 2026-11-06 is a Friday.
    ["cron(0 18 * * FRI)", "P2DT12H", "2026-11-06T17:59:00Z", "SCHEDULED"],
    ["cron(0 18 * * FRI)", "P2DT12H", "2026-11-08T12:00:00Z", "ACTIVE"],
    ["cron(0 18 * * FRI)", "P2DT12H", "2026-11-09T06:00:00Z", "SCHEDULED"],
    ["cron(0 1 1 * *)", "PT2H", "2026-12-01T02:30:00Z", "ACTIVE"],
    ["cron(0 1 1 * *)", "PT2H", "2026-12-02T02:30:00Z", "SCHEDULED"],
    ["cron(0,30 8-9 * NOV mon-fri)", "PT10M", "2026-11-02T09:35:00Z", "ACTIVE"],
    ["cron(0,30 8-9 * NOV mon-fri)", "PT10M", "2026-11-02T09:45:00Z", "SCHEDULED"],
    ["cron(0 0 1 * SUN)", "P1D", "2026-11-08T12:00:00Z", "ACTIVE"],
    ["cron(0 0 1 * *)", "P15D", "2026-11-15T23:59:00Z", "ACTIVE"],
    // Sunday is 0 and 7, and the last day of a range of names; 2026-11-08 is one.
    ["cron(0 2 * * 7)", "PT4H", "2026-11-08T03:00:00Z", "ACTIVE"],
    ["cron(0 2 * * 7)", "PT4H", "2026-11-09T03:00:00Z", "SCHEDULED"],
    ["cron(0 2 * * SAT-SUN)", "PT4H", "2026-11-08T03:00:00Z", "ACTIVE"],
    ["cron(0 2 * * SAT-SUN)", "PT4H", "2026-11-06T03:00:00Z", "SCHEDULED"],
    ["cron(0 2 * * 5-7)", "PT4H", "2026-11-08T03:00:00Z", "ACTIVE"],
    ["cron(0 2 * * SUN)", "PT4H", "2026-11-07T03:00:00Z", "SCHEDULED"],
    ["at(2026-11-02T14:00)", "PT1H", "2026-11-02T13:59:00Z", "SCHEDULED"],
    ["at(2026-11-02T14:00)", "PT1H", "2026-11-02T14:59:59Z", "ACTIVE"],
    ["at(2026-11-02T14:00)", "PT1H", "2026-11-02T15:00:00Z", "EXPIRED"],
  ])("%s for %s at %s: %s", (expression, duration, instant, status) => {
    expect(statusAt({ expression, duration }, instant)).toBe(status);
  });
});

test("the time zone moves the window, and summer time moves it again", () => {
  const night = { expression: "cron(0 2 * * *)", duration: "PT1H", timezone: "Europe/London" };
  expect(statusAt(night, "2026-07-02T01:30:00Z")).toBe("ACTIVE");
  expect(statusAt(night, "2026-12-02T01:30:00Z")).toBe("SCHEDULED");
  expect(statusAt(night, "2026-12-02T02:30:00Z")).toBe("ACTIVE");
  expect(statusAt({ ...night, timezone: "+05:30" }, "2026-12-01T20:45:00Z")).toBe("ACTIVE");
  const once = { expression: "at(2026-11-02T09:00)", duration: "PT1H", timezone: "Asia/Tokyo" };
  expect(statusAt(once, "2026-11-02T00:30:00Z")).toBe("ACTIVE");
});

test("a rule begins with its start and ends with its expiry", () => {
  const always = { expression: "cron(* * * * *)", duration: "PT1M" };
  const [startAt, expiresAt] = [Date.parse("2026-11-02T10:00:00Z"), Date.parse("2026-11-02T12:00:00Z")];
  const rule = { ...always, startAt, expiresAt };
  expect(statusAt(rule, "2026-11-02T09:59:30Z")).toBe("SCHEDULED");
  expect(statusAt(rule, "2026-11-02T10:00:00Z")).toBe("ACTIVE");
  expect(statusAt(rule, "2026-11-02T12:00:00Z")).toBe("EXPIRED");
});

test.each([
  ["cron(0 2 * *)", "PT1H", "UTC"],
  ["cron(60 2 * * *)", "PT1H", "UTC"],
  ["cron(0 2 * * * *)", "PT1H", "UTC"],
  ["cron(0 2 ? * *)", "PT1H", "UTC"],
  ["cron(0 5-2 * * *)", "PT1H", "UTC"],
  ["rate(5 minutes)", "PT1H", "UTC"],
  ["at(2026-13-01T00:00)", "PT1H", "UTC"],
  ["cron(0 2 * * *)", "PT30S", "UTC"],
  ["cron(0 2 * * *)", "P", "UTC"],
  ["cron(0 2 * * *)", "PT", "UTC"],
  ["cron(0 2 * * *)", "PT0M", "UTC"],
  ["cron(0 2 * * *)", "P15DT1M", "UTC"],
  ["cron(0 2 * * *)", "PT1H", "Europe/Atlantis"],
])("%s for %s in %s is refused", (expression, duration, timezone) => {
  expect(statusAt({ expression, duration, timezone }, "2026-11-02T00:00:00Z")).toBe("refused");
});

test.each([
  ["cron(0 2 * * *)", {}, "2026-11-02T02:00:00Z", "2026-11-02T06:00:00Z"],
  [
    "cron(0 2 * * *)",
    { expiresAt: Date.parse("2026-11-02T05:00:00Z") },
    "2026-11-02T02:00:00Z",
    "2026-11-02T05:00:00Z",
  ],
  [
    "at(2026-11-02T01:00)",
    { startAt: Date.parse("2026-11-02T02:30:00Z") },
    "2026-11-02T02:30:00Z",
    "2026-11-02T05:00:00Z",
  ],
])("%s %j mutes from %s to %s", (expression, bounds, from, until) => {
  const schedule = { expression, duration: "PT4H", ...bounds };
  const parsed = parseMuteSchedule(schedule)!;
  expect(activeSpan(schedule, parsed, Date.parse("2026-11-02T03:00:00Z"))).toEqual({
    from: Date.parse(from),
    until: Date.parse(until),
  });
  expect(activeSpan(schedule, parsed, Date.parse("2026-11-02T00:00:00Z"))).toBeUndefined();
});
