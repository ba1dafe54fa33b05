// What is counted of calls.
import { assert, double, property } from "fast-check";
import { expect, test } from "vitest";
import { createCallMetrics, histogramValue } from "./call-metrics.ts";

const call = { service: "xray", operation: "PutTraceSegments", status: 200, requestBytes: 10, items: 2 };

test("requests, errors and what was taken in are counted once, and begin anew", () => {
  const metrics = createCallMetrics();
  metrics.measure({ ...call, durationMs: 1.234 });
  metrics.measure({ ...call, durationMs: 1.23 });
  metrics.measure({ ...call, durationMs: 50, status: 400 });
  metrics.measure({ ...call, durationMs: 50, status: 503 });
  const taken = metrics.take();
  const of = (name: string) => taken.find((datum) => datum.name === name);
  expect(of("Requests")).toMatchObject({
    values: [4],
    dimensions: { Service: "xray", Operation: "PutTraceSegments" },
  });
  expect(of("ClientErrors")?.values).toEqual([1]);
  expect(of("ServerErrors")?.values).toEqual([1]);
  expect(of("IngestedItems")?.values).toEqual([4]);
  expect(of("Latency")).toMatchObject({ values: [1.2, 50], counts: [2, 2] });
  expect(metrics.take()).toEqual([]);
});

test("a histogram is within five per cent of what was measured, and small", () => {
  assert(
    property(double({ min: 0.001, max: 3_600_000, noNaN: true }), (durationMs) => {
      expect(Math.abs(histogramValue(durationMs) / durationMs - 1)).toBeLessThanOrEqual(0.0501);
    }),
  );
  const metrics = createCallMetrics();
  for (let step = 1; step <= 20_000; step++) metrics.measure({ ...call, durationMs: step / 7 });
  const latencies = metrics.take().filter(({ name }) => name === "Latency");
  expect(latencies.every(({ values }) => values.length <= 150)).toBe(true);
  const counted = latencies.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(20_000);
});
