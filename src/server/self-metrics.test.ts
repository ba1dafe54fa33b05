// What the server says of itself, over a real store and calls as they are recorded.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AnsweredCall } from "../wire/serve.ts";
import { startTestServer, type TestServer } from "../../test/support/server.ts";
import { createSelfMetrics } from "./self-metrics.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(async () => {
  await server?.stop();
});

/** Of a call, what is measured. */
function call(operation: string, status: number, items: number): AnsweredCall {
  const service = { model: { name: "any" } };
  const request = { body: Buffer.alloc(40) };
  return { service, operation: { name: operation }, items, status, durationMs: 8, request } as never;
}

test("counts what every ingest path takes in, by operation, and begins anew after each report", () => {
  const metrics = createSelfMetrics(server.dependencies.telemetry);
  metrics.record(call("PutLogEvents", 200, 3));
  metrics.record(call("PutMetricData", 200, 2));
  metrics.record(call("PutTraceSegments", 200, 1));
  metrics.record(call("PutEvents", 400, 4));
  metrics.record(call("ListMetrics", 500, 5));
  metrics.record(call("TagResource", 200, 5));
  const taken = metrics.take();
  const of = (name: string, Operation: string) =>
    taken.find((datum) => datum.name === name && datum.dimensions["Operation"] === Operation)?.values;
  expect(of("IngestedItems", "PutLogEvents")).toEqual([3]);
  expect(of("IngestedItems", "PutMetricData")).toEqual([2]);
  expect(of("IngestedItems", "PutTraceSegments")).toEqual([1]);
  expect(of("IngestedBytes", "PutLogEvents")).toEqual([40]);
  expect(of("IngestedItems", "TagResource")).toBeUndefined();
  expect(of("ClientErrors", "PutEvents")).toEqual([1]);
  expect(of("ServerErrors", "ListMetrics")).toEqual([1]);
  expect(of("Latency", "PutLogEvents")).toEqual([8]);
  expect(of("Requests", "PutLogEvents")).toEqual([1]);
  expect(metrics.take().filter(({ dimensions }) => "Operation" in dimensions)).toEqual([]);
});

test("tells queues, what is stored, the engine's restarts and the memory of both processes", () => {
  const gauges = new Map(
    createSelfMetrics(server.dependencies.telemetry)
      .take()
      .map(({ name, values }) => [name, values[0] ?? Number.NaN]),
  );
  expect([...gauges.keys()].sort()).toEqual([
    "EngineResidentMemory",
    "EngineRestarts",
    "HeapUsed",
    "InsertedRows",
    "JournalBytes",
    "JournalRows",
    "ResidentMemory",
    "WaitingBytes",
    "WaitingRows",
  ]);
  expect(gauges.get("ResidentMemory")).toBeGreaterThan(1e6);
  expect([...gauges.values()].every(Number.isFinite)).toBe(true);
});
