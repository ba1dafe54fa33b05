// Writes a metric math expression in one normal form: with the parentheses that it needs and no others.
import { negationPrecedence, precedence, type MathExpression } from "./expression.ts";

/** `parseMath` reads the same expression from it. */
export function printMath(expression: MathExpression): string {
  switch (expression.kind) {
    case "number":
      return String(expression.value);
    case "text":
      return quote(expression.text);
    case "reference":
      return expression.id;
    case "word":
      return expression.word;
    case "negation":
      return `-${within(expression.operand, negationPrecedence)}`;
    case "operation": {
      const { operator, left, right } = expression;
      const own = precedence[operator];
      const [leftAtLeast, rightAtLeast] = operator === "^" ? [own + 1, own] : [own, own + 1];
      return `${within(left, leftAtLeast)} ${operator} ${within(right, rightAtLeast)}`;
    }
    case "array":
      return `[${expression.items.map(printMath).join(", ")}]`;
    case "call":
      return `${expression.name}(${expression.arguments.map(printMath).join(", ")})`;
  }
}

function within(expression: MathExpression, atLeast: number): string {
  const text = printMath(expression);
  return strengthOf(expression) < atLeast ? `(${text})` : text;
}

function strengthOf(expression: MathExpression): number {
  if (expression.kind === "operation") return precedence[expression.operator];
  if (expression.kind === "negation") return negationPrecedence;
  return Number.POSITIVE_INFINITY;
}

/** In the quotes that the text does not have inside. */
function quote(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
}
