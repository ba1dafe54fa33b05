// Conditions on the fields of space-delimited events.
import { compileComparison } from "./compare.ts";
import type { CompileRegex, ReadingPredicate } from "./compile.ts";
import { allOf, anyOf } from "./compose.ts";
import type { EventFields } from "./event-fields.ts";
import type { Condition, Field } from "./tree.ts";

/**
 * Whether an event can match by the number of its fields. `...` takes as many as the others leave. Without it
 * a last field that has no condition takes all that is left, as in AWS's example `[w1=ERROR, w2]`.
 */
function compileFit(pattern: readonly Field[]): (fields: EventFields) => boolean {
  const count = pattern.length;
  if (restOf(pattern) >= 0) return (fields) => fields.hasAtLeast(count - 1);
  if (takesRest(pattern)) return (fields) => fields.hasAtLeast(count);
  return (fields) => fields.hasAtLeast(count) && !fields.hasAtLeast(count + 1);
}

const restOf = (pattern: readonly Field[]) => pattern.findIndex((field) => field.kind === "rest");

function takesRest(pattern: readonly Field[]): boolean {
  const last = pattern.at(-1);
  return last?.kind === "field" && last.condition === undefined;
}

/** Whether a field of the pattern is the event's field at the same place, whatever comes behind. */
function isFixed(pattern: readonly Field[], place: number): boolean {
  const rest = restOf(pattern);
  return rest >= 0 ? place < rest : place < pattern.length - 1 || !takesRest(pattern);
}

/** Reads the value of a pattern's field in the fields of an event that fits. */
function compilePlace(pattern: readonly Field[], place: number): (fields: EventFields) => string {
  if (isFixed(pattern, place)) return (fields) => fields.at(place) ?? "";
  const behind = pattern.length - place - 1;
  if (restOf(pattern) < 0) return (fields) => fields.slice(place, fields.count).join(" ");
  if (place === restOf(pattern)) return (fields) => fields.slice(place, fields.count - behind).join(" ");
  return (fields) => fields.at(fields.count - behind - 1) ?? "";
}

/** Reads the value of a field of the pattern; undefined for an event with another number of fields. */
export function compileField(
  pattern: readonly Field[],
  place: number,
): (fields: EventFields) => string | undefined {
  const fits = compileFit(pattern);
  const read = compilePlace(pattern, place);
  return (fields) => (fits(fields) ? read(fields) : undefined);
}

/** Looks at the fields whose place is known first: a test that fails there spares finding the others. */
export function compileFields(pattern: readonly Field[], compileRegex: CompileRegex): ReadingPredicate {
  const testsOf = (fixed: boolean) =>
    pattern.flatMap((field, place) => {
      if (field.kind !== "field" || field.condition === undefined) return [];
      if (isFixed(pattern, place) !== fixed) return [];
      const read = compilePlace(pattern, place);
      const test = compile(field.condition, compileRegex);
      return [(fields: EventFields) => test(read(fields))];
    });
  const matches = allOf([...testsOf(true), compileFit(pattern), ...testsOf(false)]);
  return ({ fields }) => matches(fields);
}

function compile(condition: Condition<string>, compileRegex: CompileRegex): (value: string) => boolean {
  switch (condition.kind) {
    case "and":
      return allOf(condition.operands.map((operand) => compile(operand, compileRegex)));
    case "or":
      return anyOf(condition.operands.map((operand) => compile(operand, compileRegex)));
    case "compare":
      return compileComparison(condition.operator, condition.operand, compileRegex);
    case "is":
    case "notExists":
      return () => false; // only JSON events have these, and the parser of fields makes none
  }
}
