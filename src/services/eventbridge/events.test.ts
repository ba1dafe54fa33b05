// Events that were put are stored as rules and targets would see them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createFactBoard } from "../../core/facts.ts";
import { createManualClock } from "../../core/manual-clock.ts";
import { openSqliteState } from "../../storage/state/sqlite.ts";
import { readBusEvents } from "../../storage/telemetry/bus-events.ts";
import { openTelemetry } from "../../storage/telemetry/open.ts";
import { createWorlds } from "../../storage/worlds.ts";
import type { Dependencies } from "../dependencies.ts";
import { putEvents } from "./events.ts";

const now = Date.UTC(2026, 10, 21, 6, 0, 0, 500);

async function openDependencies(): Promise<Dependencies> {
  const folder = await mkdtemp(join(tmpdir(), "groundwatch-events-"));
  const state = await openSqliteState(join(folder, "state.db"));
  const telemetry = openTelemetry({ folder: join(folder, "telemetry"), expiry: "caller" });
  onTestFinished(async () => {
    await telemetry.close();
    await state.close();
    await rm(folder, { recursive: true });
  });
  const blobs = undefined as never;
  const rollups = undefined as never;
  const never = undefined as never;
  const writers = { metrics: never, metricArrivals: never, otlpMetrics: never };
  const notifying = { ...writers, queues: never, topics: never, deliveryAttempts: never, signing: never };
  const logs = { sendLogs: never, callDataSource: never, logEncryption: never, linkedAccounts: never };
  const unused = { ...notifying, ...logs, stopwatch: () => 0, addressOf: () => "" };
  const worlds = createWorlds(state);
  const clock = createManualClock({ startAt: now, onTaskError: () => undefined });
  return { clock, facts: createFactBoard(), state, telemetry, blobs, worlds, rollups, ...unused };
}

test("the whole event is stored on its bus, in the order of the entries", async () => {
  const dependencies = await openDependencies();
  const principal = { account: "123456789012", accessKeyId: "k", arn: "a", userName: undefined };
  const call = {
    operation: "PutEvents",
    account: "123456789012",
    region: "eu-west-1",
    principal,
    now,
    requestId: "r",
    sourceAddress: "127.0.0.1",
    userAgent: "",
    isSecure: true,
    signal: new AbortController().signal,
  };
  const entry = { Source: "shop", DetailType: "order placed", EventBusName: "orders" };
  const { Entries = [] } = await putEvents(
    {
      Entries: [
        { ...entry, Detail: '{"n":12345678901234567890}', Resources: ["r-1"], Time: new Date(1_000_000) },
        { ...entry, Detail: "broken" },
        { ...entry, Detail: '{"n":2}' },
        { ...entry, Detail: "{}", EventBusName: "default" },
      ],
    },
    { call, dependencies },
  );
  const world = await dependencies.worlds.numberOf("123456789012", "eu-west-1");
  const range = { world, from: now, to: now, limit: 10 };
  const stored = await readBusEvents(dependencies.telemetry, { ...range, bus: "orders" });
  expect(stored.map(({ eventId }) => eventId)).toEqual([Entries[0]?.EventId, Entries[2]?.EventId]);
  expect(stored[0]?.event).toBe(
    `{"version":"0","id":"${Entries[0]?.EventId}","detail-type":"order placed","source":"shop",` +
      '"account":"123456789012","time":"1970-01-01T00:16:40Z","region":"eu-west-1","resources":["r-1"],' +
      '"detail":{"n":12345678901234567890}}',
  );
  expect(JSON.parse(stored[1]?.event ?? "")).toMatchObject({ time: "2026-11-21T06:00:00Z", resources: [] });
  expect(await readBusEvents(dependencies.telemetry, { ...range, bus: "default" })).toHaveLength(1);
});
