// The metric filters of the groups that are being written to, compiled, in memory.
import { parseFieldSelection } from "../../core/logs/field-selection.ts";
import { parseFilterPattern } from "../../core/logs/filter-pattern/parse.ts";
import { MetricFilter } from "../../core/logs/metric-filter.ts";
import type { Document, State } from "../../storage/state.ts";
import { compileRegex } from "./regular-expressions.ts";
import { metricFiltersOf, type StoredMetricFilter } from "./stored-metric-filters.ts";

/** `scope` and `key` are those of its document. */
export interface ActiveMetricFilter {
  readonly scope: string;
  readonly key: string;
  readonly filter: MetricFilter;
  readonly hasDefault: boolean;
  /** It looks at what the group's transformer made of an event. */
  readonly isOnTransformed: boolean;
}

/** Filters whose selection criteria leave the group's own account and region out are not among them. */
export interface MetricFilterDirectory {
  recall(groupId: number): readonly ActiveMetricFilter[] | undefined;
  find(scope: string, logGroupName: string, groupId: number): Promise<readonly ActiveMetricFilter[]>;
  /** After a change of the filters of a group, or of everything. */
  forget(groupId?: number): void;
}

/** Groups whose filters are kept; the one that was read first is forgotten. */
const cachedGroups = 10_000;

export function createMetricFilterDirectory(state: State): MetricFilterDirectory {
  const known = new Map<number, readonly ActiveMetricFilter[]>();
  /** Grows with each `forget`, so that an answer that was on its way is not kept. */
  let generation = 0;
  return {
    recall: (groupId) => known.get(groupId),
    async find(scope, logGroupName, groupId) {
      const askedIn = generation;
      const stored = await metricFiltersOf(state, scope, logGroupName);
      // Two calls may have asked at once: filters remember the series of the hour, so there is one of each.
      const other = known.get(groupId);
      if (other !== undefined) return other;
      const active = stored.filter((document) => selects(document)).map(activate);
      if (generation === askedIn) keep(groupId, active);
      return active;
    },
    forget(groupId) {
      generation += 1;
      if (groupId === undefined) known.clear();
      else known.delete(groupId);
    },
  };

  function keep(groupId: number, filters: readonly ActiveMetricFilter[]): void {
    if (known.size >= cachedGroups) {
      const oldest = known.keys().next();
      if (oldest.done !== true) known.delete(oldest.value);
    }
    known.set(groupId, filters);
  }
}

/** Every event here comes from the account and the region of its group. */
function selects({ scope, value }: Document<StoredMetricFilter>): boolean {
  if (value.fieldSelectionCriteria === undefined) return true;
  const [account = "", region = ""] = scope.split("/");
  return parseFieldSelection(value.fieldSelectionCriteria)({
    "@aws.account": account,
    "@aws.region": region,
  });
}

/**
 * The filter that a document describes; the operation that stores one makes it first, so that a bad one is
 * refused.
 */
export function activate({
  scope,
  key,
  value,
}: Pick<Document<StoredMetricFilter>, "scope" | "key" | "value">): ActiveMetricFilter {
  const [account = "", region = ""] = scope.split("/");
  const systemFields: Readonly<Record<string, string>> = { "@aws.account": account, "@aws.region": region };
  const { filterPattern, transformation, emitSystemFieldDimensions = [] } = value;
  const filter = new MetricFilter(
    {
      pattern: parseFilterPattern(filterPattern),
      transformation,
      systemDimensions: emitSystemFieldDimensions.map((name) => ({ name, value: systemFields[name] ?? "" })),
    },
    compileRegex,
  );
  const hasDefault = transformation.defaultValue !== undefined;
  return { scope, key, filter, hasDefault, isOnTransformed: value.isOnTransformed ?? false };
}
