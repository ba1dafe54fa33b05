// The ledger of rollups: what came too late is marked before it is stored, and no mark is lost.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { createRollupLedger, type RollupLedger } from "./metric-rollups.ts";
import type { State } from "./state.ts";
import { openSqliteState } from "./state/sqlite.ts";

const hourMs = 3_600_000;
const start = 500_000 * hourMs;
const cleanups: (() => Promise<void>)[] = [];
let state: State;
let ledger: RollupLedger;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "groundwatch-ledger-"));
  const opened = await openSqliteState(join(folder, "state.db"));
  state = opened;
  ledger = createRollupLedger(state);
  cleanups.push(async () => {
    await opened.close();
    await rm(folder, { recursive: true });
  });
});

afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

const lateStarts = async (of = ledger) => (await of.lateWindows(100)).map(({ startAt }) => startAt);

/** The state with some functions of one collection replaced. */
function stateWith(name: string, replaced: object): State {
  const collection = (asked: string) =>
    asked === name ? { ...state.collection(name), ...replaced } : state.collection(asked);
  return { ...state, collection } as State;
}

test("data of windows that are rolled up marks its hours; data behind them does not", async () => {
  await ledger.announce(start);
  const leave = await ledger.enter([
    start - 1,
    start - hourMs - 1,
    start - hourMs + 1,
    start,
    start + hourMs,
  ]);
  leave();
  expect(await lateStarts()).toEqual([start - 2 * hourMs, start - hourMs]);
});

test("a start knows by the watermark what is late, and the marks of the run before", async () => {
  await ledger.announce(start);
  await ledger.advance(300, start);
  (await ledger.enter([start - 1]))();
  const next = createRollupLedger(state);
  expect(await next.rolledUpTo(300)).toBe(start);
  expect(await next.rolledUpTo(3600)).toBe(0);
  (await next.enter([start - 2 * hourMs, start]))();
  expect(await lateStarts(next)).toEqual([start - 2 * hourMs, start - hourMs]);
});

test("the worker waits for writers that entered before it, and not for later ones", async () => {
  const leaveFirst = await ledger.enter([start]);
  let announced = false;
  const announcement = ledger.announce(start + 1).then(() => (announced = true));
  // Its data is before the announced instant, so it has marked the hour and need not be waited for.
  await ledger.enter([start]);
  expect(await lateStarts()).toEqual([start]);
  expect(announced).toBe(false);
  leaveFirst();
  await announcement;
  expect(announced).toBe(true);
});

test("a mark that is made again while its hour is rolled up outlives the settling", async () => {
  await ledger.announce(start);
  (await ledger.enter([start - 1]))();
  const [listed] = await ledger.lateWindows(1);
  expect(listed).toMatchObject({ startAt: start - hourMs });
  (await ledger.enter([start - 2]))(); // stored after the worker read the hour
  await ledger.settle(listed!);
  expect(await lateStarts()).toEqual([start - hourMs]);
  const [again] = await ledger.lateWindows(1);
  await ledger.settle(again!);
  expect(await lateStarts()).toEqual([]);
});

test("of many writers at once each finds its hours marked when it may store", async () => {
  await ledger.announce(start);
  const hours = Array.from({ length: 8 }, (_, index) => start - (index + 1) * hourMs);
  const writers = Array.from({ length: 64 }, async (_, index) => {
    const hour = hours[index % hours.length] ?? start;
    const leave = await ledger.enter([hour + index]);
    const found = await lateStarts();
    leave();
    return found.includes(hour);
  });
  expect(await Promise.all(writers)).toEqual(writers.map(() => true));
  expect(await lateStarts()).toEqual(hours.toReversed());
  await ledger.announce(start); // nobody is left to wait for
});

test("a writer whose mark fails is refused and holds nobody up", async () => {
  const full = () => Promise.reject(new Error("the disk is full"));
  const own = createRollupLedger(stateWith("metric-rollup-late", { put: full }));
  await own.announce(start);
  await expect(own.enter([start - 1])).rejects.toThrow("the disk is full");
  await own.announce(start + 1);
});

test("versions grow over starts, and news are told once", async () => {
  const first = await ledger.nextVersion();
  const next = createRollupLedger(state);
  expect(await next.nextVersion()).toBeGreaterThan(first);
  expect(next.takeNews()).toBe(true); // what an earlier start stored may not be rolled up
  expect(next.takeNews()).toBe(false);
  (await next.enter([start]))();
  expect(next.takeNews()).toBe(true);
});

test("the first writer of a start sees what the worker announces while it reads the watermark", async () => {
  let answer = () => {};
  const asked = new Promise<void>((resolve) => (answer = resolve));
  const slow = stateWith("metric-rollup", { get: () => asked.then(() => undefined) });
  const own = createRollupLedger(slow);
  const entering = own.enter([start]);
  await own.announce(start + hourMs); // the writer has not entered, so it is not waited for
  answer();
  (await entering)();
  expect(await lateStarts(own)).toEqual([start]);
});
