// What a function of PromQL is: its signature, its documentation and its meaning.
import type { PromqlExpression, PromqlType } from "./expression.ts";
import { labelsKey, withoutName } from "./labels.ts";
import { PromqlError } from "./promql-error.ts";
import type { CompilePromqlRegex } from "./regex.ts";
import type { PromqlSeries, VectorSample } from "./series.ts";

/** A value on its way through an expression. */
export type Value =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "vector"; readonly vector: readonly VectorSample[] }
  | RangeValue;

/** The samples of a range, which are after `fromMs` and not after `toMs`. */
export interface RangeValue {
  readonly kind: "range";
  readonly series: readonly PromqlSeries[];
  readonly fromMs: number;
  readonly toMs: number;
}

export interface CallContext {
  /** The instant of the evaluation, in epoch milliseconds. */
  readonly at: number;
  readonly arguments: readonly PromqlExpression[];
  readonly compileRegex: CompilePromqlRegex;
}

export interface PromqlFunction {
  readonly name: string;
  readonly takes: readonly PromqlType[];
  /** How many of the last arguments may be missing. */
  readonly optional?: number;
  /** The last argument may come any number of times. */
  readonly repeats?: true;
  readonly gives: PromqlType;
  /** What it does, in a sentence. */
  readonly summary: string;
  /** Set when the function does not work here: what is said of it. */
  readonly refusal?: string;
  /** The samples of a selector have as values the instants, in seconds, at which they were taken. */
  readonly takesInstants?: true;
  /** @throws PromqlError */
  readonly evaluate: (given: readonly Value[], context: CallContext) => Value;
}

export const scalar = (value: number): Value => ({ kind: "scalar", value });

export const vector = (samples: readonly VectorSample[]): Value => ({ kind: "vector", vector: samples });

/** The arguments of an evaluated call by place; the checker has seen to their types. */
export function vectorAt(given: readonly Value[], index: number): readonly VectorSample[] {
  const value = given[index];
  if (value?.kind === "vector") return value.vector;
  throw new TypeError(`argument ${index + 1} is no instant vector`);
}

export function rangeAt(given: readonly Value[], index: number): RangeValue {
  const value = given[index];
  if (value?.kind === "range") return value;
  throw new TypeError(`argument ${index + 1} is no range vector`);
}

export function scalarAt(given: readonly Value[], index: number): number {
  const value = given[index];
  if (value?.kind === "scalar") return value.value;
  throw new TypeError(`argument ${index + 1} is no scalar`);
}

export function textAt(given: readonly Value[], index: number): string {
  const value = given[index];
  if (value?.kind === "string") return value.text;
  throw new TypeError(`argument ${index + 1} is no string`);
}

/** A function of each value; what is computed from a metric is not this metric any more. */
export function mapVector(
  samples: readonly VectorSample[],
  map: (value: number) => number,
): readonly VectorSample[] {
  return samples.map(({ labels, value }) => ({ labels: withoutName(labels), value: map(value) }));
}

/**
 * Series with equal labels are one series, and that has one value.
 * @throws PromqlError
 */
export function requireUnique(samples: readonly VectorSample[]): void {
  if (samples.length < 2) return;
  if (new Set(samples.map(({ labels }) => labelsKey(labels))).size === samples.length) return;
  throw new PromqlError("vector cannot contain metrics with the same labelset");
}
