// Finds what repeats in a metric: by the hour, the day and the week.
import { slotAt, type Cycle } from "./model.ts";
import type { InSteps } from "./in-steps.ts";
import { believed, median, spreadAroundZero } from "./robust.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
const weekMs = 7 * dayMs;

/** Datapoints in local time, in the order of time. */
export interface Points {
  readonly local: readonly number[];
  readonly values: readonly number[];
}

interface CycleForm {
  readonly lengthMs: number;
  /** Or the period, if that is longer. */
  readonly slotMs: number;
  /** The history that it takes to tell the cycle from chance. */
  readonly leastMs: number;
}

/** In the order in which they are fitted: what has the most evidence first, the rest goes to the next. */
const forms: readonly CycleForm[] = [
  { lengthMs: dayMs, slotMs: hourMs, leastMs: 2 * dayMs },
  { lengthMs: weekMs, slotMs: hourMs, leastMs: 8 * dayMs },
  { lengthMs: hourMs, slotMs: minuteMs, leastMs: 6 * hourMs },
  { lengthMs: dayMs, slotMs: 5 * minuteMs, leastMs: 3 * dayMs },
];

const rounds = 2;

export interface FittedCycles {
  readonly cycles: readonly Cycle[];
  readonly rest: readonly number[];
}

/** The cycles of points whose trend is taken out, and what is left of the values without them. */
export function* fitCycles({ local, values }: Points, periodMs: number): InSteps<FittedCycles> {
  const spanMs = (local.at(-1) ?? 0) - (local[0] ?? 0);
  const layouts: Layout[] = [];
  for (const { lengthMs, leastMs, ...form } of forms) {
    const slotMs = Math.max(form.slotMs, periodMs);
    if (slotMs >= lengthMs || spanMs < leastMs) continue;
    layouts.push(layoutOf(local, { lengthMs, leastMs, slotMs }));
    yield;
  }
  const base = median(values) ?? 0;
  const rest = Float64Array.from(values, (value) => value - base);
  for (let round = 0; round < rounds; round++) {
    for (const { slots, occurrences, sum } of layouts) {
      const step = fitCycle(rest, occurrences, sum.length);
      for (const [slot, value] of step.entries()) sum[slot] = (sum[slot] ?? 0) + value;
      for (let place = 0; place < rest.length; place++) {
        rest[place] = (rest[place] ?? 0) - (step[slots[place] ?? 0] ?? 0);
      }
      yield;
    }
  }
  const cycles = layouts.map(({ form: { lengthMs, slotMs }, sum }) => ({ lengthMs, slotMs, values: sum }));
  return { cycles, rest: Array.from(rest, (value) => value + base) };
}

/** Datapoints from one place to another that are in the same slot at the same time round. */
interface Occurrence {
  readonly slot: number;
  readonly from: number;
  readonly to: number;
}

/** Where the datapoints are in a cycle; it is the same in every round. */
interface Layout {
  readonly form: CycleForm;
  readonly slots: Int32Array;
  readonly occurrences: readonly Occurrence[];
  /** The values of the slots, as far as they are found. */
  readonly sum: number[];
}

function layoutOf(local: readonly number[], form: CycleForm): Layout {
  const slots = Int32Array.from(local, (at) => slotAt(form, at));
  const turns = Float64Array.from(local, (at) => Math.floor(at / form.lengthMs));
  const occurrences: Occurrence[] = [];
  let from = 0;
  for (let place = 1; place <= local.length; place++) {
    const isSame = place < local.length && slots[place] === slots[from] && turns[place] === turns[from];
    if (isSame) continue;
    occurrences.push({ slot: slots[from] ?? 0, from, to: place });
    from = place;
  }
  const count = Math.ceil(form.lengthMs / form.slotMs);
  return { form, slots, occurrences, sum: Array.from({ length: count }, () => 0) };
}

/**
 * Each time that a slot comes round is one witness, however many datapoints it has: an incident lasts hours,
 * and must not count as many. Two witnesses are believed as far as they agree, of more the median is taken.
 */
function fitCycle(
  values: Float64Array,
  occurrences: readonly Occurrence[],
  slotCount: number,
): readonly number[] {
  const witnesses = Array.from({ length: slotCount }, (): number[] => []);
  for (const { slot, from, to } of occurrences) {
    const middle = to - from === 1 ? values[from] : median(values.subarray(from, to));
    if (middle !== undefined) witnesses[slot]?.push(middle);
  }
  const effects = witnesses.map(agreed);
  const scatter = spreadAroundZero(witnesses.flatMap(deviations));
  return effects.map((effect, slot) => {
    const count = witnesses[slot]?.length ?? 0;
    return count < 2 ? 0 : believed(effect, (1.2533 * scatter) / Math.sqrt(count));
  });
}

/** Of few values from the middle of themselves, which is nearer to them than the truth is. */
function deviations(values: readonly number[]): readonly number[] {
  const middle = median(values);
  if (middle === undefined || values.length < 2) return [];
  const correction = Math.sqrt(values.length / (values.length - 1));
  return values.map((value) => (value - middle) * correction);
}

/** What witnesses agree on: their median, of two the smaller one if both point the same way. */
export function agreed(witnesses: readonly number[]): number {
  if (witnesses.length > 2) return median(witnesses) ?? 0;
  const [one = 0, other = 0] = witnesses;
  if (one * other <= 0) return 0;
  return Math.abs(one) < Math.abs(other) ? one : other;
}
