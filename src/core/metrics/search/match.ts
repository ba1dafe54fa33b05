// Decides which metrics a search finds.
import type { MetricIdentity } from "../metric-identity.ts";
import type { SearchCondition, SearchExpression } from "./expression.ts";
import { findsPart, partialTerm } from "./tokens.ts";

export type MetricPredicate = (metric: MetricIdentity) => boolean;

/**
 * A search is compiled once and then asked about every metric; `account` is whose metrics they are.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
export function compileSearch({ schema, condition }: SearchExpression, account: string): MetricPredicate {
  const ofCondition = condition === undefined ? () => true : compile(condition, account);
  if (schema === undefined) return ofCondition;
  const { namespace, dimensions } = schema;
  const wanted = new Set(dimensions);
  return (metric) =>
    metric.namespace === namespace &&
    (wanted.size === 0 ||
      (metric.dimensions.length === wanted.size &&
        metric.dimensions.every(({ name }) => wanted.has(name)))) &&
    ofCondition(metric);
}

function compile(condition: SearchCondition, account: string): MetricPredicate {
  switch (condition.kind) {
    case "term":
      return compileTerm(condition, account);
    case "not": {
      const operand = compile(condition.operand, account);
      return (metric) => !operand(metric);
    }
    case "and": {
      const operands = condition.operands.map((operand) => compile(operand, account));
      return (metric) => operands.every((operand) => operand(metric));
    }
    case "or": {
      const operands = condition.operands.map((operand) => compile(operand, account));
      return (metric) => operands.some((operand) => operand(metric));
    }
  }
}

function compileTerm(
  { property, text, exact }: Extract<SearchCondition, { kind: "term" }>,
  account: string,
): MetricPredicate {
  if (property === ":aws.AccountId") return () => text === account || text === "LOCAL";
  const finds = exact ? (name: string) => name === text : finder(text);
  if (property === undefined) {
    return ({ namespace, name, dimensions }) =>
      finds(name) ||
      finds(namespace) ||
      dimensions.some((dimension) => finds(dimension.name) || finds(dimension.value));
  }
  if (property === "MetricName") return ({ name }) => finds(name);
  if (property === "Namespace") return ({ namespace }) => finds(namespace);
  return ({ dimensions }) => dimensions.some(({ name, value }) => name === property && finds(value));
}

/** Names repeat among metrics, so that what was found out about one is kept, for so many of them. */
const rememberedNames = 10_000;

function finder(text: string): (name: string) => boolean {
  const term = partialTerm(text);
  const known = new Map<string, boolean>();
  return (name) => {
    let found = known.get(name);
    if (found === undefined) {
      found = findsPart(term, name);
      if (known.size < rememberedNames) known.set(name, found);
    }
    return found;
  };
}
