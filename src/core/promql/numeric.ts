// Sums, quantiles and variances of numbers, and numbers as text.

/**
 * A sum with Neumaier's correction: what one addition rounds away is kept beside, so that large and small
 * numbers add up whatever their order.
 */
export function sumOf(values: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    if (!Number.isFinite(next)) lost = 0;
    else if (Math.abs(sum) >= Math.abs(value)) lost += sum - next + value;
    else lost += value - next + sum;
    sum = next;
  }
  return sum + lost;
}

export function averageOf(values: readonly number[]): number {
  const sum = sumOf(values);
  if (Number.isFinite(sum) || !values.every(Number.isFinite)) return sum / values.length;
  // The sum is too large for a number, the average is not.
  return sumOf(values.map((value) => value / values.length));
}

/** Anything is taken rather than NaN. */
export const smallestOf = (values: readonly number[]): number =>
  values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least), Number.NaN);

export const largestOf = (values: readonly number[]): number =>
  values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most), Number.NaN);

/** Of the whole population. */
export function varianceOf(values: readonly number[]): number {
  let mean = 0;
  let sumOfSquares = 0;
  for (const [index, value] of values.entries()) {
    const difference = value - mean;
    mean += difference / (index + 1);
    sumOfSquares += difference * (value - mean);
  }
  return sumOfSquares / values.length;
}

/** From the smallest; NaN counts as smaller than all. */
export function ascending(left: number, right: number): number {
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : -1;
  if (Number.isNaN(right)) return 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * The value at a place between the smallest (0) and the largest (1), between two values in proportion.
 * https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators
 */
export function quantileOf(place: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(place)) return Number.NaN;
  if (place < 0) return -Infinity;
  if (place > 1) return Infinity;
  const sorted = [...values].sort(ascending);
  const rank = place * (sorted.length - 1);
  const lower = sorted[Math.floor(rank)] ?? Number.NaN;
  const upper = sorted[Math.min(sorted.length - 1, Math.floor(rank) + 1)] ?? Number.NaN;
  const weight = rank - Math.floor(rank);
  return lower * (1 - weight) + upper * weight;
}

/** As Prometheus writes a value: all digits, no exponent; `+Inf`, `-Inf`, `NaN`. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const text = String(value);
  const [, sign = "", first = "", fraction = "", exponentText = ""] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (exponentText === "") return text;
  const exponent = Number(exponentText);
  if (exponent > 0) return `${sign}${first}${fraction.padEnd(exponent, "0")}`;
  return `${sign}0.${"0".repeat(-exponent - 1)}${first}${fraction}`;
}

const numeral = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;

/** The number that a text says, undefined when it says none: the values of `le`. */
export function numberIn(text: string): number | undefined {
  if (!numeral.test(text)) return undefined;
  if (/nan$/i.test(text)) return Number.NaN;
  if (/inf/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return Number(text);
}
