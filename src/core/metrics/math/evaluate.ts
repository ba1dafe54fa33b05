// Computes a metric math expression whose types were checked.
import type { MathExpression } from "./expression.ts";
import type { CallContext } from "./function.ts";
import { mathFunctions } from "./functions.ts";
import { mapValue, operate } from "./operators.ts";
import { scalar, several, type Series, type Value } from "./series.ts";

/** What an expression may look at. */
export interface EvaluationContext extends Omit<CallContext, "fetched"> {
  /** The value of another query. */
  readonly valueOf: (id: string) => Value;
  /** What was fetched for the call at a position. */
  readonly fetchedAt: (position: number) => readonly Series[];
}

export function evaluate(expression: MathExpression, context: EvaluationContext): Value {
  switch (expression.kind) {
    case "number":
      return scalar(expression.value);
    case "text":
      return { kind: "text", text: expression.text };
    case "word":
      return { kind: "text", text: expression.word };
    case "reference":
      return context.valueOf(expression.id);
    case "negation":
      return mapValue(evaluate(expression.operand, context), (value) => -value);
    case "operation": {
      const { operator, left, right } = expression;
      return operate(operator, evaluate(left, context), evaluate(right, context));
    }
    case "array":
      return several(
        expression.items.flatMap((item) => {
          const value = evaluate(item, context);
          return value.kind === "series" ? [value.series] : value.kind === "array" ? value.array : [];
        }),
      );
    case "call": {
      const given = expression.arguments.map((argument) => evaluate(argument, context));
      const called = mathFunctions.get(expression.name);
      if (called === undefined) throw new TypeError(`${expression.name} was not checked`);
      return called.evaluate(given, { ...context, fetched: context.fetchedAt(expression.position) });
    }
  }
}
