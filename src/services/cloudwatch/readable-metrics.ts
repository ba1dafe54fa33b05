// Finds metrics in the caller's account and, of a monitoring account, in those that are linked to it.
import { metricLimits } from "../../core/metrics/limits.ts";
import type { Sql } from "../../core/sql.ts";
import { findMetrics, type FoundMetric } from "../../storage/telemetry/find-metrics.ts";
import type { ReadContext } from "./context.ts";

/** With `account` where it is not the caller's. */
export type ReadableMetric = FoundMetric & { readonly account?: string };

/**
 * The caller's account first.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html
 */
export function readableAccounts({ call, dependencies }: ReadContext): readonly string[] {
  return [call.account, ...dependencies.linkedAccounts.sourcesOf(call.account)];
}

/** `condition` and `limit` as `findMetrics` takes them; account by account, in their order of first use. */
export async function readableMetrics(
  { call, dependencies }: ReadContext,
  wanted: {
    readonly accounts: readonly string[];
    readonly condition: Sql;
    readonly limit: number;
  },
): Promise<readonly ReadableMetric[]> {
  const { account: own, region, now, signal } = call;
  const { telemetry, worlds } = dependencies;
  const accountOf = new Map<number, string>();
  for (const account of wanted.accounts) accountOf.set(await worlds.numberOf(account, region), account);
  const { condition, limit } = wanted;
  const found = await findMetrics(
    telemetry,
    { worlds: [...accountOf.keys()], condition, seenSince: now - metricLimits.visibleMs, limit },
    { signal },
  );
  return found.map((metric) => {
    const account = accountOf.get(metric.world);
    return account === undefined || account === own ? metric : { ...metric, account };
  });
}
