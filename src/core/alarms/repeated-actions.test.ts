// Repeated actions, evaluation by evaluation: scaling every minute, reminders by the tag.
import { describe, expect, test } from "vitest";
import type { MetricAlarm } from "./alarm.ts";
import { parseRenotifyMinutes, renotifyTag, repeatedActions } from "./repeated-actions.ts";

const scaling =
  "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:autoScalingGroupName/a:policyName/b";
const topic = "arn:aws:sns:us-east-1:123456789012:operators";

const alarm = (periodSeconds: number, tags: Readonly<Record<string, string>> = {}): MetricAlarm => ({
  type: "MetricAlarm",
  name: "busy",
  arn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:busy",
  metricId: "m",
  metric: { namespace: "Shop", name: "Load", dimensions: [], periodSeconds, statistic: "Average" },
  comparisonOperator: "GreaterThanThreshold",
  threshold: 1,
  evaluationPeriods: 1,
  actionsEnabled: true,
  okActions: [],
  alarmActions: [scaling, topic],
  insufficientDataActions: [],
  tags,
  createdAt: 0,
  configuredAt: 0,
  state: { value: "ALARM", reason: "", updatedAt: 0, transitionedAt: 0 },
});

/** What is repeated at evaluations so many seconds apart, up to the end. */
function repeatedUntil(start: MetricAlarm, intervalSeconds: number, endSeconds: number) {
  const repeated: (readonly [seconds: number, actions: readonly string[]])[] = [];
  let current = start;
  for (let seconds = intervalSeconds; seconds <= endSeconds; seconds += intervalSeconds) {
    const change = repeatedActions(current, seconds * 1_000);
    if (change === undefined) continue;
    repeated.push([seconds, change.actions]);
    if (change.after.type === "MetricAlarm") current = change.after;
  }
  return repeated;
}

describe("scaling", () => {
  test("is asked for every minute", () => {
    expect(repeatedUntil(alarm(60), 60, 180)).toEqual([60, 120, 180].map((at) => [at, [scaling]]));
  });

  test("is asked for every minute by alarms of high resolution, too", () => {
    expect(repeatedUntil(alarm(10), 10, 180)).toEqual([60, 120, 180].map((at) => [at, [scaling]]));
  });
});

test("a reminder comes after the minutes of the tag, whatever the resolution", () => {
  for (const [periodSeconds, interval] of [
    [60, 60],
    [10, 10],
  ] as const) {
    const found = repeatedUntil(alarm(periodSeconds, { [renotifyTag]: "2" }), interval, 300);
    expect(found.filter(([, actions]) => actions.includes(topic)).map(([at]) => Math.round(at / 60))).toEqual(
      [2, 4],
    );
  }
});

test("a clock that was set back by hours silences neither scaling nor reminders", () => {
  const hours = 7_200_000;
  const reminded = { ...alarm(60, { [renotifyTag]: "2" }), remindedAt: hours + 60_000 };
  const ahead = { ...reminded, state: { ...reminded.state, transitionedAt: hours } };
  expect(repeatedUntil(ahead, 60, 240)).toEqual([
    [60, [scaling, topic]],
    [120, [scaling]],
    [180, [scaling, topic]],
    [240, [scaling]],
  ]);
  const highResolution = { ...alarm(10), state: ahead.state };
  expect(repeatedUntil(highResolution, 10, 120).map(([at]) => at)).toEqual([60, 120]);
});

test("nothing is repeated in the first minute, or while actions are held back", () => {
  expect(repeatedActions(alarm(60), 30_000)).toBeUndefined();
  expect(repeatedActions({ ...alarm(60), held: { by: "Mute", from: "OK" } }, 120_000)).toBeUndefined();
  expect(repeatedActions({ ...alarm(60), actionsEnabled: false }, 120_000)).toBeUndefined();
});

test("the tag is a whole number of minutes", () => {
  expect(["1", "10080", "0", "10081", "-1", "1.5", "", "often"].map(parseRenotifyMinutes)).toEqual([
    1,
    10_080,
    ...Array.from({ length: 6 }, () => undefined),
  ]);
});
