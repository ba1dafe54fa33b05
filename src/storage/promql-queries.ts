// Runs PromQL queries over the metrics that came as OTLP: at an instant, and step by step over a range.
import { setImmediate } from "node:timers/promises";
import { evaluatePromql } from "../core/promql/evaluate.ts";
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
import { TooMuchSelected, type OtlpMetrics } from "./otlp-metrics.ts";
import { compilePromqlRegex } from "./promql-regex.ts";
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

/** @throws what `isOfQuery` */
export async function runPromqlQuery(
  { otlpMetrics, world, now }: QueryPlace,
  expression: PromqlExpression,
  at: number,
): Promise<PromqlValue> {
  const series = new Map<string, readonly PromqlSeries[]>();
  for (const selection of selectionsOf(expression, at)) {
    series.set(selection.key, await otlpMetrics.read(world, selection, now));
  }
  return evaluatePromql(expression, at, ({ key }) => series.get(key) ?? [], compilePromqlRegex);
}

/** Epoch milliseconds, from `from` up to `to`. */
export interface Steps {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/** Others have their turn after so much work, and after so much the query is given up. */
const turnMs = 20;
const executionMs = 20_000;

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
    const value = evaluatePromql(expression, at, seriesOf, compilePromqlRegex);
    for (const { labels, value: number } of vectorOf(value)) {
      const key = labelsKey(labels);
      const one = found.get(key) ?? { labels, samples: [] };
      found.set(key, one);
      one.samples.push({ at, value: number });
    }
    if (stopwatch() - turnStartedMs < turnMs) continue;
    await setImmediate();
    turnStartedMs = stopwatch();
    if (turnStartedMs - startedMs > executionMs) {
      throw new PromqlError(`query timed out: it takes more than ${executionMs / 1_000} seconds`);
    }
  }
  return [...found.values()];
}

/** Selectors that are written alike are one, so that each is read once from the first step to the last. */
async function readRange(
  { otlpMetrics, world, now }: QueryPlace,
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
  const series = new Map<string, readonly PromqlSeries[]>();
  for (const [key, window] of windows) series.set(key, await otlpMetrics.read(world, window, now));
  return (selection) => series.get(keyOf(selection)) ?? [];
}

const keyOf = ({ matchers }: { readonly matchers: readonly PromqlMatcher[] }) => JSON.stringify(matchers);

function vectorOf(value: PromqlValue) {
  if (value.kind === "scalar") return [{ labels: {}, value: value.value }];
  return value.kind === "vector" ? value.vector : [];
}
