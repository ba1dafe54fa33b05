// Conditions on the fields of space-delimited events.
import { compileComparison } from "./compare.ts";
import type { CompileRegex, ReadingPredicate } from "./compile.ts";
import type { Condition, Field } from "./tree.ts";

/**
 * Splits at blanks; what stands in brackets or in double quotes is one field, without them.
 * `1.2.3.4 - [10/Oct/2000 13:25] "GET / HTTP/1.0" 200` has five fields.
 */
export function splitFields(message: string): readonly string[] {
  const fields: string[] = [];
  const brackets = createFinder(message, "]");
  const quotations = createFinder(message, '"');
  for (let start = 0; ;) {
    while (start < message.length && isBlankAt(message, start)) start += 1;
    if (start >= message.length) return fields;
    const opening = message.charCodeAt(start);
    const find = opening === bracket ? brackets : opening === quotation ? quotations : undefined;
    const close = find?.(start + 1) ?? message.length;
    if (close < message.length && (close + 1 === message.length || isBlankAt(message, close + 1))) {
      fields.push(message.slice(start + 1, close));
      start = close + 1;
      continue;
    }
    let end = start + 1;
    while (end < message.length && !isBlankAt(message, end)) end += 1;
    fields.push(message.slice(start, end));
    start = end;
  }
}

/**
 * Finds the next of a character, or the end of the text. What was found is kept, so that a text of opening
 * brackets is read once and not once for each of them.
 */
function createFinder(text: string, character: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) {
      const next = text.indexOf(character, from);
      found = next < 0 ? text.length : next;
    }
    return found;
  };
}

const bracket = 0x5b;
const quotation = 0x22;

/** What `\s` means in a regular expression. */
function isBlankAt(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return unit === 0xa0 || (unit > 0x167f && /\s/.test(text.charAt(index)));
}

/**
 * Whether an event with so many fields can match. `...` takes as many as the others leave. Without it a last
 * field that has no condition takes all that is left, as in AWS's example `[w1=ERROR, w2]`.
 */
function fits(pattern: readonly Field[], count: number): boolean {
  if (pattern.some((field) => field.kind === "rest")) return count >= pattern.length - 1;
  return count === pattern.length || (count > pattern.length && takesRest(pattern));
}

function takesRest(pattern: readonly Field[]): boolean {
  const last = pattern.at(-1);
  return last?.kind === "field" && last.condition === undefined;
}

/** The value of a pattern's field in the fields of an event that fits. */
function valueAt(pattern: readonly Field[], values: readonly string[], place: number): string {
  const rest = pattern.findIndex((field) => field.kind === "rest");
  const behind = pattern.length - place - 1;
  if (place === rest) return values.slice(place, values.length - behind).join(" ");
  if (rest >= 0 && place > rest) return values[values.length - behind - 1] ?? "";
  const isAllThatIsLeft = rest < 0 && behind === 0 && takesRest(pattern);
  return isAllThatIsLeft ? values.slice(place).join(" ") : (values[place] ?? "");
}

/** The value of a field of the pattern; undefined for an event with another number of fields. */
export function readField(
  pattern: readonly Field[],
  values: readonly string[],
  place: number,
): string | undefined {
  return fits(pattern, values.length) ? valueAt(pattern, values, place) : undefined;
}

export function compileFields(pattern: readonly Field[], compileRegex: CompileRegex): ReadingPredicate {
  const tests = pattern.flatMap((field, place) => {
    if (field.kind !== "field" || field.condition === undefined) return [];
    return [{ place, test: compile(field.condition, compileRegex) }];
  });
  return ({ fields }) =>
    fits(pattern, fields.length) && tests.every(({ place, test }) => test(valueAt(pattern, fields, place)));
}

function compile(condition: Condition<string>, compileRegex: CompileRegex): (value: string) => boolean {
  switch (condition.kind) {
    case "and": {
      const operands = condition.operands.map((operand) => compile(operand, compileRegex));
      return (value) => operands.every((test) => test(value));
    }
    case "or": {
      const operands = condition.operands.map((operand) => compile(operand, compileRegex));
      return (value) => operands.some((test) => test(value));
    }
    case "compare":
      return compileComparison(condition.operator, condition.operand, compileRegex);
    case "is":
    case "notExists":
      return () => false; // only JSON events have these, and the parser of fields makes none
  }
}
