// Conditions with `&&`, `||` and parentheses, for JSON and for space-delimited patterns alike.
import type { Scanner } from "./scanner.ts";
import { isNumberText } from "./scanner.ts";
import type { Condition, Operand, Operator } from "./tree.ts";

/** Longer ones first, so that `<=` is not read as `<`. */
const operators: readonly Operator[] = ["!=", "<=", ">=", "=", "<", ">"];

/** How deep parentheses may stand in each other. */
const maximumDepth = 50;

/**
 * `or := and ("||" and)*`, `and := primary ("&&" primary)*`; `primary` reads one comparison of its form.
 * @throws FilterPatternError
 */
export function parseCondition<Subject>(
  scanner: Scanner,
  comparison: () => Condition<Subject>,
  depth = 0,
): Condition<Subject> {
  if (depth > maximumDepth) scanner.fail("parentheses stand too deep in each other");
  return operandsOf("or", "||", () => operandsOf("and", "&&", primary));

  function operandsOf(kind: "and" | "or", sign: string, next: () => Condition<Subject>): Condition<Subject> {
    const first = next();
    const operands = [first];
    for (scanner.skipBlanks(); scanner.take(sign); scanner.skipBlanks()) operands.push(next());
    return operands.length === 1 ? first : { kind, operands };
  }

  function primary(): Condition<Subject> {
    scanner.skipBlanks();
    if (!scanner.take("(")) return comparison();
    const inner = parseCondition(scanner, comparison, depth + 1);
    scanner.skipBlanks();
    scanner.expect(")");
    return inner;
  }
}

/** An operator and the value behind it; `<`, `<=`, `>` and `>=` need a number. */
export function parseComparison(scanner: Scanner): { operator: Operator; operand: Operand } {
  scanner.skipBlanks();
  const operator = operators.find((sign) => scanner.take(sign));
  if (operator === undefined) return scanner.fail("an operator is expected");
  scanner.skipBlanks();
  const operand = scanner.operand();
  const isNumber = operand.kind === "text" && !operand.quoted && isNumberText(operand.text);
  if (operator !== "=" && operator !== "!=" && !isNumber) {
    scanner.fail(`a number is expected behind '${operator}'`);
  }
  return { operator, operand };
}
