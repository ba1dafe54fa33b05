// Cuts a text of JSON values, one behind another, into the values as they were written.

/** A value as it was written and as it was read; `undefined` for what is no JSON. */
export interface WrittenValue {
  readonly text: string;
  readonly value: unknown;
}

/**
 * The values of `{...}{...}` and the like, with or without white space between them. What is no JSON ends the
 * text: nothing tells where the next value would begin.
 */
export function consecutiveValues(text: string): readonly WrittenValue[] {
  const values: WrittenValue[] = [];
  for (let from = skipSpace(text, 0); from < text.length;) {
    const to = endOfValue(text, from);
    const written = text.slice(from, to);
    const value = parse(written);
    values.push({ text: written, value });
    if (value === undefined) break;
    from = skipSpace(text, to);
  }
  return values;
}

/** The elements of an array that was read already. */
export function elementsOf({ text, value }: WrittenValue): readonly WrittenValue[] {
  if (!Array.isArray(value)) return [];
  let from = skipSpace(text, 1);
  return value.map((element: unknown) => {
    const to = endOfValue(text, from);
    const written = text.slice(from, to);
    from = skipSpace(text, skipSpace(text, to) + 1);
    return { text: written, value: element };
  });
}

/** Undefined for what is no JSON, which no JSON value is. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // whoever asked decides what to do without it
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\n\r".includes(text.charAt(at))) at += 1;
  return at;
}

/** Behind the value that begins here, if it is well formed. */
function endOfValue(text: string, from: number): number {
  const first = text.charAt(from);
  if (first === '"') return endOfString(text, from);
  if (first !== "{" && first !== "[") {
    const end = text.slice(from).search(/[\s,\]}{["]/);
    return end <= 0 ? text.length : from + end;
  }
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") at += 1;
    else if (character === '"') return at + 1;
  }
  return text.length;
}
