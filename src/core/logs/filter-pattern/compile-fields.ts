// Conditions on the fields of space-delimited events.
import { compileComparison } from "./compare.ts";
import type { CompileRegex, ReadingPredicate } from "./compile.ts";
import type { Condition, Field } from "./tree.ts";

/**
 * The fields of a message, found as far as somebody asks for them: most patterns look at the first few.
 *
 * Blanks divide them; what stands in brackets or in double quotes is one field, without them.
 * `1.2.3.4 - [10/Oct/2000 13:25] "GET / HTTP/1.0" 200` has five fields.
 */
export class EventFields {
  readonly #message: string;
  readonly #found: string[] = [];
  /** Behind the last field that was found. */
  #at = 0;
  /** Where the next of each closing character is, so that a text of opening ones is read once. */
  #closingBracket = -1;
  #closingQuotation = -1;

  constructor(message: string) {
    this.#message = message;
  }

  /** Counts from 0; undefined behind the last one. */
  at(place: number): string | undefined {
    return this.hasAtLeast(place + 1) ? this.#found[place] : undefined;
  }

  hasAtLeast(count: number): boolean {
    while (this.#found.length < count) if (!this.#findNext()) return false;
    return true;
  }

  get all(): readonly string[] {
    while (this.#findNext());
    return this.#found;
  }

  #findNext(): boolean {
    const message = this.#message;
    const { length } = message;
    let start = this.#at;
    while (start < length && isBlankAt(message, start)) start += 1;
    if (start >= length) {
      this.#at = start;
      return false;
    }
    const close = this.#closeOf(message.charCodeAt(start), start + 1);
    if (close < length && (close + 1 === length || isBlankAt(message, close + 1))) {
      this.#found.push(message.slice(start + 1, close));
      this.#at = close + 1;
      return true;
    }
    let end = start + 1;
    while (end < length && !isBlankAt(message, end)) end += 1;
    this.#found.push(message.slice(start, end));
    this.#at = end;
    return true;
  }

  /** The end of the message for a field that opens with neither, or is not closed. */
  #closeOf(opening: number, from: number): number {
    if (opening === bracket) {
      if (this.#closingBracket < from) this.#closingBracket = this.#next("]", from);
      return this.#closingBracket;
    }
    if (opening === quotation) {
      if (this.#closingQuotation < from) this.#closingQuotation = this.#next('"', from);
      return this.#closingQuotation;
    }
    return this.#message.length;
  }

  #next(character: string, from: number): number {
    const found = this.#message.indexOf(character, from);
    return found < 0 ? this.#message.length : found;
  }
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
  if (restOf(pattern) < 0) return ({ all }) => all.slice(place).join(" ");
  if (place === restOf(pattern)) return ({ all }) => all.slice(place, all.length - behind).join(" ");
  return ({ all }) => all[all.length - behind - 1] ?? "";
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
  const tests = [...testsOf(true), compileFit(pattern), ...testsOf(false)];
  return ({ fields }) => tests.every((test) => test(fields));
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
