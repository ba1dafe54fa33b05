// Calls at once share the write of what their events lead to, and hear of its failure.
import { expect, test } from "vitest";
import { checkSeries, type DatumBatch } from "../../core/metrics/datum-batch.ts";
import type { MetricWriter } from "../../storage/metric-writer.ts";
import { SharedMetricBatches } from "./shared-metric-batches.ts";

const now = Date.parse("2026-11-02T12:00:00Z");
const series = checkSeries({
  namespace: "n",
  name: "m",
  dimensions: [],
  unit: "None",
  resolutionSeconds: 60,
});
const addOne = (batch: DatumBatch) => {
  if (typeof series !== "string") batch.add(series, now, 1);
};

/** Writes sums into a list; `fail` makes the next write reject. */
function recorder() {
  const writes: (readonly [world: number, sum: number])[] = [];
  const state = { fail: false };
  const writer: MetricWriter = {
    forget: () => undefined,
    async write(world, data) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (state.fail) throw new Error("full");
      writes.push([world, data.reduce((sum, { statistics }) => sum + statistics.sum, 0)]);
    },
  };
  return { writes, state, writer };
}

test("calls that come during a write share the next one, world by world", async () => {
  const { writes, writer } = recorder();
  const batches = new SharedMetricBatches(writer, () => 0);
  const first = batches.add(1, now, addOne);
  await new Promise((resolve) => setImmediate(resolve));
  const second = batches.add(1, now, addOne);
  const third = batches.add(1, now, addOne);
  const other = batches.add(2, now, addOne);
  await Promise.all([first, second, third, other]);
  expect(writes.toSorted(([one], [another]) => one - another)).toEqual([
    [1, 1],
    [1, 2],
    [2, 1],
  ]);
});

test("all calls of a write that fails are told, and the next write is made", async () => {
  const { writes, state, writer } = recorder();
  const batches = new SharedMetricBatches(writer, () => 0);
  state.fail = true;
  const calls = [batches.add(1, now, addOne), batches.add(1, now, addOne)];
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  state.fail = false;
  await batches.add(1, now, addOne);
  expect(writes).toEqual([[1, 1]]);
});

test("beyond a burst, writes wait, and what comes meanwhile goes with them", async () => {
  const { writes, writer } = recorder();
  const batches = new SharedMetricBatches(writer, () => 0);
  for (let write = 0; write < 10; write++) await batches.add(1, now, addOne);
  const waiting = batches.add(1, now, addOne);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await Promise.all([waiting, batches.add(1, now, addOne)]);
  expect(writes).toHaveLength(11);
  expect(writes.at(-1)).toEqual([1, 2]);
});
