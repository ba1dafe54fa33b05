// Which metrics a Metrics Insights query is about, and how they and their series are grouped and ordered.
import type { Dimension, MetricIdentity } from "../metric-identity.ts";
import type { Series } from "../math/series.ts";
import { aggregateOf } from "../math/functions/aggregate.ts";
import { accountLabel, currentAccount, insightsLimits, type InsightsQuery } from "./query.ts";

/** What stands for a label that a metric does not have. */
const other = "Other";

/** With `account` where the metric is in another one than that of who asks. */
type OwnedMetric = MetricIdentity & { readonly account?: string };

/** The account of a metric is a label, too; `own` is that of who asks. */
export function isQueried(query: InsightsQuery, metric: OwnedMetric, own: string): boolean {
  const { schema } = query;
  if (metric.name !== query.metricName || metric.namespace !== query.namespace) return false;
  if (schema !== undefined) {
    const wanted = new Set(schema);
    if (metric.dimensions.length !== wanted.size) return false;
    if (!metric.dimensions.every(({ name }) => wanted.has(name))) return false;
  }
  return query.conditions.every(
    ({ label, operator, value }) =>
      (labelOf(metric, label, own) === valueOf(label, value, own)) === (operator === "="),
  );
}

/** Of these accounts, those whose metrics may be among what is queried. */
export function queriedAccounts(
  { conditions }: InsightsQuery,
  accounts: readonly string[],
  own: string,
): readonly string[] {
  const ofAccounts = conditions.filter(({ label }) => label === accountLabel);
  return accounts.filter((account) =>
    ofAccounts.every(
      ({ label, operator, value }) => (account === valueOf(label, value, own)) === (operator === "="),
    ),
  );
}

const valueOf = (label: string, value: string, own: string) =>
  label === accountLabel && value === currentAccount ? own : value;

function labelOf({ dimensions, account }: OwnedMetric, label: string, own: string): string | undefined {
  return label === accountLabel ? (account ?? own) : dimensions.find(({ name }) => name === label)?.value;
}

/** Metrics whose samples make one time series together. */
export interface InsightsGroup<Metric> {
  /** The values of the labels that the query groups by. */
  readonly labels: readonly Dimension[];
  readonly metrics: readonly Metric[];
}

/** By the values of their labels in ascending order; without GROUP BY there is one group of all. */
export function groupMetrics<Metric extends OwnedMetric>(
  { groupBy }: InsightsQuery,
  metrics: readonly Metric[],
  own: string,
): readonly InsightsGroup<Metric>[] {
  const groups = new Map<string, { labels: readonly Dimension[]; metrics: Metric[] }>();
  for (const metric of metrics) {
    const labels = groupBy.map((name) => ({ name, value: labelOf(metric, name, own) ?? other }));
    const key = labels.map(({ value }) => value).join("\u0000");
    const group = groups.get(key) ?? { labels, metrics: [] };
    groups.set(key, group);
    group.metrics.push(metric);
  }
  return [...groups].toSorted(([one], [two]) => (one < two ? -1 : 1)).map(([, group]) => group);
}

/** `i-1 us-east-1a`, or the name of the metric without GROUP BY. */
export function groupLabel({ metricName }: InsightsQuery, { labels }: InsightsGroup<unknown>): string {
  return labels.length === 0 ? metricName : labels.map(({ value }) => value).join(" ");
}

/** The series of the groups in the order and number that is asked for; those without data are left out. */
export function orderSeries(
  { orderBy, limit = insightsLimits.series }: InsightsQuery,
  series: readonly Series[],
): readonly Series[] {
  const found = series.filter(({ values }) => values.length > 0);
  if (orderBy === undefined) return found.slice(0, limit);
  const name = orderBy.function === "COUNT" ? "DATAPOINT_COUNT" : orderBy.function;
  const sign = orderBy.descending ? -1 : 1;
  return found
    .map((one) => ({ one, key: aggregateOf(name, one) }))
    .toSorted((left, right) => sign * (left.key - right.key))
    .slice(0, limit)
    .map(({ one }) => one);
}
