// Pages of log events are what a plain computation over all events makes of them.
import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, expect } from "vitest";
import { rawSql } from "../../core/sql.ts";
import { logLimits } from "../../core/logs/limits.ts";
import type { EventPosition } from "../../core/logs/event-position.ts";
import { openTestStores, type TestStores } from "../testing/stores.ts";
import type { QueryOptions } from "../telemetry.ts";
import { readLogEvents, type LogEventRow } from "./log-event-pages.ts";
import { plainLogEvents } from "./log-event-source.ts";
import { appendLogEvents } from "./log-events.ts";

const startedAt = Date.parse("2026-11-02T12:00:00Z");
const hourMs = 3_600_000;
let stores: TestStores;
let groups = 0;

beforeAll(async () => {
  stores = await openTestStores("log-event-pages");
});

afterAll(() => stores.close());

interface Known extends EventPosition {
  readonly streamId: number;
  readonly message: string;
}

type Batch = readonly [streamId: number, events: readonly (readonly [hour: number, message: string])[]];

async function store(groupId: number, batches: readonly Batch[]): Promise<readonly Known[]> {
  const known: Known[] = [];
  for (const [streamId, events] of batches) {
    const appended = events.map(([hour, message]) => ({
      timestamp: startedAt + Math.round(hour * hourMs),
      message,
      indexed: {},
    }));
    const destination = { groupId, streamId, retentionDays: undefined };
    const sequences = await appendLogEvents(stores.telemetry, destination, appended, startedAt);
    appended.forEach(({ timestamp, message }, index) =>
      known.push({ timestamp, message, streamId, sequence: sequences[index]! }),
    );
  }
  return known;
}

interface Question {
  readonly groupId: number;
  readonly streamIds?: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly beginsAt?: number;
  readonly descending: boolean;
  readonly limit: number;
  readonly needles?: readonly string[];
}

/** All pages, each as the messages on it. */
async function pagesOf(question: Question, options?: QueryOptions): Promise<readonly (readonly string[])[]> {
  const pages: string[][] = [];
  for (let position: LogEventRow | undefined; ;) {
    const page = await readLogEvents(
      stores.telemetry,
      { source: plainLogEvents, ...question, ...(position === undefined ? {} : { position }) },
      options,
    );
    pages.push(page.rows.map(({ message }) => message));
    position = page.rows.at(-1);
    if (!page.more) return pages;
  }
}

function plainPages(known: readonly Known[], question: Question): readonly (readonly string[])[] {
  const { from, to, streamIds, descending, limit, needles = [] } = question;
  const sign = descending ? -1 : 1;
  const wanted = known
    .filter(({ timestamp }) => timestamp >= from && timestamp < to)
    .filter(({ streamId }) => streamIds?.includes(streamId) ?? true)
    .filter(({ message }) => needles.every((needle) => message.includes(needle)))
    .toSorted(
      (one, other) => sign * (one.timestamp - other.timestamp || (one.sequence < other.sequence ? -1 : 1)),
    );
  const pages: string[][] = [[]];
  let bytes = 0;
  for (const { message } of wanted) {
    const page = pages.at(-1)!;
    const isFull = page.length === limit || bytes + logLimits.eventOverheadBytes >= logLimits.pageBytes;
    if (isFull) {
      pages.push([message]);
      bytes = 0;
    } else page.push(message);
    bytes += Buffer.byteLength(message) + logLimits.eventOverheadBytes;
  }
  // A page that is full by its bytes does not look whether it is the last.
  if (bytes + logLimits.eventOverheadBytes >= logLimits.pageBytes) pages.push([]);
  return pages;
}

const hourWithin = (min: number, max: number) =>
  fc.integer({ min: min * 60, max: max * 60 }).map((minutes) => minutes / 60);
const hour = fc.oneof(fc.integer({ min: 0, max: 3 }), hourWithin(0, 72));
const message = fc.stringMatching(/^[abc]{1,3}$/);
const batch = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.array(fc.tuple(hour, message), { minLength: 1, maxLength: 8 }),
);
const edge = fc.option(hourWithin(-1, 73), { nil: undefined });
const asked = fc.record({
  streamIds: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }), { nil: undefined }),
  from: edge,
  to: edge,
  beginsAt: edge,
  descending: fc.boolean(),
  limit: fc.constantFrom(4, 7, 150, 500, 5_000),
  needles: fc.constantFrom([], [], ["a"], ["b", "c"]),
});

test.prop(
  [fc.array(batch, { minLength: 1, maxLength: 4 }), fc.array(asked, { minLength: 2, maxLength: 2 })],
  {
    numRuns: 10,
  },
)("random histories, in pages of any size and both directions", async (batches, questions) => {
  const groupId = ++groups;
  const known = await store(groupId, batches);
  for (const { streamIds, from, to, beginsAt, needles, ...rest } of questions) {
    const question = {
      ...rest,
      groupId,
      needles,
      from: from === undefined ? 0 : startedAt + Math.round(from * hourMs),
      to: to === undefined ? Number.POSITIVE_INFINITY : startedAt + Math.round(to * hourMs),
      ...(streamIds === undefined ? {} : { streamIds }),
      ...(beginsAt === undefined ? {} : { beginsAt: startedAt + Math.round(beginsAt * hourMs) }),
    };
    expect(await pagesOf(question)).toEqual(plainPages(known, question));
  }
});

test("a page that is full by its bytes, over several steps and in too large an answer", async () => {
  const groupId = ++groups;
  const large = (letter: string) => letter.repeat(300_000);
  const known = await store(groupId, [
    [1, Array.from({ length: 8 }, (_, index) => [index * 0.2, large("abcdefgh"[index]!)] as const)],
    [1, Array.from({ length: 6 }, (_, index) => [20 + index, large("ijklmn"[index]!)] as const)],
  ]);
  for (const [descending, limit] of [
    [false, 100],
    [true, 1_000],
  ] as const) {
    const question = { groupId, from: startedAt, to: startedAt + 72 * hourMs, descending, limit };
    const pages = plainPages(known, question);
    expect(pages.map(({ length }) => length)).toEqual([4, 4, 4, 2]);
    expect(await pagesOf(question, { maxResultBytes: 1_400_000 })).toEqual(pages);
  }
});

test("events that are there twice are on a page once, in whichever step of time", async () => {
  const groupId = ++groups;
  const events = Array.from({ length: 12 }, (_, index) => [index * 2, `m${index}`] as const);
  const known = await store(groupId, [[1, events]]);
  await stores.telemetry.execute(
    rawSql(
      `INSERT INTO log_events SELECT * REPLACE (toUInt16(30) AS retention_days) FROM log_events
        WHERE group_id = ${groupId}`,
    ),
  );
  for (const [descending, limit] of [
    [false, 5],
    [true, 5],
    [false, 500],
    [true, 500],
  ] as const) {
    const question = { groupId, from: startedAt, to: startedAt + 48 * hourMs, descending, limit };
    expect(await pagesOf(question)).toEqual(plainPages(known, question));
  }
});
