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
      return (root) => select(root, condition.subject).some((value) => isScalar(value) && compare(value));
    }
    case "is": {
      const wanted = { NULL: null, TRUE: true, FALSE: false }[condition.value];
      return (root) => select(root, condition.subject).includes(wanted);
    }
    case "notExists":
      return (root) => select(root, condition.subject).length === 0;
  }
}

export function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value !== "object";
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
