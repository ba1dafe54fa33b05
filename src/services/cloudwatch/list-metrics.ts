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
  const { region, now } = context.call;
  const accounts = accountsOf(input, context);
  const position = input.NextToken === undefined ? undefined : parsePosition(input.NextToken, accounts);
  const account = position?.account ?? accounts[0];
  if (account === undefined) return { Metrics: [] };
  const others = accounts.slice(accounts.indexOf(account) + 1);
  const { telemetry, worlds } = context.dependencies;
  const limit = metricLimits.metricsPerPage;
  const found = await readMetrics(telemetry, {
    world: await worlds.numberOf(account, region),
    namespace: input.Namespace,
    name: input.MetricName,
    dimensions: (input.Dimensions ?? []).map(({ Name, Value }) => ({ name: Name, value: Value })),
    seenSince:
      now - (input.RecentlyActive === "PT3H" ? metricLimits.recentlyActiveMs : metricLimits.visibleMs),
    after: position?.after,
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
    ...nextPage(account, found.length > limit ? last : undefined, others),
  };
}

/** The caller's account first; a page has metrics of one of them. */
function accountsOf(
  { IncludeLinkedAccounts: isLinked = false, OwningAccount: wanted }: Input<"ListMetrics">,
  { call, dependencies }: CloudWatchContext,
): readonly string[] {
  const linked = isLinked ? dependencies.linkedAccounts.sourcesOf(call.account) : [];
  return [call.account, ...linked].filter((account) => wanted === undefined || wanted === account);
}

function nextPage(account: string, last: MetricPosition | undefined, others: readonly string[]) {
  if (last !== undefined) return { NextToken: printPosition({ account, after: last }) };
  const [next] = others;
  return next === undefined ? {} : { NextToken: printPosition({ account: next, after: undefined }) };
}

/** From the beginning of an account, or behind a metric of it. */
interface ListPosition {
  readonly account: string;
  readonly after: MetricPosition | undefined;
}

function printPosition({ account, after }: ListPosition): string {
  const metric = after === undefined ? [] : [after.namespace, after.name, after.identity];
  return Buffer.from(JSON.stringify([account, ...metric])).toString("base64url");
}

/** The accounts that the call may read are looked at again: a token opens none. */
function parsePosition(token: string, accounts: readonly string[]): ListPosition {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(token, "base64url").toString());
  } catch {
    parts = undefined;
  }
  if (Array.isArray(parts)) {
    const [given, namespace, name, identity]: readonly unknown[] = parts;
    const account = accounts.find((one) => one === given);
    const isNumber = typeof identity === "string" && /^\d{1,20}$/.test(identity);
    if (account !== undefined && parts.length === 1) return { account, after: undefined };
    if (account !== undefined && typeof namespace === "string" && typeof name === "string" && isNumber)
      return { account, after: { namespace, name, identity } };
  }
  throw modelled(InvalidParameterValueException, "The parameter NextToken is invalid.");
}
