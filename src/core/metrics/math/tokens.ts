// Cuts a metric math expression into tokens.
import type { MathProblem } from "./expression.ts";

export interface MathToken {
  readonly kind: "number" | "name" | "text" | "sign" | "end";
  /** Of a text, what is between its quotes. */
  readonly text: string;
  readonly position: number;
}

const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const name = /[A-Za-z_]\w*/y;
const sign = /==|!=|<=|>=|&&|\|\||[-+*/^<>()[\],]/y;

/**
 * A text stands in single or double quotes; a backslash before the quote keeps it inside. Other backslashes
 * are left to whoever reads the text.
 */
export function tokenize(text: string): readonly MathToken[] | MathProblem {
  const tokens: MathToken[] = [];
  let position = 0;
  while (position < text.length) {
    const character = text.charAt(position);
    if (/\s/.test(character)) {
      position++;
      continue;
    }
    const token = readToken(text, position, character);
    if (token === undefined) return { problem: `Invalid syntax at position ${position}`, position };
    tokens.push(token.token);
    position = token.end;
  }
  tokens.push({ kind: "end", text: "", position });
  return tokens;
}

interface ReadToken {
  readonly token: MathToken;
  readonly end: number;
}

function readToken(text: string, position: number, first: string): ReadToken | undefined {
  if (first === "'" || first === '"') return readText(text, position, first);
  for (const [kind, pattern] of [
    ["number", number],
    ["name", name],
    ["sign", sign],
  ] as const) {
    pattern.lastIndex = position;
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) return { token: { kind, text: found, position }, end: position + found.length };
  }
  return undefined;
}

function readText(text: string, position: number, quote: string): ReadToken | undefined {
  let content = "";
  for (let index = position + 1; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === quote) {
      return { token: { kind: "text", text: content, position }, end: index + 1 };
    }
    if (character === "\\" && index + 1 < text.length) {
      const next = text.charAt(++index);
      content += next === quote ? next : character + next;
    } else {
      content += character;
    }
  }
  return undefined;
}
