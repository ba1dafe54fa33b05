// The trail writer: what is on disk before the answer, what is written behind, what is dropped.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import type { AuditedCall } from "../core/audit/record.ts";
import { createFactBoard } from "../core/facts.ts";
import type { State } from "../storage/state.ts";
import { openSqliteState } from "../storage/state/sqlite.ts";
import type { Telemetry } from "../storage/telemetry.ts";
import { readApiCalls } from "../storage/telemetry/api-calls.ts";
import { openTelemetry } from "../storage/telemetry/open.ts";
import { createWorlds, type Worlds } from "../storage/worlds.ts";
import { createTrailWriter, trailLimits } from "./trail-writer.ts";

const now = Date.now();
const shape = { kind: "structure", members: [] };
let folder: string;
let telemetry: Telemetry;
let state: State;
let worlds: Worlds;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-trail-"));
  telemetry = openTelemetry({ folder: join(folder, "telemetry") });
  state = await openSqliteState(join(folder, "state.db"));
  worlds = createWorlds(state);
});

afterAll(async () => {
  await telemetry.close();
  await state.close();
  await rm(folder, { recursive: true });
});

function call(account: string, signingName: string, name: string): AuditedCall {
  const arn = `arn:aws:iam::${account}:root`;
  return {
    requestId: "r",
    receivedAt: now,
    request: { sourceAddress: "127.0.0.1", headers: {} },
    service: { model: { name: signingName, signingName, version: "1" } },
    operation: { name, input: shape, output: shape },
    identity: { principal: { account, accessKeyId: account, arn, userName: undefined }, region: "r" },
    input: {},
  };
}

function writerOf(overrides: { telemetry?: Telemetry } = {}) {
  const onError = vi.fn<(error: unknown) => void>();
  const facts = createFactBoard();
  const writer = createTrailWriter({ telemetry, worlds, facts, onError, ...overrides });
  onTestFinished(() => writer.stop());
  return { writer, onError, facts };
}

async function storedNames(account: string): Promise<readonly string[]> {
  const world = await worlds.numberOf(account, "r");
  const calls = await readApiCalls(telemetry, { world, from: now - 1000, to: now + 1000, limit: 100_000 });
  return calls.map(({ eventName }) => eventName);
}

test("a call that changes something is on disk when its promise resolves, with all that waited", async () => {
  const { writer } = writerOf();
  expect(writer.record(call("1", "logs", "DescribeLogGroups"))).toBeUndefined();
  await writer.record(call("1", "logs", "CreateLogGroup"));
  expect(new Set(await storedNames("1"))).toEqual(new Set(["DescribeLogGroups", "CreateLogGroup"]));
  expect(writer.statistics()).toEqual({ written: 2, dropped: 0, lost: 0 });
});

test("reads, data calls and the own service's calls are written behind", async () => {
  const { writer } = writerOf();
  expect(writer.record(call("2", "logs", "PutLogEvents"))).toBeUndefined();
  expect(writer.record(call("2", "monitoring", "DescribeAlarms"))).toBeUndefined();
  expect(writer.record(call("2", "groundwatch", "AdvanceClock"))).toBeUndefined();
  await vi.waitFor(async () => expect(await storedNames("2")).toHaveLength(3), { timeout: 10_000 });
});

test("stopping writes what waits", async () => {
  const { writer } = writerOf();
  void writer.record(call("3", "logs", "PutLogEvents"));
  await writer.stop();
  expect(await storedNames("3")).toEqual(["PutLogEvents"]);
});

test("under overload reads and data calls are dropped and counted, changes never", async () => {
  const { writer } = writerOf();
  const first = trailLimits.batchRecords;
  const extra = 7;
  for (let index = 0; index < first + trailLimits.waitingRecords + extra; index++) {
    void writer.record(call("4", "logs", "PutLogEvents"));
  }
  await writer.record(call("4", "logs", "DeleteLogGroup"));
  await writer.stop();
  expect(writer.statistics()).toEqual({
    written: first + trailLimits.waitingRecords + 1,
    dropped: extra,
    lost: 0,
  });
  expect((await storedNames("4")).filter((name) => name === "DeleteLogGroup")).toHaveLength(1);
});

test("a reset forgets what waits", async () => {
  const { writer, facts } = writerOf();
  void writer.record(call("5", "logs", "PutLogEvents"));
  facts.publish({ kind: "WorldReset" });
  await writer.stop();
  expect(await storedNames("5")).toEqual([]);
});

test("a store that refuses is reported, and the call is answered all the same", async () => {
  const refusing = { ...telemetry, append: () => Promise.reject(new Error("disk full")) };
  const { writer, onError } = writerOf({ telemetry: refusing });
  await writer.record(call("6", "logs", "CreateLogGroup"));
  expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: "disk full" }));
  expect(writer.statistics()).toEqual({ written: 0, dropped: 0, lost: 1 });
});

test("a call of nobody has no record", async () => {
  const { writer } = writerOf();
  const { identity: _, ...anonymous } = call("7", "logs", "CreateLogGroup");
  expect(writer.record(anonymous)).toBeUndefined();
  await writer.stop();
  expect(writer.statistics().written).toBe(0);
});
