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
 * The fields of an event in the order of the pattern's; undefined when the event has another number of them.
 * `...` takes as many as the others leave. Without it a last field that has no condition takes all that is
 * left, as in AWS's example `[w1=ERROR, w2]`.
 */
export function alignFields(
  pattern: readonly Field[],
  values: readonly string[],
): readonly string[] | undefined {
  const rest = pattern.findIndex((field) => field.kind === "rest");
  if (rest >= 0) {
    const behind = pattern.length - rest - 1;
    if (values.length < rest + behind) return undefined;
    const middle = values.slice(rest, values.length - behind).join(" ");
    return [...values.slice(0, rest), middle, ...values.slice(values.length - behind)];
  }
  const last = pattern.at(-1);
  const takesRest = last?.kind === "field" && last.condition === undefined;
  if (values.length < pattern.length || (values.length > pattern.length && !takesRest)) return undefined;
  const place = pattern.length - 1;
  return takesRest ? [...values.slice(0, place), values.slice(place).join(" ")] : values;
}

export function compileFields(pattern: readonly Field[], compileRegex: CompileRegex): ReadingPredicate {
  const tests = pattern.map((field) =>
    field.kind === "field" && field.condition !== undefined
      ? compile(field.condition, compileRegex)
      : undefined,
  );
  return ({ fields }) => {
    const values = alignFields(pattern, fields);
    return values !== undefined && tests.every((test, place) => test?.(values[place] ?? "") ?? true);
  };
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
