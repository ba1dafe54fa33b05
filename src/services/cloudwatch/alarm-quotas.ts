// How many alarms there may be of the kinds that cost much.
import { LimitExceededFault } from "@aws-sdk/client-cloudwatch";
import type { MetricAlarm } from "../../core/alarms/alarm.ts";
import { isInsightsQuery } from "../../core/metrics/insights-sql/query.ts";
import { countAlarms } from "../../storage/alarm-relations.ts";
import { modelled } from "../../wire/service.ts";
import type { CloudWatchContext } from "./context.ts";

const quotas = {
  /** In an account and region: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html */
  insightsAlarms: 200,
  /** That refer to one alarm: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
  parents: 150,
  /** Ours, in an account and region: AWS names none, and each of them runs queries all the time. */
  logAlarms: 1_000,
  promqlAlarms: 1_000,
  muteRules: 1_000,
} as const;

/** @throws LimitExceededFault when the alarm would be one too many on queries of its kind. */
export async function requireRoomForQueries(
  { call, dependencies }: CloudWatchContext,
  name: string,
  { queries = [], promql }: Pick<MetricAlarm, "queries" | "promql">,
): Promise<void> {
  if (promql !== undefined) {
    const alarms = await countAlarms(dependencies.state, call, { kind: "promql" }, name);
    if (alarms >= quotas.promqlAlarms) throw exceeded(`${alarms} alarms on PromQL queries`);
  }
  if (!queries.some(({ expression }) => expression !== undefined && isInsightsQuery(expression))) return;
  const count = await countAlarms(dependencies.state, call, { kind: "insights" }, name);
  if (count < quotas.insightsAlarms) return;
  throw exceeded(`${quotas.insightsAlarms} alarms on Metrics Insights queries`);
}

/** @throws LimitExceededFault when the alarm would be one too many on queries of logs. */
export async function requireRoomForLogs(
  { call, dependencies }: CloudWatchContext,
  name: string,
): Promise<void> {
  const count = await countAlarms(dependencies.state, call, { kind: "logs" }, name);
  if (count >= quotas.logAlarms) throw exceeded(`${count} alarms on queries of logs`);
}

/**
 * @param count How many there are.
 * @throws LimitExceededFault
 */
export function requireRoomForMuteRule(count: number): void {
  if (count >= quotas.muteRules) throw exceeded(`${count} alarm mute rules`);
}

/** @throws LimitExceededFault when too many composite alarms would refer to one alarm. */
export async function requireRoomForParents(
  { call, dependencies }: CloudWatchContext,
  name: string,
  children: readonly string[],
): Promise<void> {
  const counts = await Promise.all(
    children.map((child) => countAlarms(dependencies.state, call, { parentsOf: child }, name)),
  );
  const full = children.find((_, index) => (counts[index] ?? 0) >= quotas.parents);
  if (full !== undefined) throw exceeded(`${quotas.parents} composite alarms that refer to ${full}`);
}

function exceeded(what: string): Error {
  return modelled(LimitExceededFault, `The quota for alarms has already been reached: there are ${what}.`);
}
