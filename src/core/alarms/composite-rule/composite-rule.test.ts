// The rules of composite alarms: examples as a script, and laws over expressions made at random.
import { readFileSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { alarmStates, type AlarmState } from "../alarm-state.ts";
import { alarmNameOf, childrenOf, holds, ruleLimits, type RuleExpression } from "./expression.ts";
import { isRuleProblem, parseRule } from "./parse.ts";
import { printRule } from "./print.ts";

function expressionOf(text: string): RuleExpression {
  const outcome = parseRule(text);
  if (isRuleProblem(outcome)) throw new Error(`${outcome.problem} at ${outcome.position}`);
  return outcome;
}

describe("the examples", () => {
  const script = readFileSync(new URL("../testdata/composite-rules.txt", import.meta.url), "utf8");
  let rule = "";
  for (const [index, line] of script.split("\n").entries()) {
    const rest = line.slice(2);
    const found = rule;
    const name = `line ${index + 1}: ${line}`;
    if (line.startsWith("rule ")) rule = line.slice("rule ".length);
    else if (line.startsWith("= ")) test(name, () => expect(printRule(expressionOf(found))).toBe(rest));
    else if (line.startsWith("! ")) test(name, () => expect(parseRule(rest)).toHaveProperty("problem"));
    else if (/^[+-] /.test(line)) {
      const states = new Map(rest.split(" ").map((pair) => pair.split("=") as [string, AlarmState]));
      test(name, () => {
        expect(holds(expressionOf(found), (alarm) => states.get(alarm))).toBe(line.startsWith("+"));
      });
    }
  }
});

const names = fc.string({ minLength: 1, maxLength: 12 }).filter((name) => name.trim() !== "");
const state = fc.constantFrom(...alarmStates);
const leaf: fc.Arbitrary<RuleExpression> = fc.oneof(
  fc.record({ kind: fc.constant("constant" as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant("inState" as const), state, alarm: names }),
  fc.record({
    kind: fc.constant("atLeast" as const),
    threshold: fc.constant(1),
    isPercentage: fc.boolean(),
    state,
    isNegated: fc.boolean(),
    alarms: fc.array(names, { minLength: 1, maxLength: 4 }),
  }),
);
const expressions = fc.letrec<{ node: RuleExpression }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.record({ kind: fc.constant("not" as const), operand: tie("node") }),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      operands: fc.array(tie("node"), { minLength: 2, maxLength: 4 }),
    }),
  ),
})).node;

property.prop([expressions])("what is printed is read again as the same rule", (expression) => {
  fc.pre(childrenOf(expression).length <= ruleLimits.children);
  expect(parseRule(printRule(expression))).toEqual(expression);
});

property.prop([fc.string()])("any text is read or refused at a place within it", (text) => {
  const outcome = parseRule(text);
  expect(isRuleProblem(outcome) ? outcome.position : 0).toBeLessThanOrEqual(text.length);
});

property.prop([expressions, fc.func(state)])("De Morgan", (expression, stateOf) => {
  const not = (operand: RuleExpression): RuleExpression => ({ kind: "not", operand });
  const both: RuleExpression = { kind: "and", operands: [expression, not(expression)] };
  const either: RuleExpression = { kind: "or", operands: [not(expression), expression] };
  const read = (alarm: string) => stateOf(alarm);
  expect([holds(both, read), holds(either, read)]).toEqual([false, true]);
});

describe("limits", () => {
  test("a hundred alarms, five hundred elements, and no tower of parentheses", () => {
    const alarms = (count: number) =>
      Array.from({ length: count }, (_, index) => `OK(a${index})`).join(" OR ");
    expect(parseRule(alarms(100))).not.toHaveProperty("problem");
    expect(parseRule(alarms(101))).toMatchObject({ problem: "the rule refers to more than 100 alarms" });
    expect(parseRule(Array.from({ length: 501 }, () => "TRUE").join(" OR "))).toMatchObject({
      problem: "the rule has more than 500 elements",
    });
    expect(parseRule(`${"(".repeat(400)}TRUE${")".repeat(400)}`)).toHaveProperty("problem");
    expect(parseRule(`${"NOT ".repeat(2_000)}TRUE`)).toHaveProperty("problem");
    expect(parseRule(`ALARM(${"x".repeat(10_240)})`)).toHaveProperty("problem");
  });
});

test("an alarm is the same by its name and by its ARN", () => {
  expect(alarmNameOf("arn:aws:cloudwatch:us-east-1:123456789012:alarm:a:b c")).toBe("a:b c");
  expect(alarmNameOf("a:b c")).toBe("a:b c");
});
