// Segments are read back by trace, in pages, each in its latest version.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { traceLimits } from "../../core/traces/limits.ts";
import { parseSegmentDocument, type Segment } from "../../core/traces/segment-document.ts";
import type { Telemetry } from "../telemetry.ts";
import { openTelemetry } from "./open.ts";
import { appendSegments, readTraces, type StoredSegment } from "./segments.ts";

const now = Date.now();
let folder: string;
let telemetry: Telemetry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-segments-"));
  telemetry = openTelemetry({ folder });
  await telemetry.ready();
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

const traceId = (digits: string) => `1-581cf771-${digits.padStart(24, "0")}`;

function segment(fields: object): Segment {
  const document = { name: "n", start_time: now / 1000 - 10, end_time: now / 1000, ...fields };
  const [outcome] = parseSegmentDocument(JSON.stringify(document), now);
  if (outcome?.accepted) return outcome.segment;
  throw new Error(outcome?.problem.errorCode);
}

const id = (number: number) => number.toString(16).padStart(16, "0");

test("the latest version of each segment, by start, with the measure of its trace", async () => {
  const trace_id = traceId("a");
  const start = now / 1000 - 10;
  await appendSegments(telemetry, 1, [segment({ trace_id, id: id(1), start_time: start })], now);
  const open = { trace_id, id: id(2), start_time: start + 1, end_time: undefined, in_progress: true };
  const closed = { trace_id, id: id(2), start_time: start + 1, end_time: start + 4 };
  await appendSegments(telemetry, 1, [segment(closed)], now + 1);
  await appendSegments(telemetry, 1, [segment(open)], now + 2);
  await appendSegments(telemetry, 1, [segment({ trace_id, id: id(3), user: "old" })], now + 3);
  await appendSegments(telemetry, 1, [segment({ trace_id, id: id(3), user: "new" })], now + 4);
  await appendSegments(telemetry, 2, [segment({ trace_id, id: id(4) })], now);

  const page = await readTraces(telemetry, { world: 1, traceIds: [trace_id], after: undefined, now });
  const documents = page.segments.map(({ document }) => JSON.parse(document));
  expect(page.more).toBe(false);
  expect(new Set(documents.map((document) => document.id))).toEqual(new Set([id(1), id(2), id(3)]));
  expect(documents.find((document) => document.id === id(2)).end_time).toBe(start + 4);
  expect(documents.find((document) => document.id === id(3)).user).toBe("new");
  const bytes = page.segments.reduce((sum, { document }) => sum + document.length, 0);
  for (const stored of page.segments) {
    expect(stored.traceId).toBe(trace_id);
    expect(stored.traceBytes).toBe(bytes);
    expect(stored.traceSeconds).toBeCloseTo(10, 3);
  }
});

test("pages are bounded in bytes and go on where they ended", async () => {
  const filler = "x".repeat(60_000);
  const ids = [traceId("b"), traceId("c")];
  const count = Math.ceil(traceLimits.pageBytes / filler.length) + 3;
  const segments = Array.from({ length: count * 2 }, (_, index) =>
    segment({ trace_id: ids[index % 2], id: id(index), metadata: { filler } }),
  );
  await appendSegments(telemetry, 3, segments, now);
  const found: StoredSegment[] = [];
  let pages = 0;
  for (let after: StoredSegment | undefined, more = true; more; after = found.at(-1), pages++) {
    const page = await readTraces(telemetry, { world: 3, traceIds: ids, after, now });
    const bytes = page.segments.reduce((sum, { document }) => sum + document.length, 0);
    expect(bytes).toBeLessThan(traceLimits.pageBytes + traceLimits.documentBytes);
    found.push(...page.segments);
    more = page.more;
  }
  expect(pages).toBe(3);
  expect(new Set(found.map(({ segmentId }) => segmentId)).size).toBe(count * 2);
  expect(found.map(({ traceId: stored }) => stored)).toEqual(
    found.map(({ traceId: stored }) => stored).sort(),
  );
  expect(found[0]?.traceBytes).toBeGreaterThan(traceLimits.traceBytes);
});

test("what has expired, and what never was, is not found", async () => {
  const trace_id = traceId("d");
  await appendSegments(telemetry, 1, [segment({ trace_id, id: id(1) })], now);
  const query = { world: 1, traceIds: [trace_id], after: undefined };
  expect((await readTraces(telemetry, { ...query, now })).segments).toHaveLength(1);
  const later = now + traceLimits.retentionMs;
  expect(await readTraces(telemetry, { ...query, now: later })).toEqual({ segments: [], more: false });
});
