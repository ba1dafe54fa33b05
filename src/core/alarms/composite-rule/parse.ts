// Reads the rule of a composite alarm.
import { alarmStates, type AlarmState } from "../alarm-state.ts";
import { childrenOf, ruleLimits, type RuleExpression } from "./expression.ts";

/** What is wrong with a rule, and where: a count of characters from its start. */
export interface RuleProblem {
  readonly problem: string;
  readonly position: number;
}

/** How far parentheses and NOT may nest: more than the elements allow cannot be met by an honest rule. */
const maximumDepth = 250;

/**
 * `ALARM("name or ARN") AND (OK(name) OR NOT INSUFFICIENT_DATA(name))`, `TRUE`, `FALSE`, and
 * `AT_LEAST(2, ALARM, (one, other))` or `AT_LEAST(50%, NOT OK, (one, other))`. NOT binds closest, then AND,
 * then OR; case does not matter. Quotes around names may be left out.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
export function parseRule(text: string): RuleExpression | RuleProblem {
  if (text.length > ruleLimits.characters) {
    return { problem: `the rule is longer than ${ruleLimits.characters} characters`, position: 0 };
  }
  const reader = new RuleReader(text);
  try {
    const expression = reader.readRule();
    if (childrenOf(expression).length > ruleLimits.children) {
      return { problem: `the rule refers to more than ${ruleLimits.children} alarms`, position: 0 };
    }
    return expression;
  } catch (error) {
    if (error instanceof RuleSyntaxError) return { problem: error.message, position: error.position };
    throw error;
  }
}

export function isRuleProblem(outcome: RuleExpression | RuleProblem): outcome is RuleProblem {
  return "problem" in outcome;
}

class RuleSyntaxError extends Error {
  readonly position: number;
  constructor(problem: string, position: number) {
    super(problem);
    this.position = position;
  }
}

class RuleReader {
  readonly #text: string;
  #position = 0;
  #elements = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readRule(): RuleExpression {
    const expression = this.#readOr();
    this.#skipSpace();
    if (this.#position < this.#text.length) throw this.#problem("expected AND, OR or the end of the rule");
    return expression;
  }

  #readOr(): RuleExpression {
    return this.#readChain("OR", () => this.#readChain("AND", () => this.#readNot()));
  }

  #readChain(word: "AND" | "OR", readOperand: () => RuleExpression): RuleExpression {
    const first = readOperand();
    const operands = [first];
    while (this.#takeWord(word)) operands.push(readOperand());
    return operands.length === 1 ? first : { kind: word === "AND" ? "and" : "or", operands };
  }

  #readNot(): RuleExpression {
    if (++this.#depth > maximumDepth) throw this.#problem("the rule is nested too deeply");
    const expression: RuleExpression = this.#takeWord("NOT")
      ? { kind: "not", operand: this.#readNot() }
      : this.#readPrimary();
    this.#depth--;
    return expression;
  }

  #readPrimary(): RuleExpression {
    this.#countElement();
    if (this.#take("(")) {
      const expression = this.#readOr();
      this.#expect(")");
      return expression;
    }
    if (this.#takeWord("TRUE")) return { kind: "constant", value: true };
    if (this.#takeWord("FALSE")) return { kind: "constant", value: false };
    if (this.#takeWord("AT_LEAST")) return this.#readAtLeast();
    const state = this.#readState();
    this.#expect("(");
    const alarm = this.#readAlarm();
    this.#expect(")");
    return { kind: "inState", state, alarm };
  }

  #readAtLeast(): RuleExpression {
    this.#expect("(");
    this.#skipSpace();
    const [number = ""] = /^\d{1,4}/.exec(this.#text.slice(this.#position)) ?? [];
    const threshold = Number(number);
    if (threshold === 0) throw this.#problem("expected a number above 0");
    this.#position += number.length;
    const isPercentage = this.#take("%");
    if (isPercentage && threshold > 100) throw this.#problem("a percentage is at most 100");
    this.#expect(",");
    const isNegated = this.#takeWord("NOT");
    const state = this.#readState();
    this.#expect(",");
    this.#expect("(");
    const alarms: string[] = [];
    do {
      this.#countElement();
      alarms.push(this.#readAlarm());
    } while (this.#take(","));
    this.#expect(")");
    this.#expect(")");
    if (!isPercentage && threshold > alarms.length) {
      throw this.#problem("the threshold is above the number of alarms");
    }
    return { kind: "atLeast", threshold, isPercentage, state, isNegated, alarms };
  }

  #readState(): AlarmState {
    for (const state of alarmStates) if (this.#takeWord(state)) return state;
    throw this.#problem("expected ALARM, OK, INSUFFICIENT_DATA, AT_LEAST, NOT, TRUE, FALSE or (");
  }

  /** Quoted, with `\"` and `\\` inside; or bare, up to a comma or a closing parenthesis. */
  #readAlarm(): string {
    this.#skipSpace();
    const rest = this.#text.slice(this.#position);
    const [quoted] = /^"(?:[^"\\]|\\["\\])*"/.exec(rest) ?? [];
    if (quoted !== undefined) {
      this.#position += quoted.length;
      const name = quoted.slice(1, -1).replace(/\\(["\\])/g, "$1");
      if (name !== "") return name;
    }
    const [bare = ""] = quoted === undefined ? (/^[^"(),]+/.exec(rest) ?? []) : [];
    this.#position += bare.length;
    const name = bare.trim();
    if (name === "") throw this.#problem("expected the name or the ARN of an alarm");
    return name;
  }

  #countElement(): void {
    if (++this.#elements > ruleLimits.elements) {
      throw this.#problem(`the rule has more than ${ruleLimits.elements} elements`);
    }
  }

  /** A word ends where no further letter follows, so that a parenthesis may stand right behind it. */
  #takeWord(word: string): boolean {
    this.#skipSpace();
    const end = this.#position + word.length;
    if (this.#text.slice(this.#position, end).toUpperCase() !== word) return false;
    if (/^\w/.test(this.#text.slice(end, end + 1))) return false;
    this.#position = end;
    return true;
  }

  #take(sign: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#position] !== sign) return false;
    this.#position++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#problem(`expected ${sign}`);
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#position] ?? "")) this.#position++;
  }

  #problem(problem: string): RuleSyntaxError {
    return new RuleSyntaxError(problem, this.#position);
  }
}
