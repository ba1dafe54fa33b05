// A position in the text of a query, and the small pieces that all commands are read from.
import { InsightsQueryError, unexpectedSymbol, type Span } from "./query-error.ts";
import type { FieldReference, FieldStep, Query, RegexLiteral, TextLiteral } from "./query-tree.ts";
import { readRegex, readSegment, readToken, skipBlanks, type Token } from "./tokens.ts";

/** How deep expressions and subqueries may be nested. */
const maximumDepth = 100;

/** Operators one behind the other make trees that are as deep; those of a whole query together. */
const maximumOperators = 200;

export class QueryReader {
  readonly text: string;
  #offset: number;
  /** The end of the token that was read last. */
  #lastEnd = 0;
  #depth = 0;
  #operators = 0;

  readonly #readQuery: (reader: QueryReader) => Query;

  /** `readQuery` reads the queries inside the query. */
  constructor(text: string, readQuery: (reader: QueryReader) => Query) {
    this.text = text;
    this.#readQuery = readQuery;
    this.#offset = skipBlanks(text, 0);
  }

  get offset(): number {
    return this.#offset;
  }

  peek(): Token {
    return readToken(this.text, this.#offset);
  }

  next(): Token {
    const token = this.peek();
    this.#advance(token.span.end);
    return token;
  }

  #advance(end: number): void {
    this.#lastEnd = end;
    this.#offset = skipBlanks(this.text, end);
  }

  /** From an offset to the end of what was read last. */
  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.#lastEnd) };
  }

  unexpected(): never {
    throw unexpectedSymbol(this.text, this.peek().span);
  }

  refuse(message: string, span: Span): never {
    throw new InsightsQueryError(message, span);
  }

  isSymbol(symbol: string): boolean {
    const token = this.peek();
    return token.kind === "symbol" && token.text === symbol;
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.next();
    return true;
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) this.unexpected();
  }

  /** Keywords are the same in capitals. */
  isWord(expected: string): boolean {
    const token = this.peek();
    return token.kind === "word" && token.text.toLowerCase() === expected.toLowerCase();
  }

  takeWord(expected: string): boolean {
    if (!this.isWord(expected)) return false;
    this.next();
    return true;
  }

  expectWord(expected: string): void {
    if (!this.takeWord(expected)) this.unexpected();
  }

  /** A whole number up to a hundred thousand; undefined where no number stands. */
  count(): number | undefined {
    const token = this.peek();
    if (token.kind !== "number") return undefined;
    const count = Number(token.text);
    if (!Number.isInteger(count) || count < 1 || count > 100_000) {
      this.refuse("a whole number between 1 and 100000 is expected", token.span);
    }
    this.next();
    return count;
  }

  /** `true` or `false`. */
  boolean(): boolean {
    if (this.takeWord("true")) return true;
    this.expectWord("false");
    return false;
  }

  /** True at the end of a command: a pipe, a closing bracket of a subquery, or the end of the text. */
  atCommandEnd(): boolean {
    return this.peek().kind === "end" || ["|", ")", "]"].some((symbol) => this.isSymbol(symbol));
  }

  list<Item>(read: () => Item): readonly [Item, ...Item[]] {
    const first = read();
    const rest: Item[] = [];
    while (this.takeSymbol(",")) rest.push(read());
    return [first, ...rest];
  }

  nested<Result>(read: () => Result): Result {
    this.#depth += 1;
    if (this.#depth > maximumDepth) this.refuse("the query is nested too deeply", this.peek().span);
    const result = read();
    this.#depth -= 1;
    return result;
  }

  /** Counts an operator that has the expression in front of it as its left side. */
  countOperator(): void {
    this.#operators += 1;
    if (this.#operators > maximumOperators) this.refuse("the query has too many operators", this.peek().span);
  }

  /** A query in brackets, square ones in OpenSearch PPL. */
  subquery(closing: ")" | "]" = ")"): Query {
    this.expectSymbol(closing === ")" ? "(" : "[");
    const query = this.nested(() => this.#readQuery(this));
    this.expectSymbol(closing);
    return query;
  }

  textLiteral(): TextLiteral {
    const token = this.peek();
    if (token.kind !== "text") return this.unexpected();
    this.next();
    return { kind: "text", text: token.text, span: token.span };
  }

  /** Undefined where no slash is. */
  regexLiteral(): RegexLiteral | undefined {
    const token = readRegex(this.text, this.#offset);
    if (token?.kind !== "regex") return undefined;
    this.#advance(token.span.end);
    return { kind: "regex", source: token.text, span: token.span };
  }

  /** The name behind `as`: one word, or anything in back quotes; dots belong to it. */
  alias(): string {
    return this.field().steps.join(".");
  }

  /** `a`, `@a`, `` `a-b`.c ``, `a.0.b` or `a[0].b`, without blanks inside. */
  field(): FieldReference {
    const start = this.#offset;
    const first = this.peek();
    if (first.kind !== "word" && first.kind !== "name") return this.unexpected();
    const steps: FieldStep[] = [first.text];
    let end = first.span.end;
    for (;;) {
      if (this.text.charAt(end) === ".") {
        const step = readSegment(this.text, end + 1);
        if (step === undefined || step.kind === "end" || step.kind === "period") break;
        steps.push(step.text);
        end = step.span.end;
        continue;
      }
      const index = /^\[(\d{1,6})\]/.exec(this.text.slice(end, end + 8));
      if (index === null) break;
      steps.push(Number(index[1]));
      end += index[0].length;
    }
    this.#advance(end);
    return { kind: "field", steps, span: { start, end } };
  }
}
