// Finds what repeats in a metric: by the hour, the day and the week.
import { slotAt, type Cycle } from "./model.ts";
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

/** The cycles of points whose trend is taken out, and what is left of the values without them. */
export function fitCycles(
  { local, values }: Points,
  periodMs: number,
): { readonly cycles: readonly Cycle[]; readonly rest: readonly number[] } {
  const spanMs = (local.at(-1) ?? 0) - (local[0] ?? 0);
  const wanted = forms
    .map((form) => ({ ...form, slotMs: Math.max(form.slotMs, periodMs) }))
    .filter(({ slotMs, lengthMs, leastMs }) => slotMs < lengthMs && spanMs >= leastMs);
  const found: number[][] = wanted.map(({ lengthMs, slotMs }) =>
    Array.from({ length: Math.ceil(lengthMs / slotMs) }, () => 0),
  );
  const base = median(values) ?? 0;
  const rest = values.map((value) => value - base);
  for (let round = 0; round < rounds; round++) {
    for (const [index, form] of wanted.entries()) {
      const sum = found[index] ?? [];
      const step = fitCycle({ local, values: rest }, form);
      for (const [slot, value] of step.entries()) sum[slot] = (sum[slot] ?? 0) + value;
      for (const [place, at] of local.entries()) {
        rest[place] = (rest[place] ?? 0) - (step[slotAt(form, at)] ?? 0);
      }
    }
  }
  const cycles = wanted.map(({ lengthMs, slotMs }, index) => ({
    lengthMs,
    slotMs,
    values: found[index] ?? [],
  }));
  return { cycles, rest: rest.map((value) => value + base) };
}

/**
 * Each time that a slot comes round is one witness, however many datapoints it has: an incident lasts hours,
 * and must not count as many. Two witnesses are believed as far as they agree, of more the median is taken.
 */
function fitCycle({ local, values }: Points, form: CycleForm): readonly number[] {
  const witnesses = Array.from({ length: Math.ceil(form.lengthMs / form.slotMs) }, (): number[] => []);
  for (const { slot, values: some } of occurrences({ local, values }, form)) {
    const middle = median(some);
    if (middle !== undefined) witnesses[slot]?.push(middle);
  }
  const effects = witnesses.map(agreed);
  const scatter = spreadAroundZero(witnesses.flatMap(deviations));
  return effects.map((effect, slot) => {
    const count = witnesses[slot]?.length ?? 0;
    return count < 2 ? 0 : believed(effect, (1.2533 * scatter) / Math.sqrt(count));
  });
}

interface Occurrence {
  readonly slot: number;
  readonly turn: number;
  readonly values: number[];
}

function* occurrences({ local, values }: Points, form: CycleForm): Generator<Occurrence> {
  let current: Occurrence | undefined;
  for (const [index, at] of local.entries()) {
    const slot = slotAt(form, at);
    const turn = Math.floor(at / form.lengthMs);
    if (current === undefined || current.slot !== slot || current.turn !== turn) {
      if (current !== undefined) yield current;
      current = { slot, turn, values: [] };
    }
    current.values.push(values[index] ?? 0);
  }
  if (current !== undefined) yield current;
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
