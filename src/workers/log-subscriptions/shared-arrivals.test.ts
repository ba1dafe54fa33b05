// What nodes that share a store know of each other: nobody reads what another one is still storing.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { leaseMs } from "../../storage/leases.ts";
import { arrivalLimits } from "../../storage/log-arrival-marks.ts";
import { cursorScope, cursorsIn, rewindCursors } from "../../storage/log-subscriptions.ts";
import { openSqliteState } from "../../storage/state/sqlite.ts";
import type { State } from "../../storage/state.ts";
import { SharedArrivals } from "./shared-arrivals.ts";
import { shardOf, SubscriptionShards } from "./shards.ts";

const sequenceAt = (ms: number) => BigInt(ms) << 22n;
const startAt = 1_000_000;
let folder: string;
let state: State;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-nodes-"));
  state = await openSqliteState(join(folder, "state.db"));
});
beforeEach(() => state.eraseDocuments());
afterAll(async () => {
  await state.close();
  await rm(folder, { recursive: true });
});

/** A node whose stores are settled up to what the test says. */
function node(name: string) {
  const heard: (readonly [groupId: number, earliestAt: number] | "unknown")[] = [];
  const settled = { at: Number.MAX_SAFE_INTEGER };
  const givenUp: bigint[] = [];
  const arrivals = new SharedArrivals(
    {
      state,
      settled: (now) => sequenceAt(Math.min(now, settled.at)),
      onNoted: (groupId, earliestAt) => heard.push([groupId, earliestAt]),
      onUnknown: () => heard.push("unknown"),
      onGivenUp: async (from) => void givenUp.push(from),
    },
    name,
  );
  return { arrivals, heard, settled, givenUp };
}

async function exchange(now: number, ...nodes: readonly ReturnType<typeof node>[]) {
  for (const { arrivals } of nodes) await arrivals.exchange(now);
}

describe("nodes that share a store", () => {
  test("read no further than the slowest of them has stored", async () => {
    const [one, other] = [node("one"), node("other")];
    other.settled.at = startAt - 7_000;
    await exchange(startAt, other, one);
    expect(one.arrivals.settled(startAt)).toBe(sequenceAt(startAt - 7_000));
    other.settled.at = startAt + 60_000;
    expect(one.arrivals.settled(startAt + 1)).toBe(sequenceAt(startAt - 7_000));
    await exchange(startAt + 5_000, other, one);
    // Its own writes, and those of a node that has just come, are behind as well.
    expect(one.arrivals.settled(startAt + 5_000)).toBe(sequenceAt(startAt + 3_000));
    one.settled.at = startAt + 1_000;
    expect(one.arrivals.settled(startAt + 5_000)).toBe(sequenceAt(startAt + 1_000));
  });

  test("hear once where each stored something, before they may read it", async () => {
    const [one, other] = [node("one"), node("other")];
    await exchange(startAt, one, other, one);
    expect([one.heard, other.heard]).toEqual([["unknown"], ["unknown"]]);
    other.arrivals.note(7, startAt - 3_600_000);
    other.arrivals.note(7, startAt);
    other.arrivals.note(8, startAt);
    await exchange(startAt + 1_000, other, one, other, one);
    expect(one.heard.slice(1)).toEqual([
      [7, startAt - 3_600_000],
      [8, startAt],
    ]);
    expect(other.heard).toEqual(["unknown"]);
    other.arrivals.note(8, startAt + 1_500);
    await exchange(startAt + 2_000, other, one);
    expect(one.heard.slice(3)).toEqual([[8, startAt]]);
  });

  test("look everywhere when one of them goes, or is silent for the length of a lease", async () => {
    const [one, other, third] = [node("one"), node("other"), node("third")];
    await exchange(startAt, other, third, one);
    one.heard.length = 0;
    await other.arrivals.leave();
    await exchange(startAt + 1_000, third, one);
    expect(one.heard).toEqual(["unknown"]);
    expect(one.arrivals.nodes).toBe(2);
    await exchange(startAt + 500 + leaseMs, one);
    expect(one.heard).toEqual(["unknown"]);
    await exchange(startAt + 1_000 + leaseMs, one);
    expect(one.heard).toEqual(["unknown", "unknown"]);
    expect(one.arrivals.nodes).toBe(1);
    expect(one.arrivals.settled(startAt + 60_000)).toBe(sequenceAt(startAt + 58_000));
  });

  test("go back when they were silent themselves: the others have read on without them", async () => {
    const [one, other] = [node("one"), node("other")];
    await exchange(startAt, other, one);
    await exchange(startAt + leaseMs - 1, one);
    expect(one.givenUp).toEqual([]);
    one.settled.at = startAt + leaseMs;
    await exchange(startAt + 2 * leaseMs - 2, one);
    await exchange(startAt + 4 * leaseMs, other, one);
    expect(one.givenUp).toEqual([sequenceAt(startAt + leaseMs)]);
    expect(other.givenUp).toEqual([sequenceAt(startAt)]);
  });

  test("are told that there was something when there are too many groups to name", async () => {
    const [one, other] = [node("one"), node("other")];
    await exchange(startAt, other, one);
    one.heard.length = 0;
    for (let group = 1; group <= arrivalLimits.notedGroups + 1; group++) other.arrivals.note(group, startAt);
    await exchange(startAt + 1_000, other, one);
    expect(one.heard).toHaveLength(arrivalLimits.notedGroups + 1);
    expect(one.heard).toContain("unknown");
  });
});

test("nodes share the shards; one that joins gets some, one that is gone loses them", async () => {
  const [one, other] = ["one", "other"].map((name) => new SubscriptionShards({ ...state, node: name }));
  const keys = Array.from({ length: 200 }, (_, index) => `123456789012/us-east-1/group-${index}:filter`);
  expect(new Set(keys.map(shardOf)).size).toBe(16);
  const held = (shards: SubscriptionShards | undefined, now: number) =>
    keys.filter((key) => shards?.has(key, now)).length;
  expect((await one?.share(1, startAt))?.size).toBe(16);
  expect((await other?.share(2, startAt))?.size).toBe(0);
  expect(held(one, startAt)).toBe(200);
  expect((await one?.share(2, startAt + 1_000))?.size).toBe(0);
  expect((await other?.share(2, startAt + 1_000))?.size).toBe(8);
  expect(held(one, startAt + 1_000) + held(other, startAt + 1_000)).toBe(200);
  expect(keys.some((key) => one?.has(key, startAt + 1_000) && other?.has(key, startAt + 1_000))).toBe(false);
  // One is silent: its leases run out, and the other one takes them.
  expect((await other?.share(1, startAt + 20_000))?.size).toBe(0);
  expect(held(one, startAt + 1_000 + leaseMs)).toBe(0);
  expect((await other?.share(1, startAt + 1_000 + leaseMs))?.size).toBe(8);
  expect(held(other, startAt + 1_000 + leaseMs)).toBe(200);
  // After the clock was set back they are renewed at once, and nobody who joins takes them.
  expect((await other?.share(1, startAt - 3_600_000))?.size).toBe(0);
  expect((await one?.share(1, startAt - 3_600_000))?.size).toBe(0);
  // One that leaves gives them up at once.
  await other?.leave();
  expect((await one?.share(1, startAt + 2_000 + leaseMs))?.size).toBe(16);
});

test("subscriptions go back to where nothing was missed, and never forward", async () => {
  const cursors = cursorsIn(state);
  await cursors.put(cursorScope, "behind", { sequence: "5" });
  await cursors.put(cursorScope, "ahead", { sequence: "15" });
  await rewindCursors(state, 10n);
  const found = await cursors.list(cursorScope, { limit: 10 });
  expect(found.map(({ key, value }) => [key, value.sequence])).toEqual([
    ["ahead", "10"],
    ["behind", "5"],
  ]);
});
