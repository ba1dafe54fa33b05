// What is read of large messages needs no memory for all of them: here by an engine that has little.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Telemetry } from "../telemetry.ts";
import { createEmbeddedDriver } from "./embedded-driver.ts";
import { createTelemetry } from "./create-telemetry.ts";
import { arrivedEvents, readArrivedLogEvents } from "./log-arrivals.ts";
import { readLogEvents } from "./log-event-pages.ts";
import { plainLogEvents } from "./log-event-source.ts";
import { appendLogEvents, settledSequence } from "./log-events.ts";
import { readArrivals, sampleDocuments } from "./log-queries.ts";
import { tables } from "./tables.ts";

const startedAt = Date.parse("2026-11-02T12:00:00Z");
const endedAt = startedAt + 60_000;
const groupId = 1;
const maxMemoryBytes = 64 * 1024 * 1024;
const messageBytes = 64 * 1024;
const texts = Array.from({ length: 600 }, (_, index) => `${index} `.padEnd(messageBytes, "x"));
let folder: string;
let telemetry: Telemetry;
let before: bigint;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-large-messages-"));
  const driver = createEmbeddedDriver(folder);
  telemetry = createTelemetry(
    { ...driver, query: (text, bounds) => driver.query(text, { ...bounds, maxMemoryBytes }) },
    tables,
    { kind: "embedded", expiry: "caller" },
  );
  before = settledSequence(startedAt);
  for (let first = 0; first < texts.length; first += 100) {
    const destination = { groupId, streamId: 1 + ((first / 100) % 2), retentionDays: undefined };
    const events = texts
      .slice(first, first + 100)
      .map((message, index) => ({ timestamp: startedAt + first + index, message, indexed: {} }));
    await appendLogEvents(telemetry, destination, events, startedAt);
  }
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

test.each([false, true])("a page in the order of time, descending: %s", async (descending) => {
  const { rows, more } = await readLogEvents(telemetry, {
    source: plainLogEvents,
    groupId,
    from: startedAt,
    to: endedAt,
    descending,
    limit: 10_000,
  });
  const wanted = descending ? texts.toReversed() : texts;
  // The last one begins within a megabyte.
  expect(rows.map(({ message }) => message)).toEqual(wanted.slice(0, 16));
  expect(more).toBe(true);
});

test("what waits for a subscriber who was away, page by page", async () => {
  const pages: string[][] = [];
  const upTo = settledSequence(endedAt);
  for (let after = before; after < upTo;) {
    const page = await readArrivedLogEvents(telemetry, {
      source: plainLogEvents,
      groupIds: [groupId],
      after,
      upTo,
      earliestAt: 0,
      needles: [],
      transformed: false,
      limit: 25_000,
    });
    pages.push(arrivedEvents(page).map(({ message }) => message));
    after = page.upTo;
  }
  // Eight megabytes each.
  expect(pages.map(({ length }) => length)).toEqual([128, 128, 128, 128, 88]);
  expect(pages.flat()).toEqual(texts);
});

test("the beginnings of what arrived, for the detection of anomalies", async () => {
  const arrivals = { source: plainLogEvents, groupId, from: startedAt, to: endedAt };
  const found = await readArrivals(telemetry, arrivals, { every: 1, after: 0n, limit: 2_500 });
  expect(found.map(({ message }) => message)).toEqual(texts.map((text) => text.slice(0, 4_000)));
});

test("the newest documents, as many as fit into four megabytes", async () => {
  const span = { from: startedAt, to: endedAt };
  const found = await sampleDocuments(telemetry, plainLogEvents, groupId, span, 1_000);
  expect(found).toEqual(texts.toReversed().slice(0, 64));
  expect(await sampleDocuments(telemetry, plainLogEvents, 2, span, 1_000)).toEqual([]);
});
