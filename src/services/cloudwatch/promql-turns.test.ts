// PromQL queries that come at once.
import { expect, test } from "vitest";
import { createPromqlTurns, promqlTurnLimits } from "./promql-turns.ts";

const { atOnce, waiting } = promqlTurnLimits;

test("a few run, more wait for their turn, and one too many is refused", async () => {
  const takeTurn = createPromqlTurns();
  const started: number[] = [];
  const end: (() => void)[] = [];
  const run = (index: number) =>
    takeTurn(async () => {
      started.push(index);
      await new Promise<void>((resolve) => end.push(resolve));
      return index;
    });
  const results = Array.from({ length: atOnce + waiting }, (_, index) => run(index));
  expect(started).toEqual([0, 1, 2, 3]);
  await expect(run(-1)).rejects.toThrow("too many queries at once");
  end.shift()?.();
  await results[0];
  await Promise.resolve();
  expect(started).toEqual([0, 1, 2, 3, 4]);
  const last = run(atOnce + waiting);
  while (started.length <= atOnce + waiting) {
    end.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const one of end) one();
  expect(await Promise.all([...results, last])).toEqual(started);
});

test("a query that fails gives its place away", async () => {
  const takeTurn = createPromqlTurns();
  for (let index = 0; index <= atOnce; index++) {
    await expect(takeTurn(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  }
});
