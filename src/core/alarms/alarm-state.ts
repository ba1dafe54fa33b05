// The three states of an alarm, and how a datapoint is compared with its threshold.

export const alarmStates = ["OK", "ALARM", "INSUFFICIENT_DATA"] as const;
export type AlarmState = (typeof alarmStates)[number];

/** What stands in for a datapoint that is missing. */
export const missingDataTreatments = ["missing", "ignore", "breaching", "notBreaching"] as const;
export type MissingDataTreatment = (typeof missingDataTreatments)[number];

/** The value of one period; `band` when the threshold is an anomaly detection band. */
export interface AlarmDatapoint {
  readonly value: number;
  readonly sampleCount?: number;
  readonly band?: { readonly lower: number; readonly upper: number };
}

interface Comparison {
  /** As it stands in a state's reason, between "was" and the threshold. */
  readonly words: string;
  readonly breaches: (value: number, threshold: number) => boolean;
}

/** Operators that compare with a fixed number. */
const fixedComparisons = {
  GreaterThanOrEqualToThreshold: {
    words: "greater than or equal to",
    breaches: (value, threshold) => value >= threshold,
  },
  GreaterThanThreshold: { words: "greater than", breaches: (value, threshold) => value > threshold },
  LessThanThreshold: { words: "less than", breaches: (value, threshold) => value < threshold },
  LessThanOrEqualToThreshold: {
    words: "less than or equal to",
    breaches: (value, threshold) => value <= threshold,
  },
} as const satisfies Readonly<Record<string, Comparison>>;

/** Operators that compare with the edges of a band: which of them count. */
const bandEdges = {
  LessThanLowerOrGreaterThanUpperThreshold: { lower: true, upper: true },
  LessThanLowerThreshold: { lower: true, upper: false },
  GreaterThanUpperThreshold: { lower: false, upper: true },
} as const;

export type FixedOperator = keyof typeof fixedComparisons;
export type BandOperator = keyof typeof bandEdges;
export type ComparisonOperator = FixedOperator | BandOperator;

export function isBandOperator(operator: ComparisonOperator): operator is BandOperator {
  return operator in bandEdges;
}

export function comparisonWords(operator: FixedOperator): string {
  return fixedComparisons[operator].words;
}

export function edgesOf(operator: BandOperator): { readonly lower: boolean; readonly upper: boolean } {
  return bandEdges[operator];
}

/** Whether a datapoint violates the threshold; one without the band that is asked for does not. */
export function isBreaching(
  operator: ComparisonOperator,
  threshold: number,
  { value, band }: AlarmDatapoint,
): boolean {
  if (!isBandOperator(operator)) return fixedComparisons[operator].breaches(value, threshold);
  const { lower, upper } = bandEdges[operator];
  return band !== undefined && ((lower && value < band.lower) || (upper && value > band.upper));
}
