// What transformers did, as metrics of CloudWatch Logs itself.
import type { DatumSeries } from "../../core/metrics/datum-batch.ts";
import { identityKey, type MetricUnit } from "../../core/metrics/metric-identity.ts";
import type { LogsContext } from "./context.ts";
import type { IngestTally } from "./ingest-rules.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
export async function storeIngestMetrics(
  context: LogsContext,
  logGroupName: string,
  { transformedEvents, transformedBytes, failedTransformations }: IngestTally,
): Promise<void> {
  if (transformedEvents === 0 && failedTransformations === 0) return;
  const { account, region, now } = context.call;
  const world = await context.dependencies.worlds.numberOf(account, region);
  await context.metricBatches.add(world, now, (batch) => {
    batch.add(seriesOf("TransformedLogEvents", logGroupName, "None"), now, transformedEvents);
    batch.add(seriesOf("TransformedBytes", logGroupName, "Bytes"), now, transformedBytes);
    batch.add(seriesOf("TransformationErrors", logGroupName, "None"), now, failedTransformations);
  });
}

function seriesOf(name: string, logGroupName: string, unit: MetricUnit): DatumSeries {
  const dimensions = [{ name: "LogGroupName", value: logGroupName }];
  const identity = { namespace: "AWS/Logs", name, dimensions };
  return { ...identity, key: identityKey(identity), unit, resolutionSeconds: 60 };
}
