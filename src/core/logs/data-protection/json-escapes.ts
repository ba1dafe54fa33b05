// The escapes of JSON in a text: what is behind them, and where in the text that stands.
import type { Finding, FindSensitive } from "./mask.ts";

interface Unescaped {
  readonly text: string;
  /** Where in the text with escapes a place of this one is. */
  readonly placeOf: (index: number) => number;
}

/** A text of JSON in a text of JSON, in another one, is what wrappers of logs make. */
const maximumDepth = 3;

const letters: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Undefined for a text without escapes. Of which an end may be cut off: those stay as they are. */
export function readEscapes(escaped: string): Unescaped | undefined {
  const pieces: string[] = [];
  /** Behind each escape: the place without escapes, and with them. */
  const places: (readonly [plain: number, escaped: number])[] = [[0, 0]];
  let [plainEnd, from] = [0, 0];
  for (const { 0: whole, 1: code, 2: letter = "", index } of escaped.matchAll(
    /\\(?:u([\da-fA-F]{4})|(["\\/bfnrt]))/g,
  )) {
    const sign = code === undefined ? (letters[letter] ?? letter) : String.fromCharCode(parseInt(code, 16));
    pieces.push(escaped.slice(from, index), sign);
    plainEnd += index - from + 1;
    from = index + whole.length;
    places.push([plainEnd, from]);
  }
  if (pieces.length === 0) return undefined;
  pieces.push(escaped.slice(from));
  const placeOf = (index: number): number => {
    let [low, high] = [0, places.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((places[middle]?.[0] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    const [plain, place] = places[low] ?? [0, 0];
    return place + index - plain;
  };
  return { text: pieces.join(""), placeOf };
}

/**
 * What is found in the text with and without its escapes, each with its place in the text as it is. What two
 * readings find at one place counts once: in JSON as the first reading without escapes has it, so that no
 * escape is cut in two, in other texts as it stands.
 */
export function findInEscaped(text: string, find: FindSensitive): readonly Finding[] {
  const readings: (readonly Finding[])[] = [];
  let placeOf = (index: number): number => index;
  let read = readEscapes(text);
  for (let depth = 0; read !== undefined && depth < maximumDepth; depth++) {
    const [inner, outer] = [read.placeOf, placeOf];
    placeOf = (index) => outer(inner(index));
    const place = placeOf;
    readings.push(
      find(read.text).map((found) => ({ ...found, start: place(found.start), end: place(found.end) })),
    );
    read = readEscapes(read.text);
  }
  const asItIs = find(text);
  const [first = asItIs, ...others] =
    /^\s*[{["]/.test(text) && isJson(text) ? [...readings, asItIs] : [asItIs, ...readings];
  const marks = new Map<string, Uint8Array>();
  const marksOf = ({ identifier, start, end }: Finding) => {
    const places = marks.get(identifier) ?? new Uint8Array(text.length);
    marks.set(identifier, places);
    return places.subarray(start, end);
  };
  return [first, ...others].flatMap((reading) => {
    const news = reading.filter((found) => !marksOf(found).includes(1));
    for (const found of news) marksOf(found).fill(1);
    return news;
  });
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // what is asked
  }
}
