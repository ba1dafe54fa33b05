// Finds sensitive data in texts, and masks it.
import { keywordDistance, managedIdentifiers, type DataIdentifier } from "./identifiers.ts";

/** Where something was found; the end is exclusive. */
export interface Finding {
  readonly identifier: string;
  readonly start: number;
  readonly end: number;
}

export type FindSensitive = (text: string) => readonly Finding[];

/** Finds all matches of a custom expression; an engine whose time is bounded is passed in. */
export type FindAll = (text: string) => readonly { readonly start: number; readonly end: number }[];

/** Not AWS's: what one event may have. */
const findingsPerText = 1_000;

/** `custom` are the expressions of a policy's own identifiers by their names. */
export function compileFinder(
  identifiers: ReadonlySet<string>,
  custom: ReadonlyMap<string, FindAll>,
): FindSensitive {
  const managed = [...managedIdentifiers].filter(([name]) => identifiers.has(name));
  return (text) => {
    const findings: Finding[] = [];
    let lower: string | undefined;
    for (const [identifier, definition] of managed) {
      if (definition.keywords.length > 0) {
        lower ??= text.toLowerCase();
        if (!hasOne(lower, definition.keywords)) continue;
      }
      for (const [start, end] of matchesOf(definition, text, lower ?? "")) {
        findings.push({ identifier, start, end });
      }
    }
    for (const [identifier, findAll] of custom) {
      for (const { start, end } of findAll(text)) findings.push({ identifier, start, end });
    }
    return findings.slice(0, findingsPerText);
  };
}

function* matchesOf(
  { pattern, keywords, check }: DataIdentifier,
  text: string,
  lower: string,
): Generator<readonly [number, number]> {
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (check?.(found) === false) continue;
    const end = index + found.length;
    if (keywords.length > 0) {
      const before = Math.max(0, index - keywordDistance);
      const near = `${lower.slice(before, index)}\n${lower.slice(end, end + keywordDistance)}`;
      if (!hasOne(near, keywords)) continue;
    }
    yield [index, end];
  }
}

function hasOne(text: string, keywords: readonly string[]): boolean {
  return keywords.some((keyword) => text.includes(keyword));
}

/**
 * The text with asterisks for what was found. A number of a JSON text becomes a text of asterisks, so that it
 * stays JSON.
 */
export function maskText(text: string, findings: readonly Finding[]): string {
  let masked = "";
  let rest = 0;
  for (const { start, end } of findings.toSorted((one, other) => one.start - other.start)) {
    const from = Math.max(start, rest);
    if (end <= from) continue;
    masked += text.slice(rest, from) + "*".repeat(end - from);
    rest = end;
  }
  masked += text.slice(rest);
  if (!/^\s*[{[]/.test(text) || !isJson(text) || isJson(masked)) return masked;
  return masked.replace(/([:[,]\s*)(-?[\d.eE+-]*\*[\d.*eE+-]*)(?=\s*[,}\]])/g, '$1"$2"');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // what is asked
  }
}
