// When batches are closed and sent, and what becomes of the appends in them.
import { describe, expect, test } from "vitest";
import { TelemetryError } from "../telemetry.ts";
import type { BlockInsert, SealBatch } from "./driver.ts";
import { createGroupCommit } from "./group-commit.ts";
import { telemetryLimits } from "./limits.ts";
import { contractTables } from "./testing/contract-tables.ts";

const rows = (count: number) => ({
  writer: new Uint32Array(count),
  timestamp: new Float64Array(count),
  sequence: new BigUint64Array(count),
});

/** A driver of which the test answers each INSERT by hand. */
function createSender() {
  const sent: { insert: BlockInsert; store: () => void; refuse: (reason: Error) => void }[] = [];
  let arrived: () => void = () => undefined;
  const commit = createGroupCommit(
    contractTables,
    (seal) =>
      new Promise((store, refuse) => {
        sent.push({ insert: seal(), store, refuse });
        arrived();
      }),
    telemetryLimits.insertPace,
  );
  const next = async (index: number) => {
    while (sent.length <= index) await new Promise<void>((resolve) => (arrived = resolve));
    const call = sent[index];
    if (call === undefined) throw new Error("it was just there");
    return call;
  };
  return { commit, sent, next };
}

describe("group commit", () => {
  test("what arrives during an INSERT is the next one; each append is answered with its own", async () => {
    const { commit, sent, next } = createSender();
    const answered: string[] = [];
    const append = (name: string) => commit.append("daily", rows(1)).then(() => answered.push(name));
    const first = append("first");
    const one = await next(0);
    const rest = ["second", "third", "fourth"].map(append);
    expect(commit.waiting().rows).toBe(4);
    one.store();
    await first;
    expect(answered).toEqual(["first"]);
    const two = await next(1);
    expect(two.insert.rows).toBe(3);
    expect(two.insert.token).not.toBe(one.insert.token);
    two.store();
    await Promise.all(rest);
    expect(sent).toHaveLength(2);
    expect(commit.waiting()).toEqual({ rows: 0, bytes: 0 });
    expect(commit.insertedRows()).toBe(4);
  });

  test("a batch that is refused fails its appends only", async () => {
    const { commit, next } = createSender();
    const first = commit.append("daily", rows(1));
    const one = await next(0);
    const second = commit.append("daily", rows(1));
    one.refuse(new TelemetryError("DiskFull", "full"));
    await expect(first).rejects.toMatchObject({ problem: "DiskFull" });
    (await next(1)).store();
    await expect(second).resolves.toBeUndefined();
    expect(commit.insertedRows()).toBe(1);
  });

  test("a batch is closed at its limit of rows", async () => {
    const { commit, next } = createSender();
    const { batchRows } = telemetryLimits;
    const appends = [batchRows, 1, batchRows - 1, 5].map((count) => commit.append("daily", rows(count)));
    const sizes = [];
    for (const index of [0, 1, 2]) {
      const { insert, store } = await next(index);
      sizes.push(insert.rows);
      store();
    }
    expect(sizes).toEqual([batchRows, batchRows, 5]);
    await Promise.all(appends);
  });

  test("more than may wait is refused", async () => {
    const { commit, next } = createSender();
    const appends = [];
    for (let waiting = 0; waiting <= telemetryLimits.waitingRows; waiting += 50_000) {
      appends.push(commit.append("daily", rows(50_000)));
    }
    await expect(commit.append("daily", rows(1))).rejects.toMatchObject({ problem: "Overloaded" });
    for (const index of appends.keys()) (await next(index)).store();
    await Promise.all(appends);
    const again = commit.append("daily", rows(1));
    (await next(appends.length)).store();
    await again;
  });

  test("tables do not wait for each other, and an append of no rows is done at once", async () => {
    const { commit, next } = createSender();
    await commit.append("daily", rows(0));
    const daily = commit.append("daily", rows(1));
    const registry = commit.append("registry", { name: ["a"], seen_at: [0] });
    (await next(1)).store();
    await Promise.race([daily, registry]);
    (await next(0)).store();
    await commit.drain();
    await Promise.all([daily, registry]);
    expect(commit.insertedRows()).toBe(2);
  });
});

/** A driver without a pace, of which the test seals and answers by hand. */
function createTaker() {
  const offers: { seal: SealBatch; store: () => void; refuse: (reason: Error) => void }[] = [];
  const commit = createGroupCommit(
    contractTables,
    (seal) => new Promise((store, refuse) => offers.push({ seal, store, refuse })),
    undefined,
  );
  const offer = (index: number) => {
    const found = offers[index];
    if (found === undefined) throw new Error(`there is no offer ${index}`);
    return found;
  };
  return { commit, offers, offer };
}

describe("a driver that says when", () => {
  test("a batch takes rows until it is sealed, and the next is offered before it is answered", async () => {
    const { commit, offers, offer } = createTaker();
    const first = [1, 2].map((count) => commit.append("daily", rows(count)));
    expect(offers).toHaveLength(1);
    expect(offer(0).seal().rows).toBe(3);
    const second = commit.append("daily", rows(4));
    expect(offers).toHaveLength(2);
    expect(offer(1).seal().rows).toBe(4);
    expect(commit.waiting().rows).toBe(7);
    offer(1).store();
    await second;
    offer(0).store();
    await Promise.all(first);
    expect(commit.waiting()).toEqual({ rows: 0, bytes: 0 });
    expect(commit.insertedRows()).toBe(7);
  });

  test("what is full is offered beside what is collected, and sealed before it", async () => {
    const { commit, offers, offer } = createTaker();
    const { batchRows } = telemetryLimits;
    const appends = [batchRows, 5].map((count) => commit.append("daily", rows(count)));
    expect(offers).toHaveLength(2);
    expect(offers.map(({ seal }) => seal().rows)).toEqual([batchRows, 5]);
    offer(0).store();
    offer(1).store();
    await Promise.all(appends);
  });

  test("what is refused before it is sealed fails its own appends", async () => {
    const { commit, offer } = createTaker();
    const first = commit.append("daily", rows(1));
    offer(0).seal();
    const second = commit.append("daily", rows(2));
    offer(1).refuse(new TelemetryError("DiskFull", "full"));
    await expect(second).rejects.toMatchObject({ problem: "DiskFull" });
    expect(commit.waiting().rows).toBe(1);
    const drained = commit.drain();
    offer(0).store();
    await Promise.all([first, drained]);
    const third = commit.append("daily", rows(3));
    expect(offer(2).seal().rows).toBe(3);
    offer(2).store();
    await third;
    expect(commit.insertedRows()).toBe(4);
  });
});
