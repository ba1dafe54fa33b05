// Texts in quotes, with the escapes of Go.

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

const escape = /\\(?:x[0-9a-fA-F]{2}|[0-7]{3}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[abfnrtv\\'"])/y;

/**
 * What a text in quotes means; undefined when an escape is wrong. Between backticks nothing is escaped.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals
 */
export function unquote(quoted: string): string | undefined {
  const quote = quoted.charAt(0);
  const content = quoted.slice(1, -1);
  if (quote === "`" || !content.includes("\\")) return content;
  let text = "";
  for (let index = 0; index < content.length;) {
    if (content.charAt(index) !== "\\") {
      text += content.charAt(index++);
      continue;
    }
    escape.lastIndex = index;
    const [found] = escape.exec(content) ?? [];
    const meant = found === undefined ? undefined : meaningOf(found, content, index, quote);
    if (meant === undefined) return undefined;
    text += meant.text;
    index += meant.length;
  }
  return text;
}

interface Meaning {
  readonly text: string;
  /** Of what was read. */
  readonly length: number;
}

function meaningOf(found: string, content: string, index: number, quote: string): Meaning | undefined {
  const letter = found.charAt(1);
  if (letter === "'" || letter === '"') {
    return letter === quote ? { text: letter, length: 2 } : undefined;
  }
  if (letter === "u" || letter === "U") {
    const code = Number.parseInt(found.slice(2), 16);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
    return { text: String.fromCodePoint(code), length: found.length };
  }
  const simple = simpleEscapes[letter];
  if (simple !== undefined) return { text: simple, length: 2 };
  return bytesAt(content, index);
}

/** Bytes that follow each other are the UTF-8 of one text. */
function bytesAt(content: string, index: number): Meaning | undefined {
  const run = /^(?:\\(?:x[0-9a-fA-F]{2}|[0-7]{3}))+/.exec(content.slice(index))?.[0] ?? "";
  let percents = "";
  for (const [, hexadecimal, octal] of run.matchAll(/\\(?:x(..)|(...))/g)) {
    const byte =
      hexadecimal === undefined ? Number.parseInt(octal ?? "", 8) : Number.parseInt(hexadecimal, 16);
    if (byte > 0xff) return undefined;
    percents += `%${byte.toString(16).padStart(2, "0")}`;
  }
  try {
    return { text: decodeURIComponent(percents), length: run.length };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** In double quotes; `unquote` gives the text again. */
export const quote = (text: string): string => JSON.stringify(text);
