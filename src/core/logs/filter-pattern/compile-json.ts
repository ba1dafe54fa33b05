// Conditions on JSON events.
import { compileComparison, type Scalar } from "./compare.ts";
import type { CompileRegex, ReadingPredicate } from "./compile.ts";
import { allOf, anyOf } from "./compose.ts";
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
    case "and":
      return allOf(condition.operands.map((operand) => compile(operand, compileRegex)));
    case "or":
      return anyOf(condition.operands.map((operand) => compile(operand, compileRegex)));
    case "compare": {
      const compare = compileComparison(condition.operator, condition.operand, compileRegex);
      return compileAny(condition.subject, (value) => isScalar(value) && compare(value));
    }
    case "is": {
      const wanted: null | boolean = { NULL: null, TRUE: true, FALSE: false }[condition.value];
      return compileAny(condition.subject, (value) => value === wanted);
    }
    case "notExists": {
      const exists = compileAny(condition.subject, () => true);
      return (root) => !exists(root);
    }
  }
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value !== "object";
}

/** Whether one of the values that a selector leads to is accepted. */
function compileAny(selector: Selector, accepts: (value: unknown) => boolean): (root: object) => boolean {
  const read = compilePath(selector);
  if (read === undefined) return (root) => select(root, selector).some(accepts);
  return (root) => {
    const value = read(root);
    return value !== undefined && accepts(value);
  };
}

/** Reads the first scalar that a selector leads to; no value of JSON is undefined. */
export function compileSelector(selector: Selector): (root: unknown) => Scalar | undefined {
  const read = compilePath(selector) ?? ((root) => select(root, selector).find(isScalar));
  return (root) => {
    const value = read(root);
    return isScalar(value) ? value : undefined;
  };
}

/**
 * Most selectors lead to one value at most, which is found without a list of values for every step; undefined
 * for the others.
 */
function compilePath(selector: Selector): ((root: unknown) => unknown) | undefined {
  const steps = selector.flatMap((step) => compileStep(step) ?? []);
  if (steps.length < selector.length) return undefined;
  const [only] = steps;
  if (only !== undefined && steps.length === 1) return only;
  return (root) => {
    let value = root;
    for (const step of steps) value = step(value);
    return value;
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
