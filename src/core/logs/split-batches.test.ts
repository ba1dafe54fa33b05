// Batches for PutLogEvents: each is taken whole, and together they are all the events.
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { logLimits } from "./limits.ts";
import { acceptBatch } from "./log-batch.ts";
import { splitBatches } from "./split-batches.ts";

const now = Date.UTC(2026, 10, 2);
const event = fc.record({
  timestamp: fc.integer({ min: now - 5 * logLimits.dayMs, max: now }),
  message: fc.string({ minLength: 1, maxLength: 20, unit: "binary" }).map((text) => text.repeat(9_000)),
});

property.prop([fc.array(event, { maxLength: 40 })])("are accepted, in order and complete", (events) => {
  const batches = splitBatches(events);
  for (const batch of batches) {
    expect(acceptBatch(batch, now, undefined)).toMatchObject({ kind: "accepted", rejected: undefined });
  }
  expect(batches.flat()).toEqual(events.toSorted((one, other) => one.timestamp - other.timestamp));
});

test("have ten thousand events at most", () => {
  const events = Array.from({ length: 25_000 }, () => ({ timestamp: now, message: "x" }));
  expect(splitBatches(events).map(({ length }) => length)).toEqual([10_000, 10_000, 5_000]);
});
