// Statistics that a few wild values do not move: medians, spreads around them, and how much of an effect is
// believed.

/** The median of values in any order; undefined without values. */
export function median(values: ArrayLike<number>): number | undefined {
  const { length } = values;
  // Most slots have one datapoint each time: sorting would cost more than all else.
  if (length === 1) return values[0];
  if (length === 2) return ((values[0] ?? 0) + (values[1] ?? 0)) / 2;
  return quantile(Float64Array.from(values).sort(), 0.5);
}

/** Of values in ascending order, between neighbours linearly; undefined without values. */
export function quantile(sorted: Readonly<ArrayLike<number>>, share: number): number | undefined {
  if (sorted.length === 0) return undefined;
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

/** From the median absolute deviation of normal values to their standard deviation. */
const deviationsPerMedian = 1.4826;
const deviationsPerMean = 1.2533;

/**
 * A standard deviation around zero. Where more than half of the values are the same, the median says
 * nothing; then the mean does, without the largest hundredth.
 */
export function spreadAroundZero(values: readonly number[]): number {
  const sizes = Float64Array.from(values, Math.abs).toSorted();
  const middle = quantile(sizes, 0.5) ?? 0;
  if (middle > 0) return middle * deviationsPerMedian;
  const kept = sizes.subarray(0, Math.ceil(sizes.length * 0.99));
  let total = 0;
  for (const size of kept) total += size;
  return kept.length === 0 ? 0 : (total / kept.length) * deviationsPerMean;
}

/** The standard deviation of values that drift or jump: from the differences of neighbours. */
export function spreadOfSteps(values: readonly number[]): number {
  const steps = values.slice(1).map((value, index) => value - (values[index] ?? value));
  const sizes = Float64Array.from(steps, Math.abs).toSorted();
  return ((quantile(sizes, 0.5) ?? 0) * deviationsPerMedian) / Math.SQRT2;
}

/**
 * What is left of an effect, given its standard error: nothing of one that noise would make, nearly all of a
 * clear one. It is Breiman's nonnegative garrote (Technometrics 37, 1995).
 */
export function believed(effect: number, standardError: number, caution = 1.5): number {
  if (effect === 0) return 0;
  return effect * Math.max(0, 1 - ((caution * standardError) / effect) ** 2);
}
