// Arrivals are the same from memory and from the engine, each once and in their order.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc } from "@fast-check/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Telemetry } from "../telemetry.ts";
import { plainLogEvents } from "./log-event-source.ts";
import {
  arrivedEvents,
  readArrivedLogEvents,
  type ArrivalsQuery,
  type ArrivedLogEvent,
} from "./log-arrivals.ts";
import { appendLogEvents, settledSequence } from "./log-events.ts";
import { openTelemetry } from "./open.ts";
import { recentArrivalsOf, type ArrivalsPage } from "./recent-arrivals.ts";

const startedAt = Date.parse("2026-11-02T12:00:00Z");
let folder: string;
let telemetry: Telemetry;
let lastGroup = 0;
let now = startedAt;
/** Time goes on, as numbers of a later instant are known to be above all that there are. */
const later = () => (now += 2);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-log-arrivals-"));
  telemetry = openTelemetry({ folder, expiry: "caller" });
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

interface Call {
  readonly stream: number;
  readonly messages: readonly { readonly text: string; readonly isTransformed: boolean }[];
}

async function put(groupId: number, { stream, messages }: Call, at: number): Promise<void> {
  const destination = { groupId, streamId: stream, retentionDays: undefined };
  const events = messages.map(({ text, isTransformed }, index) => ({
    timestamp: startedAt - index,
    message: text,
    indexed: {},
    ...(isTransformed ? { transformed: `{"made":"${text}"}` } : {}),
  }));
  await appendLogEvents(telemetry, destination, events, at);
}

function read(
  groupIds: readonly number[],
  query: Pick<ArrivalsQuery, "after" | "upTo"> & Partial<ArrivalsQuery>,
) {
  return readArrivedLogEvents(telemetry, {
    source: plainLogEvents,
    groupIds,
    earliestAt: 0,
    ...everything,
    ...query,
  });
}

/** The events of all pages, of which none has more than `limit`. */
async function pages(
  { after, upTo, limit }: { readonly after: bigint; readonly upTo: bigint; readonly limit: number },
  readPage: (after: bigint) => Promise<ArrivalsPage>,
) {
  const events: ArrivedLogEvent[] = [];
  for (let last = after; ;) {
    const page = await readPage(last);
    const found = arrivedEvents(page);
    expect(found.length).toBeLessThanOrEqual(limit);
    events.push(...found);
    if (page.upTo === upTo) return events;
    expect(page.upTo).toBeGreaterThan(last);
    last = page.upTo;
  }
}

const everything = {
  needles: [] as readonly string[],
  transformed: false,
  limit: 1_000,
  pageBytes: 1_000_000,
} as const;

const call = fc.record({
  stream: fc.constantFrom(1, 2),
  messages: fc.array(
    fc.record({ text: fc.constantFrom("an error", "é fine", "x"), isTransformed: fc.boolean() }),
    { minLength: 1, maxLength: 4 },
  ),
});

test("memory answers what the engine does", async () => {
  const calls = fc.array(call, { minLength: 1, maxLength: 6 });
  const options = fc.record({
    needles: fc.constantFrom<readonly string[]>([], ["e"], ["an", "error"]),
    transformed: fc.boolean(),
    limit: fc.constantFrom(3, 8),
  });
  await fc.assert(
    fc.asyncProperty(calls, options, async (batches, query) => {
      const groupId = ++lastGroup;
      const before = settledSequence(now);
      await read([groupId], { after: before, upTo: before });
      const from = settledSequence(later());
      await Promise.all(batches.map((batch) => put(groupId, batch, now)));
      const upTo = settledSequence(now);
      const { limit, needles } = query;
      const memory = await pages({ after: from, upTo, limit }, async (after) => {
        const page = recentArrivalsOf(telemetry)?.read({
          ...everything,
          ...query,
          groupIds: [groupId],
          after,
          upTo,
        });
        expect(page).toBeDefined();
        return page!;
      });
      const hasNeedles = ({ message }: { readonly message: string }) =>
        needles.every((needle) => message.includes(needle));
      const engine = await pages({ after: before, upTo, limit }, (after) =>
        read([groupId], { ...query, after, upTo }),
      );
      expect(memory.filter(hasNeedles)).toEqual(engine.filter(hasNeedles));
    }),
    { numRuns: 10 },
  );
});

test("whoever follows gets each event once, also those that are stored while it begins", async () => {
  const groupId = ++lastGroup;
  const put1 = (text: string, at: number) =>
    put(groupId, { stream: 1, messages: [{ text, isTransformed: false }] }, at);
  let after = settledSequence(now);
  const seen: string[] = [];
  for (let turn = 0; turn < 6; turn++) {
    const early = put1(`early ${turn}`, later());
    const settled = settledSequence(now);
    const late = put1(`late ${turn}`, now);
    await late;
    const page = await read([groupId], { after, upTo: settled });
    seen.push(...arrivedEvents(page).map(({ message }) => message));
    after = settled;
    await early;
  }
  const page = await read([groupId], { after, upTo: settledSequence(now) });
  expect(
    recentArrivalsOf(telemetry)?.read({ ...everything, groupIds: [groupId], after, upTo: after }),
  ).toBeDefined();
  seen.push(...arrivedEvents(page).map(({ message }) => message));
  const wanted = [0, 1, 2, 3, 4, 5].flatMap((turn) => [`early ${turn}`, `late ${turn}`]);
  expect(seen).toEqual(wanted);
});

test("more than is kept is read from the engine", async () => {
  const groupId = ++lastGroup;
  const before = settledSequence(now);
  await read([groupId], { after: before, upTo: before });
  const from = settledSequence(later());
  const big = "x".repeat(3_000_000);
  const messages = [{ text: big, isTransformed: false }];
  for (let index = 0; index < 12; index++) await put(groupId, { stream: 1, messages }, now);
  const upTo = settledSequence(now);
  const found = await pages({ after: from, upTo, limit: 1_000 }, (after) => read([groupId], { after, upTo }));
  expect(found).toHaveLength(12);
});

test("events that arrived long after each other are found, and where a page ends beside them", async () => {
  const groupId = ++lastGroup;
  const after = settledSequence(now);
  const pausesMs = [10, 3_000, 60_000, 7_200_000, 5, 90 * 86_400_000];
  for (const [index, pauseMs] of pausesMs.entries()) {
    now += pauseMs;
    await put(groupId, { stream: 1, messages: [{ text: `call ${index}`, isTransformed: false }] }, now);
  }
  const upTo = settledSequence(later());
  for (const limit of [2, 100]) {
    const found = await pages({ after, upTo, limit }, (last) =>
      read([groupId], { after: last, upTo, limit }),
    );
    expect(found.map(({ message }) => message)).toEqual(pausesMs.map((_, index) => `call ${index}`));
  }
  const empty = await read([++lastGroup], { after, upTo });
  expect(empty).toEqual({ batches: [], upTo });
});

test("of very many groups the one that was followed first is read from the engine again", async () => {
  const recent = recentArrivalsOf(telemetry);
  const groupIds = Array.from({ length: 1_001 }, () => ++lastGroup);
  const query = { ...everything, after: settledSequence(later()), upTo: settledSequence(later()) };
  recent?.follow(groupIds, 0n);
  const known = groupIds.filter((id) => recent?.read({ ...query, groupIds: [id] }) !== undefined);
  expect(known).toEqual(groupIds.slice(1));
});
