// Computes a PromQL expression at an instant.
import type { InSteps } from "../metrics/anomaly/in-steps.ts";
import { aggregators } from "./aggregators.ts";
import {
  isSetOperator,
  metricNameLabel,
  type Aggregation,
  type Operation,
  type PromqlCall,
  type PromqlExpression,
  type RangeSelector,
  type Subquery,
  type VectorSelector,
} from "./expression.ts";
import { mapVector, requireUnique, scalar, vector, type RangeValue, type Value } from "./function.ts";
import { promqlFunctions } from "./functions.ts";
import { labelsKey, onlyLabels, withoutLabels, withoutName } from "./labels.ts";
import { defaultStepMs, lookBackMs, promqlLimits } from "./limits.ts";
import { keepsName, operate, operateOnSeries } from "./operators.ts";
import { PromqlError } from "./promql-error.ts";
import type { CompilePromqlRegex } from "./regex.ts";
import { selectionsBySelector, shiftedInstant } from "./selections.ts";
import type {
  PromqlLabels,
  PromqlSample,
  PromqlSeries,
  PromqlValue,
  ReadSelection,
  VectorSample,
} from "./series.ts";
import { operateOnVectors } from "./vector-matching.ts";

/**
 * An instant query: the value of an expression at an instant in epoch milliseconds, from the series that
 * `seriesOf` has for each of its selections.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/
 * @throws PromqlError when series match too many others, or when the expression looks at too much.
 */
export function evaluatePromql(
  expression: PromqlExpression,
  atMs: number,
  seriesOf: ReadSelection,
  compileRegex: CompilePromqlRegex,
): PromqlValue {
  const steps = promqlSteps(expression, atMs, seriesOf, compileRegex);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same in steps; `samples` is how many it may look at. */
export function* promqlSteps(
  expression: PromqlExpression,
  atMs: number,
  seriesOf: ReadSelection,
  compileRegex: CompilePromqlRegex,
  samples: number = promqlLimits.samples,
): InSteps<PromqlValue> {
  const evaluation = new Evaluation(expression, atMs, seriesOf, compileRegex, samples);
  const value = yield* evaluation.evaluate(expression, atMs);
  return value.kind === "range" ? { kind: "matrix", matrix: value.series } : value;
}

/** A few milliseconds of work, which a single function over all samples of a selection may still exceed. */
const samplesPerStep = 20_000;

class Evaluation {
  readonly #series: ReadonlyMap<VectorSelector, readonly PromqlSeries[]>;
  readonly #queryAtMs: number;
  readonly #compileRegex: CompilePromqlRegex;
  readonly #maximumSamples: number;
  #samples = 0;
  #samplesOfStep = 0;

  constructor(
    expression: PromqlExpression,
    queryAtMs: number,
    seriesOf: ReadSelection,
    compileRegex: CompilePromqlRegex,
    maximumSamples: number,
  ) {
    this.#queryAtMs = queryAtMs;
    this.#compileRegex = compileRegex;
    this.#maximumSamples = maximumSamples;
    const read = new Map<string, readonly PromqlSeries[]>();
    const series = new Map<VectorSelector, readonly PromqlSeries[]>();
    for (const [selector, selection] of selectionsBySelector(expression, queryAtMs)) {
      const found = read.get(selection.key) ?? seriesOf(selection);
      if (found.length > promqlLimits.series) {
        throw new PromqlError(`a selector matches ${found.length} series, more than ${promqlLimits.series}`);
      }
      read.set(selection.key, found);
      series.set(selector, found);
    }
    this.#series = series;
  }

  *evaluate(expression: PromqlExpression, at: number): InSteps<Value> {
    const value = yield* this.#valueOf(expression, at);
    this.#count(value.kind === "vector" ? value.vector.length + 1 : 1);
    if (this.#samplesOfStep >= samplesPerStep) {
      this.#samplesOfStep = 0;
      yield;
    }
    return value;
  }

  *#valueOf(expression: PromqlExpression, at: number): InSteps<Value> {
    switch (expression.kind) {
      case "number":
        return scalar(expression.value);
      case "string":
        return { kind: "string", text: expression.text };
      case "selector":
        return vector(this.#latest(expression, at, ({ value }) => value));
      case "range":
        return this.#range(expression, at);
      case "subquery":
        return yield* this.#subquery(expression, at);
      case "sign": {
        const operand = yield* this.evaluate(expression.operand, at);
        if (expression.sign === "+") return operand;
        if (operand.kind === "scalar") return scalar(-operand.value);
        return unique(vector(mapVector(vectorOf(operand), (value) => -value)));
      }
      case "operation":
        return unique(yield* this.#operation(expression, at));
      case "aggregation":
        return yield* this.#aggregation(expression, at);
      case "call":
        return unique(yield* this.#call(expression, at));
    }
  }

  /** The latest sample of each series that is not older than the look-back. */
  #latest(
    selector: VectorSelector,
    at: number,
    read: (sample: PromqlSample) => number,
  ): readonly VectorSample[] {
    const instant = shiftedInstant(selector, at, this.#queryAtMs);
    const found: VectorSample[] = [];
    for (const { labels, samples } of this.#series.get(selector) ?? []) {
      const sample = samples[countUntil(samples, instant) - 1];
      if (sample !== undefined && sample.at > instant - lookBackMs)
        found.push({ labels, value: read(sample) });
    }
    return found;
  }

  #range({ selector, rangeMs }: RangeSelector, at: number): RangeValue {
    const toMs = shiftedInstant(selector, at, this.#queryAtMs);
    const fromMs = toMs - rangeMs;
    const series: PromqlSeries[] = [];
    for (const { labels, samples } of this.#series.get(selector) ?? []) {
      const within = samples.slice(countUntil(samples, fromMs), countUntil(samples, toMs));
      this.#count(within.length);
      if (within.length > 0) series.push({ labels, samples: within });
    }
    return { kind: "range", series, fromMs, toMs };
  }

  /** The steps are at whole multiples of their length, whenever the evaluation is. */
  *#subquery(subquery: Subquery, at: number): InSteps<RangeValue> {
    const { inner, rangeMs, stepMs = defaultStepMs } = subquery;
    const toMs = shiftedInstant(subquery, at, this.#queryAtMs);
    const fromMs = toMs - rangeMs;
    if (rangeMs / stepMs > promqlLimits.subquerySteps) {
      const limit = `more than ${promqlLimits.subquerySteps} steps`;
      throw new PromqlError(`a subquery has ${limit}: use a shorter range or a longer step`);
    }
    const series = new Map<string, { labels: PromqlLabels; samples: PromqlSample[] }>();
    for (let step = (Math.floor(fromMs / stepMs) + 1) * stepMs; step <= toMs; step += stepMs) {
      for (const { labels, value } of vectorOf(yield* this.evaluate(inner, step))) {
        const key = labelsKey(labels);
        const one = series.get(key) ?? { labels, samples: [] };
        series.set(key, one);
        one.samples.push({ at: step, value });
      }
    }
    return { kind: "range", series: [...series.values()], fromMs, toMs };
  }

  *#operation(operation: Operation, at: number): InSteps<Value> {
    const { operator, bool } = operation;
    const left = yield* this.evaluate(operation.left, at);
    const right = yield* this.evaluate(operation.right, at);
    if (isSetOperator(operator) || (left.kind !== "scalar" && right.kind !== "scalar")) {
      return vector(operateOnVectors(operation, vectorOf(left), vectorOf(right)));
    }
    if (left.kind === "scalar" && right.kind === "scalar") {
      return scalar(operate(operator, left.value, right.value));
    }
    const name = (labels: PromqlLabels) => (keepsName(operator, bool) ? labels : withoutName(labels));
    const samples = vectorOf(left.kind === "scalar" ? right : left).flatMap(({ labels, value: own }) => {
      const [first, second] = [
        left.kind === "scalar" ? left.value : own,
        right.kind === "scalar" ? right.value : own,
      ];
      const value = operateOnSeries(operator, bool, first, second, own);
      return value === undefined ? [] : [{ labels: name(labels), value }];
    });
    return vector(samples);
  }

  *#aggregation(aggregation: Aggregation, at: number): InSteps<Value> {
    const { operator, parameter, inner, grouping } = aggregation;
    const aggregator = aggregators.get(operator);
    if (aggregator === undefined) throw new TypeError(`${operator} was not checked`);
    const given = parameter === undefined ? undefined : yield* this.evaluate(parameter, at);
    const groups = groupsOf(vectorOf(yield* this.evaluate(inner, at)), grouping);
    const value = given?.kind === "scalar" ? given.value : given?.kind === "string" ? given.text : 0;
    return unique(vector([...groups].flatMap((group) => aggregator.aggregate(group, value))));
  }

  *#call(call: PromqlCall, at: number): InSteps<Value> {
    const called = promqlFunctions.get(call.name);
    if (called === undefined) throw new TypeError(`${call.name} was not checked`);
    const given: Value[] = [];
    for (const argument of call.arguments) {
      const isInstants = called.takesInstants === true && argument.kind === "selector";
      given.push(
        isInstants
          ? vector(this.#latest(argument, at, (sample) => sample.at / 1_000))
          : yield* this.evaluate(argument, at),
      );
    }
    return called.evaluate(given, { at, arguments: call.arguments, compileRegex: this.#compileRegex });
  }

  #count(samples: number): void {
    this.#samples += samples;
    this.#samplesOfStep += samples;
    if (this.#samples <= this.#maximumSamples) return;
    throw new PromqlError("query processing would load too many samples into memory in query execution");
  }
}

function vectorOf(value: Value): readonly VectorSample[] {
  if (value.kind === "vector") return value.vector;
  throw new TypeError(`a ${value.kind} was not checked`);
}

/** Series that are the same without their names are one series, and that has one value. */
function unique(value: Value): Value {
  if (value.kind === "vector") requireUnique(value.vector);
  return value;
}

function groupsOf(
  samples: readonly VectorSample[],
  grouping: Aggregation["grouping"],
): Iterable<{ readonly labels: PromqlLabels; readonly samples: readonly VectorSample[] }> {
  const { by, labels: listed } = grouping ?? { by: "by", labels: [] };
  const names = new Set(by === "by" ? listed : [...listed, metricNameLabel]);
  const groups = new Map<string, { labels: PromqlLabels; samples: VectorSample[] }>();
  for (const sample of samples) {
    const labels = by === "by" ? onlyLabels(sample.labels, names) : withoutLabels(sample.labels, names);
    const key = labelsKey(labels);
    const group = groups.get(key) ?? { labels, samples: [] };
    groups.set(key, group);
    group.samples.push(sample);
  }
  return groups.values();
}

/** How many of some samples are not after an instant. */
function countUntil(samples: readonly PromqlSample[], instant: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((samples[middle]?.at ?? Infinity) <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
