// Writes expressions and names so that reading them again gives the same tree.
import type { Expression, FieldReference, FrameBound, NamedExpression, Over } from "./query-tree.ts";
import type { Query, SortKey } from "./query-tree.ts";

/** Prints the queries inside a query. */
export type PrintQuery = (query: Query) => string;

export function printNamed({ expression, alias }: NamedExpression, printQuery: PrintQuery): string {
  const text = printExpression(expression, printQuery);
  return alias === undefined ? text : `${text} as ${printName(alias)}`;
}

/** With brackets around every operand that is itself made of operators. */
export function printExpression(expression: Expression, printQuery: PrintQuery): string {
  const printWhole = (part: Expression): string => printExpression(part, printQuery);
  const printOperand = (operand: Expression): string => {
    const text = printWhole(operand);
    return operators.has(operand.kind) ? `(${text})` : text;
  };
  switch (expression.kind) {
    case "field":
      return printField(expression);
    case "number":
      return expression.text;
    case "boolean":
      return String(expression.value);
    case "text":
      return printText(expression.text);
    case "period":
      return `${expression.count}${expression.unit}`;
    case "star":
      return "*";
    case "call":
      return `${expression.name}(${expression.arguments.map(printWhole).join(", ")})`;
    case "not":
      return `not ${printOperand(expression.operand)}`;
    case "negative":
      return `-${printOperand(expression.operand)}`;
    case "binary":
      return `${printOperand(expression.left)} ${expression.operator} ${printOperand(expression.right)}`;
    case "match": {
      const { subject, negated, operator, pattern } = expression;
      const printed = pattern.kind === "text" ? printText(pattern.text) : printRegex(pattern.source);
      return `${printOperand(subject)} ${negated ? "not " : ""}${operator} ${printed}`;
    }
    case "in": {
      const { subject, negated, set } = expression;
      const printed = "commands" in set ? `(${printQuery(set)})` : `[${set.map(printOperand).join(", ")}]`;
      return `${printOperand(subject)} ${negated ? "not " : ""}in ${printed}`;
    }
    case "over":
      return printOver(expression, printQuery);
    case "subquery":
      return `${expression.asks === "exists" ? "exists" : "value of"} (${printQuery(expression.query)})`;
  }
}

function printOver({ call, ignoresMissing, partition, order, frame }: Over, printQuery: PrintQuery): string {
  const parts = [
    ...(partition.length === 0
      ? []
      : [`partition by ${partition.map((item) => printExpression(item, printQuery)).join(", ")}`]),
    ...(order.length === 0
      ? []
      : [`order by ${order.map((key) => printSortKey(key, printQuery)).join(", ")}`]),
    ...(frame === undefined
      ? []
      : [`${frame.unit} between ${printBound(frame.from)} and ${printBound(frame.to)}`]),
  ];
  const ignoring = ignoresMissing ? " ignore nulls" : "";
  return `${printExpression(call, printQuery)}${ignoring} over (${parts.join(" ")})`;
}

const printBound = (bound: FrameBound): string =>
  bound.kind === "current" ? "current row" : `${bound.count} ${bound.kind}`;

export function printSortKey({ expression, descending, missing }: SortKey, printQuery: PrintQuery): string {
  const direction = descending ? "desc" : "asc";
  const place = missing === "first" ? " nulls first" : "";
  return `${printExpression(expression, printQuery)} ${direction}${place}`;
}

const operators: ReadonlySet<Expression["kind"]> = new Set([
  "binary",
  "match",
  "in",
  "not",
  "negative",
  "over",
  "subquery",
]);

export function printField({ steps }: FieldReference): string {
  return steps
    .map((step, position) => {
      if (typeof step === "number") return `[${step}]`;
      const name = position > 0 && /^[\w@]+$/.test(step) ? step : printName(step);
      return position === 0 ? name : `.${name}`;
    })
    .join("");
}

/** The name of a field as answers show it: as it was written, without back quotes. */
export function fieldName({ steps }: FieldReference): string {
  return steps
    .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("");
}

const words = new Set("and or not like in as by asc desc where true false".split(" "));

/** A name as one word, in back quotes unless it is one already. */
export function printName(name: string): string {
  if (/^[A-Za-z_@][\w@]*$/.test(name) && !words.has(name.toLowerCase())) return name;
  return `\`${name.replace(/[\\`]/g, "\\$&")}\``;
}

export function printText(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

export function printRegex(source: string): string {
  return `/${source.replaceAll("/", "\\/")}/`;
}
