// Pages of log events: each event once, also while a group's events are in the table twice.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rawSql } from "../../core/sql.ts";
import type { Telemetry } from "../telemetry.ts";
import { plainLogEvents } from "./log-event-source.ts";
import { readLogEvents, type LogEventRow } from "./log-event-pages.ts";
import { appendLogEvents } from "./log-events.ts";
import { collectGarbage } from "../../../test/support/garbage.ts";
import { openTelemetry } from "./open.ts";

const startedAt = Date.parse("2026-11-02T12:00:00Z");
let folder: string;
let telemetry: Telemetry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-log-events-"));
  telemetry = openTelemetry({ folder, expiry: "caller" });
});

afterAll(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

/** All messages of a group in pages of `limit`, each with its page's number. */
async function pagesOf(groupId: number, limit: number, descending: boolean): Promise<readonly string[]> {
  const messages: string[] = [];
  let last: LogEventRow | undefined;
  for (let pageNumber = 0; ; pageNumber++) {
    const { rows, more } = await readLogEvents(telemetry, {
      source: plainLogEvents,
      groupId,
      from: 0,
      to: Number.POSITIVE_INFINITY,
      descending,
      limit,
      ...(last === undefined ? {} : { position: last }),
    });
    messages.push(...rows.map(({ message }) => `${pageNumber}:${message}`));
    last = rows.at(-1);
    if (!more) return messages;
  }
}

test("events that are being given a longer retention are read once, in pages as full as before", async () => {
  const destination = { groupId: 1, streamId: 1, retentionDays: 7 };
  // Two of each instant, so that the sequence decides between them.
  const events = Array.from({ length: 8 }, (_, index) => {
    const timestamp = startedAt + Math.floor(index / 2);
    return { timestamp, message: `m${index}`, indexed: {} };
  });
  await appendLogEvents(telemetry, destination, events, startedAt);
  const forward = await pagesOf(1, 3, false);
  expect(forward).toEqual(["0:m0", "0:m1", "0:m2", "1:m3", "1:m4", "1:m5", "2:m6", "2:m7"]);
  const backward = await pagesOf(1, 3, true);
  await telemetry.execute(
    rawSql("INSERT INTO log_events SELECT * REPLACE (toUInt16(30) AS retention_days) FROM log_events"),
  );
  expect(await pagesOf(1, 3, false)).toEqual(forward);
  expect(await pagesOf(1, 3, true)).toEqual(backward);
});

test("events that are on their way into the store are not held on to", async () => {
  const never = { ...telemetry, append: () => new Promise<void>(() => undefined) };
  const held = beginToAppend(never);
  await collectGarbage();
  expect(held.deref()).toBeUndefined();
});

/** A function of its own: what calls it has no reference left. */
function beginToAppend(store: Telemetry): WeakRef<object> {
  const events = [{ timestamp: startedAt, message: "m", indexed: {} }];
  void appendLogEvents(store, { groupId: 2, streamId: 1, retentionDays: 7 }, events, startedAt);
  return new WeakRef(events);
}
