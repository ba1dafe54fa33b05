// Runs PromQL queries over the metrics that came as OTLP: at an instant, and step by step over a range.
import { setImmediate } from "node:timers/promises";
import { promqlSteps } from "../core/promql/evaluate.ts";
import type { PromqlExpression, PromqlMatcher } from "../core/promql/expression.ts";
import { labelsKey } from "../core/promql/labels.ts";
import { PromqlError } from "../core/promql/promql-error.ts";
import { selectionsOf } from "../core/promql/selections.ts";
import type {
  PromqlLabels,
  PromqlSample,
  PromqlSelection,
  PromqlSeries,
  PromqlValue,
} from "../core/promql/series.ts";
import { otlpReadLimits, TooMuchSelected, tooManySamples, type OtlpMetrics } from "./otlp-metrics.ts";
import { compileRe2 } from "./re2-regex.ts";
import { TelemetryError, type TelemetryProblem } from "./telemetry.ts";

/** Where a query reads, and the time at which it is made: it says what is still kept. */
export interface QueryPlace {
  readonly otlpMetrics: OtlpMetrics;
  readonly world: number;
  readonly now: number;
}

/** What the engine makes of a query that asks too much of it, or has an expression that it does not take. */
const problemsOfQueries: ReadonlySet<TelemetryProblem> = new Set([
  "Timeout",
  "MemoryLimit",
  "ResultTooLarge",
  "InvalidQuery",
]);

/** Whether only another query can help. */
export function isOfQuery(error: unknown): error is Error {
  if (error instanceof TelemetryError) return problemsOfQueries.has(error.problem);
  return error instanceof PromqlError || error instanceof TooMuchSelected;
}

/**
 * The value at an instant; `samples` is how many the evaluation may look at.
 * @throws what `isOfQuery`
 */
export async function runPromqlQuery(
  place: QueryPlace,
  expression: PromqlExpression,
  at: number,
  samples?: number,
): Promise<PromqlValue> {
  const series = await readAll(
    place,
    selectionsOf(expression, at).map((selection) => [selection.key, selection]),
  );
  const steps = promqlSteps(expression, at, ({ key }) => series.get(key) ?? [], compileRe2, samples);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await setImmediate();
  }
}

/** One after the other, so that a query of many selectors has no more in memory than one of a single one. */
async function readAll(
  { otlpMetrics, world, now }: QueryPlace,
  selections: Iterable<readonly [string, PromqlSelection]>,
): Promise<ReadonlyMap<string, readonly PromqlSeries[]>> {
  const read = new Map<string, readonly PromqlSeries[]>();
  let samples = 0;
  for (const [key, selection] of selections) {
    const series = await otlpMetrics.read(world, selection, now);
    read.set(key, series);
    samples = series.reduce((sum, one) => sum + one.samples.length, samples);
    if (samples > otlpReadLimits.samples) throw tooManySamples();
  }
  return read;
}

/** Epoch milliseconds, from `from` up to `to`. */
export interface Steps {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/** After so much the query is given up. */
const executionMs = 20_000;
/** Cheap steps share a turn. */
const turnMs = 20;

/**
 * The value at each step, as series. What is selected is read once, for all steps; `stopwatch` counts
 * milliseconds.
 * @throws what `isOfQuery`
 */
export async function runRangeQuery(
  place: QueryPlace,
  expression: PromqlExpression,
  { from, to, stepMs }: Steps,
  stopwatch: () => number,
): Promise<readonly PromqlSeries[]> {
  const seriesOf = await readRange(place, expression, from, to);
  const found = new Map<string, { readonly labels: PromqlLabels; readonly samples: PromqlSample[] }>();
  const startedMs = stopwatch();
  let turnStartedMs = startedMs;
  for (let at = from; at <= to; at += stepMs) {
    const steps = promqlSteps(expression, at, seriesOf, compileRe2);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) await takeTurns();
    for (const { labels, value } of vectorOf(step.value)) {
      const key = labelsKey(labels);
      const one = found.get(key) ?? { labels, samples: [] };
      found.set(key, one);
      one.samples.push({ at, value });
    }
    await takeTurns();
  }
  return [...found.values()];

  async function takeTurns(): Promise<void> {
    if (stopwatch() - turnStartedMs < turnMs) return;
    await setImmediate();
    turnStartedMs = stopwatch();
    if (turnStartedMs - startedMs > executionMs) {
      throw new PromqlError(`query timed out: it takes more than ${executionMs / 1_000} seconds`);
    }
  }
}

/** Selectors that are written alike are one, so that each is read once from the first step to the last. */
async function readRange(
  place: QueryPlace,
  expression: PromqlExpression,
  from: number,
  to: number,
): Promise<(selection: PromqlSelection) => readonly PromqlSeries[]> {
  const windows = new Map<string, PromqlSelection>();
  for (const selection of [...selectionsOf(expression, from), ...selectionsOf(expression, to)]) {
    const key = keyOf(selection);
    const known = windows.get(key) ?? selection;
    const fromMs = Math.min(known.fromMs, selection.fromMs);
    windows.set(key, { ...selection, fromMs, toMs: Math.max(known.toMs, selection.toMs) });
  }
  const series = await readAll(place, windows);
  return (selection) => series.get(keyOf(selection)) ?? [];
}

const keyOf = ({ matchers }: { readonly matchers: readonly PromqlMatcher[] }) => JSON.stringify(matchers);

function vectorOf(value: PromqlValue) {
  if (value.kind === "scalar") return [{ labels: {}, value: value.value }];
  return value.kind === "vector" ? value.vector : [];
}
