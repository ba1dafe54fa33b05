// Rows of what was deleted go away, also when they came late, the engine was away or the process was killed.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createManualClock, type ManualClock } from "../../core/manual-clock.ts";
import { sql } from "../../core/sql.ts";
import type { State } from "../../storage/state.ts";
import { appendLogEvents } from "../../storage/telemetry/log-events.ts";
import { openTestStores, type TestStores } from "../../storage/testing/stores.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import { EventDeletions, type DeletedEvents } from "./event-deletions.ts";

const now = Date.UTC(2026, 10, 21, 12);
let stores: TestStores;
let state: State;
let telemetry: Telemetry;
let clock: ManualClock;

beforeAll(async () => {
  stores = await openTestStores("deletions");
  ({ telemetry, state } = stores);
});

afterAll(() => stores.close());

beforeEach(async () => {
  await telemetry.truncate();
  await state.eraseDocuments();
  clock = createManualClock({ startAt: now, onTaskError: () => undefined });
});

async function put(groupId: number, streamId: number): Promise<void> {
  const event = { timestamp: now, message: `${groupId}/${streamId}`, indexed: {} };
  await appendLogEvents(telemetry, { groupId, streamId, retentionDays: undefined }, [event], now);
}

async function left(): Promise<readonly string[]> {
  const rows = await telemetry.query<{ message: string }>(
    sql`SELECT message FROM log_events ORDER BY message`,
  );
  return rows.map(({ message }) => message);
}

const notes = async () => (await state.collection("log-event-deletions").list("", { limit: 10 })).length;

async function deleteNow(deletions: EventDeletions, deleted: DeletedEvents): Promise<void> {
  await state.write([deletions.note(deleted)]);
  deletions.begin(deleted);
  await clock.advance(0);
}

test("a stream's rows and a group's, those included that were on their way", async () => {
  const deletions = new EventDeletions(state, telemetry, clock);
  for (const [group, stream] of [
    [1, 1],
    [1, 2],
    [2, 3],
    [2, 4],
    [3, 5],
  ] as const)
    await put(group, stream);
  await deleteNow(deletions, { groupId: 1, streamId: 1 });
  await deleteNow(deletions, { groupId: 2 });
  expect(await left()).toEqual(["1/2", "3/5"]);
  await put(2, 4);
  await put(1, 1);
  expect(await notes()).toBe(2);
  await clock.advance(60_000);
  expect(await left()).toEqual(["1/2", "3/5"]);
  expect(await notes()).toBe(0);
});

test("a start goes on with what was noted", async () => {
  await put(1, 1);
  await state.write([new EventDeletions(state, telemetry, clock).note({ groupId: 1 })]);
  const next = createManualClock({ startAt: now, onTaskError: () => undefined });
  const started = new EventDeletions(state, telemetry, next);
  expect(started).toBeDefined();
  await expect.poll(async () => [await next.advance(0), await left()][1]).toEqual([]);
  await next.advance(60_000);
  expect(await notes()).toBe(0);
});

test("a failure is tried again", async () => {
  const deletions = new EventDeletions(state, telemetry, clock);
  await put(1, 1);
  const execute = vi.spyOn(telemetry, "execute").mockRejectedValueOnce(new Error("the engine is away"));
  await deleteNow(deletions, { groupId: 1 });
  expect(await left()).toEqual(["1/1"]);
  await clock.advance(300_000);
  expect(await left()).toEqual([]);
  await clock.advance(60_000);
  expect(await notes()).toBe(0);
  execute.mockRestore();
});
