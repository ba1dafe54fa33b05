// Finds the metrics that a search or a Metrics Insights query is about, with the numbers of their series.
import type { InsightsQuery } from "../../core/metrics/insights-sql/query.ts";
import { accountLabel } from "../../core/metrics/insights-sql/query.ts";
import type { MetricIdentity } from "../../core/metrics/metric-identity.ts";
import type { SearchCondition, SearchExpression } from "../../core/metrics/search/expression.ts";
import { partialTerm } from "../../core/metrics/search/tokens.ts";
import { joinSql, rawSql, sql, type Sql } from "../../core/sql.ts";
import type { QueryOptions, Telemetry } from "../telemetry.ts";

export interface FoundMetric extends MetricIdentity {
  readonly world: number;
  /** The numbers of its series, one for each unit that it has data under. */
  readonly metricIds: readonly bigint[];
}

export interface MetricFilter {
  /** The accounts in their regions that are looked at. */
  readonly worlds: readonly number[];
  /** What `searchCondition` or `insightsCondition` says. */
  readonly condition: Sql;
  /** Only metrics that had data at or after this instant (epoch milliseconds). */
  readonly seenSince: number;
  /** How many are read at most. */
  readonly limit: number;
}

interface Row {
  readonly world: number;
  readonly namespace: string;
  readonly name: string;
  readonly pairs: readonly (readonly [string, string])[];
  readonly ids: readonly string[];
}

/** By world, namespace, name and an order of its own among the dimensions. */
export async function findMetrics(
  telemetry: Telemetry,
  { worlds, condition, seenSince, limit }: MetricFilter,
  options?: QueryOptions,
): Promise<readonly FoundMetric[]> {
  if (worlds.length === 0) return [];
  const since = BigInt(Math.trunc(Math.max(0, seenSince)));
  const rows = await telemetry.query<Row>(
    sql`
    SELECT world, namespace, name,
      any(arraySort(arrayZip(mapKeys(dimensions), mapValues(dimensions)))) AS pairs,
      groupUniqArray(toString(metric_id)) AS ids
    FROM metrics
    WHERE world IN (${joinSql(
      worlds.map((world) => sql`${world}`),
      ", ",
    )}) AND last_seen_at >= fromUnixTimestamp64Milli(${since}) AND ${condition}
    GROUP BY world, namespace, name, identity
    ORDER BY world, namespace, name, identity
    LIMIT ${limit}`,
    options,
  );
  return rows.map(({ world, namespace, name, pairs, ids }) => ({
    world,
    namespace,
    name,
    dimensions: pairs.map(([dimension, value]) => ({ name: dimension, value })),
    metricIds: ids.map(BigInt),
  }));
}

const always = rawSql("1");

/**
 * A condition that every metric meets which the search finds. Others may meet it, too: parts of names are
 * compared without their borders here, and the search itself decides.
 */
export function searchCondition({ schema, condition }: SearchExpression): Sql {
  const conditions = condition === undefined ? [] : [supersetOf(condition)];
  if (schema !== undefined) {
    conditions.push(sql`namespace = ${schema.namespace}`);
    if (schema.dimensions.length > 0) conditions.push(hasExactly(schema.dimensions));
  }
  return all(conditions);
}

/** Exactly the metrics that the query is about. */
export function insightsCondition(query: InsightsQuery): Sql {
  const conditions = query.conditions
    .filter(({ label }) => label !== accountLabel)
    .map(({ label, operator, value }) =>
      operator === "="
        ? sql`dimensions[${label}] = ${value}`
        : sql`(NOT mapContains(dimensions, ${label}) OR dimensions[${label}] != ${value})`,
    );
  if (query.schema !== undefined) conditions.push(hasExactly(query.schema));
  return all([sql`namespace = ${query.namespace}`, sql`name = ${query.metricName}`, ...conditions]);
}

const all = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? always : sql`(${joinSql(conditions, " AND ")})`;

function hasExactly(dimensions: readonly string[]): Sql {
  const wanted = [...new Set(dimensions)];
  const has = wanted.map((name) => sql`mapContains(dimensions, ${name})`);
  return all([sql`length(dimensions) = ${wanted.length}`, ...has]);
}

function supersetOf(condition: SearchCondition): Sql {
  switch (condition.kind) {
    case "term":
      return condition.property === ":aws.AccountId" ? always : termSql(condition);
    case "not":
      return isExact(condition.operand) ? sql`NOT ${supersetOf(condition.operand)}` : always;
    case "and":
      return all(condition.operands.map(supersetOf));
    case "or":
      return sql`(${joinSql(condition.operands.map(supersetOf), " OR ")})`;
  }
}

/** Whether the condition in SQL is what the search means, so that it can be turned round. */
function isExact(condition: SearchCondition): boolean {
  switch (condition.kind) {
    case "term":
      return condition.exact && condition.property !== ":aws.AccountId";
    case "not":
      return isExact(condition.operand);
    default:
      return condition.operands.every(isExact);
  }
}

function termSql({ property, text, exact }: Extract<SearchCondition, { kind: "term" }>): Sql {
  const holds = exact ? (field: Sql) => sql`${field} = ${text}` : partSql(text);
  const anyOf = (list: string) => sql`arrayExists(item -> ${holds(rawSql("item"))}, ${rawSql(list)})`;
  switch (property) {
    case undefined:
      return sql`(${joinSql(
        [
          holds(rawSql("name")),
          holds(rawSql("namespace")),
          anyOf("mapKeys(dimensions)"),
          anyOf("mapValues(dimensions)"),
        ],
        " OR ",
      )})`;
    case "MetricName":
      return holds(rawSql("name"));
    case "Namespace":
      return holds(rawSql("namespace"));
    default:
      return sql`(mapContains(dimensions, ${property}) AND ${holds(sql`dimensions[${property}]`)})`;
  }
}

/** A name in which a term is found has all its tokens in it, one way or the other. */
function partSql(text: string): (field: Sql) => Sql {
  const tokens = partialTerm(text).sequence.map(({ token }) => token.toLowerCase());
  return (field) => {
    const bare = sql`replaceRegexpAll(lowerUTF8(${field}), '[^\\p{L}\\p{N}]+', '')`;
    return all(tokens.map((token) => sql`position(${bare}, ${token}) > 0`));
  };
}
