// The model's patterns as matchers of whole strings, in time that grows with the string and no faster.
import { RE2JS } from "re2js";

export interface WholePattern {
  test(text: string): boolean;
}

const compiled = new Map<string, WholePattern>();

/**
 * A pattern of the model, which the whole string must match. The patterns are Java's, nearly JavaScript's:
 * `(?s)` at the start becomes a flag, and what unicode mode refuses is compiled without it.
 *
 * Some of them, such as `[ \t]*[^:]+([ \t]+[^:]+)*` for a header's value, would keep a backtracking engine
 * busy for hours over forty spaces and a colon. So only patterns with at most one unbounded repetition, and
 * none of a group, run on the bare engine; the others run on re2, unless they look ahead, which it cannot.
 * @throws Error at boot for a pattern that neither engine can read.
 */
export function wholePattern(pattern: string): WholePattern {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const made = canBacktrack(pattern) ? (linear(pattern) ?? native(pattern)) : native(pattern);
  compiled.set(pattern, made);
  return made;
}

function canBacktrack(pattern: string): boolean {
  const skeleton = pattern.replaceAll(/\\./g, "x").replaceAll(/\[[^\]]*\]/g, "x");
  const repeatsGroup = /\)(?:[*+]|\{)/.test(skeleton);
  const unbounded = skeleton.match(/[*+]|\{\d+,\}/g) ?? [];
  return repeatsGroup || unbounded.length > 1;
}

function linear(pattern: string): WholePattern | undefined {
  if (pattern.includes("(?!") || pattern.includes("(?=")) return undefined;
  const matcher = RE2JS.compile(pattern);
  return { test: (text) => matcher.matches(text) };
}

function native(pattern: string): WholePattern {
  const dotAll = pattern.startsWith("(?s)");
  const whole = `^(?:${dotAll ? pattern.slice("(?s)".length) : pattern})$`;
  const flags = dotAll ? "s" : "";
  try {
    return new RegExp(whole, `${flags}u`);
  } catch {
    return new RegExp(whole, flags); // an escape that unicode mode does not know, such as \-
  }
}
