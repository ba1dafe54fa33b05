// What transformers did, as metrics of CloudWatch Logs itself.
import type { DatumSeries } from "../../core/metrics/datum-batch.ts";
import { identityKey, type Dimension, type MetricUnit } from "../../core/metrics/metric-identity.ts";
import type { LogsContext } from "./context.ts";
import type { IngestTally } from "./ingest-rules.ts";

/**
 * Those of a group's own transformer are counted by group, those of the account's policies together.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
 */
export async function storeIngestMetrics(
  context: LogsContext,
  logGroupName: string,
  tally: IngestTally,
): Promise<void> {
  const { transformedEvents, transformedBytes, failedTransformations } = tally;
  if (transformedEvents === 0 && failedTransformations === 0) return;
  const { account, region, now } = context.call;
  const dimension = tally.isAccountTransformer
    ? { name: "PolicyLevel", value: "AccountPolicy" }
    : { name: "LogGroupName", value: logGroupName };
  const world = await context.dependencies.worlds.numberOf(account, region);
  await context.metricBatches.add(world, now, (batch) => {
    batch.add(seriesOf("TransformedLogEvents", dimension, "None"), now, transformedEvents);
    batch.add(seriesOf("TransformedBytes", dimension, "Bytes"), now, transformedBytes);
    batch.add(seriesOf("TransformationErrors", dimension, "None"), now, failedTransformations);
  });
}

function seriesOf(name: string, dimension: Dimension, unit: MetricUnit): DatumSeries {
  const identity = { namespace: "AWS/Logs", name, dimensions: [dimension] };
  return { ...identity, key: identityKey(identity), unit, resolutionSeconds: 60 };
}
