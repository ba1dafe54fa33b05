// Histograms of queries: widths that fit, and bins without holes.
import * as fc from "fast-check";
import { test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { binsWithin, chooseBinMs, histogramBins } from "./histogram.ts";

const hourMs = 3_600_000;

test("an hour in at most sixty bins is one of minutes, which begin at minutes", () => {
  const from = Date.UTC(2026, 10, 2, 12, 0, 30);
  const span = { from, to: from + hourMs - 60_000 };
  expect(chooseBinMs(span, 60)).toBe(60_000);
  const bins = histogramBins(span, 60_000, [{ bin: Math.floor(from / 60_000) + 2, events: 7 }]);
  expect(bins).toHaveLength(60);
  expect(bins[0]).toEqual({ from: from - 30_000, events: 0 });
  expect(bins[2]).toEqual({ from: from + 90_000, events: 7 });
});

const span = fc
  .tuple(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.integer({ min: 0, max: 4_000_000_000_000 }))
  .map(([one, other]) => ({ from: Math.min(one, other), to: Math.max(one, other) }));

property.prop([span, fc.integer({ min: 2, max: 1_000 })])(
  "the bins cover the span and are never too many",
  (time, most) => {
    const binMs = chooseBinMs(time, most);
    const bins = histogramBins(time, binMs, []);
    expect(bins.length).toBe(binsWithin(time, binMs));
    expect(bins.length).toBeLessThanOrEqual(most);
    expect(bins[0]!.from).toBeLessThanOrEqual(time.from);
    expect(bins.at(-1)!.from + binMs).toBeGreaterThan(time.to);
  },
);
