// Metric filters in state: one document each, under the names of their group and of themselves.
import type { MetricTransformation } from "../../core/logs/metric-filter.ts";
import { metricFilterLimits } from "../../core/logs/metric-filter.ts";
import type { Change, Collection, Document, State } from "../../storage/state.ts";

export interface StoredMetricFilter {
  readonly filterPattern: string;
  readonly transformation: MetricTransformation;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly fieldSelectionCriteria?: string;
  readonly emitSystemFieldDimensions?: readonly string[];
  /** It looks at what the group's transformer made of an event. */
  readonly isOnTransformed?: boolean;
}

export const metricFilterCollection = "log-metric-filters";

/** The scope is that of the group. */
export function metricFiltersIn(state: State): Collection<StoredMetricFilter> {
  return state.collection<StoredMetricFilter>(metricFilterCollection);
}

/** Neither names of groups nor those of filters have a colon. */
export const filterKey = (logGroupName: string, filterName: string) => `${logGroupName}:${filterName}`;

export function parseFilterKey(key: string): { readonly logGroupName: string; readonly filterName: string } {
  const [logGroupName = "", filterName = ""] = key.split(":");
  return { logGroupName, filterName };
}

export function metricFiltersOf(
  state: State,
  scope: string,
  logGroupName: string,
): Promise<readonly Document<StoredMetricFilter>[]> {
  const limit = metricFilterLimits.filtersPerGroup;
  return metricFiltersIn(state).list(scope, { prefix: filterKey(logGroupName, ""), limit });
}

/** To be written in one with the deletion of their group. */
export async function metricFilterDeletions(
  state: State,
  scope: string,
  logGroupName: string,
): Promise<readonly Change[]> {
  const filters = await metricFiltersOf(state, scope, logGroupName);
  return filters.map(({ key }) => ({ kind: "delete", collection: metricFilterCollection, scope, key }));
}
