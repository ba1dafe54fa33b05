// What is mended when the clock is set back.
import { expect, test } from "vitest";
import { createManualClock } from "../core/manual-clock.ts";
import { settableClock } from "../../test/support/settable-clock.ts";
import { startMending, watchForSetBack } from "./set-back.ts";

test("is mended at the start and after every set-back until the end, also after a failure", async () => {
  const steady = createManualClock({ startAt: 10_000, onTaskError: (error) => expect.fail(String(error)) });
  const clock = settableClock(steady);
  const mended: number[] = [];
  const errors: unknown[] = [];
  const stop = startMending({
    clock,
    mend: async (now) => {
      mended.push(now);
      if (mended.length === 2) throw new Error("the store failed");
    },
    onError: (error) => errors.push(error),
  });
  clock.setBack(1_000);
  clock.setBack(2_000);
  await stop();
  clock.setBack(3_000);
  await steady.advance(1_000);
  expect(mended).toHaveLength(3);
  expect(mended.at(-1)).toBe(7_000);
  expect(errors).toEqual([new Error("the store failed")]);
});

test("a look tells that the clock is behind the one before, and the first one that it may be", () => {
  const instants = [10, 10, 11, 9, 9, 12];
  const wasSetBack = watchForSetBack({ now: () => instants.shift() ?? 0 });
  const looks = Array.from({ length: 6 }, () => wasSetBack());
  expect(looks).toEqual([true, false, false, true, false, false]);
});
