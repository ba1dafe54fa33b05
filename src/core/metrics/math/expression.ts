// A metric math expression as a tree.

/** `position` counts characters from the start of the text. */
export type MathExpression =
  | { readonly kind: "number"; readonly value: number; readonly position: number }
  | { readonly kind: "text"; readonly text: string; readonly position: number }
  /** The id of another query, which begins with a small letter. */
  | { readonly kind: "reference"; readonly id: string; readonly position: number }
  /** A word in capitals that a function knows: `REPEAT`, `DESC`. */
  | { readonly kind: "word"; readonly word: string; readonly position: number }
  | { readonly kind: "negation"; readonly operand: MathExpression; readonly position: number }
  | {
      readonly kind: "operation";
      readonly operator: OperatorName;
      readonly left: MathExpression;
      readonly right: MathExpression;
      readonly position: number;
    }
  | { readonly kind: "array"; readonly items: readonly MathExpression[]; readonly position: number }
  | MathCall;

export interface MathCall {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly MathExpression[];
  readonly position: number;
}

export const operatorNames = [
  "OR",
  "AND",
  "==",
  "!=",
  "<=",
  ">=",
  "<",
  ">",
  "+",
  "-",
  "*",
  "/",
  "^",
] as const;

export type OperatorName = (typeof operatorNames)[number];

/** How strongly operators bind; negation lies between products and powers. */
export const precedence: Readonly<Record<OperatorName, number>> = {
  OR: 1,
  AND: 2,
  "==": 3,
  "!=": 3,
  "<=": 3,
  ">=": 3,
  "<": 3,
  ">": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  "^": 7,
};

export const negationPrecedence = 6;

/** What is wrong with an expression, in the words that follow `Error in expression 'e1': `. */
export interface MathProblem {
  readonly problem: string;
  readonly position: number;
}

export function isMathProblem(outcome: object): outcome is MathProblem {
  return "problem" in outcome;
}

/** The parts of an expression from which it is directly made. */
export function partsOf(expression: MathExpression): readonly MathExpression[] {
  switch (expression.kind) {
    case "negation":
      return [expression.operand];
    case "operation":
      return [expression.left, expression.right];
    case "array":
      return expression.items;
    case "call":
      return expression.arguments;
    default:
      return [];
  }
}

/** The expression and everything inside it, the outer before the inner. */
export function everyPart(expression: MathExpression): readonly MathExpression[] {
  return [expression, ...partsOf(expression).flatMap(everyPart)];
}
