// Writes a Metrics Insights query in one normal form, every name in quotes.
import { accountLabel, currentAccount, type InsightsCondition, type InsightsQuery } from "./query.ts";

/** `parseInsightsQuery` reads the same query from it. */
export function printInsightsQuery(query: InsightsQuery): string {
  const { namespace, schema, conditions, groupBy, orderBy, limit } = query;
  const source =
    schema === undefined
      ? quote(namespace)
      : `SCHEMA(${[quote(namespace), ...schema.map(label)].join(", ")})`;
  const where = conditions.map(
    (condition) => `${label(condition.label)} ${condition.operator} ${valueText(condition)}`,
  );
  return [
    `SELECT ${query.function}(${quote(query.metricName)}) FROM ${source}`,
    ...(where.length === 0 ? [] : [`WHERE ${where.join(" AND ")}`]),
    ...(groupBy.length === 0 ? [] : [`GROUP BY ${groupBy.map(label).join(", ")}`]),
    ...(orderBy === undefined
      ? []
      : [`ORDER BY ${orderBy.function}() ${orderBy.descending ? "DESC" : "ASC"}`]),
    ...(limit === undefined ? [] : [`LIMIT ${limit}`]),
  ].join(" ");
}

const valueText = ({ label: name, value }: InsightsCondition) =>
  name === accountLabel && value === currentAccount ? value : quote(value, "'");

const label = (name: string) => (name === accountLabel ? name : quote(name));

const quote = (text: string, mark = '"') => `${mark}${text.replace(/["'\\]/g, "\\$&")}${mark}`;
