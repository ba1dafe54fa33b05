// The worker of alarm actions on a real queue: when it tries again, when it gives up, what it leaves behind.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Clock } from "../core/clock.ts";
import { createFactBoard } from "../core/facts.ts";
import { createManualClock, type ManualClock } from "../core/manual-clock.ts";
import type { PerformAction } from "../delivery/alarm-action.ts";
import type { DeliveryOutcome } from "../delivery/outcome.ts";
import { actionChange, createAlarmActionQueue, waitingActions } from "../storage/alarm-actions.ts";
import { readHistory } from "../storage/alarm-history.ts";
import { createDeliveryAttempts } from "../storage/delivery-attempts.ts";
import type { State } from "../storage/state.ts";
import { openSqliteState } from "../storage/state/sqlite.ts";
import { createTopics } from "../storage/topics.ts";
import { settableClock } from "../../test/support/settable-clock.ts";
import { startAlarmActions } from "./alarm-actions.ts";

const startAt = Date.parse("2026-11-02T12:00:00Z");
const hourMs = 3_600_000;
const account = "123456789012";
const region = "us-east-1";

let folder: string;
let state: State;
let clock: ManualClock;
let performed: { readonly id: string; readonly at: number }[];
let outcomes: (signal: AbortSignal) => Promise<DeliveryOutcome>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "groundwatch-actions-"));
  state = await openSqliteState(join(folder, "state.sqlite"));
  clock = createManualClock({ startAt, onTaskError: (error) => expect.fail(String(error)) });
  performed = [];
  outcomes = () => Promise.resolve({ kind: "failed", detail: "busy", isFinal: false });
});
afterEach(async () => {
  await state.close();
  rmSync(folder, { recursive: true });
});

const start = (usedClock: Clock = clock) =>
  startAlarmActions({
    clock: usedClock,
    stopwatch: () => 0,
    facts: createFactBoard(),
    actions: createAlarmActionQueue(state),
    topics: createTopics(state),
    deliveryAttempts: createDeliveryAttempts(state),
    perform,
    onError: (error) => expect.fail(String(error)),
  });

const perform: PerformAction = async ({ id, now, signal }) => {
  performed.push({ id, at: now });
  return { place: "somewhere", outcome: await outcomes(signal) };
};

const queue = () =>
  state.write([
    actionChange(
      {
        account,
        region,
        alarmName: "busy",
        alarmType: "MetricAlarm",
        alarmArn: `arn:aws:cloudwatch:${region}:${account}:alarm:busy`,
        actionArn: `arn:aws:lambda:${region}:${account}:function:pager`,
        state: "ALARM",
        stateUpdatedAt: startAt,
        subject: "",
        body: "{}",
      },
      startAt,
    ),
  ]);

async function summaries(): Promise<readonly string[]> {
  const found = await readHistory(state, {
    scope: `${account}/${region}`,
    alarmName: "busy",
    from: 0,
    to: startAt + 48 * hourMs,
    descending: false,
    after: undefined,
    accepts: () => true,
    limit: 10,
  });
  return found.map(({ item }) => item.summary);
}

test("pauses grow from a second to ten minutes, and after a day it is given up", async () => {
  await queue();
  const worker = start();
  await clock.advance(48 * hourMs);
  const pauses = performed.slice(1).map(({ at }, index) => at - performed[index]!.at);
  expect(pauses.slice(0, 3).map((ms) => Math.round(ms / 100) / 10)).toEqual([1, 1.8, 3.2]);
  expect(Math.max(...pauses)).toBe(600_000);
  const lasted = performed.at(-1)!.at - startAt;
  expect(lasted).toBeGreaterThan(23 * hourMs);
  expect(lasted).toBeLessThan(25 * hourMs);
  expect(new Set(performed.map(({ id }) => id)).size).toBe(1);
  expect(await summaries()).toEqual([
    `Failed to execute action arn:aws:lambda:${region}:${account}:function:pager. Received error: "busy"`,
  ]);
  const attempts = await createDeliveryAttempts(state).list({ account, region }, { limit: 500 });
  expect(attempts).toHaveLength(performed.length);
  expect(attempts[0]).toMatchObject({ outcome: "GivenUp", attempt: performed.length });
  await worker.stop();
});

test("what a worker is doing when it stops is done by the next one, with the same id", async () => {
  await queue();
  outcomes = (signal) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve({ kind: "failed", detail: "ended", isFinal: false }));
    });
  const first = start();
  const advanced = clock.advance(0);
  await expect.poll(() => performed.length, { timeout: 10_000 }).toBe(1);
  await first.stop();
  await advanced;
  expect(await waitingActions(state, { account, region }, "busy", 10)).toMatchObject([{ attempts: 0 }]);

  outcomes = () => Promise.resolve({ kind: "arrived", detail: "" });
  const second = start();
  await clock.advance(0);
  expect(performed).toHaveLength(2);
  expect(performed[1]!.id).toBe(performed[0]!.id);
  expect(await summaries()).toEqual([
    `Successfully executed action arn:aws:lambda:${region}:${account}:function:pager`,
  ]);
  await second.stop();
});

test("what waits for another attempt does not wait longer when the clock is set back", async () => {
  await queue();
  const settable = settableClock(clock);
  const worker = start(settable);
  await clock.advance(2 * hourMs);
  const before = performed.length;
  // The next attempt is up to ten minutes away.
  settable.setBack(5 * hourMs);
  // What listens reads and writes the store.
  const dueAt = () => createAlarmActionQueue(state).nextDueAt();
  await expect.poll(dueAt, { timeout: 10_000 }).toBeLessThanOrEqual(settable.now() + hourMs);
  await clock.advance(10 * 60_000 + 1_000);
  expect(performed.length).toBeGreaterThan(before);
  expect(performed.at(-1)!.at).toBeLessThan(startAt - 2 * hourMs);
  const again = performed.length;
  await clock.advance(hourMs);
  expect(performed.length).toBeGreaterThanOrEqual(again + 5);
  await worker.stop();
});

test("what waits does not wait longer when the clock is set back while nobody runs", async () => {
  await queue();
  const first = start();
  await clock.advance(2 * hourMs);
  await first.stop();
  const before = performed.length;
  clock = createManualClock({
    startAt: startAt - 24 * hourMs,
    onTaskError: (error) => expect.fail(String(error)),
  });
  const second = start();
  // A pause is at most an hour, and this one was ten minutes.
  await expect
    .poll(() => createAlarmActionQueue(state).nextDueAt())
    .toBeLessThanOrEqual(clock.now() + hourMs);
  await clock.advance(hourMs);
  expect(performed.length).toBeGreaterThan(before);
  await second.stop();
});
