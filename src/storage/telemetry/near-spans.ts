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
 * between them how many events the page has still room for. `beginsAt` is where the first event may be.
 */
export function* nearSpans(
  whole: TimeSpan,
  descending: boolean,
  missing: () => number,
  beginsAt: number = descending ? whole.to : whole.from,
): Generator<TimeSpan, void> {
  let left = whole;
  let at = descending ? Math.min(beginsAt, whole.to) : Math.max(beginsAt, whole.from);
  // Where time begins, or never ends, are no events.
  const begins = descending ? at < Number.POSITIVE_INFINITY : at > 0;
  const lengthMs = descending ? at - whole.from : whole.to - at;
  let stepMs = begins && lengthMs > leastSteps * firstMs ? firstMs : Number.POSITIVE_INFINITY;
  while (!isEmptySpan(left)) {
    const near = nearest(left, descending, at, stepMs);
    const wanted = missing();
    yield near;
    const found = wanted - missing();
    left = descending ? { from: left.from, to: near.from } : { from: near.to, to: left.to };
    at = descending ? left.to : left.from;
    stepMs = found === 0 ? Number.POSITIVE_INFINITY : stepMs * Math.max(2, (2 * missing()) / found);
  }
}

export function isEmptySpan({ from, to }: TimeSpan): boolean {
  return from >= to;
}

/** What would remain behind the step is no shorter than the step; else it belongs to it. */
function nearest(left: TimeSpan, descending: boolean, at: number, stepMs: number): TimeSpan {
  const lengthMs = descending ? at - left.from : left.to - at;
  const isLast = stepMs === Number.POSITIVE_INFINITY || 2 * stepMs > lengthMs;
  if (isLast) return left;
  return descending ? { from: at - stepMs, to: left.to } : { from: left.from, to: at + stepMs };
}
