// How fast counters and gauges change.
import { rangeAt, vector, type PromqlFunction, type RangeValue, type Value } from "../function.ts";
import { withoutName } from "../labels.ts";
import type { PromqlSample } from "../series.ts";

/** What is computed from the samples of each series; a series for which it is undefined drops out. */
export function eachRange(
  { series }: RangeValue,
  compute: (samples: readonly PromqlSample[]) => number | undefined,
): Value {
  return vector(
    series.flatMap(({ labels, samples }) => {
      const value = compute(samples);
      return value === undefined ? [] : [{ labels: withoutName(labels), value }];
    }),
  );
}

const ofRange = (
  name: string,
  summary: string,
  compute: (samples: readonly PromqlSample[], range: RangeValue) => number | undefined,
): PromqlFunction => ({
  name,
  takes: ["range vector"],
  gives: "instant vector",
  summary,
  evaluate: (given) => {
    const range = rangeAt(given, 0);
    return eachRange(range, (samples) => compute(samples, range));
  },
});

/** What a counter lost when it began anew, as every fall shows. */
function lostByResets(samples: readonly PromqlSample[]): number {
  let lost = 0;
  for (const [index, { value }] of samples.entries()) {
    const before = samples[index - 1];
    if (before !== undefined && value < before.value) lost += before.value;
  }
  return lost;
}

/** A side without samples is filled up when it is shorter than this many intervals between samples. */
const reachOfASample = 1.1;

/**
 * The change over the whole range, though the samples do not reach its ends: it goes on to an end that is
 * about as near as the next sample would be, else for half an interval. A counter is not taken below zero.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#rate
 */
function extrapolatedChange(
  samples: readonly PromqlSample[],
  { fromMs, toMs }: RangeValue,
  isCounter: boolean,
): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at === first.at) return undefined;
  const change = last.value - first.value + (isCounter ? lostByResets(samples) : 0);
  const sampledMs = last.at - first.at;
  const intervalMs = sampledMs / (samples.length - 1);
  const upTo = (gapMs: number) => (gapMs >= intervalMs * reachOfASample ? intervalMs / 2 : gapMs);
  let beforeMs = upTo(first.at - fromMs);
  const afterMs = upTo(toMs - last.at);
  if (isCounter && change > 0 && first.value >= 0) {
    beforeMs = Math.min(beforeMs, sampledMs * (first.value / change));
  }
  return change * ((sampledMs + beforeMs + afterMs) / sampledMs);
}

/** The change between the last two samples, and the seconds between them. */
function lastChange(
  samples: readonly PromqlSample[],
  isCounter: boolean,
): { readonly change: number; readonly seconds: number } | undefined {
  const [before, last] = [samples.at(-2), samples.at(-1)];
  if (before === undefined || last === undefined) return undefined;
  const change = isCounter && last.value < before.value ? last.value : last.value - before.value;
  return { change, seconds: (last.at - before.at) / 1_000 };
}

const secondsOf = ({ fromMs, toMs }: RangeValue): number => (toMs - fromMs) / 1_000;

const countSteps = (
  samples: readonly PromqlSample[],
  counts: (value: number, before: number) => boolean,
): number =>
  samples.filter(({ value }, index) => index > 0 && counts(value, samples[index - 1]?.value ?? 0)).length;

/** https://prometheus.io/docs/prometheus/latest/querying/functions/ */
export const rateFunctions: readonly PromqlFunction[] = [
  ofRange("rate", "The increase of a counter for each second of the range.", (samples, range) => {
    const change = extrapolatedChange(samples, range, true);
    return change === undefined ? undefined : change / secondsOf(range);
  }),
  ofRange("increase", "The increase of a counter over the range.", (samples, range) =>
    extrapolatedChange(samples, range, true),
  ),
  ofRange("delta", "The change of a gauge over the range.", (samples, range) =>
    extrapolatedChange(samples, range, false),
  ),
  ofRange("irate", "The increase of a counter for each second between the last two samples.", (samples) => {
    const last = lastChange(samples, true);
    return last === undefined ? undefined : last.change / last.seconds;
  }),
  ofRange(
    "idelta",
    "The change of a gauge between the last two samples.",
    (samples) => lastChange(samples, false)?.change,
  ),
  ofRange("changes", "How often the value changed.", (samples) =>
    countSteps(
      samples,
      (value, before) => value !== before && !(Number.isNaN(value) && Number.isNaN(before)),
    ),
  ),
  ofRange("resets", "How often a counter began anew.", (samples) =>
    countSteps(samples, (value, before) => value < before),
  ),
];
