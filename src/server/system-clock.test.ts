// The system clock against a time source whose wall clock jumps.
import { describe, expect, test } from "vitest";
import { every } from "../core/clock.ts";
import { createSystemClock, type TimeSource } from "./system-clock.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A machine whose time passes when the test says so, and whose wall clock can be set. */
function machine(startAt = 1_700_000_000_000) {
  let elapsedMs = 0;
  let offsetMs = startAt;
  let sleeps: { wakeAfterMs: number; wake: () => void }[] = [];
  let wakes = 0;
  let longestSleepMs = 0;
  const source: TimeSource = {
    wall: () => offsetMs + elapsedMs,
    monotonic: () => elapsedMs,
    sleep(ms, wake) {
      longestSleepMs = Math.max(longestSleepMs, ms);
      const sleep = { wakeAfterMs: elapsedMs + ms, wake };
      sleeps.push(sleep);
      return () => (sleeps = sleeps.filter((other) => other !== sleep));
    },
  };
  const pass = async (ms: number) => {
    const untilMs = elapsedMs + ms;
    for (;;) {
      const next = sleeps.toSorted((left, right) => left.wakeAfterMs - right.wakeAfterMs)[0];
      if (next === undefined || next.wakeAfterMs > untilMs) break;
      sleeps = sleeps.filter((other) => other !== next);
      elapsedMs = Math.max(elapsedMs, next.wakeAfterMs);
      wakes++;
      next.wake();
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    }
    elapsedMs = untilMs;
  };
  return {
    source,
    pass,
    setWall: (byMs: number) => (offsetMs += byMs),
    wakes: () => wakes,
    longestSleepMs: () => longestSleepMs,
  };
}

function unexpected(error: unknown): never {
  throw error;
}

describe("a system clock", () => {
  test("runs tasks in the order of their instants and never inside of schedule", async () => {
    const { source, pass } = machine();
    const clock = createSystemClock(unexpected, source);
    const ran: string[] = [];
    clock.schedule(clock.now() + 20, () => void ran.push("later"));
    clock.schedule(clock.now() + 10, () => void ran.push("sooner"));
    clock.schedule(clock.now() - 10, () => void ran.push("overdue"));
    expect(ran).toEqual([]);
    await pass(15);
    expect(ran).toEqual(["overdue", "sooner"]);
    await pass(5);
    expect(ran).toEqual(["overdue", "sooner", "later"]);
  });

  test("waits longer than a timer of the platform can", async () => {
    const { source, pass, longestSleepMs } = machine();
    const clock = createSystemClock(unexpected, source);
    let ranAt = 0;
    const dueAt = clock.now() + 60 * dayMs;
    clock.schedule(dueAt, () => void (ranAt = clock.now()));
    await pass(60 * dayMs - 1);
    expect(ranAt).toBe(0);
    await pass(1);
    expect(ranAt).toBe(dueAt);
    expect(longestSleepMs()).toBeLessThan(2 ** 31);
  });

  test("when the wall clock is set back a day, periodic work goes on", async () => {
    const { source, pass, setWall } = machine();
    const clock = createSystemClock(unexpected, source);
    let runs = 0;
    every(clock, 60_000, () => void runs++);
    await pass(10 * 60_000);
    expect(runs).toBe(10);
    setWall(-dayMs);
    await pass(10 * 60_000);
    expect(runs).toBeGreaterThanOrEqual(19);
    expect(runs).toBeLessThanOrEqual(21);
  });

  test("whoever listens hears how far the wall clock was set back, soon and once", async () => {
    const { source, pass, setWall } = machine();
    const clock = createSystemClock(unexpected, source);
    const heard: number[] = [];
    const forget = clock.onSetBack?.((byMs) => heard.push(byMs));
    clock.schedule(clock.now() + dayMs, () => undefined);
    await pass(1_000);
    setWall(hourMs);
    await pass(60_000);
    expect(heard).toEqual([]);
    setWall(-2 * hourMs);
    await pass(60_000);
    expect(heard).toEqual([2 * hourMs]);
    forget?.();
    setWall(-hourMs);
    await pass(60_000);
    expect(heard).toHaveLength(1);
  });

  test("when the wall clock is set forward a day, what has become due runs once and soon", async () => {
    const { source, pass, setWall, wakes } = machine();
    const clock = createSystemClock(unexpected, source);
    let once = 0;
    let runs = 0;
    clock.schedule(clock.now() + hourMs, () => void once++);
    every(clock, 60_000, () => void runs++);
    setWall(dayMs);
    await pass(60_000);
    expect(once).toBe(1);
    expect(runs).toBeLessThanOrEqual(2);
    expect(wakes()).toBeLessThan(10);
  });

  test("small corrections of the wall clock move nothing", async () => {
    const { source, pass, setWall } = machine();
    const clock = createSystemClock(unexpected, source);
    const ranAt: number[] = [];
    const dueAt = clock.now() + 60_000;
    clock.schedule(dueAt, () => void ranAt.push(clock.now()));
    await pass(30_000);
    setWall(-500);
    await pass(30_499);
    expect(ranAt).toEqual([]);
    await pass(2);
    expect(ranAt).toEqual([dueAt]);
  });

  test("a failing task is reported; stop waits for what is running and runs nothing more", async () => {
    const { source, pass } = machine();
    const errors: unknown[] = [];
    const clock = createSystemClock((error) => errors.push(error), source);
    const ended: string[] = [];
    clock.schedule(clock.now(), () => Promise.reject(new Error("broken")));
    clock.schedule(clock.now(), async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      ended.push("running");
    });
    clock.schedule(clock.now() + 10, () => void ended.push("scheduled"));
    await pass(1);
    await clock.stop();
    await pass(100);
    expect(errors).toEqual([new Error("broken")]);
    expect(ended).toEqual(["running"]);
  });

  test("is driven by the platform's timers", async () => {
    const clock = createSystemClock(unexpected);
    const now = await new Promise<number>((resolve) => {
      const dueAt = clock.now() + 5;
      clock.schedule(dueAt, () => resolve(clock.now() - dueAt));
    });
    expect(now).toBeGreaterThanOrEqual(0);
    await clock.stop();
  });
});
