// Numbers on axes and in tiles: where the lines of a grid are, and how values are written.

const suffixes = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** `1234` is `1.23k`; three digits that count, without zeros at the end. */
export function shortNumber(value: number): string {
  const magnitude = Math.abs(value);
  if (value === 0 || !Number.isFinite(value)) return String(value + 0);
  if (magnitude < 1e-3 || magnitude >= 1e15) return value.toExponential(2).replace(/\.?0+e/, "e");
  const [unit, suffix] = suffixes.find(([least]) => magnitude >= least * 0.9995) ?? [1, ""];
  const scaled = value / unit;
  const digits = magnitude < 1 ? scaled.toPrecision(3) : scaled.toFixed(decimalsOf(scaled));
  return `${digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits}${suffix}`;
}

function decimalsOf(scaled: number): number {
  const magnitude = Math.abs(scaled);
  return magnitude >= 99.95 ? (Number.isInteger(scaled) ? 0 : 1) : magnitude >= 9.995 ? 1 : 2;
}

/** The ends of many numbers; infinite, the wrong way round, when there are none. */
export function extremes(values: Iterable<number>): { readonly low: number; readonly high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}

export interface Scale {
  readonly min: number;
  readonly max: number;
  /** Where the grid has lines, from the lowest up. */
  readonly ticks: readonly number[];
}

/**
 * Round numbers around a range, about `count` of them; bounds that are given stay as they are. The steps are
 * 1, 2, 2.5 and 5 times a power of ten.
 */
export function scaleOf(
  range: { readonly low: number; readonly high: number },
  count: number,
  given: { readonly min?: number; readonly max?: number } = {},
): Scale {
  const [low, high] = widened(given.min ?? range.low, given.max ?? range.high, given.max !== undefined);
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const min = low === given.min ? low : Math.floor(low / step + 1e-9) * step;
  const max = high === given.max ? high : Math.ceil(high / step - 1e-9) * step;
  const first = Math.ceil(min / step - 1e-9);
  const ticks: number[] = [];
  for (let index = first; index * step <= max + step * 1e-9; index++) ticks.push(clean(index * step));
  return { min, max, ticks };
}

/** Numbers nearer to each other than this share of themselves are not told apart. */
const leastShare = 1e-9;

/** Ends that are apart from each other: when they are not, the one that was not given moves. */
function widened(low: number, high: number, isHighGiven: boolean): readonly [number, number] {
  const magnitude = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > magnitude * leastShare && high - low > Number.MIN_VALUE / leastShare) return [low, high];
  const margin = magnitude * 0.1 > Number.MIN_VALUE / leastShare ? magnitude * 0.1 : 1;
  return isHighGiven ? [high - margin, high] : [low, low + margin];
}

/** Without the dust of binary fractions. */
const clean = (value: number) => Number(value.toPrecision(12)) + 0;
