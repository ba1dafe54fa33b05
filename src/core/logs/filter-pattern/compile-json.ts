// Conditions on JSON events.
import { compileComparison, type Scalar } from "./compare.ts";
import type { CompileRegex, ReadingPredicate } from "./compile.ts";
import type { Condition, Selector, Step } from "./tree.ts";

/** A message that is not JSON matches no JSON pattern, not even `NOT EXISTS`. */
export function compileJson(condition: Condition<Selector>, compileRegex: CompileRegex): ReadingPredicate {
  const test = compile(condition, compileRegex);
  return ({ document }) => document !== undefined && test(document);
}

/** The object or array that a message is; undefined for any other message. */
export function parseDocument(message: string): object | undefined {
  const start = message.trimStart().charAt(0);
  if (start !== "{" && start !== "[") return undefined;
  try {
    const document: unknown = JSON.parse(message);
    return typeof document === "object" && document !== null ? document : undefined;
  } catch {
    return undefined; // not JSON, which is an answer here and no failure
  }
}

function compile(condition: Condition<Selector>, compileRegex: CompileRegex): (root: object) => boolean {
  switch (condition.kind) {
    case "and": {
      const operands = condition.operands.map((operand) => compile(operand, compileRegex));
      return (root) => operands.every((test) => test(root));
    }
    case "or": {
      const operands = condition.operands.map((operand) => compile(operand, compileRegex));
      return (root) => operands.some((test) => test(root));
    }
    case "compare": {
      const compare = compileComparison(condition.operator, condition.operand, compileRegex);
      const find = compileSelector(condition.subject);
      const accepts = (value: unknown): value is Scalar => isScalar(value) && compare(value);
      return (root) => find(root, accepts) !== undefined;
    }
    case "is": {
      const wanted: null | boolean = { NULL: null, TRUE: true, FALSE: false }[condition.value];
      const find = compileSelector(condition.subject);
      const accepts = (value: unknown): value is null | boolean => value === wanted;
      return (root) => find(root, accepts) !== undefined;
    }
    case "notExists": {
      const find = compileSelector(condition.subject);
      return (root) => find(root, isAnything) === undefined;
    }
  }
}

export function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value !== "object";
}

const isAnything = (value: unknown): value is object | Scalar => value !== undefined;

/** The first value that a selector leads to and that is accepted; no value of JSON is undefined. */
export type FindValue = <Value>(
  root: unknown,
  accepts: (value: unknown) => value is Value,
) => Value | undefined;

/** Most selectors lead to one value at most, which is found without a list of values for every step. */
export function compileSelector(selector: Selector): FindValue {
  const steps = selector.flatMap((step) => compileStep(step) ?? []);
  if (steps.length < selector.length) return (root, accepts) => select(root, selector).find(accepts);
  return (root, accepts) => {
    let value = root;
    for (const step of steps) value = step(value);
    return accepts(value) ? value : undefined;
  };
}

/** Undefined for a step to several values. */
function compileStep(step: Step): ((value: unknown) => unknown) | undefined {
  switch (step.kind) {
    case "property": {
      const { name } = step;
      const isInherited = name in {};
      return (value) =>
        isRecord(value) && (!isInherited || Object.hasOwn(value, name)) ? value[name] : undefined;
    }
    case "element": {
      const { index } = step;
      return (value) => (Array.isArray(value) ? value[index] : undefined);
    }
    case "anyProperty":
    case "anyElement":
      return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every value that the selector leads to: none, one, or with a wildcard several. */
export function select(root: unknown, selector: Selector): readonly unknown[] {
  return selector.reduce<readonly unknown[]>(
    (values, step) => values.flatMap((value) => follow(value, step)),
    [root],
  );
}

function follow(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const isList = Array.isArray(value);
  switch (step.kind) {
    case "property":
      return !isList && Object.hasOwn(value, step.name) ? [Reflect.get(value, step.name)] : [];
    case "element":
      return isList && step.index < value.length ? [value[step.index]] : [];
    case "anyProperty":
      return isList ? [] : Object.values(value);
    case "anyElement":
      return isList ? value : [];
  }
}
