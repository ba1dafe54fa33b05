// A position in the text of a filter pattern, and the small pieces that all its forms share.
import { FilterPatternError, type Operand } from "./tree.ts";

const blank = /\s/;
const numberText = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** What ends a word that is not in quotes, in conditions. */
const endsWord = /[\s"(){}[\],=<>!&|%]/;

/** Whether an unquoted operand is compared as a number: `400`, `+1000`, `10e-3`. */
export function isNumberText(text: string): boolean {
  return numberText.test(text);
}

export class Scanner {
  readonly text: string;
  offset = 0;

  constructor(text: string) {
    this.text = text;
  }

  fail(message: string): never {
    throw new FilterPatternError(message, this.offset);
  }

  get atEnd(): boolean {
    return this.offset >= this.text.length;
  }

  peek(): string {
    return this.text.charAt(this.offset);
  }

  skipBlanks(): void {
    while (!this.atEnd && blank.test(this.peek())) this.offset += 1;
  }

  /** Takes `expected` if it comes next. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.offset)) return false;
    this.offset += expected.length;
    return true;
  }

  /** Takes a keyword in capitals that ends where a word ends. */
  takeKeyword(keyword: string): boolean {
    const next = this.text.charAt(this.offset + keyword.length);
    if (!this.text.startsWith(keyword, this.offset) || /\w/.test(next)) return false;
    this.offset += keyword.length;
    return true;
  }

  expect(expected: string): void {
    if (!this.take(expected)) this.fail(`'${expected}' is expected`);
  }

  /** Text in double quotes; `\"` and `\\` stand for the character behind the backslash. */
  quoted(): string {
    let text = "";
    for (this.offset += 1; !this.atEnd; this.offset += 1) {
      const character = this.peek();
      if (character === '"') {
        this.offset += 1;
        return text;
      }
      const escaped = this.text.charAt(this.offset + 1);
      if (character === "\\" && (escaped === '"' || escaped === "\\")) {
        text += escaped;
        this.offset += 1;
      } else {
        text += character;
      }
    }
    return this.fail("a quotation mark is not closed");
  }

  /** The text between two `%`; `\%` does not end it. */
  regex(): string {
    const start = this.offset + 1;
    for (this.offset = start; !this.atEnd; this.offset += 1) {
      if (this.peek() === "\\") this.offset += 1;
      else if (this.peek() === "%") {
        const text = this.text.slice(start, this.offset);
        this.offset += 1;
        return text;
      }
    }
    return this.fail("a regular expression is not closed by '%'");
  }

  /** What stands behind an operator. */
  operand(): Operand {
    if (this.peek() === '"') return { kind: "text", text: this.quoted(), quoted: true };
    if (this.peek() === "%") return { kind: "regex", text: this.regex() };
    const start = this.offset;
    while (!this.atEnd && !endsWord.test(this.peek())) this.offset += 1;
    if (this.offset === start) this.fail("a value is expected");
    return { kind: "text", text: this.text.slice(start, this.offset), quoted: false };
  }
}
