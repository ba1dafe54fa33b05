// The time series of PromQL alarms: scripts, a law over any series of evaluations, texts, limits.
import { readFileSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { alarmLimits, type TrackedSeries } from "./alarm.ts";
import { explainTracked, trackedChanges, trackedState, trackSeries } from "./track-series.ts";

const firstAt = Date.parse("2026-11-02T12:00:00Z");
const returned = (ids: readonly string[]) =>
  ids.map((id) => ({ identity: { id, attributes: { host: id } }, value: 95 }));

function sign(one: TrackedSeries | undefined): string {
  if (one === undefined) return ".";
  return one.alarmSince === undefined ? "p" : one.absentSince === undefined ? "A" : "r";
}

interface Table {
  readonly line: number;
  readonly stepMs: number;
  readonly periods: { readonly pendingSeconds: number; readonly recoverySeconds: number };
  readonly rows: {
    readonly name: string;
    readonly given: readonly string[];
    readonly after: readonly string[];
  }[];
}

function tablesOf(text: string): readonly Table[] {
  const tables: Table[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const [, step, pending, recovery] =
      /^every (\d+) s, pending (\d+) s, recovery (\d+) s$/.exec(line)?.map(Number) ?? [];
    if (step !== undefined && pending !== undefined && recovery !== undefined) {
      const periods = { pendingSeconds: pending, recoverySeconds: recovery };
      tables.push({ line: index + 1, stepMs: step * 1_000, periods, rows: [] });
    }
    const [name = "", given = "", after] = line.split("|").map((cell) => cell.trim());
    if (after !== undefined)
      tables.at(-1)?.rows.push({ name, given: given.split(" "), after: after.split(" ") });
  }
  return tables;
}

describe("scripts", () => {
  const text = readFileSync(new URL("testdata/promql-contributors.txt", import.meta.url), "utf8");
  test.each(tablesOf(text))("line $line", ({ stepMs, periods, rows }) => {
    const series = rows.filter(({ name }) => name !== "alarm");
    const alarm = rows.find(({ name }) => name === "alarm")!;
    let tracked: readonly TrackedSeries[] = [];
    for (const [index, state] of alarm.after.entries()) {
      const present = series.filter(({ given }) => given[index] === "x").map(({ name }) => name);
      const next = trackSeries(tracked, returned(present), periods, firstAt + index * stepMs);
      ({ tracked } = next);
      const found = series.map(({ name }) => sign(tracked.find(({ id }) => id === name)));
      expect([index, ...found]).toEqual([index, ...series.map(({ after }) => after[index])]);
      expect(trackedState(next).value).toBe(state === "A" ? "ALARM" : "OK");
    }
  });
});

/** Decides from all evaluations at once: whether a run of `pending` steps came after the last recovery. */
function isInAlarm(given: readonly boolean[], pendingSteps: number, recoverySteps: number): boolean {
  let inAlarm = false;
  for (const index of given.keys()) {
    const lasts = (steps: number, value: boolean) =>
      index >= steps && given.slice(index - steps, index + 1).every((one) => one === value);
    if (inAlarm) inAlarm = !lasts(recoverySteps, false);
    else inAlarm = lasts(pendingSteps, true);
  }
  return inAlarm;
}

property.prop([fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), fc.nat(4), fc.nat(4)])(
  "step by step it is what the whole past says, and what was stored goes on",
  (given, pending, recovery) => {
    const periods = { pendingSeconds: pending * 60, recoverySeconds: recovery * 60 };
    let tracked: readonly TrackedSeries[] = [];
    for (const [index, is] of given.entries()) {
      const stored = JSON.parse(JSON.stringify(tracked)) as readonly TrackedSeries[];
      ({ tracked } = trackSeries(stored, returned(is ? ["web"] : []), periods, firstAt + index * 60_000));
      expect(tracked.some(({ alarmSince }) => alarmSince !== undefined)).toBe(
        isInAlarm(given.slice(0, index + 1), pending, recovery),
      );
    }
  },
);

test("changes say why, and for people there is a sentence", () => {
  const periods = { pendingSeconds: 60, recoverySeconds: 120 };
  const step = (before: readonly TrackedSeries[], ids: readonly string[], minute: number) =>
    trackSeries(before, returned(ids), periods, firstAt + minute * 60_000).tracked;
  const pending = step([], ["web"], 0);
  const inAlarm = step(pending, ["web"], 1);
  const recovering = step(inAlarm, [], 2);
  const at = firstAt + 4 * 60_000;
  expect(trackedChanges([], pending, periods, at)).toEqual([]);
  expect(trackedChanges(pending, inAlarm, periods, at)).toEqual([
    {
      identity: { id: "web", attributes: { host: "web" } },
      isInAlarm: true,
      changedFrom: "OK",
      reason:
        "The query has returned this time series since 2026-11-02T12:00:00.000+0000, for the pending " +
        "period of 60 seconds. Its last value was 95.0.",
    },
  ]);
  expect(trackedChanges(recovering, step(recovering, [], 4), periods, at)).toMatchObject([
    {
      changedFrom: "ALARM",
      reason:
        "The query has not returned this time series since 2026-11-02T12:02:00.000+0000, for the recovery " +
        "period of 120 seconds.",
    },
  ]);
  const since = "returned since 2026-11-02T12:00:00.000+0000, last with 95.0: ";
  expect([pending, inAlarm, recovering].map(([one]) => explainTracked(one!, periods))).toEqual([
    `${since}pending until 2026-11-02T12:01:00.000+0000`,
    `${since}in ALARM since 2026-11-02T12:01:00.000+0000`,
    `${since}in ALARM since 2026-11-02T12:01:00.000+0000, not returned since 2026-11-02T12:02:00.000+0000: ` +
      "OK at 2026-11-02T12:04:00.000+0000 unless it comes back",
  ]);
});

test("at most a hundred are in ALARM; the others wait for room", () => {
  const ids = Array.from({ length: alarmLimits.contributors + 1 }, (_, index) => String(index));
  const periods = { pendingSeconds: 0, recoverySeconds: 0 };
  const full = trackSeries([], returned(ids), periods, firstAt);
  expect(full.tracked.filter(({ alarmSince }) => alarmSince !== undefined)).toHaveLength(100);
  expect(trackedState(full)).toEqual({ value: "ALARM", reason: "100+ time series evaluated to ALARM" });
  const next = trackSeries(full.tracked, returned(ids.slice(1)), periods, firstAt + 60_000);
  expect(trackedState(next)).toEqual({ value: "ALARM", reason: "100 time series evaluated to ALARM" });
});

test("when the clock was set back, what began later begins now", () => {
  const periods = { pendingSeconds: 60, recoverySeconds: 60 };
  const { tracked } = trackSeries([], returned(["web"]), periods, firstAt);
  const back = trackSeries(tracked, returned(["web"]), periods, firstAt - 600_000);
  expect(back.tracked[0]).toMatchObject({ breachingSince: firstAt - 600_000 });
  const later = trackSeries(back.tracked, returned(["web"]), periods, firstAt - 540_000);
  expect(trackedState(later).value).toBe("ALARM");
});
