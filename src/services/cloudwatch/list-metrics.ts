// ListMetrics: the metrics that had data, page by page.
import { InvalidParameterValueException } from "@aws-sdk/client-cloudwatch";
import { metricLimits } from "../../core/metrics/limits.ts";
import { listMetrics as readMetrics, type MetricPosition } from "../../storage/telemetry/metrics.ts";
import { modelled } from "../../wire/service.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";

/**
 * By namespace, name and an order of its own among the dimensions. Metrics without data for two weeks are not
 * listed. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
 */
export async function listMetrics(
  input: Input<"ListMetrics">,
  context: CloudWatchContext,
): Promise<Output<"ListMetrics">> {
  const { account, region, now } = context.call;
  if (input.OwningAccount !== undefined && input.OwningAccount !== account) return { Metrics: [] };
  const { telemetry, worlds } = context.dependencies;
  const limit = metricLimits.metricsPerPage;
  const found = await readMetrics(telemetry, {
    world: await worlds.numberOf(account, region),
    namespace: input.Namespace,
    name: input.MetricName,
    dimensions: (input.Dimensions ?? []).map(({ Name, Value }) => ({ name: Name, value: Value })),
    seenSince:
      now - (input.RecentlyActive === "PT3H" ? metricLimits.recentlyActiveMs : metricLimits.visibleMs),
    after: input.NextToken === undefined ? undefined : parsePosition(input.NextToken),
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    Metrics: page.map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: dimensions.map((dimension) => ({ Name: dimension.name, Value: dimension.value })),
    })),
    ...(input.IncludeLinkedAccounts === true ? { OwningAccounts: page.map(() => account) } : {}),
    ...(found.length > limit && last !== undefined ? { NextToken: printPosition(last) } : {}),
  };
}

function printPosition({ namespace, name, identity }: MetricPosition): string {
  return Buffer.from(JSON.stringify([namespace, name, identity])).toString("base64url");
}

function parsePosition(token: string): MetricPosition {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(token, "base64url").toString());
  } catch {
    parts = undefined;
  }
  if (Array.isArray(parts)) {
    const [namespace, name, identity]: readonly unknown[] = parts;
    const isNumber = typeof identity === "string" && /^\d{1,20}$/.test(identity);
    if (typeof namespace === "string" && typeof name === "string" && isNumber)
      return { namespace, name, identity };
  }
  throw modelled(InvalidParameterValueException, "The parameter NextToken is invalid.");
}
