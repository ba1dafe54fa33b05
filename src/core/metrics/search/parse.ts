// Reads a search for metrics.
import {
  searchLimits,
  type SearchCondition,
  type SearchExpression,
  type SearchProblem,
} from "./expression.ts";

const maximumDepth = 50;

/**
 * `{AWS/EC2,InstanceId} MetricName="CPUUtilization" NOT (micro OR "i-1")`. AND binds closer than OR and may
 * be left out; AND, OR and NOT are in capitals.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
export function parseSearch(text: string): SearchExpression | SearchProblem {
  if (text.length > searchLimits.characters) {
    return { problem: `a search has at most ${searchLimits.characters} characters`, position: 0 };
  }
  try {
    return new SearchReader(text).readWhole();
  } catch (error) {
    if (error instanceof SearchSyntaxError) return { problem: error.message, position: error.position };
    throw error;
  }
}

export function isSearchProblem(outcome: SearchExpression | SearchProblem): outcome is SearchProblem {
  return "problem" in outcome;
}

class SearchSyntaxError extends Error {
  readonly position: number;
  constructor(expected: string, position: number) {
    super(`expected ${expected} at position ${position}`);
    this.position = position;
  }
}

/** A word of a term ends at space, parentheses, quotes and equals signs. */
const bareWord = /[^\s()"'={},]+/y;
const schemaWord = /[^,{}"]+/y;

class SearchReader {
  readonly #text: string;
  #position = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readWhole(): SearchExpression {
    const schema = this.#take("{") ? this.#readSchema() : undefined;
    // Older pages of the documentation have a comma behind the schema.
    if (schema !== undefined) this.#take(",");
    const condition = this.#isAtEnd() ? undefined : this.#readOr(undefined);
    if (!this.#isAtEnd()) throw this.#expected("a search term or the end");
    if (schema === undefined && condition === undefined) throw this.#expected("a schema or a search term");
    return { ...(schema === undefined ? {} : { schema }), ...(condition === undefined ? {} : { condition }) };
  }

  #readSchema(): NonNullable<SearchExpression["schema"]> {
    const names: string[] = [];
    do names.push(this.#readSchemaName());
    while (this.#take(","));
    if (!this.#take("}")) throw this.#expected("',' or '}'");
    const [namespace = "", ...dimensions] = names;
    return { namespace, dimensions };
  }

  #readSchemaName(): string {
    this.#skipSpace();
    const name = this.#readQuoted() ?? this.#match(schemaWord)?.trim() ?? "";
    if (name === "") throw this.#expected("a name");
    return name;
  }

  /** `property` is what the values inside parentheses are compared with. */
  #readOr(property: string | undefined): SearchCondition {
    if (++this.#depth > maximumDepth) throw this.#expected("less nesting");
    const operands = [this.#readAnd(property)];
    while (this.#takeWord("OR")) operands.push(this.#readAnd(property));
    this.#depth--;
    return joined("or", operands);
  }

  #readAnd(property: string | undefined): SearchCondition {
    const operands = [this.#readNot(property)];
    for (;;) {
      if (this.#takeWord("AND")) {
        operands.push(this.#readNot(property));
        continue;
      }
      if (this.#isAtEnd() || this.#sees(")") || this.#seesWord("OR")) return joined("and", operands);
      operands.push(this.#readNot(property));
    }
  }

  #readNot(property: string | undefined): SearchCondition {
    if (++this.#depth > maximumDepth) throw this.#expected("less nesting");
    const condition: SearchCondition = this.#takeWord("NOT")
      ? { kind: "not", operand: this.#readNot(property) }
      : this.#readTerm(property);
    this.#depth--;
    return condition;
  }

  #readTerm(property: string | undefined): SearchCondition {
    if (this.#take("(")) {
      const condition = this.#readOr(property);
      if (!this.#take(")")) throw this.#expected("')'");
      return condition;
    }
    const { text, exact } = this.#readValue();
    if (property === undefined && this.#take("=")) {
      if (this.#sees("(")) return this.#readTerm(text);
      return { kind: "term", property: text, ...this.#readValue() };
    }
    return { kind: "term", ...(property === undefined ? {} : { property }), text, exact };
  }

  #readValue(): { readonly text: string; readonly exact: boolean } {
    this.#skipSpace();
    const quoted = this.#readQuoted();
    if (quoted !== undefined) return { text: quoted, exact: true };
    const text = this.#match(bareWord);
    if (text === undefined) throw this.#expected("a search term");
    return { text, exact: false };
  }

  /** In double quotes, or in single ones as `'LOCAL'`; a backslash keeps the next character as it is. */
  #readQuoted(): string | undefined {
    const quote = this.#text[this.#position];
    if (quote !== '"' && quote !== "'") return undefined;
    let content = "";
    for (let index = this.#position + 1; index < this.#text.length; index++) {
      const character = this.#text.charAt(index);
      if (character === quote) {
        this.#position = index + 1;
        return content;
      }
      content += character === "\\" ? this.#text.charAt(++index) : character;
    }
    throw this.#expected(`a closing ${quote}`);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const [found] = pattern.exec(this.#text) ?? [];
    this.#position += found?.length ?? 0;
    return found;
  }

  #sees(sign: string): boolean {
    this.#skipSpace();
    return this.#text[this.#position] === sign;
  }

  #take(sign: string): boolean {
    const seen = this.#sees(sign);
    if (seen) this.#position++;
    return seen;
  }

  /** A word that an equals sign follows is the name of a dimension. */
  #seesWord(word: string): boolean {
    this.#skipSpace();
    const rest = this.#text.slice(this.#position);
    return rest.startsWith(word) && /^(?:[\s()"]|$)(?!\s*=)/.test(rest.slice(word.length));
  }

  #takeWord(word: string): boolean {
    const seen = this.#seesWord(word);
    if (seen) this.#position += word.length;
    return seen;
  }

  #isAtEnd(): boolean {
    this.#skipSpace();
    return this.#position >= this.#text.length;
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#position] ?? "")) this.#position++;
  }

  #expected(expected: string): SearchSyntaxError {
    return new SearchSyntaxError(expected, this.#position);
  }
}

function joined(kind: "and" | "or", operands: readonly SearchCondition[]): SearchCondition {
  const [first] = operands;
  return operands.length === 1 && first !== undefined ? first : { kind, operands };
}
