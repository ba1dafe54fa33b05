// Finds sensitive data in texts, and masks it.
import { managedIdentifiers, type DataIdentifier } from "./identifiers.ts";
import { findInEscaped, isJson, readEscapes } from "./json-escapes.ts";
import { foldText, isNear, mentions, type FoldedText } from "./keywords.ts";

/** Where something was found; the end is exclusive. */
export interface Finding {
  readonly identifier: string;
  readonly start: number;
  readonly end: number;
}

export type FindSensitive = (text: string) => readonly Finding[];

/** Finds all matches of a custom expression; an engine whose time is bounded is passed in. */
export type FindAll = (text: string) => readonly { readonly start: number; readonly end: number }[];

/** `custom` are the expressions of policies' own identifiers by name, of which one may have several. */
export function compileFinder(
  identifiers: ReadonlySet<string>,
  custom: Iterable<readonly [string, FindAll]>,
): FindSensitive {
  const managed = [...managedIdentifiers].filter(([name]) => identifiers.has(name));
  const own = [...custom];
  const find: FindSensitive = (text) => {
    const findings: Finding[] = [];
    let folded: FoldedText | undefined;
    const fold = () => (folded ??= foldText(text));
    for (const [identifier, definition] of managed) {
      if (!mayHave(definition, text, fold)) continue;
      for (const [start, end] of matchesOf(definition, text, fold)) {
        findings.push({ identifier, start, end });
      }
    }
    for (const [identifier, findAll] of own) {
      for (const { start, end } of findAll(text)) findings.push({ identifier, start, end });
    }
    return findings;
  };
  return (text) => (text.includes("\\") ? findInEscaped(text, find) : find(text));
}

/** Without a look at its pattern. */
function mayHave(
  { sign, keywords, withoutKeyword }: DataIdentifier,
  text: string,
  fold: () => FoldedText,
): boolean {
  if (sign !== undefined && !text.includes(sign)) return false;
  if (keywords === undefined || (withoutKeyword !== undefined && text.includes(withoutKeyword))) return true;
  return mentions(fold(), keywords);
}

/** After what only looks like one the search goes on behind its first character. */
function matchesOf(
  { pattern, keywords, withoutKeyword, measure }: DataIdentifier,
  text: string,
  fold: () => FoldedText,
): readonly (readonly [number, number])[] {
  const matches: (readonly [number, number])[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const { 0: found, index: start } = match;
    const length = measure === undefined ? found.length : measure(found);
    if (length === 0) {
      pattern.lastIndex = start + 1;
      continue;
    }
    const end = start + length;
    const needsNone =
      keywords === undefined || (withoutKeyword !== undefined && found.startsWith(withoutKeyword));
    if (needsNone || isNear(fold(), start, end, keywords)) matches.push([start, end]);
  }
  return matches;
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

/** As it is, as it stands in a text of JSON, without the escapes of one, and as a number has it. */
function formsOf(found: string): readonly string[] {
  const plain = readEscapes(found)?.text ?? found;
  const inJson = [found, plain].map((form) => JSON.stringify(form).slice(1, -1));
  const forms = [found, plain, ...inJson, found.replace(/^0+(?=\d+$)/, "")];
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

/** Whether letters or digits stand on both sides, of which that of an escape of JSON is none. */
function isInsideWord(text: string, at: number): boolean {
  if (/\\[bfnrt]$/.test(text.slice(Math.max(0, at - 2), at))) return false;
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
  // Texts are taken whole, so that nothing in them looks like a number.
  return masked.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|[-+.\deE*]+/g, (token) =>
    token.startsWith('"') || !token.includes("*") ? token : `"${token}"`,
  );
}
