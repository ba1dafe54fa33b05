// Whether the parts of a PromQL expression have the types that their places want.
import { aggregators } from "./aggregators.ts";
import {
  isComparison,
  isSetOperator,
  type Aggregation,
  type Operation,
  type PromqlCall,
  type PromqlExpression,
  type PromqlType,
} from "./expression.ts";
import type { PromqlFunction } from "./function.ts";
import { promqlFunctions } from "./functions.ts";
import { printPromql } from "./print.ts";
import { parseError } from "./promql-error.ts";

/** What an expression gives; an alarm wants an instant vector. */
export function typeOfPromql(expression: PromqlExpression): PromqlType {
  switch (expression.kind) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "selector":
    case "aggregation":
      return "instant vector";
    case "range":
    case "subquery":
      return "range vector";
    case "sign":
      return typeOfPromql(expression.operand);
    case "operation": {
      const isScalar = [expression.left, expression.right].every((side) => typeOfPromql(side) === "scalar");
      return isScalar ? "scalar" : "instant vector";
    }
    case "call":
      return promqlFunctions.get(expression.name)?.gives ?? "instant vector";
  }
}

/**
 * In Prometheus's words.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#expression-language-data-types
 * @throws PromqlError
 */
export function checkTypes(expression: PromqlExpression, text: string): void {
  const refuse = (problem: string, { position } = expression): never => {
    throw parseError(text, position, problem);
  };
  switch (expression.kind) {
    case "number":
    case "string":
    case "selector":
    case "range":
      return;
    case "subquery":
      checkTypes(expression.inner, text);
      if (typeOfPromql(expression.inner) !== "instant vector") {
        const got = `got ${typeOfPromql(expression.inner)} in ${JSON.stringify(printPromql(expression))}`;
        refuse(`subquery is only allowed on instant vector, ${got} instead`);
      }
      return;
    case "sign":
      checkTypes(expression.operand, text);
      if (!["scalar", "instant vector"].includes(typeOfPromql(expression.operand))) {
        const got = `got ${JSON.stringify(typeOfPromql(expression.operand))}`;
        refuse(`unary expression only allowed on expressions of type scalar or instant vector, ${got}`);
      }
      return;
    case "operation":
      checkTypes(expression.left, text);
      checkTypes(expression.right, text);
      checkOperation(expression, refuse);
      return;
    case "aggregation":
      if (expression.parameter !== undefined) checkTypes(expression.parameter, text);
      checkTypes(expression.inner, text);
      checkAggregation(expression, refuse);
      return;
    case "call":
      checkCall(expression, refuse, text);
  }
}

type Refuse = (problem: string, where?: PromqlExpression) => void;

function checkOperation({ operator, left, right, bool, matching }: Operation, refuse: Refuse): void {
  const types = [typeOfPromql(left), typeOfPromql(right)];
  if (types.some((type) => type !== "scalar" && type !== "instant vector")) {
    refuse("binary expression must contain only scalar and instant vector types");
  }
  if (bool && !isComparison(operator)) refuse("bool modifier can only be used on comparison operators");
  if (isComparison(operator) && !bool && types.every((type) => type === "scalar")) {
    refuse("comparisons between scalars must use BOOL modifier");
  }
  if (isSetOperator(operator)) {
    if (types.includes("scalar")) {
      refuse(`set operator ${JSON.stringify(operator)} not allowed in binary scalar expression`);
    }
    if (matching?.group !== undefined) {
      refuse(`no grouping allowed for ${JSON.stringify(operator)} operation`);
    }
  }
  if (matching === undefined) return;
  const both = matching.group?.include.find((label) => matching.labels.includes(label));
  if (matching.by === "on" && both !== undefined) {
    refuse(`label ${JSON.stringify(both)} must not occur in ON and GROUP clause at once`);
  }
  if (types.includes("scalar") && (matching.labels.length > 0 || matching.group !== undefined)) {
    refuse("vector matching only allowed between instant vectors");
  }
}

function checkAggregation({ operator, parameter, inner }: Aggregation, refuse: Refuse): void {
  const aggregator = aggregators.get(operator);
  if (aggregator?.refusal !== undefined) refuse(aggregator.refusal);
  const innerType = typeOfPromql(inner);
  if (innerType !== "instant vector") {
    refuse(`expected type instant vector in aggregation expression, got ${innerType}`, inner);
  }
  if (parameter === undefined) return;
  const parameterType = typeOfPromql(parameter);
  if (parameterType !== aggregator?.parameter) {
    refuse(
      `expected type ${aggregator?.parameter} in aggregation parameter, got ${parameterType}`,
      parameter,
    );
  }
  if (parameter.kind === "string" && parameter.text === "") {
    refuse(`invalid label name ${JSON.stringify(parameter.text)} in count_values`, parameter);
  }
}

function checkCall(call: PromqlCall, refuse: Refuse, text: string): void {
  const { name } = call;
  const called = promqlFunctions.get(name);
  if (called === undefined) {
    refuse(`unknown function with name ${JSON.stringify(name)}`);
    return;
  }
  if (called.refusal !== undefined) refuse(called.refusal);
  checkCount(call, called, refuse);
  for (const [index, given] of call.arguments.entries()) {
    checkTypes(given, text);
    const wanted = called.takes[Math.min(index, called.takes.length - 1)];
    const type = typeOfPromql(given);
    if (type !== wanted) {
      refuse(`expected type ${wanted} in call to function ${JSON.stringify(name)}, got ${type}`, given);
    }
  }
}

function checkCount(
  call: PromqlCall,
  { takes, optional = 0, repeats }: PromqlFunction,
  refuse: Refuse,
): void {
  const got = call.arguments.length;
  const least = takes.length - optional;
  const inCall = `argument(s) in call to ${JSON.stringify(call.name)}, got ${got}`;
  if (optional === 0 && repeats === undefined) {
    if (got !== least) refuse(`expected ${least} ${inCall}`);
    return;
  }
  if (got < least) refuse(`expected at least ${least} ${inCall}`);
  if (repeats === undefined && got > takes.length) refuse(`expected at most ${takes.length} ${inCall}`);
}
