// When PromQL alarms have their turn among the passes over all alarms.
import { expect, test } from "vitest";
import type { MetricAlarm } from "./alarm.ts";
import { isDue } from "./alarm-window.ts";

const second = 1_000;
const alarmOf = (intervalSeconds: number, configuredAt = 0) =>
  ({
    type: "MetricAlarm",
    configuredAt,
    promql: { query: "up", intervalSeconds, pendingSeconds: 0, recoverySeconds: 0 },
  }) as unknown as MetricAlarm;

/** Of passes at these seconds, those at which the alarm is evaluated. */
function turns(alarm: MetricAlarm, passes: readonly number[]): readonly number[] {
  return passes.filter((at, index) => {
    const before = passes[index - 1];
    return isDue(alarm, at * second, before === undefined ? undefined : before * second);
  });
}

test("at the multiples of the interval, once each", () => {
  const everyTen = [60, 70, 80, 90, 100, 110, 120, 130];
  expect(turns(alarmOf(10), everyTen)).toEqual(everyTen);
  expect(turns(alarmOf(20), everyTen)).toEqual([60, 80, 100, 120]);
  expect(turns(alarmOf(30), everyTen)).toEqual([60, 90, 120]);
  expect(turns(alarmOf(300), [240, 300, 360, 420, 480, 540, 600])).toEqual([240, 300, 600]);
});

test("at the first pass, after a jump over a multiple, and when the clock was set back", () => {
  expect(turns(alarmOf(300), [360, 420, 660, 720])).toEqual([360, 660]);
  expect(turns(alarmOf(300), [600, 660, 400, 460])).toEqual([600, 400]);
});

test("not before the definition was made", () => {
  expect(turns(alarmOf(300, 330 * second), [360, 420, 600, 660])).toEqual([600]);
});
