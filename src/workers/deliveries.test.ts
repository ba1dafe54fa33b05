// The worker of deliveries beside endpoints that do not answer, and at its stop.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createFactBoard } from "../core/facts.ts";
import { createManualClock } from "../core/manual-clock.ts";
import type { DeliveryOutcome } from "../delivery/outcome.ts";
import { createDeliveryAttempts } from "../storage/delivery-attempts.ts";
import { createOutbox, deliveryChange, type Delivery } from "../storage/outbox.ts";
import { openSqliteState } from "../storage/state/sqlite.ts";
import { createTopics } from "../storage/topics.ts";
import { startDeliveryWorker } from "./deliveries.ts";

const startAt = Date.parse("2026-11-02T12:00:00Z");
/** The machine may be busy. */
const patience = { timeout: 10_000 };
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Waiting {
  readonly delivery: Delivery;
  readonly end: (outcome: DeliveryOutcome) => void;
}

/** Deliveries to endpoints named slow wait until they are ended, all others arrive. */
async function open() {
  const folder = mkdtempSync(join(tmpdir(), "groundwatch-deliveries-"));
  const state = await openSqliteState(join(folder, "state.sqlite"));
  closers.push(async () => {
    await state.close();
    rmSync(folder, { recursive: true });
  });
  const clock = createManualClock({ startAt, onTaskError: (error) => expect.fail(String(error)) });
  const facts = createFactBoard();
  const slow: Waiting[] = [];
  const arrived: string[] = [];
  let stopwatchMs = 0;
  const deliver = (delivery: Delivery, signal: AbortSignal): Promise<DeliveryOutcome> => {
    if (!delivery.endpoint.startsWith("slow")) {
      arrived.push(delivery.message);
      return Promise.resolve({ kind: "arrived", detail: "" });
    }
    return new Promise((end) => {
      slow.push({ delivery, end });
      signal.addEventListener("abort", () => end({ kind: "failed", detail: "stopped", isFinal: false }));
    });
  };
  const bury = () => Promise.reject(new Error("nothing is given up here"));
  const begin = () => {
    const worker = startDeliveryWorker({
      clock,
      facts,
      outbox: createOutbox(state),
      topics: createTopics(state),
      deliveryAttempts: createDeliveryAttempts(state),
      subscribers: { deliver, bury, close: () => undefined },
      stopwatch: () => stopwatchMs,
      onError: (error) => expect.fail(String(error)),
    });
    closers.push(() => worker.stop());
    return worker;
  };
  return {
    slow,
    arrived,
    begin,
    attempts: createDeliveryAttempts(state),
    advance: (ms: number) => clock.advance(ms),
    passTime: (ms: number) => (stopwatchMs += ms),
    queue: async (endpoint: string, ...messages: readonly string[]) => {
      const now = clock.now();
      await state.write(messages.map((message) => deliveryChange(deliveryTo(endpoint, message), now)));
      facts.publish({ kind: "DeliveriesQueued" });
    },
  };
}

const deliveryTo = (endpoint: string, message: string): Delivery => ({
  type: "Notification",
  account: "123456789012",
  region: "us-east-1",
  topicArn: "arn:aws:sns:us-east-1:123456789012:t",
  subscriptionArn: "arn:aws:sns:us-east-1:123456789012:t:00000000-0000-0000-0000-000000000000",
  protocol: "http",
  endpoint,
  messageId: message,
  publishedAt: startAt,
  message,
  attributes: {},
  isRaw: true,
  signatureVersion: "1",
});

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

test("what comes while others wait for an answer is delivered beside them", async () => {
  const { queue, begin, slow, arrived } = await open();
  await queue("slow", "a", "b");
  begin();
  await expect.poll(() => slow.length, patience).toBe(2);
  await queue("fast", "c");
  await expect.poll(() => arrived, patience).toEqual(["c"]);
  expect(slow).toHaveLength(2);
});

test("an endpoint that was slow gets few attempts at a time, and the others the rest", async () => {
  const { queue, begin, slow, arrived, passTime, advance } = await open();
  await queue("slow", ...numbered(64));
  await queue("fast", "behind them");
  begin();
  await expect.poll(() => slow.length, patience).toBe(64);
  expect(arrived).toEqual([]);
  passTime(15_000);
  for (const { end } of slow.splice(0)) end({ kind: "arrived", detail: "late" });
  await expect.poll(() => arrived, patience).toEqual(["behind them"]);
  await queue("slow", ...numbered(64));
  await queue("fast", "beside them");
  await expect.poll(() => arrived, patience).toEqual(["behind them", "beside them"]);
  expect(slow).toHaveLength(4);

  // It is quick again, so all that waited go at once.
  for (const { end } of slow.splice(0)) end({ kind: "arrived", detail: "soon" });
  const advanced = advance(10_000);
  await expect.poll(() => slow.length, patience).toBe(60);
  for (const { end } of slow.splice(0)) end({ kind: "arrived", detail: "soon" });
  await advanced;
});

test("an attempt that the stop breaks off is none, and the next start makes it at once", async () => {
  const { queue, begin, slow, attempts } = await open();
  await queue("slow", "a");
  const first = begin();
  await expect.poll(() => slow.length, patience).toBe(1);
  await first.stop();
  expect(await attempts.list({ account: "123456789012", region: "us-east-1" }, { limit: 10 })).toEqual([]);
  begin();
  await expect.poll(() => slow.length, patience).toBe(2);
});
