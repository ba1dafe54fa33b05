// A position among the tokens of a PromQL expression, and the words for what does not belong there.
import { aggregators } from "./aggregators.ts";
import { operatorNames } from "./expression.ts";
import { parseError, type PromqlError } from "./promql-error.ts";
import { tokenize, type PromqlToken } from "./tokens.ts";

/** Words that cannot name a metric outside of quotes. */
const reservedWords: ReadonlySet<string> = new Set([
  "atan2",
  "bool",
  "group_left",
  "group_right",
  "ignoring",
  "inf",
  "nan",
  "on",
]);

const otherKeywords: ReadonlySet<string> = new Set(["by", "without", "offset", "start", "end"]);

const operators: ReadonlySet<string> = new Set<string>([...operatorNames, "=", "=~", "!~"]);

/** Keywords are the same in capitals. */
export const isAggregatorWord = (word: string): boolean => aggregators.has(word.toLowerCase());

export const isReservedWord = (word: string): boolean => reservedWords.has(word.toLowerCase());

export const isKeyword = (word: string): boolean =>
  isReservedWord(word) || isAggregatorWord(word) || otherKeywords.has(word.toLowerCase()) || isOperator(word);

const isOperator = (text: string): boolean => operators.has(text.toLowerCase());

export class TokenReader {
  readonly text: string;
  readonly #tokens: readonly PromqlToken[];
  #next = 0;

  /** @throws PromqlError */
  constructor(text: string) {
    this.text = text;
    this.#tokens = tokenize(text);
  }

  peek(ahead = 0): PromqlToken {
    return this.#tokens[this.#next + ahead] ?? { kind: "end", text: "", position: this.text.length };
  }

  next(): PromqlToken {
    const token = this.peek();
    this.#next++;
    return token;
  }

  isSign(sign: string, ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === "sign" && text === sign;
  }

  takeSign(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.#next++;
    return true;
  }

  expectSign(sign: string, context: string): void {
    if (!this.takeSign(sign)) throw this.unexpected(context, `"${sign}"`);
  }

  isWord(word: string): boolean {
    const { kind, text } = this.peek();
    return kind === "word" && text.toLowerCase() === word;
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.#next++;
    return true;
  }

  unexpected(context = "", expected = ""): PromqlError {
    const where = context === "" ? "" : ` in ${context}`;
    const instead = expected === "" ? "" : `, expected ${expected}`;
    return this.problem(`unexpected ${describe(this.peek())}${where}${instead}`);
  }

  problem(problem: string, position = this.peek().position): PromqlError {
    return parseError(this.text, position, problem);
  }
}

function describe({ kind, text }: PromqlToken): string {
  switch (kind) {
    case "end":
      return "end of input";
    case "sign":
      return isOperator(text) ? `<op:${text}>` : `"${text}"`;
    case "word":
      if (isAggregatorWord(text)) return `<aggr:${text}>`;
      if (isOperator(text)) return `<op:${text}>`;
      return isKeyword(text) ? `<${text}>` : `identifier "${text}"`;
    case "string":
      return `string ${JSON.stringify(text)}`;
    case "number":
    case "duration":
      return `${kind} "${text}"`;
  }
}
