// Alarms in state: what is written together, the history's listings, and the queue of actions.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { MetricAlarm } from "../core/alarms/alarm.ts";
import { changeState } from "../core/alarms/alarm-change.ts";
import type { AlarmEvent } from "../core/alarms/alarm-event.ts";
import { createAlarmActionQueue } from "./alarm-actions.ts";
import { expireHistory, readHistory, type HistoryQuestion } from "./alarm-history.ts";
import { drainEvents } from "./alarm-events.ts";
import { alarmsOf, allAlarms, hasAlarms, writeAlarm, writeChange, writeChanges } from "./alarms.ts";
import { openSqliteState } from "./state/sqlite.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwatch-alarms-"));
const state = await openSqliteState(join(folder, "state.sqlite"));
afterAll(async () => {
  await state.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => state.eraseDocuments());

const world = { account: "123456789012", region: "us-east-1" };
const scope = "123456789012/us-east-1";
const start = Date.parse("2026-11-02T12:00:00Z");
const topic = "arn:aws:sns:us-east-1:123456789012:operators";

const alarmNamed = (name: string, periodSeconds = 60): MetricAlarm => ({
  type: "MetricAlarm",
  name,
  arn: `arn:aws:cloudwatch:us-east-1:123456789012:alarm:${name}`,
  actionsEnabled: true,
  okActions: [],
  alarmActions: [topic],
  insufficientDataActions: [],
  tags: {},
  createdAt: start,
  configuredAt: start,
  state: { value: "OK", reason: "fine", updatedAt: start, transitionedAt: start },
  metric: { namespace: "N", name: "m", dimensions: [], periodSeconds, statistic: "Sum" },
  metricId: "m1",
  comparisonOperator: "GreaterThanThreshold",
  threshold: 1,
  evaluationPeriods: 1,
});

const free = { isMuted: false, suppressorInAlarm: false };
const written = { before: undefined, now: start, history: [], events: [] };

async function fire(name: string, now: number, version = 1, value: "ALARM" | "OK" = "ALARM") {
  const alarm = (await alarmsOf(state).get(scope, name))?.value;
  if (alarm === undefined) throw new Error("no such alarm");
  const change = changeState(alarm, { value, reason: "told so" }, { ...free, now });
  return writeChange(state, world, { version, change }, now);
}

const question: HistoryQuestion = {
  scope,
  alarmName: undefined,
  from: 0,
  to: start + 1_000_000,
  descending: false,
  after: undefined,
  accepts: () => true,
  limit: 100,
};

test("a change is written whole, or not at all when the alarm is no longer as it was read", async () => {
  await writeAlarm(state, world, { ...written, alarm: alarmNamed("a") });
  expect(await fire("a", start + 1, 7)).toBe(false);
  expect(await readHistory(state, question)).toEqual([]);
  expect(await fire("a", start + 1)).toBe(true);
  expect((await allAlarms(state, world)).map(({ value }) => value.state.value)).toEqual(["ALARM"]);
  expect((await readHistory(state, question)).map(({ item }) => item.summary)).toEqual([
    "Alarm updated from OK to ALARM",
  ]);
  const events: AlarmEvent[] = [];
  await expect(drainEvents(state, () => Promise.reject(new Error("disk full")))).rejects.toThrow("disk full");
  await drainEvents(state, async (of, some) => {
    expect(of).toEqual(world);
    events.push(...some);
  });
  expect(events.map(({ detailType }) => detailType)).toEqual(["CloudWatch Alarm State Change"]);
  await drainEvents(state, () => Promise.reject(new Error("nothing is left")));
});

test("of many changes, those of alarms that were written meanwhile are left out, each whole", async () => {
  const names = Array.from({ length: 450 }, (_, number) => `alarm-${String(number).padStart(3, "0")}`);
  await Promise.all(names.map((name) => writeAlarm(state, world, { ...written, alarm: alarmNamed(name) })));
  await drainEvents(state, () => Promise.resolve());
  const overtaken = new Set(["alarm-007", "alarm-449"]);
  const decided = (await allAlarms(state, world)).map(({ value, version }) => {
    const state = { value: "ALARM", reason: "told so" } as const;
    const change = changeState(value, state, { ...free, now: start + 1 });
    return { version: overtaken.has(value.name) ? version + 1 : version, change };
  });
  await writeChanges(state, world, decided, start + 1);
  const changed = names.filter((name) => !overtaken.has(name));
  const inAlarm = (await allAlarms(state, world)).filter(({ value }) => value.state.value === "ALARM");
  expect(inAlarm.map(({ key }) => key)).toEqual(changed);
  const history = await readHistory(state, { ...question, limit: 1_000 });
  expect(history.map(({ item }) => item.alarmName).toSorted()).toEqual(changed);
  const told: string[] = [];
  await drainEvents(state, async (_, events) => {
    told.push(...events.map(({ resources }) => resources[0]!.split(":").at(-1)!));
  });
  expect(told.toSorted()).toEqual(changed);
  const queue = createAlarmActionQueue(state);
  expect(await queue.take(start + 1, 1_000, 1_000)).toHaveLength(changed.length);
});

test("alarms of high resolution are told apart without reading them all", async () => {
  expect(await hasAlarms(state, world)).toEqual({ any: false, highResolution: false });
  await writeAlarm(state, world, { ...written, alarm: alarmNamed("slow") });
  expect(await hasAlarms(state, world)).toEqual({ any: true, highResolution: false });
  await writeAlarm(state, world, { ...written, alarm: alarmNamed("fast", 10) });
  expect(await hasAlarms(state, world)).toEqual({ any: true, highResolution: true });
});

describe("the history", () => {
  beforeEach(async () => {
    for (const name of ["a", "ab"]) await writeAlarm(state, world, { ...written, alarm: alarmNamed(name) });
    for (let turn = 0; turn < 3; turn++) {
      await fire("a", start + turn * 60_000, turn + 1, turn % 2 === 0 ? "ALARM" : "OK");
    }
    await fire("ab", start + 60_000);
  });
  const minutes = async (asked: Partial<HistoryQuestion>) =>
    (await readHistory(state, { ...question, ...asked })).map(
      ({ item }) => `${item.alarmName}${(item.at - start) / 60_000}`,
    );

  test("is listed for all alarms or one, both ways, between times", async () => {
    expect(await minutes({})).toEqual(["a0", "a1", "ab1", "a2"]);
    expect(await minutes({ descending: true })).toEqual(["a2", "ab1", "a1", "a0"]);
    expect(await minutes({ alarmName: "a" })).toEqual(["a0", "a1", "a2"]);
    expect(await minutes({ alarmName: "a", descending: true })).toEqual(["a2", "a1", "a0"]);
    const middle = { from: start + 60_000, to: start + 60_000 };
    for (const descending of [true, false]) {
      expect(await minutes({ ...middle, alarmName: "a", descending })).toEqual(["a1"]);
      expect(await minutes({ ...middle, descending })).toHaveLength(2);
    }
  });

  test("goes on behind a position, and forgets after thirty days", async () => {
    for (const alarmName of ["a", undefined]) {
      for (const descending of [true, false]) {
        const whole = await readHistory(state, { ...question, alarmName, descending });
        const [first, ...rest] = whole;
        expect(await readHistory(state, { ...question, alarmName, descending, after: first })).toEqual(rest);
      }
    }
    await expireHistory(state, scope, start + 30 * 86_400_000 + 60_000);
    expect(await minutes({})).toEqual(["a2"]);
  });
});

describe("the queue of actions", () => {
  const queue = createAlarmActionQueue(state);
  beforeEach(async () => {
    await writeAlarm(state, world, { ...written, alarm: alarmNamed("a") });
    await fire("a", start);
  });

  test("gives an action to one taker, again when he died, and to the history when it was done", async () => {
    const [taken] = await queue.take(start, 30_000, 10);
    expect(taken?.action).toMatchObject({ ...world, alarmName: "a", actionArn: topic, state: "ALARM" });
    expect(await queue.take(start + 29_999, 30_000, 10)).toEqual([]);
    const [again] = await queue.take(start + 30_000, 30_000, 10);
    expect(again).toBeDefined();
    await queue.succeeded(again!, start + 30_001);
    expect(await queue.nextDueAt()).toBeUndefined();
    const items = await readHistory(state, question);
    expect(items.map(({ item }) => item.summary)).toEqual([
      "Alarm updated from OK to ALARM",
      `Successfully executed action ${topic}`,
    ]);
    await queue.succeeded(taken!, start + 30_002);
    expect(await readHistory(state, question)).toHaveLength(2);
  });

  test("tries again later, and gives up with the reason", async () => {
    const [taken] = await queue.take(start, 30_000, 10);
    await queue.retry(taken!, "refused", start + 5_000);
    expect(await queue.nextDueAt()).toBe(start + 5_000);
    const [again] = await queue.take(start + 5_000, 30_000, 10);
    expect(again?.attempts).toBe(1);
    await queue.failed(again!, "still refused", start + 5_001);
    expect((await readHistory(state, question)).at(-1)?.item.data).toContain('"error":"still refused"');
  });
});
