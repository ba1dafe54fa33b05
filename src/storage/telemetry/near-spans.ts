// In which steps of time a page of events is looked for: first near its beginning, then as far as it takes.

/** Epoch milliseconds; the end does not belong to it. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

const firstMs = 30 * 60_000;
/** A span that is not much longer than the first step is one step. */
const leastSteps = 4;

/**
 * What the engine does before it reads the first event grows with the span: it looks up in each part which
 * granules may have events of the streams. So a long span is cut where the page probably ends: the first step
 * tells how many events there are in so much time, and each next one is as long as the rest of the page takes
 * by that, twice over. The steps together are the whole span, in the direction of reading; `missing` is asked
 * between them how many events the page has still room for.
 */
export function* nearSpans(
  whole: TimeSpan,
  descending: boolean,
  missing: () => number,
): Generator<TimeSpan, void> {
  let left = whole;
  // Where time begins, or never ends, are no events.
  const begins = descending ? whole.to < Number.POSITIVE_INFINITY : whole.from > 0;
  let stepMs = begins && whole.to - whole.from > leastSteps * firstMs ? firstMs : Number.POSITIVE_INFINITY;
  while (!isEmptySpan(left)) {
    const near = nearest(left, descending, stepMs);
    const wanted = missing();
    yield near;
    const found = wanted - missing();
    left = descending ? { from: left.from, to: near.from } : { from: near.to, to: left.to };
    stepMs = found === 0 ? Number.POSITIVE_INFINITY : stepMs * Math.max(2, (2 * missing()) / found);
  }
}

export function isEmptySpan({ from, to }: TimeSpan): boolean {
  return from >= to;
}

/** What would remain behind the step is no shorter than the step; else it belongs to it. */
function nearest(left: TimeSpan, descending: boolean, stepMs: number): TimeSpan {
  const isLast = stepMs === Number.POSITIVE_INFINITY || 2 * stepMs > left.to - left.from;
  if (isLast) return left;
  return descending ? { from: left.to - stepMs, to: left.to } : { from: left.from, to: left.from + stepMs };
}
