// The server measures itself: the calls that it answers, its stores and its memory.
import { createCallMetrics, type SelfDatum } from "../core/self-metrics/call-metrics.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import type { AnsweredCall } from "../wire/serve.ts";

export interface SelfMetrics {
  record(call: AnsweredCall): void;
  /** What there is to report of the time since the last report. */
  take(): readonly SelfDatum[];
}

/** The operations that take in items, each with one list of them. */
const ingesting: ReadonlySet<string> = new Set([
  "PutEvents",
  "PutLogEvents",
  "PutMetricData",
  "PutTraceSegments",
]);

export function createSelfMetrics(telemetry: Telemetry): SelfMetrics {
  const calls = createCallMetrics();
  return {
    record(call) {
      calls.measure({
        service: call.service?.model.name ?? "unknown",
        operation: call.operation?.name ?? "unknown",
        status: call.status,
        durationMs: call.durationMs,
        requestBytes: call.request.body.length,
        items: itemsOf(call),
      });
    },
    take: () => [...calls.take(), ...gauges(telemetry)],
  };
}

function itemsOf({ operation, items = 0 }: AnsweredCall): number {
  return ingesting.has(operation?.name ?? "") ? items : 0;
}

function gauges(telemetry: Telemetry): readonly SelfDatum[] {
  const storage = telemetry.statistics();
  const memory = process.memoryUsage();
  const gauge = (name: string, unit: SelfDatum["unit"], value: number): SelfDatum => {
    return { name, unit, values: [value], counts: [1], dimensions: {} };
  };
  return [
    gauge("WaitingRows", "Count", storage.waitingRows),
    gauge("WaitingBytes", "Bytes", storage.waitingBytes),
    gauge("InsertedRows", "Count", storage.insertedRows),
    gauge("JournalRows", "Count", storage.journalRows),
    gauge("JournalBytes", "Bytes", storage.journalBytes),
    gauge("EngineRestarts", "Count", storage.engineRestarts),
    gauge("EngineResidentMemory", "Bytes", storage.engineResidentBytes),
    gauge("ResidentMemory", "Bytes", memory.rss),
    gauge("HeapUsed", "Bytes", memory.heapUsed),
  ];
}
