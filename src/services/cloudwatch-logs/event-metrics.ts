// The metrics that come out of log events: those of the embedded metric format, and those of metric filters.
import { claimsMetrics, collectEmbeddedMetrics } from "../../core/logs/embedded-metrics.ts";
import { EventReadings, type TurnTo } from "../../core/logs/event-readings.ts";
import type { DatumBatch, DatumSeries } from "../../core/metrics/datum-batch.ts";
import { identityKey } from "../../core/metrics/metric-identity.ts";
import type { AppendedLogEvent } from "../../storage/telemetry/log-events.ts";
import type { LogsContext } from "./context.ts";
import type { IngestedBatch } from "./ingest-rules.ts";
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
  ingested: IngestedBatch,
): Promise<void> {
  const { account, region, now } = context.call;
  const claiming = ingested.extractsMetrics
    ? ingested.events.filter(({ message }) => claimsMetrics(message))
    : [];
  const filters = stream.metricFilters === 0 ? [] : await findFilters(context, logGroupName, stream);
  if (claiming.length === 0 && filters.length === 0) return;
  const world = await context.dependencies.worlds.numberOf(account, region);
  let quiet: ReadonlySet<ActiveMetricFilter> = new Set();
  await context.metricBatches.add(world, now, (batch) => {
    for (const { message } of claiming) {
      for (const { kind } of collectEmbeddedMetrics(message, now, batch)) {
        batch.add(errorSeries(kind, logGroupName), now, 1);
      }
    }
    quiet = collectFilters(filters, ingested, now, batch);
  });
  await context.metricDefaults.note(filters, quiet, now);
}

async function findFilters(context: LogsContext, logGroupName: string, { groupId }: KnownStream) {
  const { metricFilters } = context;
  return metricFilters.recall(groupId) ?? (await metricFilters.find(scopeOf(context), logGroupName, groupId));
}

/** One batch after the other uses them: nothing is awaited between reading the events and collecting. */
const readings = new EventReadings();

/** @returns the filters that no event matched. */
function collectFilters(
  filters: readonly ActiveMetricFilter[],
  { events, documents, tally }: IngestedBatch,
  now: number,
  batch: DatumBatch,
): ReadonlySet<ActiveMetricFilter> {
  const quiet = new Set(filters);
  const collect = (some: readonly ActiveMetricFilter[], turn: TurnTo<AppendedLogEvent>) => {
    if (some.length === 0) return;
    readings.read(events, turn, (read) => {
      for (const one of some) if (one.filter.collect(read, now, batch) > 0) quiet.delete(one);
    });
  };
  const isTransformed = tally.transformedEvents > 0;
  collect(
    filters.filter(({ isOnTransformed }) => isOnTransformed || !isTransformed),
    (reading, { timestamp, message, transformed }, index) => {
      reading.turnToEvent(timestamp, transformed ?? message, documents[index]);
    },
  );
  collect(
    filters.filter(({ isOnTransformed }) => !isOnTransformed && isTransformed),
    (reading, { timestamp, message, transformed }, index) => {
      reading.turnToEvent(timestamp, message, transformed === undefined ? documents[index] : undefined);
    },
  );
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
