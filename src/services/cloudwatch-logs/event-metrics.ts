// The metrics that come out of log events: those of the embedded metric format, and those of metric filters.
import { claimsMetrics, collectEmbeddedMetrics } from "../../core/logs/embedded-metrics.ts";
import { MessageReading } from "../../core/logs/filter-pattern/message-reading.ts";
import type { InputLogEvent } from "../../core/logs/log-batch.ts";
import { DatumBatch, type DatumSeries } from "../../core/metrics/datum-batch.ts";
import { identityKey } from "../../core/metrics/metric-identity.ts";
import type { LogsContext } from "./context.ts";
import type { ActiveMetricFilter } from "./metric-filter-directory.ts";
import { scopeOf } from "./stored-groups.ts";
import type { KnownStream } from "./stream-directory.ts";

/**
 * Resolves when the metrics of the events are stored. It runs beside the events' own storage and before the
 * answer: whoever was not answered puts the events again, and so nothing counts less than once.
 */
export async function storeEventMetrics(
  context: LogsContext,
  logGroupName: string,
  stream: KnownStream,
  events: readonly InputLogEvent[],
): Promise<void> {
  const { account, region, now } = context.call;
  const batch = new DatumBatch();
  for (const { message } of events) {
    if (!claimsMetrics(message)) continue;
    for (const { kind } of collectEmbeddedMetrics(message, now, batch)) {
      batch.add(errorSeries(kind, logGroupName), now, 1);
    }
  }
  const directory = context.metricFilters;
  const filters =
    stream.metricFilters === 0
      ? []
      : (directory.recall(stream.groupId) ??
        (await directory.find(scopeOf(context), logGroupName, stream.groupId)));
  const quiet = collectFilters(filters, events, now, batch);
  const { metrics, worlds } = context.dependencies;
  const data = batch.data(now);
  if (data.length > 0) await metrics.write(await worlds.numberOf(account, region), data, now);
  if (filters.length > 0) await context.metricDefaults.note(filters, quiet, now);
}

/** @returns the filters that no event matched. */
function collectFilters(
  filters: readonly ActiveMetricFilter[],
  events: readonly InputLogEvent[],
  now: number,
  batch: DatumBatch,
): ReadonlySet<ActiveMetricFilter> {
  const quiet = new Set(filters);
  if (filters.length === 0) return quiet;
  for (const { message, timestamp } of events) {
    const reading = new MessageReading(message);
    for (const active of filters) {
      if (active.filter.collect(reading, timestamp, now, batch)) quiet.delete(active);
    }
  }
  return quiet;
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
