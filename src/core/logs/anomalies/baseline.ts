// What is normal for a log group: how often each template comes in one evaluation, and what is not normal.

/** The counts of one template, in messages an evaluation; newer evaluations weigh more. */
export interface Frequency {
  readonly mean: number;
  readonly variance: number;
}

export interface Baseline {
  /** How long an evaluation is. */
  readonly windowMs: number;
  /** Evaluations that it is made of. */
  readonly windows: number;
  readonly messages: number;
  readonly frequencies: Readonly<Record<string, Frequency>>;
}

export const emptyBaseline = (windowMs: number): Baseline => ({
  windowMs,
  windows: 0,
  messages: 0,
  frequencies: {},
});

export type Deviation =
  | { readonly kind: "new"; readonly id: string; readonly count: number }
  | {
      readonly kind: "more" | "fewer";
      readonly id: string;
      readonly count: number;
      /** What was to be expected. */
      readonly expected: number;
    };

const rules = {
  /** The weight of the newest evaluation. */
  weight: 0.05,
  /** Before so much was seen, nothing is judged: the rarer patterns of a day would all be new. */
  leastMs: 86_400_000,
  leastMessages: 100,
  /** How many standard deviations from the mean a count must be; it varies at least as Poisson has it. */
  deviations: 6,
  /** And how many times as many messages, and this many more. */
  factor: 2,
  leastMore: 10,
  /** A template that comes so often and then hardly any more is one that is missing. */
  leastExpected: 30,
  missingShare: 0.1,
  missingDeviations: 3,
} as const;

/** Whether enough was seen to judge by. */
export function isTrained({ windows, windowMs, messages }: Baseline): boolean {
  return windows * windowMs >= rules.leastMs && messages >= rules.leastMessages;
}

/** `counts` has the templates that came in one evaluation. */
export function findDeviations(
  baseline: Baseline,
  counts: ReadonlyMap<string, number>,
): readonly Deviation[] {
  if (!isTrained(baseline)) return [];
  const deviations: Deviation[] = [];
  for (const [id, count] of counts) {
    const known = baseline.frequencies[id];
    if (known === undefined) deviations.push({ kind: "new", id, count });
    else if (isMore(known, count)) deviations.push({ kind: "more", id, count, expected: known.mean });
  }
  for (const [id, known] of Object.entries(baseline.frequencies)) {
    const count = counts.get(id) ?? 0;
    if (isFewer(known, count)) deviations.push({ kind: "fewer", id, count, expected: known.mean });
  }
  return deviations;
}

const spread = ({ mean, variance }: Frequency) => Math.sqrt(Math.max(variance, mean, 1));

function isMore(known: Frequency, count: number): boolean {
  const { factor, leastMore, deviations } = rules;
  return count >= known.mean * factor + leastMore && count - known.mean > deviations * spread(known);
}

function isFewer(known: Frequency, count: number): boolean {
  const { leastExpected, missingShare, missingDeviations } = rules;
  const isMissing = known.mean >= leastExpected && count <= known.mean * missingShare;
  return isMissing && known.mean - count > missingDeviations * spread(known);
}

/**
 * The baseline with one more evaluation in it. The templates in `apart` deviate and are left as they are (a
 * new one unknown), so that an anomaly does not become normal by going on.
 */
export function learn(
  { windowMs, windows, messages, frequencies }: Baseline,
  counts: ReadonlyMap<string, number>,
  apart: ReadonlySet<string>,
): Baseline {
  const learnt: Record<string, Frequency> = {};
  const weight = Math.max(rules.weight, 1 / (windows + 1));
  for (const id of new Set([...Object.keys(frequencies), ...counts.keys()])) {
    const known = frequencies[id];
    if (apart.has(id)) {
      if (known !== undefined) learnt[id] = known;
      continue;
    }
    const { mean, variance } = known ?? { mean: 0, variance: 0 };
    const difference = (counts.get(id) ?? 0) - mean;
    learnt[id] = {
      mean: mean + weight * difference,
      variance: (1 - weight) * (variance + weight * difference * difference),
    };
  }
  let total = messages;
  for (const count of counts.values()) total += count;
  return { windowMs, windows: windows + 1, messages: total, frequencies: learnt };
}

/** The baseline of counts that were taken over many evaluations at once: their sums and sums of squares. */
export function baselineOf(
  windowMs: number,
  windows: number,
  sums: ReadonlyMap<string, { readonly sum: number; readonly squares: number }>,
): Baseline {
  let messages = 0;
  const frequencies: Record<string, Frequency> = {};
  for (const [id, { sum, squares }] of sums) {
    const mean = sum / windows;
    messages += sum;
    frequencies[id] = { mean, variance: Math.max(0, squares / windows - mean * mean) };
  }
  return { windowMs, windows, messages, frequencies };
}
