// Checks that the types of an expression go together.
import type { MathCall, MathExpression, MathProblem, OperatorName } from "./expression.ts";
import { isMathProblem } from "./expression.ts";
import type { MathType, Parameter, Signature } from "./function.ts";
import { mathFunctions } from "./functions.ts";

/** A word has itself as its type, for the functions that know it. */
export type ExpressionType = MathType | { readonly word: string };

/**
 * The type of an expression, or what is wrong with it; `typeOfId` tells the types of other queries.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-datatypes
 */
export function typeOf(
  expression: MathExpression,
  typeOfId: (id: string) => MathType | undefined,
): ExpressionType | MathProblem {
  const { position } = expression;
  switch (expression.kind) {
    case "number":
      return "S";
    case "text":
      return "text";
    case "word":
      return { word: expression.word };
    case "reference": {
      const type = typeOfId(expression.id);
      if (type !== undefined) return type;
      if (isBoolean(expression.id)) return { word: expression.id };
      return { problem: `Undefined id '${expression.id}'`, position };
    }
    case "negation": {
      const type = typeOf(expression.operand, typeOfId);
      if (isProblem(type)) return type;
      return plain(type) ?? { problem: `Unsupported operand type for -: ${nameOf(type)}`, position };
    }
    case "operation": {
      const left = typeOf(expression.left, typeOfId);
      if (isProblem(left)) return left;
      const right = typeOf(expression.right, typeOfId);
      if (isProblem(right)) return right;
      return typeOfOperation(expression.operator, left, right, position);
    }
    case "array":
      for (const item of expression.items) {
        const type = typeOf(item, typeOfId);
        if (isProblem(type)) return type;
        const kind = plain(type);
        if (kind !== "TS" && kind !== "TS[]") {
          const problem = `An array must consist of time series, but has an element of type ${nameOf(type)}`;
          return { problem, position: item.position };
        }
      }
      return "TS[]";
    case "call":
      return typeOfCall(expression, typeOfId);
  }
}

function isProblem(outcome: ExpressionType | MathProblem): outcome is MathProblem {
  return typeof outcome === "object" && isMathProblem(outcome);
}

/** What a value can be computed with; undefined for texts and words. */
function plain(type: ExpressionType): "S" | "TS" | "TS[]" | undefined {
  if (type === "metric") return "TS";
  return type === "S" || type === "TS" || type === "TS[]" ? type : undefined;
}

function typeOfOperation(
  operator: OperatorName,
  left: ExpressionType,
  right: ExpressionType,
  position: number,
): ExpressionType | MathProblem {
  const [one, other] = [plain(left), plain(right)];
  if (one === undefined || other === undefined || (one === "TS[]" && other === "TS[]")) {
    const types = `${nameOf(left)} and ${nameOf(right)}`;
    return { problem: `Unsupported operand types for ${operator}: ${types}`, position };
  }
  if (one === "TS[]" || other === "TS[]") return "TS[]";
  return one === "S" && other === "S" ? "S" : "TS";
}

function typeOfCall(
  { name, arguments: given, position }: MathCall,
  typeOfId: (id: string) => MathType | undefined,
): ExpressionType | MathProblem {
  const called = mathFunctions.get(name);
  if (called === undefined) return { problem: `Function '${name}' not found`, position };
  if (called.refusal !== undefined) {
    return { problem: `Function '${name}' is not supported: ${called.refusal}`, position };
  }
  const types: ExpressionType[] = [];
  for (const argument of given) {
    const type = typeOf(argument, typeOfId);
    if (isProblem(type)) return type;
    types.push(type);
  }
  const fitting = called.signatures.find((signature) => fits(signature, types));
  if (fitting !== undefined) return fitting.gives;
  const forms = called.signatures.map((signature) => `${name}(${nameOfForm(signature)})`);
  const problem =
    `Function '${name}' does not accept (${types.map(nameOf).join(", ")}); ` +
    `it is used as ${[...new Set(forms)].join(" or ")}`;
  return { problem, position };
}

/** These are written like the ids of queries, which come before them. */
const isBoolean = (id: string) => id === "true" || id === "false";

function fits({ takes, further }: Signature, types: readonly ExpressionType[]): boolean {
  const rest = types.slice(takes.length);
  if (types.length < takes.length || rest.length > (further?.atMost ?? 0)) return false;
  return (
    takes.every((wanted, index) => accepts(wanted, types[index])) &&
    rest.every((type) => further?.accepts.some((wanted) => accepts(wanted, type)))
  );
}

function accepts(wanted: Parameter, type: ExpressionType | undefined): boolean {
  if (type === undefined) return false;
  if (typeof wanted !== "string") return typeof type === "object" && wanted.includes(type.word);
  return wanted === type || (wanted === "TS" && type === "metric");
}

const nameOf = (type: ExpressionType): string =>
  typeof type === "object" ? type.word : type === "metric" ? "TS" : type;

const nameOfForm = ({ takes, further }: Signature): string => {
  const more =
    further === undefined
      ? []
      : [`up to ${further.atMost} of ${further.accepts.map(nameOfParameter).join("|")}`];
  return [...takes.map(nameOfParameter), ...more].join(", ");
};

const nameOfParameter = (parameter: Parameter): string =>
  typeof parameter === "string" ? parameter : parameter.join("|");
