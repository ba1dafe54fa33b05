// The newest part of a query's events is a sixteenth of their time, and has the last of them.
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { newestPartFrom } from "./newest-part.ts";

const instant = fc.integer({ min: 0, max: 4e12 });

test.prop([instant, instant])(
  "the part is a sixteenth of the time of the events, with the last",
  (one, other) => {
    const [first, last] = [Math.min(one, other), Math.max(one, other)];
    const from = newestPartFrom({ first, last });
    expect(from).toBeLessThanOrEqual(last);
    expect(from).toBeGreaterThanOrEqual(first);
    const wanted = (last - first) / 16;
    expect(last - from).toBeGreaterThanOrEqual(wanted);
    expect(last - from).toBeLessThan(wanted + 1);
  },
);
