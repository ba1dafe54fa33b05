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
export function storeEventMetrics(
  context: LogsContext,
  logGroupName: string,
  stream: KnownStream,
  ingested: IngestedBatch,
): Promise<void> {
  const { account, region } = context.call;
  const world = context.dependencies.worlds.recall(account, region);
  const filters = stream.metricFilters === 0 ? [] : context.metricFilters.recall(stream.groupId);
  if (world !== undefined && filters !== undefined) {
    return collectMetrics(context, logGroupName, { world, filters }, ingested);
  }
  return findTarget(context, logGroupName, stream).then((target) =>
    collectMetrics(context, logGroupName, target, ingested),
  );
}

interface MetricTarget {
  readonly world: number;
  readonly filters: readonly ActiveMetricFilter[];
}

async function findTarget(
  context: LogsContext,
  logGroupName: string,
  stream: KnownStream,
): Promise<MetricTarget> {
  const { account, region } = context.call;
  const filters = stream.metricFilters === 0 ? [] : await findFilters(context, logGroupName, stream);
  return { world: await context.dependencies.worlds.numberOf(account, region), filters };
}

/** No async function: those hold on to what they were called with until they end. */
function collectMetrics(
  context: LogsContext,
  logGroupName: string,
  { world, filters }: MetricTarget,
  ingested: IngestedBatch,
): Promise<void> {
  const { now } = context.call;
  const claiming = ingested.extractsMetrics
    ? ingested.events.filter(({ message }) => claimsMetrics(message))
    : [];
  if (claiming.length === 0 && filters.length === 0) return Promise.resolve();
  let quiet: ReadonlySet<ActiveMetricFilter> = new Set();
  const stored = context.metricBatches.add(world, now, (batch) => {
    for (const { message } of claiming) {
      for (const { kind } of collectEmbeddedMetrics(message, now, batch)) {
        batch.add(errorSeries(kind, logGroupName), now, 1);
      }
    }
    quiet = collectFilters(filters, ingested, now, batch);
  });
  return noteDefaults(stored, context, filters, quiet);
}

async function noteDefaults(
  stored: Promise<void>,
  context: LogsContext,
  filters: readonly ActiveMetricFilter[],
  quiet: ReadonlySet<ActiveMetricFilter>,
): Promise<void> {
  await stored;
  await context.metricDefaults.note(filters, quiet, context.call.now);
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
