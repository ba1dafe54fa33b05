// The metrics that come out of log events: those that events in the embedded metric format have.
import { claimsMetrics, collectEmbeddedMetrics } from "../../core/logs/embedded-metrics.ts";
import type { InputLogEvent } from "../../core/logs/log-batch.ts";
import { DatumBatch, type DatumSeries } from "../../core/metrics/datum-batch.ts";
import { identityKey } from "../../core/metrics/metric-identity.ts";
import type { LogsContext } from "./context.ts";

/**
 * Resolves when the metrics of the events are stored. It runs behind the events' own storage and before the
 * answer: whoever was not answered puts the events again, and so nothing counts less than once.
 */
export async function storeEventMetrics(
  context: LogsContext,
  logGroupName: string,
  events: readonly InputLogEvent[],
): Promise<void> {
  const { account, region, now } = context.call;
  let batch: DatumBatch | undefined;
  for (const { message } of events) {
    if (!claimsMetrics(message)) continue;
    batch ??= new DatumBatch();
    for (const { kind } of collectEmbeddedMetrics(message, now, batch)) {
      batch.add(errorSeries(kind, logGroupName), now, 1);
    }
  }
  if (batch === undefined) return;
  const { metrics, worlds } = context.dependencies;
  await metrics.write(await worlds.numberOf(account, region), batch.data(now), now);
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
function errorSeries(kind: "parsing" | "validation", logGroupName: string): DatumSeries {
  const identity = {
    namespace: "AWS/Logs",
    name: kind === "parsing" ? "EMFParsingErrors" : "EMFValidationErrors",
    dimensions: [{ name: "LogGroupName", value: logGroupName }],
  };
  return { ...identity, key: identityKey(identity), unit: "Count", resolutionSeconds: 60 };
}
