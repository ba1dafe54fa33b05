// Decides which metrics a search finds.
import type { MetricIdentity } from "../metric-identity.ts";
import type { SearchCondition, SearchExpression } from "./expression.ts";
import { findsPart, partialTerm } from "./tokens.ts";

/** With `account` where the metric is in another one than that of who searches. */
export type MetricPredicate = (metric: MetricIdentity & { readonly account?: string }) => boolean;

/**
 * A search is compiled once and then asked about every metric; `own` is the account of who searches, which
 * `LOCAL` stands for, too.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
export function compileSearch({ schema, condition }: SearchExpression, own: string): MetricPredicate {
  const ofCondition = condition === undefined ? () => true : compile(condition, own);
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

function compile(condition: SearchCondition, own: string): MetricPredicate {
  switch (condition.kind) {
    case "term":
      return compileTerm(condition, own);
    case "not": {
      const operand = compile(condition.operand, own);
      return (metric) => !operand(metric);
    }
    case "and": {
      const operands = condition.operands.map((operand) => compile(operand, own));
      return (metric) => operands.every((operand) => operand(metric));
    }
    case "or": {
      const operands = condition.operands.map((operand) => compile(operand, own));
      return (metric) => operands.some((operand) => operand(metric));
    }
  }
}

function compileTerm(
  { property, text, exact }: Extract<SearchCondition, { kind: "term" }>,
  own: string,
): MetricPredicate {
  if (property === ":aws.AccountId") {
    const wanted = text === "LOCAL" ? own : text;
    return ({ account = own }) => account === wanted;
  }
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
