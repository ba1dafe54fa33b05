// Reads a PromQL expression.
import { aggregators } from "./aggregators.ts";
import { checkTypes } from "./check-types.ts";
import { readDuration } from "./durations.ts";
import {
  operatorNames,
  precedence,
  signPrecedence,
  type Aggregation,
  type Operation,
  type OperatorName,
  type PinnedTime,
  type PromqlExpression,
  type RangeSelector,
  type Subquery,
  type VectorMatching,
} from "./expression.ts";
import { promqlLimits } from "./limits.ts";
import { readLabels, readSelector, readText } from "./parse-selector.ts";
import type { CompilePromqlRegex } from "./regex.ts";
import { isAggregatorWord, isReservedWord, TokenReader } from "./token-reader.ts";
import type { PromqlToken } from "./tokens.ts";

/**
 * `sum by (job) (rate({"http.requests", "@resource.service.name"="shop"}[5m])) > 10`: the language of
 * Prometheus 3 without its experimental parts. The regular expressions of matchers are checked, and types.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL-Querying.html
 * https://prometheus.io/docs/prometheus/latest/querying/basics/
 * @throws PromqlError
 */
export function parsePromql(text: string, compileRegex: CompilePromqlRegex): PromqlExpression {
  const expression = new ExpressionReader(text, compileRegex).readWhole();
  checkTypes(expression, text);
  return expression;
}

class ExpressionReader {
  readonly #reader: TokenReader;
  readonly #compileRegex: CompilePromqlRegex;
  #depth = 0;
  #operators = 0;

  constructor(text: string, compileRegex: CompilePromqlRegex) {
    this.#reader = new TokenReader(text);
    this.#compileRegex = compileRegex;
  }

  readWhole(): PromqlExpression {
    if (this.#reader.peek().kind === "end") throw this.#reader.problem("no expression found in input");
    const expression = this.#read(0);
    if (this.#reader.peek().kind !== "end") throw this.#reader.unexpected();
    return expression;
  }

  /** Precedence climbing: reads operators that bind at least so strongly. */
  #read(weakest: number): PromqlExpression {
    if (++this.#depth > promqlLimits.depth) throw this.#reader.problem("expression is nested too deeply");
    let left = this.#readOperand();
    for (;;) {
      const operator = operatorOf(this.#reader.peek());
      if (operator === undefined || precedence[operator] < weakest) break;
      if (++this.#operators > promqlLimits.operators) throw this.#reader.problem("too many operators");
      left = this.#readOperation(left, operator);
    }
    this.#depth--;
    return left;
  }

  #readOperation(left: PromqlExpression, operator: OperatorName): Operation {
    this.#reader.next();
    const bool = this.#reader.takeWord("bool");
    const matching = this.#readMatching();
    // A power takes the whole power to its right as its exponent.
    const right = this.#read(operator === "^" ? precedence[operator] : precedence[operator] + 1);
    const { position } = left;
    return { kind: "operation", operator, left, right, bool, ...(matching && { matching }), position };
  }

  #readMatching(): VectorMatching | undefined {
    const by = this.#reader.isWord("on") ? "on" : this.#reader.isWord("ignoring") ? "ignoring" : undefined;
    if (by === undefined) return undefined;
    this.#reader.next();
    const labels = readLabels(this.#reader);
    const many = this.#reader.takeWord("group_left")
      ? "left"
      : this.#reader.takeWord("group_right")
        ? "right"
        : undefined;
    if (many === undefined) return { by, labels };
    return { by, labels, group: { many, include: this.#reader.isSign("(") ? readLabels(this.#reader) : [] } };
  }

  #readOperand(): PromqlExpression {
    const { kind, text, position } = this.#reader.peek();
    switch (kind) {
      case "number":
      case "duration":
        this.#reader.next();
        return this.#readSuffixes({
          kind: "number",
          value: this.#numberOf({ kind, text, position }),
          position,
        });
      case "string":
        return this.#readSuffixes({ kind: "string", text: readText(this.#reader), position });
      case "word":
        return this.#readSuffixes(this.#readWord());
      case "sign":
        if (text === "{") return this.#readSuffixes(readSelector(this.#reader, this.#compileRegex));
        if (text === "+" || text === "-") return this.#readSigned(text, position);
        if (text === "(") {
          this.#reader.next();
          const inner = this.#read(0);
          if (this.#reader.peek().kind === "end") throw this.#reader.problem("unclosed left parenthesis");
          this.#reader.expectSign(")", "");
          return this.#readSuffixes(inner, "in parentheses");
        }
        break;
      case "end":
    }
    throw this.#reader.unexpected();
  }

  #readSigned(sign: "+" | "-", position: number): PromqlExpression {
    this.#reader.next();
    const operand = this.#read(signPrecedence);
    if (operand.kind !== "number") return { kind: "sign", sign, operand, position };
    return { kind: "number", value: sign === "-" ? -operand.value : operand.value, position };
  }

  #readWord(): PromqlExpression {
    const { text, position } = this.#reader.peek();
    const lower = text.toLowerCase();
    if (lower === "nan" || lower === "inf") {
      this.#reader.next();
      return { kind: "number", value: lower === "nan" ? Number.NaN : Infinity, position };
    }
    const isCall = this.#reader.isSign("(", 1);
    if (isAggregatorWord(text)) {
      const following = this.#reader.peek(1).text.toLowerCase();
      if (isCall || following === "by" || following === "without") return this.#readAggregation();
    }
    if (isReservedWord(text)) throw this.#reader.unexpected();
    if (!isCall) return readSelector(this.#reader, this.#compileRegex);
    this.#reader.next();
    return { kind: "call", name: text, arguments: this.#readArguments(), position };
  }

  #readAggregation(): Aggregation {
    const { text, position } = this.#reader.next();
    const before = this.#readGrouping();
    const given = this.#readArguments();
    const grouping = before ?? this.#readGrouping();
    const [first, second] = given;
    const operator = text.toLowerCase();
    if (first === undefined) {
      throw this.#reader.problem("no arguments for aggregate expression provided", position);
    }
    const takes = aggregators.get(operator)?.parameter === undefined ? 1 : 2;
    if (given.length !== takes) {
      const counts = `expected ${takes}, got ${given.length}`;
      throw this.#reader.problem(
        `wrong number of arguments for aggregate expression provided, ${counts}`,
        position,
      );
    }
    return {
      kind: "aggregation",
      operator,
      ...(second && { parameter: first }),
      inner: second ?? first,
      ...(grouping && { grouping }),
      position,
    };
  }

  #readGrouping(): Aggregation["grouping"] {
    for (const by of ["by", "without"] as const) {
      if (this.#reader.takeWord(by)) return { by, labels: readLabels(this.#reader) };
    }
    return undefined;
  }

  #readArguments(): readonly PromqlExpression[] {
    this.#reader.expectSign("(", "aggregation");
    const given: PromqlExpression[] = [];
    if (this.#reader.takeSign(")")) return given;
    for (;;) {
      given.push(this.#read(0));
      if (this.#reader.takeSign(")")) return given;
      if (this.#reader.peek().kind === "end") throw this.#reader.problem("unclosed left parenthesis");
      this.#reader.expectSign(",", "");
    }
  }

  /** Ranges, subqueries, `offset` and `@`, which bind closest of all. */
  #readSuffixes(bare: PromqlExpression, parentheses?: "in parentheses"): PromqlExpression {
    let expression = bare;
    let isBare = parentheses === undefined;
    let isShifted = false;
    let isPinned = false;
    for (;;) {
      if (this.#reader.isSign("[")) {
        const before = isShifted ? "offset" : isPinned ? "@" : undefined;
        expression = this.#readBrackets(expression, isBare, before);
        isBare = true;
        isShifted = false;
        isPinned = false;
      } else if (this.#reader.isWord("offset")) {
        if (isShifted) throw this.#reader.problem("offset may not be set multiple times");
        expression = this.#readOffset(this.#shiftable(expression, isBare, "offset"));
        isShifted = true;
      } else if (this.#reader.isSign("@")) {
        if (isPinned) throw this.#reader.problem("@ <timestamp> may not be set multiple times");
        expression = this.#readPinned(this.#shiftable(expression, isBare, "@"));
        isPinned = true;
      } else {
        return expression;
      }
    }
  }

  #readBrackets(inner: PromqlExpression, isBare: boolean, before?: "offset" | "@"): RangeSelector | Subquery {
    const { position } = inner;
    this.#reader.next();
    const rangeMs = this.#readDuration("subquery or range selector");
    if (this.#reader.takeSign("]")) {
      if (inner.kind !== "selector" || !isBare) {
        throw this.#reader.problem("ranges only allowed for vector selectors", position);
      }
      if (before !== undefined) {
        throw this.#reader.problem(`no ${before} modifiers allowed before range`, position);
      }
      return { kind: "range", selector: inner, rangeMs, position };
    }
    this.#reader.expectSign(":", "subquery or range selector");
    const stepMs = this.#reader.isSign("]") ? undefined : this.#readDuration("subquery selector");
    this.#reader.expectSign("]", "subquery selector");
    return { kind: "subquery", inner, rangeMs, ...(stepMs && { stepMs }), offsetMs: 0, position };
  }

  /** A duration that is longer than none, or its seconds. */
  #readDuration(context: string): number {
    const token = this.#reader.peek();
    if (token.kind !== "number" && token.kind !== "duration") {
      throw this.#reader.unexpected(context, "number or duration");
    }
    const durationMs = this.#durationOf(token);
    if (durationMs <= 0) throw this.#reader.problem("duration must be greater than 0");
    this.#reader.next();
    return durationMs;
  }

  #durationOf(token: PromqlToken): number {
    const durationMs = Math.round(this.#numberOf(token) * 1_000);
    if (durationMs > promqlLimits.durationMs) {
      throw this.#reader.problem("duration out of range", token.position);
    }
    return durationMs;
  }

  /** A duration counts as its seconds. */
  #numberOf({ kind, text, position }: PromqlToken): number {
    if (kind === "number") return Number(text.replaceAll("_", ""));
    const durationMs = readDuration(text);
    if (durationMs !== undefined) return durationMs / 1_000;
    throw this.#reader.problem(`not a valid duration string: "${text}"`, position);
  }

  #shiftable(expression: PromqlExpression, isBare: boolean, modifier: "offset" | "@"): Shiftable {
    const { kind } = expression;
    if (isBare && (kind === "selector" || kind === "range" || kind === "subquery")) return expression;
    const subjects = "an instant vector selector or range vector selector or a subquery";
    throw this.#reader.problem(`${modifier} modifier must be preceded by ${subjects}`, expression.position);
  }

  #readOffset(subject: Shiftable): PromqlExpression {
    this.#reader.next();
    const isBack = this.#reader.takeSign("-");
    if (!isBack) this.#reader.takeSign("+");
    const token = this.#reader.peek();
    if (token.kind !== "number" && token.kind !== "duration") {
      throw this.#reader.unexpected("offset", "number or duration");
    }
    const durationMs = this.#durationOf(token);
    this.#reader.next();
    return shifted(subject, { offsetMs: isBack ? 0 - durationMs : durationMs });
  }

  #readPinned(subject: Shiftable): PromqlExpression {
    this.#reader.next();
    for (const edge of ["start", "end"] as const) {
      if (!this.#reader.takeWord(edge)) continue;
      this.#reader.expectSign("(", "@ modifier");
      this.#reader.expectSign(")", "@ modifier");
      return shifted(subject, { pinned: edge });
    }
    const isNegative = this.#reader.takeSign("-");
    if (!isNegative) this.#reader.takeSign("+");
    const token = this.#reader.peek();
    const { kind, text } = token;
    if (kind !== "number" && kind !== "duration") throw this.#reader.unexpected("@", "timestamp");
    const sinceEpochMs = Math.round(this.#numberOf(token) * 1_000);
    if (!Number.isSafeInteger(sinceEpochMs)) {
      throw this.#reader.problem(`timestamp out of bounds for @ modifier: ${text}`);
    }
    const at = isNegative ? 0 - sinceEpochMs : sinceEpochMs;
    this.#reader.next();
    return shifted(subject, { pinned: { at } });
  }
}

type Shiftable = Extract<PromqlExpression, { readonly kind: "selector" | "range" | "subquery" }>;

function shifted(
  subject: Shiftable,
  shift: { readonly offsetMs: number } | { readonly pinned: PinnedTime },
): PromqlExpression {
  if (subject.kind !== "range") return { ...subject, ...shift };
  return { ...subject, selector: { ...subject.selector, ...shift } };
}

function operatorOf({ kind, text }: PromqlToken): OperatorName | undefined {
  if (kind !== "sign" && kind !== "word") return undefined;
  return operatorNames.find((operator) => operator === text.toLowerCase());
}
