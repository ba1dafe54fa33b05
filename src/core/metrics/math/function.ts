// What a function of metric math is: its signatures, its documentation and its meaning.
import type { MathExpression, MathProblem } from "./expression.ts";
import type { SeriesNeed } from "./needs.ts";
import type { Series, TimeRange, Value } from "./series.ts";

/**
 * `S` is a number, `TS` a time series, `TS[]` an array of them, as AWS abbreviates them; `metric` is a series
 * that was read rather than computed, `text` is in quotes.
 */
export type MathType = "S" | "TS" | "TS[]" | "metric" | "text";

/** A parameter is of a type, or one of some words. */
export type Parameter = MathType | readonly string[];

export interface Signature {
  readonly takes: readonly Parameter[];
  /** More arguments may follow, each of one of some types. */
  readonly further?: { readonly accepts: readonly Parameter[]; readonly atMost: number };
  readonly gives: "S" | "TS" | "TS[]";
}

/** What the evaluation of a function may look at beside its arguments. */
export interface CallContext {
  /** The metrics of the request in their order, with the ids of their queries. */
  readonly metrics: readonly { readonly id: string; readonly series: Series }[];
  /** Of the expression. */
  readonly periodSeconds: number;
  /** The range that is asked for, as it is rounded for a period. */
  readonly rangeOf: (periodSeconds: number) => TimeRange;
  /** What was fetched for this very call. */
  readonly fetched: readonly Series[];
}

export interface NeedContext {
  /** Of the expression; undefined when nothing says it. */
  readonly periodSeconds: number | undefined;
  readonly key: string;
  readonly subjectOf: (id: string) => BandSubject | undefined;
}

/** What a band is drawn around: a metric, or an expression with all the queries that it is made from. */
export type BandSubject = Extract<SeriesNeed, { readonly kind: "band" }>["subject"];

export interface MathFunction {
  readonly name: string;
  readonly signatures: readonly Signature[];
  /** What it does, in a sentence. */
  readonly summary: string;
  /** Set when the function does not work here; the text says why. */
  readonly refusal?: string;
  /** For a function that reads series of its own: what is to be fetched for a call. */
  readonly need?: (
    given: readonly MathExpression[],
    context: NeedContext,
  ) => SeriesNeed | Omit<MathProblem, "position">;
  readonly evaluate: (given: readonly Value[], context: CallContext) => Value;
}

export const signature = (takes: readonly Parameter[], gives: Signature["gives"]): Signature => ({
  takes,
  gives,
});

/** The arguments of an evaluated call by place; the checker has seen to their kinds. */
export function seriesAt(given: readonly Value[], index: number): Series {
  const value = given[index];
  if (value?.kind === "series") return value.series;
  throw new TypeError(`argument ${index + 1} is no time series`);
}

export function arrayAt(given: readonly Value[], index: number): readonly Series[] {
  const value = given[index];
  if (value?.kind === "array") return value.array;
  if (value?.kind === "series") return [value.series];
  throw new TypeError(`argument ${index + 1} is no array of time series`);
}

export function scalarAt(given: readonly Value[], index: number): number | undefined {
  const value = given[index];
  return value?.kind === "scalar" ? value.value : undefined;
}

export function textAt(given: readonly Value[], index: number): string | undefined {
  const value = given[index];
  return value?.kind === "text" ? value.text : undefined;
}
