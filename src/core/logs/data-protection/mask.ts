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
    return findings;
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
 * What was found in a text, in what a transformer made of it: there it may be without the keywords that
 * told it. `findings` are those of `original`; undefined when one of them is there in another form, or not at
 * all, so that nobody can tell where it went.
 */
export function findAgain(
  made: string,
  original: string,
  findings: readonly Finding[],
): readonly Finding[] | undefined {
  const lower = made.toLowerCase();
  // Letters of some languages are longer in lower case.
  const isFolded = lower.length === made.length;
  const again = new Map<string, readonly Finding[]>();
  for (const { identifier, start, end } of findings) {
    const found = original.slice(start, end);
    if (again.has(found)) continue;
    const needle = isFolded ? found.toLowerCase() : found;
    const places = formsOf(needle).flatMap((form) => wholeWords(isFolded ? lower : made, form, identifier));
    if (places.length === 0) return undefined;
    again.set(found, places);
  }
  return [...again.values()].flat();
}

/** As it is, as it stands in a text of JSON, and as a number has it. */
function formsOf(found: string): readonly string[] {
  const forms = [found, JSON.stringify(found).slice(1, -1), found.replace(/^0+(?=\d+$)/, "")];
  return [...new Set(forms)];
}

function wholeWords(text: string, word: string, identifier: string): readonly Finding[] {
  const found: Finding[] = [];
  for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + word.length)) {
    const end = start + word.length;
    const isPart = isInsideWord(text, start) || isInsideWord(text, end);
    if (!isPart) found.push({ identifier, start, end });
  }
  return found;
}

/** Whether letters or digits stand on both sides. */
function isInsideWord(text: string, at: number): boolean {
  const isWordSign = (sign: string | undefined) => sign !== undefined && /[\p{L}\p{N}]/u.test(sign);
  return isWordSign(text[at - 1]) && isWordSign(text[at]);
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
