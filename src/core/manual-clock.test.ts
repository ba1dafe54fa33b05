// The manual clock: what is due runs in order, at its instant, before the move is over.
import { array, assert, asyncProperty, nat } from "fast-check";
import { describe, expect, test } from "vitest";
import { every } from "./clock.ts";
import { createManualClock, maxTasksAtOneInstant } from "./manual-clock.ts";

const startAt = 1_700_000_000_000;

function clockWithErrors() {
  const errors: unknown[] = [];
  return { errors, clock: createManualClock({ startAt, onTaskError: (error) => errors.push(error) }) };
}

describe("a manual clock", () => {
  test("runs exactly what is due, by instant and then by order of scheduling, each at its own instant", () =>
    assert(
      asyncProperty(array(nat(1000), { maxLength: 40 }), nat(1200), async (delays, advancedMs) => {
        const { clock } = clockWithErrors();
        const ran: { index: number; at: number }[] = [];
        delays.forEach((delay, index) => {
          clock.schedule(startAt + delay, async () => {
            await Promise.resolve();
            ran.push({ index, at: clock.now() });
          });
        });
        await clock.advance(advancedMs);
        const expected = delays
          .map((delay, index) => ({ index, at: startAt + delay }))
          .filter(({ at }) => at <= startAt + advancedMs)
          .sort((left, right) => left.at - right.at || left.index - right.index);
        expect(ran).toEqual(expected);
        expect(clock.now()).toBe(startAt + advancedMs);
      }),
    ));

  test("many moves do what one move of their sum does", () =>
    assert(
      asyncProperty(array(nat(500), { minLength: 1, maxLength: 8 }), nat(100), async (steps, periodMs) => {
        const history = async (moves: readonly number[]) => {
          const { clock } = clockWithErrors();
          const ran: number[] = [];
          every(clock, periodMs + 1, () => void ran.push(clock.now()));
          for (const ms of moves) await clock.advance(ms);
          return ran;
        };
        expect(await history(steps)).toEqual(await history([steps.reduce((sum, ms) => sum + ms, 0)]));
      }),
    ));

  test("a chain of tasks that schedule each other runs to its end within one move", () =>
    assert(
      asyncProperty(array(nat(50), { maxLength: 20 }), async (delays) => {
        const { clock } = clockWithErrors();
        const ran: number[] = [];
        const follow = (link: number) => {
          const delay = delays[link];
          if (delay === undefined) return;
          clock.schedule(clock.now() + delay, () => {
            ran.push(link);
            follow(link + 1);
          });
        };
        follow(0);
        await clock.advance(delays.reduce((sum, delay) => sum + delay, 0));
        expect(ran).toEqual(delays.map((_, index) => index));
      }),
    ));

  test("runs what is due already without a move, but not synchronously", async () => {
    const { clock } = clockWithErrors();
    let ran = false;
    clock.schedule(startAt - 5, () => void (ran = true));
    expect(ran).toBe(false);
    await clock.advance(0);
    expect(ran).toBe(true);
    expect(clock.now()).toBe(startAt);
  });

  test("a cancelled task does not run, not even when a task of the same instant cancels it", async () => {
    const { clock } = clockWithErrors();
    const ran: string[] = [];
    clock.schedule(startAt + 10, () => {
      ran.push("first");
      cancel();
    });
    const cancel = clock.schedule(startAt + 10, () => void ran.push("second"));
    await clock.advance(10);
    cancel();
    expect(ran).toEqual(["first"]);
  });

  test("a task that fails is reported and stops no other", async () => {
    const { clock, errors } = clockWithErrors();
    let ran = false;
    clock.schedule(startAt + 1, () => Promise.reject(new Error("broken")));
    clock.schedule(startAt + 2, () => void (ran = true));
    await clock.advance(2);
    expect(ran).toBe(true);
    expect(errors).toEqual([new Error("broken")]);
  });

  test("moves wait for each other", async () => {
    const { clock } = clockWithErrors();
    const seen: number[] = [];
    clock.schedule(startAt + 1, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(clock.now());
    });
    clock.schedule(startAt + 3, () => void seen.push(clock.now()));
    await Promise.all([clock.advance(2), clock.advance(2)]);
    expect(seen).toEqual([startAt + 1, startAt + 3]);
    expect(clock.now()).toBe(startAt + 4);
  });

  test("a task that schedules itself for ever at one instant is ended", async () => {
    const { clock, errors } = clockWithErrors();
    let count = 0;
    const again = () => {
      count++;
      if (count < 2 * maxTasksAtOneInstant) clock.schedule(clock.now(), again);
    };
    clock.schedule(startAt + 1, again);
    await clock.advance(1);
    expect(errors).toHaveLength(1);
  });

  test("refuses to go back", () => {
    const { clock } = clockWithErrors();
    expect(() => clock.advance(-1)).toThrow(RangeError);
    expect(() => clock.advance(0.5)).toThrow(RangeError);
  });
});
