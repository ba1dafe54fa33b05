// Notes in state which alarms refer to an alarm, and which are of a kind that costs much, in the writes that
// make them so: who wants to know reads no others.
import type { Alarm } from "../core/alarms/alarm.ts";
import { alarmNameOf, childrenOf } from "../core/alarms/composite-rule/expression.ts";
import { isRuleProblem, parseRule } from "../core/alarms/composite-rule/parse.ts";
import { isInsightsQuery } from "../core/metrics/insights-sql/query.ts";
import { hash64, identityKey, type MetricIdentity } from "../core/metrics/metric-identity.ts";
import type { Change } from "./state.ts";

/**
 * How one alarm refers to another one: its rule names it, or it is its actions suppressor. With `kind` it
 * refers to the name of its kind, with `metric` to the metric that it watches (`metricReference`).
 */
export type Reference = "rule" | "suppressor" | "kind" | "metric";

/** Kinds of alarms that cost much: on Metrics Insights queries, on queries of logs, on PromQL queries. */
export type CostlyKind = "insights" | "logs" | "promql";

/** Documents without content: scopes name the alarm that is referred to, keys the one that refers to it. */
export const referenceCollections: Readonly<Record<Reference, string>> = {
  rule: "alarm-parents",
  suppressor: "alarm-suppressed",
  kind: "alarm-kinds",
  metric: "alarm-metrics",
};

const kinds: readonly Reference[] = ["rule", "suppressor", "kind", "metric"];

/** A metric among references: a number, for names of metrics are long and have any characters. */
export const metricReference = (metric: MetricIdentity): string => hash64(identityKey(metric)).toString(16);

/** Names of alarms may have any characters; before them are an account and a region, each without a slash. */
export const referenceScope = (worldScope: string, name: string) => `${worldScope}/${name}`;

/** The alarms that an alarm's rule refers to, each once; none unless it is a composite alarm. */
export function childNames(alarm: Alarm): readonly string[] {
  if (alarm.type !== "CompositeAlarm") return [];
  const expression = parseRule(alarm.rule);
  return isRuleProblem(expression) ? [] : [...new Set(childrenOf(expression).map(alarmNameOf))];
}

/** The alarms that an alarm refers to in one way. */
export function referredTo(alarm: Alarm | undefined, kind: Reference): readonly string[] {
  if (alarm === undefined) return [];
  if (kind === "kind") return costlyKinds(alarm);
  if (kind === "metric") {
    const metric = alarm.type === "MetricAlarm" ? alarm.metric : undefined;
    return metric === undefined ? [] : [metricReference(metric)];
  }
  if (alarm.type !== "CompositeAlarm") return [];
  if (kind === "rule") return childNames(alarm);
  return alarm.suppressor === undefined ? [] : [alarmNameOf(alarm.suppressor.alarm)];
}

function costlyKinds(alarm: Alarm): readonly CostlyKind[] {
  if (alarm.type !== "MetricAlarm") return [];
  const { logs, promql, queries = [] } = alarm;
  const isOnInsights = queries.some(
    ({ expression }) => expression !== undefined && isInsightsQuery(expression),
  );
  return [
    ...(logs === undefined ? [] : ["logs" as const]),
    ...(promql === undefined ? [] : ["promql" as const]),
    ...(isOnInsights ? ["insights" as const] : []),
  ];
}

/** The steps to be written with an alarm that replaces another one, comes new, or goes. */
export function parentChanges(
  worldScope: string,
  name: string,
  { before, after }: { readonly before: Alarm | undefined; readonly after: Alarm | undefined },
): readonly Change[] {
  return kinds.flatMap((kind) => {
    const [old, wanted] = [new Set(referredTo(before, kind)), new Set(referredTo(after, kind))];
    const place = (other: string) => ({
      collection: referenceCollections[kind],
      scope: referenceScope(worldScope, other),
      key: name,
    });
    const added = [...wanted].filter((other) => !old.has(other));
    const gone = [...old].filter((other) => !wanted.has(other));
    return [
      ...added.map((other): Change => ({ kind: "put", ...place(other), value: {} })),
      ...gone.map((other): Change => ({ kind: "delete", ...place(other) })),
    ];
  });
}
