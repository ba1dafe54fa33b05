// What a PromQL expression reads and what it gives.
import type { PromqlMatcher } from "./expression.ts";

/** By name; the name of the metric is `__name__`. No value is empty. */
export type PromqlLabels = Readonly<Record<string, string>>;

/** `at` is in epoch milliseconds. */
export interface PromqlSample {
  readonly at: number;
  readonly value: number;
}

/** A series as it is stored, its samples in the order of time, one for an instant. */
export interface PromqlSeries {
  readonly labels: PromqlLabels;
  readonly samples: readonly PromqlSample[];
}

/**
 * What must be read for a selector: the samples of all series that fulfil every matcher, after `fromMs` and
 * not after `toMs` (epoch milliseconds). Samples outside do no harm.
 */
export interface PromqlSelection {
  /** Says all of the rest: equal for equal selections. */
  readonly key: string;
  readonly matchers: readonly PromqlMatcher[];
  readonly fromMs: number;
  readonly toMs: number;
}

export type ReadSelection = (selection: PromqlSelection) => readonly PromqlSeries[];

/** An entry of an instant vector. */
export interface VectorSample {
  readonly labels: PromqlLabels;
  readonly value: number;
}

/** What the evaluation of a whole expression gives. */
export type PromqlValue =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "vector"; readonly vector: readonly VectorSample[] }
  | { readonly kind: "matrix"; readonly matrix: readonly PromqlSeries[] };
