// Reads a metric math expression.
import {
  isMathProblem,
  negationPrecedence,
  operatorNames,
  precedence,
  type MathExpression,
  type MathProblem,
  type OperatorName,
} from "./expression.ts";
import { tokenize, type MathToken } from "./tokens.ts";

/** How far parentheses, arrays and calls may nest: the text has at most 2,048 characters anyway. */
const maximumDepth = 100;

/**
 * `SUM(METRICS("errors")) / m1 * 100`. `OR` and `AND` are also written `||` and `&&`; `^` binds closest and
 * to the right, then negation, products, sums, comparisons, `AND`, `OR`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax
 */
export function parseMath(text: string): MathExpression | MathProblem {
  const tokens = tokenize(text);
  if (isMathProblem(tokens)) return tokens;
  try {
    return new MathReader(tokens).readWhole();
  } catch (error) {
    if (error instanceof MathSyntaxError) return { problem: error.message, position: error.position };
    throw error;
  }
}

class MathSyntaxError extends Error {
  readonly position: number;
  constructor(expected: string, position: number) {
    super(`Invalid syntax: expected ${expected} at position ${position}`);
    this.position = position;
  }
}

class MathReader {
  readonly #tokens: readonly MathToken[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly MathToken[]) {
    this.#tokens = tokens;
  }

  readWhole(): MathExpression {
    const expression = this.#read(0);
    if (this.#peek().kind !== "end") throw this.#expected("an operator or the end of the expression");
    return expression;
  }

  /** Precedence climbing: reads operators that bind at least so strongly. */
  #read(weakest: number): MathExpression {
    if (++this.#depth > maximumDepth) throw this.#expected("less nesting");
    let left = this.#readOperand();
    for (;;) {
      const { position } = this.#peek();
      const operator = operatorOf(this.#peek());
      if (operator === undefined || precedence[operator] < weakest) break;
      this.#next++;
      // A power takes the whole power to its right as its exponent.
      const right = this.#read(operator === "^" ? precedence[operator] : precedence[operator] + 1);
      left = { kind: "operation", operator, left, right, position };
    }
    this.#depth--;
    return left;
  }

  #readOperand(): MathExpression {
    const token = this.#peek();
    const { kind, text, position } = token;
    this.#next++;
    switch (kind) {
      case "number":
        return { kind: "number", value: Number(text), position };
      case "text":
        return { kind: "text", text, position };
      case "name":
        return this.#readName(text, position);
      case "sign":
        if (text === "-") return { kind: "negation", operand: this.#read(negationPrecedence), position };
        if (text === "[") return { kind: "array", items: this.#readList("]", 1), position };
        if (text === "(") {
          const inner = this.#read(0);
          this.#take(")");
          return inner;
        }
        break;
      case "end":
    }
    this.#next--;
    throw this.#expected("a value");
  }

  #readName(name: string, position: number): MathExpression {
    if (this.#peek().text === "(" && this.#peek().kind === "sign") {
      this.#next++;
      return { kind: "call", name, arguments: this.#readList(")", 0), position };
    }
    if (/^[a-z]/.test(name)) return { kind: "reference", id: name, position };
    return { kind: "word", word: name, position };
  }

  #readList(close: string, atLeast: number): readonly MathExpression[] {
    const items: MathExpression[] = [];
    if (atLeast === 0 && this.#isSign(close)) {
      this.#next++;
      return items;
    }
    for (;;) {
      items.push(this.#read(0));
      if (!this.#isSign(",")) break;
      this.#next++;
    }
    this.#take(close);
    return items;
  }

  #isSign(sign: string): boolean {
    const { kind, text } = this.#peek();
    return kind === "sign" && text === sign;
  }

  #take(sign: string): void {
    if (!this.#isSign(sign)) throw this.#expected(`'${sign}'`);
    this.#next++;
  }

  #peek(): MathToken {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", position: 0 };
  }

  #expected(expected: string): MathSyntaxError {
    return new MathSyntaxError(expected, this.#peek().position);
  }
}

function operatorOf({ kind, text }: MathToken): OperatorName | undefined {
  if (kind === "sign" && text === "&&") return "AND";
  if (kind === "sign" && text === "||") return "OR";
  if (kind !== "sign" && kind !== "name") return undefined;
  return operatorNames.find((operator) => operator === text);
}
