// The tokens of the Logs Insights query language.
import { InsightsQueryError, unexpectedSymbol, type Span } from "./query-error.ts";
import type { PeriodUnit } from "./query-tree.ts";

/**
 * `name` is a word in back quotes, which may hold anything. Whether a slash begins a regular expression or
 * divides depends on what stands before it, so the reader says which one it wants.
 */
export type Token =
  | {
      readonly kind: "word" | "name" | "text" | "regex" | "symbol";
      readonly text: string;
      readonly span: Span;
    }
  | { readonly kind: "number"; readonly text: string; readonly span: Span }
  | { readonly kind: "period"; readonly count: number; readonly unit: PeriodUnit; readonly span: Span }
  | { readonly kind: "end"; readonly span: Span };

const word = /[\p{L}_@][\p{L}\p{N}_@]*/uy;
const segment = /[\p{L}\p{N}_@]+/uy;
const number = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const period = /(\d+)([a-zA-Z]+)/y;
/** The documentation compares a field with an address that stands in no quotation marks. */
const webAddress = /https?:\/\/[^\s|,()[\]]+/y;
const blanksAndComments = /(?:\s|#[^\n]*)*/y;
const symbols = [
  "<=",
  ">=",
  "!=",
  "=~",
  "||",
  "=",
  "!",
  "<",
  ">",
  "+",
  "-",
  "*",
  "/",
  "%",
  "^",
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  "|",
  ".",
];

const unitNames: Readonly<Record<PeriodUnit, readonly string[]>> = {
  ms: ["ms", "msec", "millisecond"],
  s: ["s", "sec", "second"],
  m: ["m", "min", "minute"],
  h: ["h", "hr", "hour"],
  d: ["d", "day"],
  w: ["w", "week"],
  mo: ["mo", "mon", "month"],
  q: ["q", "qtr", "quarter"],
  y: ["y", "yr", "year"],
};

const isUnit = (name: string): name is PeriodUnit => name in unitNames;

/** All names but the single letters have a plural: `5m`, `5min`, `5mins`, `5minutes`. */
const units: ReadonlyMap<string, PeriodUnit> = new Map(
  Object.keys(unitNames)
    .filter(isUnit)
    .flatMap((unit) => unitNames[unit].map((name) => ({ name, unit })))
    .flatMap(({ name, unit }) =>
      [name, ...(name.length > 1 ? [`${name}s`] : [])].map((text) => [text, unit] as const),
    ),
);

/** Where the next token begins: behind blanks and comments, which run from `#` to the end of the line. */
export function skipBlanks(text: string, offset: number): number {
  return offset + matchAt(blanksAndComments, text, offset).length;
}

/** The token at an offset that `skipBlanks` gave. */
export function readToken(text: string, start: number): Token {
  const character = text.charAt(start);
  if (character === "") return { kind: "end", span: { start, end: start } };
  if (character === '"' || character === "'") return quoted(text, start, "text");
  if (character === "`") return quoted(text, start, "name");
  const web = matchAt(webAddress, text, start);
  if (web !== "") return { kind: "text", text: web, span: spanOf(start, web) };
  const time = matchAt(period, text, start);
  if (time !== "") {
    const found = readPeriod(time, start);
    if (found !== undefined) return found;
  }
  const digits = matchAt(number, text, start);
  if (digits !== "") return { kind: "number", text: digits, span: spanOf(start, digits) };
  const name = matchAt(word, text, start);
  if (name !== "") return { kind: "word", text: name, span: spanOf(start, name) };
  const symbol = symbols.find((candidate) => text.startsWith(candidate, start));
  if (symbol !== undefined) return { kind: "symbol", text: symbol, span: spanOf(start, symbol) };
  throw unexpectedSymbol(text, spanOf(start, String.fromCodePoint(text.codePointAt(start) ?? 0)));
}

/** The expression between two slashes, of which `\/` is none; undefined where no slash is. */
export function readRegex(text: string, start: number): Token | undefined {
  if (text.charAt(start) !== "/") return undefined;
  for (let offset = start + 1; offset < text.length; offset++) {
    const character = text.charAt(offset);
    if (character === "\\") offset += 1;
    else if (character === "/") {
      const source = text.slice(start + 1, offset).replaceAll("\\/", "/");
      return { kind: "regex", text: source, span: { start, end: offset + 1 } };
    }
  }
  throw new InsightsQueryError("a regular expression is not closed by '/'", { start, end: text.length });
}

/** What stands between two dots of a field's name; it may begin with a digit. */
export function readSegment(text: string, start: number): Token | undefined {
  if (text.charAt(start) === "`") return quoted(text, start, "name");
  const found = matchAt(segment, text, start);
  return found === "" ? undefined : { kind: "word", text: found, span: spanOf(start, found) };
}

function readPeriod(found: string, start: number): Token | undefined {
  const [, count = "", unitText = ""] = /^(\d+)(.*)$/.exec(found) ?? [];
  const unit = units.get(unitText.toLowerCase());
  return unit === undefined
    ? undefined
    : { kind: "period", count: Number(count), unit, span: spanOf(start, found) };
}

/** A backslash stands before a quotation mark or a backslash that is meant; before others it is itself. */
function quoted(text: string, start: number, kind: "text" | "name"): Token {
  const mark = text.charAt(start);
  let content = "";
  for (let offset = start + 1; offset < text.length; offset++) {
    const character = text.charAt(offset);
    if (character === mark) return { kind, text: content, span: { start, end: offset + 1 } };
    const next = text.charAt(offset + 1);
    if (character === "\\" && (next === mark || next === "\\")) {
      content += next;
      offset += 1;
    } else {
      content += character;
    }
  }
  throw new InsightsQueryError(`a text is not closed by ${mark}`, { start, end: text.length });
}

function matchAt(pattern: RegExp, text: string, offset: number): string {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? "";
}

function spanOf(start: number, text: string): Span {
  return { start, end: start + text.length };
}
