// Compares one value of an event with the operand of a condition.
import type { CompileRegex } from "./compile.ts";
import { isNumberText } from "./scanner.ts";
import type { Operand, Operator } from "./tree.ts";

/** A value that a condition can look at: what is an object or an array matches no comparison. */
export type Scalar = string | number | boolean | null;

/**
 * An unquoted number is compared as a number with numbers, and with texts that are numbers; everything else
 * is compared as text, in which `*` at the beginning and the end of the operand stands for any characters.
 */
export function compileComparison(
  operator: Operator,
  operand: Operand,
  compileRegex: CompileRegex,
): (value: Scalar) => boolean {
  if (operand.kind === "regex") {
    const find = compileRegex(operand.text);
    return operator === "=" ? (value) => find(String(value)) : (value) => !find(String(value));
  }
  if (!operand.quoted && isNumberText(operand.text)) {
    const compare = numberComparisons[operator];
    const wanted = Number(operand.text);
    return (value) => {
      const number = numberOf(value);
      return number === undefined ? operator === "!=" : compare(number, wanted);
    };
  }
  const like = textMatcher(operand.text);
  return operator === "=" ? (value) => like(String(value)) : (value) => !like(String(value));
}

const numberComparisons: Readonly<Record<Operator, (value: number, wanted: number) => boolean>> = {
  "=": (value, wanted) => value === wanted,
  "!=": (value, wanted) => value !== wanted,
  "<": (value, wanted) => value < wanted,
  "<=": (value, wanted) => value <= wanted,
  ">": (value, wanted) => value > wanted,
  ">=": (value, wanted) => value >= wanted,
};

function numberOf(value: Scalar): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && isNumberText(value) ? Number(value) : undefined;
}

/** `*` counts only as the first and as the last character; between others it is itself. */
function textMatcher(pattern: string): (text: string) => boolean {
  if (pattern === "*") return () => true;
  const before = pattern.startsWith("*");
  const behind = pattern.endsWith("*");
  const text = pattern.slice(before ? 1 : 0, behind ? -1 : undefined);
  if (before && behind) return (value) => value.includes(text);
  if (before) return (value) => value.endsWith(text);
  return behind ? (value) => value.startsWith(text) : (value) => value === text;
}
