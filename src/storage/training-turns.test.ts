// Trainings take turns with everything else on the event loop.
import { expect, test } from "vitest";
import type { InSteps } from "../core/metrics/anomaly/in-steps.ts";
import { createTrainingTurns } from "./training-turns.ts";

test("in one turn of the event loop there is one step at most, however many trainings wait", async () => {
  const turns = createTrainingTurns();
  let turn = 0;
  const stepsAt: number[] = [];
  const begin = setImmediate(function count() {
    turn++;
    if (stepsAt.length < 30) setImmediate(count);
  });
  function* training(name: string): InSteps<string> {
    for (let step = 0; step < 10; step++) {
      stepsAt.push(turn);
      yield;
    }
    return name;
  }
  const trained = await Promise.all(["a", "b", "c"].map((name) => turns.run(training(name))));
  clearImmediate(begin);
  expect(trained).toEqual(["a", "b", "c"]);
  expect(stepsAt).toHaveLength(30);
  expect(new Set(stepsAt).size).toBe(30);
});

test("one that fails is told to whoever waits for it, and the next one has its turn", async () => {
  const turns = createTrainingTurns();
  function* failing(): InSteps<string> {
    yield;
    throw new Error("no datapoints");
  }
  function* training(): InSteps<string> {
    yield;
    return "trained";
  }
  const failed = turns.run(failing());
  const trained = turns.run(training());
  await expect(failed).rejects.toThrow("no datapoints");
  expect(await trained).toBe("trained");
});

test("a minute has room for so many datapoints, and the next one has it again", () => {
  const turns = createTrainingTurns();
  const asked = (now: number) => Array.from({ length: 12 }, () => turns.mayTrain(40_000, now));
  const allowed = (count: number) => Array.from({ length: 12 }, (_, index) => index < count);
  expect(asked(60_000)).toEqual(allowed(10));
  expect(asked(119_999)).toEqual(allowed(0));
  expect(asked(120_000)).toEqual(allowed(10));
  // A clock that was set back.
  expect(asked(60_000)).toEqual(allowed(10));
});
