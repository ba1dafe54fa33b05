// The steps in which a page is looked for: all of the time, once, and few of them.
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { nearSpans, type TimeSpan } from "./near-spans.ts";

const hourMs = 3_600_000;

/** The steps over events at some instants, for a page of `limit`; the reader stops when the page is full. */
function stepsOver(
  whole: TimeSpan,
  events: readonly number[],
  descending: boolean,
  limit: number,
  beginsAt?: number,
) {
  const steps: TimeSpan[] = [];
  let found = 0;
  for (const step of nearSpans(whole, descending, () => limit - found, beginsAt)) {
    steps.push(step);
    found += events.filter((at) => at >= step.from && at < step.to).length;
    if (found >= limit) break;
  }
  return steps;
}

const instants = fc.array(fc.integer({ min: 1, max: 30 * 24 * hourMs }), { maxLength: 60 });

const beginnings = fc.option(fc.integer({ min: -hourMs, max: 31 * 24 * hourMs }), { nil: undefined });

test.prop([instants, fc.boolean(), fc.integer({ min: 1, max: 1_000 }), beginnings, fc.boolean()])(
  "steps follow each other without a gap, and end with the whole or a full page",
  (events, descending, limit, beginsAt, isOpen) => {
    const whole = isOpen ? { from: 0, to: Number.POSITIVE_INFINITY } : { from: 1, to: 30 * 24 * hourMs };
    const steps = stepsOver(whole, events, descending, limit, beginsAt);
    const inTime = descending ? steps.toReversed() : steps;
    for (const [index, step] of inTime.entries()) {
      expect(step.from).toBeLessThan(step.to);
      if (index > 0) expect(step.from).toBe(inTime[index - 1]?.to);
    }
    const [first, last] = [inTime.at(0), inTime.at(-1)];
    expect(descending ? last?.to : first?.from).toBe(descending ? whole.to : whole.from);
    const isFull = events.filter((at) => at >= first!.from && at < last!.to).length >= limit;
    if (!isFull) expect([first?.from, last?.to]).toEqual([whole.from, whole.to]);
    expect(steps.length).toBeLessThan(12);
  },
);

test("a page that is near takes half an hour, one that is far three steps", () => {
  const day = { from: 1, to: 24 * hourMs };
  const everyMinute = Array.from({ length: 24 * 60 }, (_, minute) => minute * 60_000);
  expect(stepsOver(day, everyMinute, true, 20)).toEqual([{ from: 23.5 * hourMs, to: 24 * hourMs }]);
  expect(stepsOver(day, everyMinute, false, 20)).toEqual([{ from: 1, to: 0.5 * hourMs + 1 }]);
  expect(stepsOver(day, everyMinute, true, 101)).toHaveLength(2);
  expect(stepsOver(day, [1], true, 101)).toHaveLength(2);
});

test("a short span, and one without a beginning, are one step", () => {
  const short = { from: 5, to: 5 + 2 * hourMs };
  expect(stepsOver(short, [], true, 10)).toEqual([short]);
  for (const [whole, descending] of [
    [{ from: 0, to: 24 * hourMs }, false],
    [{ from: 5, to: Number.POSITIVE_INFINITY }, true],
  ] as const) {
    expect(stepsOver(whole, [], descending, 10)).toEqual([whole]);
  }
  expect(stepsOver({ from: 0, to: 24 * hourMs }, [], true, 10)).toHaveLength(2);
  expect(stepsOver({ from: 5, to: 5 }, [], true, 10)).toEqual([]);
});

test("where time never ends, the first step is where the page begins", () => {
  const open = { from: 0, to: Number.POSITIVE_INFINITY };
  const at = 24 * hourMs;
  expect(stepsOver(open, [at], true, 1, at)).toEqual([{ from: at - 0.5 * hourMs, to: open.to }]);
  expect(stepsOver(open, [at], false, 1, at)).toEqual([{ from: 0, to: at + 0.5 * hourMs }]);
  expect(stepsOver(open, [1, 2], true, 2, at)).toHaveLength(2);
});
