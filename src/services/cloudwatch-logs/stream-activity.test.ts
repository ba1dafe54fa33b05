// Between which instants a stream's events are: known at every moment, also after a process was killed.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Clock } from "../../core/clock.ts";
import { createManualClock, type ManualClock } from "../../core/manual-clock.ts";
import type { State } from "../../storage/state.ts";
import { appendLogEvents } from "../../storage/telemetry/log-events.ts";
import { openTestStores, type TestStores } from "../../storage/testing/stores.ts";
import type { Telemetry } from "../../storage/telemetry.ts";
import { StreamActivity } from "./stream-activity.ts";
import { streamScope, streamsIn } from "./stored-groups.ts";

const now = Date.UTC(2026, 10, 21, 12);
const dayMs = 86_400_000;
let stores: TestStores;
let state: State;
let telemetry: Telemetry;
let clock: ManualClock;

beforeAll(async () => {
  stores = await openTestStores("stream-activity");
  ({ telemetry, state } = stores);
});

afterAll(() => stores.close());

beforeEach(async () => {
  await telemetry.truncate();
  await state.eraseDocuments();
  clock = createManualClock({ startAt: now, onTaskError: () => undefined });
  await streamsIn(state).create(streamScope(1), "stream", { id: 7, createdAt: now }, now);
});

/** As a process that begins, with its recovery behind it. */
async function begun(): Promise<StreamActivity> {
  const activity = new StreamActivity(state, telemetry, clock);
  await activity.flush();
  return activity;
}

async function timesIn(activity: StreamActivity) {
  const known = activity.knownTimes();
  const stored = await streamsIn(state).get(streamScope(1), "stream");
  return known(1, "stream", stored!.value);
}

const eventsAt = (firstEventAt: number, lastEventAt = firstEventAt) => ({
  groupId: 1,
  streamName: "stream",
  firstEventAt,
  lastEventAt,
  lastIngestionAt: clock.now(),
  storedBytes: 1,
});

async function append(timestamp: number, ingestedAt = clock.now()): Promise<void> {
  const destination = { groupId: 1, streamId: 7, retentionDays: undefined };
  await appendLogEvents(telemetry, destination, [{ timestamp, message: "m", indexed: {} }], ingestedAt);
}

test("from the moment that events may be read, through their note and into state", async () => {
  const activity = await begun();
  const none = { firstEventAt: Number.POSITIVE_INFINITY, lastEventAt: Number.NEGATIVE_INFINITY };
  expect(await timesIn(activity)).toEqual(none);
  await activity.storing(eventsAt(now - 5, now), async () => {
    expect(await timesIn(activity)).toEqual({ firstEventAt: now - 5, lastEventAt: now });
  });
  expect(await timesIn(activity)).toEqual({ firstEventAt: now - 5, lastEventAt: now });
  const before = activity.knownTimes();
  const empty = await streamsIn(state).get(streamScope(1), "stream");
  await activity.flush();
  expect(before(1, "stream", empty!.value)).toEqual({ firstEventAt: now - 5, lastEventAt: now });
  expect(await timesIn(activity)).toEqual({ firstEventAt: now - 5, lastEventAt: now });
  await activity.storing(eventsAt(now - 9), async () => undefined);
  expect(await timesIn(activity)).toEqual({ firstEventAt: now - 9, lastEventAt: now });
});

test("also of events that telemetry has perhaps not taken, without a word of them to others", async () => {
  const activity = await begun();
  const failing = activity.storing(eventsAt(now - 5), () => Promise.reject(new Error("lost")));
  await expect(failing).rejects.toThrow("lost");
  expect(await timesIn(activity)).toEqual({ firstEventAt: now - 5, lastEventAt: now - 5 });
  await activity.flush();
  expect((await streamsIn(state).get(streamScope(1), "stream"))?.value.firstEventAt).toBeUndefined();
});

test("after a kill, what was stored and not written is found in telemetry", async () => {
  const killed = await begun();
  await killed.storing(eventsAt(now), () => append(now));
  expect(await timesIn(await begun())).toEqual({ firstEventAt: now, lastEventAt: now });
});

test("after a kill, what was under way while others were written is found", async () => {
  const killed = await begun();
  // An answer that takes longer than what the next start looks back by itself.
  void killed.storing(eventsAt(now - 9), async () => {
    await append(now - 9);
    await new Promise(() => undefined);
  });
  await clock.advance(10 * 60_000);
  await killed.storing(eventsAt(now), () => append(now));
  await killed.flush();
  expect(await timesIn(await begun())).toEqual({ firstEventAt: now - 9, lastEventAt: now });
});

test("after a kill under a clock that begins earlier than the last one was", async () => {
  await clock.advance(dayMs);
  const first = await begun();
  await first.storing(eventsAt(now), () => append(now));
  await first.flush();
  clock = createManualClock({ startAt: now, onTaskError: () => undefined });
  const killed = await begun();
  await killed.storing(eventsAt(now - 9), () => append(now - 9));
  expect(await timesIn(await begun())).toEqual({ firstEventAt: now - 9, lastEventAt: now });
});

/** A clock that can be set; whoever has it is killed before it writes by itself. */
function doomed(at: { time: number }): Clock {
  return { now: () => at.time, schedule: () => () => undefined };
}

test("after a kill right behind a set-back, when the clock has come past the last write again", async () => {
  const at = { time: now + dayMs };
  const killed = new StreamActivity(state, telemetry, doomed(at));
  await killed.storing(eventsAt(at.time), () => append(now, at.time));
  await killed.flush();
  at.time = now;
  const early = { ...eventsAt(now - 9), lastIngestionAt: now };
  await killed.storing(early, () => append(now - 9, now));
  await clock.advance(2 * dayMs);
  expect(await timesIn(await begun())).toEqual({ firstEventAt: now - 9, lastEventAt: now + dayMs });
});

test("after a kill, what came while the recovery was under way", async () => {
  await append(now - 5);
  const at = { time: now };
  const query: Telemetry["query"] = async <Row>(...asked: Parameters<Telemetry["query"]>) => {
    const rows = await telemetry.query<Row>(...asked);
    await killed.storing({ ...eventsAt(now - 9), lastIngestionAt: at.time }, () => append(now - 9));
    at.time += 10 * 60_000;
    return rows;
  };
  let writes = 0;
  const write: State["write"] = (changes) =>
    ++writes > 1 ? Promise.reject(new Error("killed")) : state.write(changes);
  const killed = new StreamActivity({ ...state, write }, { ...telemetry, query }, doomed(at));
  await expect(killed.flush()).rejects.toThrow("killed");
  await clock.advance(20 * 60_000);
  expect(await timesIn(await begun())).toEqual({ firstEventAt: now - 9, lastEventAt: now - 5 });
});

test("nothing is known while the recovery goes on, or where others write as well", async () => {
  const starting = new StreamActivity(state, telemetry, clock);
  expect(await timesIn(starting)).toBeUndefined();
  await starting.flush();
  expect(await timesIn(starting)).toBeDefined();
  const shared = new StreamActivity({ ...state, node: "one of two" }, telemetry, clock);
  await shared.flush();
  expect(await timesIn(shared)).toBeUndefined();
});

test("a recovery that fails is made again before anything is written", async () => {
  let isAway = true;
  const query: Telemetry["query"] = (statement, options) =>
    isAway ? Promise.reject(new Error("away")) : telemetry.query(statement, options);
  await append(now - 9);
  const activity = new StreamActivity(state, { ...telemetry, query }, clock);
  await activity.storing(eventsAt(now), () => append(now));
  await expect(activity.flush()).rejects.toThrow("away");
  isAway = false;
  await activity.flush();
  expect(await timesIn(activity)).toEqual({ firstEventAt: now - 9, lastEventAt: now });
});
