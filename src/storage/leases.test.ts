// Leases: one of several nodes has a name, renews it, gives it up, or loses it by its silence.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { leaseMs, releaseLease, takeLease } from "./leases.ts";
import { openSqliteState } from "./state/sqlite.ts";
import type { State } from "./state.ts";

let folder: string;
let alone: State;
let one: State;
let other: State;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-leases-"));
  alone = await openSqliteState(join(folder, "state.db"));
  one = { ...alone, node: "one" };
  other = { ...alone, node: "other" };
});
beforeEach(() => alone.eraseDocuments());
afterAll(async () => {
  await alone.close();
  await rm(folder, { recursive: true });
});

test("of nodes that ask at the same time one gets it", async () => {
  const nodes = Array.from({ length: 8 }, (_, index) => ({ ...alone, node: `node-${index}` }));
  const taken = await Promise.all(nodes.map((node) => takeLease(node, "work", 0)));
  expect(taken.filter((until) => until !== undefined)).toEqual([leaseMs]);
});

test("who has it keeps it by asking again, and is followed by another one when it is silent", async () => {
  expect(await takeLease(one, "work", 0)).toBe(leaseMs);
  expect(await takeLease(other, "work", leaseMs - 1)).toBeUndefined();
  expect(await takeLease(one, "work", 1_000)).toBe(leaseMs);
  expect(await takeLease(one, "work", 20_000)).toBe(20_000 + leaseMs);
  expect(await takeLease(other, "work", leaseMs)).toBeUndefined();
  expect(await takeLease(other, "work", 20_000 + leaseMs)).toBe(20_000 + 2 * leaseMs);
  expect(await takeLease(one, "work", 20_001 + leaseMs)).toBeUndefined();
});

test("what is given up is free at once; nobody gives up what another one has", async () => {
  await takeLease(one, "work", 0);
  await releaseLease(other, "work");
  expect(await takeLease(other, "work", 1)).toBeUndefined();
  await releaseLease(one, "work");
  expect(await takeLease(other, "work", 1)).toBe(1 + leaseMs);
});

test("a store of one process alone has no leases to wait for", async () => {
  expect(await takeLease(alone, "work", 0)).toBe(leaseMs);
  expect(await takeLease(one, "work", 0)).toBe(leaseMs);
  expect(await takeLease(alone, "work", 1)).toBe(1 + leaseMs);
});

test("a lease from before the clock was set back a day keeps nobody waiting", async () => {
  const dayMs = 86_400_000;
  await takeLease(one, "work", 2 * dayMs);
  expect(await takeLease(one, "work", dayMs)).toBe(dayMs + leaseMs);
  await takeLease(one, "more", 2 * dayMs);
  expect(await takeLease(other, "more", dayMs)).toBe(dayMs + leaseMs);
  // Clocks of nodes may differ a little.
  expect(await takeLease(one, "more", dayMs - leaseMs / 2)).toBeUndefined();
});
