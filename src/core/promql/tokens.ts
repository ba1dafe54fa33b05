// Cuts a PromQL expression into tokens.
import { parseError } from "./promql-error.ts";

export type TokenKind = "number" | "duration" | "string" | "word" | "sign" | "end";

export interface PromqlToken {
  readonly kind: TokenKind;
  /** As it is written, a string with its quotes. */
  readonly text: string;
  readonly position: number;
}

const blanksAndComments = /(?:\s+|#[^\n]*)*/y;
const numeral = /0[xX][0-9a-fA-F]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const duration = /(?:\d+(?:ms|[smhdwy]))+(?![\w.])/y;
const wordAfterNumber = /[\w.]*/y;
const word = /[a-zA-Z_:][\w:]*/y;
const wordInBrackets = /[a-zA-Z_]\w*/y;
const sign = /==|!=|=~|!~|<=|>=|[-+*/%^<>=()[\]{},:@]/y;

function matchAt(pattern: RegExp, text: string, position: number): string {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0] ?? "";
}

/** @throws PromqlError */
export function tokenize(text: string): readonly PromqlToken[] {
  const tokens: PromqlToken[] = [];
  // Between brackets a colon separates; elsewhere it is a letter of a name.
  let inBrackets = false;
  for (let position = 0; ;) {
    position += matchAt(blanksAndComments, text, position).length;
    if (position >= text.length) {
      tokens.push({ kind: "end", text: "", position: text.length });
      return tokens;
    }
    const token = readToken(text, position, inBrackets);
    if (token.text === "[") inBrackets = true;
    if (token.text === "]") inBrackets = false;
    tokens.push(token);
    position += token.text.length;
  }
}

function readToken(text: string, position: number, inBrackets: boolean): PromqlToken {
  const first = text.charAt(position);
  if (first === '"' || first === "'" || first === "`") {
    return { kind: "string", text: readString(text, position, first), position };
  }
  const digits = matchAt(numeral, text, position);
  if (digits !== "") return readNumber(text, position, digits);
  for (const [kind, pattern] of [
    ["word", inBrackets ? wordInBrackets : word],
    ["sign", sign],
  ] as const) {
    const found = matchAt(pattern, text, position);
    if (found !== "") return { kind, text: found, position };
  }
  throw parseError(
    text,
    position,
    `unexpected character: '${String.fromCodePoint(codePointAt(text, position))}'`,
  );
}

const codePointAt = (text: string, position: number): number => text.codePointAt(position) ?? 0;

function readNumber(text: string, position: number, digits: string): PromqlToken {
  const time = matchAt(duration, text, position);
  if (time !== "") return { kind: "duration", text: time, position };
  const rest = matchAt(wordAfterNumber, text, position + digits.length);
  if (rest !== "" || digits.endsWith("_") || digits.includes("__")) {
    throw parseError(text, position, `bad number or duration syntax: "${digits}${rest}"`);
  }
  return { kind: "number", text: digits, position };
}

function readString(text: string, position: number, mark: string): string {
  for (let index = position + 1; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === mark) return text.slice(position, index + 1);
    if (mark === "`") continue;
    if (character === "\n") break;
    if (character === "\\") index++;
  }
  throw parseError(text, position, mark === "`" ? "unterminated raw string" : "unterminated quoted string");
}
