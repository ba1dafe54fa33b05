// Sealed log events in the real stores: opened by the engine, bound to their place, under a group's keys.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc } from "@fast-check/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { joinSql, sql, renderSql } from "../../core/sql.ts";
import type { State } from "../state.ts";
import { openSqliteState } from "../state/sqlite.ts";
import { blockConditions, requireReadable } from "../telemetry/log-event-source.ts";
import { readLogEvents, type LogEventRow } from "../telemetry/log-event-pages.ts";
import {
  appendLogEvents,
  deleteLogEvents,
  extendRetention,
  readStreamActivity,
  type AppendedLogEvent,
} from "../telemetry/log-events.ts";
import { countArrivals, countScanned, estimateRead } from "../telemetry/log-queries.ts";
import { openTelemetry } from "../telemetry/open.ts";
import { pageEdge } from "../telemetry/sealed-blocks/page-edge.ts";
import type { Telemetry } from "../telemetry.ts";
import { KeyUnavailableError } from "./key-errors.ts";
import { Keyring } from "./keyring.ts";
import { LogEncryption } from "./log-encryption.ts";
import { createMasterKey } from "./master-key.ts";

const now = Date.UTC(2026, 10, 21, 12);
let folder: string;
let state: State;
let telemetry: Telemetry;
let encryption: LogEncryption;
let groups = 0;

async function open(isShared = false): Promise<LogEncryption> {
  const master = createMasterKey(join(folder, "master.key"));
  return LogEncryption.open(
    state,
    await Keyring.open(state, master, { now: () => now, isShared }),
    telemetry,
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "groundwatch-sealed-"));
  telemetry = openTelemetry({ folder: join(folder, "telemetry"), expiry: "caller" });
  state = await openSqliteState(join(folder, "state.db"));
  encryption = await open();
});

afterAll(async () => {
  await telemetry.close();
  await state.close();
  await rm(folder, { recursive: true });
});

const newKey = async () => (await encryption.keyring.create("123456789012", "eu-west-1", "")).arn;

async function put(groupId: number, keyArn: string | undefined, events: readonly AppendedLogEvent[]) {
  const destination = { groupId, streamId: 1, retentionDays: 30 };
  const sealer = keyArn === undefined ? undefined : await encryption.sealerOf(groupId, keyArn, events.length);
  await appendLogEvents(
    telemetry,
    sealer === undefined ? destination : { ...destination, sealer },
    events,
    now,
  );
}

const eventOf = (message: string): AppendedLogEvent => ({ timestamp: now, message, indexed: {} });

async function messagesOf(groupId: number, from: LogEncryption = encryption) {
  const source = await from.sourceOf([groupId]);
  const query = { source, groupId, from: 0, to: now + 1, descending: false, limit: 1_000 };
  return (await readLogEvents(telemetry, query)).rows.map(({ message }) => message);
}

const anyText = fc.string({ unit: "binary", maxLength: 200 }).map((text) => Buffer.from(text).toString());
const anyEvent = fc.record({
  message: anyText,
  transformed: anyText,
  unmasked: anyText,
  indexed: fc.dictionary(
    anyText.filter((name) => name !== "__proto__"),
    anyText,
    { maxKeys: 3 },
  ),
});

test("the engine opens every text as it was, under each version of each key", async () => {
  const groupId = ++groups;
  const [first, second] = [await newKey(), await newKey()];
  const events = fc.sample(anyEvent, { numRuns: 60, seed: 7 }).map((event) => ({ ...event, timestamp: now }));
  await put(groupId, undefined, events.slice(0, 10));
  await put(groupId, first, events.slice(10, 30));
  await encryption.keyring.rotate(encryption.keyring.find(first)!);
  await put(groupId, first, events.slice(30, 40));
  await put(groupId, second, events.slice(40));
  const { table } = await encryption.sourceOf([groupId]);
  const rows = await telemetry.query(sql`
    SELECT message, transformed, unmasked, indexed FROM ${table}
    WHERE group_id = ${groupId} ORDER BY sequence`);
  const plain = events.map(({ timestamp: _same, ...texts }) => texts);
  expect(rows).toEqual(plain);
  const keys = await telemetry.query(
    sql`SELECT DISTINCT data_key FROM log_events_sealed_blocks WHERE group_id = ${groupId}`,
  );
  expect(keys).toHaveLength(3);
});

test("a group without a key is selected from the table itself", async () => {
  expect(renderSql((await encryption.sourceOf([++groups])).table)).toBe("log_events");
});

test("conditions on group and time reach the sealed table, so that it reads little", async () => {
  const groupId = ++groups;
  await put(groupId, await newKey(), [eventOf("here")]);
  const { table } = await encryption.sourceOf([groupId]);
  const later = sql`fromUnixTimestamp64Milli(${BigInt(now + 3 * 86_400_000)})`;
  const plan = await telemetry.query<{ explain: string }>(sql`
    EXPLAIN indexes = 1 SELECT message FROM ${table} WHERE group_id = ${groupId} AND timestamp >= ${later}`);
  const text = plan.map(({ explain }) => explain).join("\n");
  expect(text).toMatch(/Parts: 0\/[1-9]/);
});

test("of a block that is sealed, time, stream and sequence tell whether it must be opened", async () => {
  const groupId = ++groups;
  const keyArn = await newKey();
  for (const minute of [1, 2, 3]) {
    await put(groupId, keyArn, [{ ...eventOf(`at ${minute}`), timestamp: now - minute * 60_000 }]);
  }
  const source = await encryption.sourceOf([groupId]);
  const ofMinutes = blockConditions(source, { from: now - 150_000, to: now - 90_000 });
  const where = joinSql([sql`group_id = ${groupId}`, sql`stream_id = 1`, ...ofMinutes], " AND ");
  const plan = await telemetry.query<{ explain: string }>(
    sql`EXPLAIN actions = 1 SELECT message FROM ${source.table} WHERE ${where}`,
  );
  const text = plan.map(({ explain }) => explain).join("\n");
  expect(text).toMatch(/Prewhere filter column:.*group_id.*timestamp.*last_at/);
  expect(await telemetry.query(sql`SELECT message FROM ${source.table} WHERE ${where}`)).toEqual([
    { message: "at 2" },
  ]);
});

test("pages of blocks, of events sealed one by one and of plain ones are as computed", async () => {
  const groupId = ++groups;
  const keyArn = await newKey();
  await encryption.sealerOf(groupId, keyArn, 1); // the data key is both's
  const oneByOne = await LogEncryption.open(state, encryption.keyring);
  const random = fc.sample(fc.nat(2_000), { numRuns: 120, seed: 11 });
  const events = random.map((place, index) => ({
    ...eventOf(`${index}`),
    timestamp: now - (place % 3 === 0 ? 0 : 86_400_000) - Math.floor(place / 40) * 1_000,
  }));
  const stored: { message: string; timestamp: number; sequence: bigint; streamId: number }[] = [];
  for (let first = 0; first < events.length; first += 5) {
    const streamId = 1 + (first % 2);
    const part = events.slice(first, first + 5);
    const from = first % 4 === 0 ? oneByOne : encryption;
    const sealer = first % 25 === 0 ? undefined : await from.sealerOf(groupId, keyArn, 5);
    const destination = { groupId, streamId, retentionDays: 30, ...(sealer === undefined ? {} : { sealer }) };
    const sequences = await appendLogEvents(telemetry, destination, part, now);
    part.forEach((event, index) => stored.push({ ...event, sequence: sequences[index]!, streamId }));
  }
  stored.sort((a, b) => a.timestamp - b.timestamp || (a.sequence < b.sequence ? -1 : 1));
  const source = await encryption.sourceOf([groupId]);
  for (const descending of [false, true]) {
    for (const streamIds of [undefined, [2]]) {
      const query = { source, groupId, from: now - 86_400_000 - 30_000, to: now, descending, limit: 9 };
      const wanted = stored.filter(
        ({ timestamp, streamId }) =>
          timestamp >= query.from && timestamp < now && (streamIds ?? [1, 2]).includes(streamId),
      );
      if (descending) wanted.reverse();
      const read: LogEventRow[] = [];
      for (let more = true; more;) {
        const position = read.at(-1);
        const ofStreams = streamIds === undefined ? {} : { streamIds };
        const behind = position === undefined ? {} : { position };
        const page = await readLogEvents(telemetry, { ...query, ...ofStreams, ...behind });
        read.push(...page.rows);
        ({ more } = page);
      }
      expect(read.map(({ message }) => message)).toEqual(wanted.map(({ message }) => message));
      expect(read.map(({ sequence }) => sequence)).toEqual(wanted.map(({ sequence }) => sequence));
    }
  }
});

test("a page opens no more blocks than it needs", async () => {
  const groupId = ++groups;
  const keyArn = await newKey();
  for (const minute of [4, 3, 2, 1]) {
    const timestamp = now - minute * 60_000;
    await put(
      groupId,
      keyArn,
      [1, 2, 3].map((part) => ({ ...eventOf("m"), timestamp: timestamp + part })),
    );
  }
  const question = { groupId, after: now - 5 * 60_000, before: now };
  const edge = (descending: boolean, events: number) =>
    pageEdge(telemetry, { ...question, descending, events });
  expect(await edge(true, 4)).toBe(now - 2 * 60_000 + 1);
  expect(await edge(false, 6)).toBe(now - 3 * 60_000 + 3);
  expect(await edge(true, 13)).toBeUndefined();
  expect(
    await pageEdge(telemetry, { ...question, streamIds: [2], descending: true, events: 1 }),
  ).toBeUndefined();
});

test("events are counted without being opened, and a query works on some at once", async () => {
  const groupId = ++groups;
  await put(groupId, await newKey(), ["one", "two", "three"].map(eventOf));
  const { table, places, ...source } = await encryption.sourceOf([groupId]);
  expect(renderSql(places!)).not.toContain("tryDecrypt");
  const ofGroup = sql`group_id = ${groupId}`;
  const scanned = await countScanned(telemetry, { source: table, places: places! }, [ofGroup], {});
  expect(scanned).toEqual({ events: 3, bytes: 11 });
  const arrivals = { source: { table, places: places!, ...source }, groupId, from: now, to: now + 1 };
  expect(await countArrivals(telemetry, arrivals)).toBe(3);
  const [row] = await telemetry.query<{ rows: number }>(
    sql`SELECT getSetting('max_block_size') AS rows FROM ${table} WHERE ${ofGroup}`,
  );
  expect(row?.rows).toBe(8_192);
  const estimate = await estimateRead(telemetry, sql`SELECT message FROM ${table} WHERE ${ofGroup}`, {});
  expect(estimate?.events).toBeUndefined();
});

test("texts that are far larger than what is stored of them are not opened all at once", async () => {
  const groupId = ++groups;
  const large = "x".repeat(1_000_000);
  await put(groupId, await newKey(), Array<AppendedLogEvent>(140).fill(eventOf(large)));
  const { table } = await encryption.sourceOf([groupId]);
  const [row] = await telemetry.query<{ bytes: string }>(
    sql`SELECT sum(length(message)) AS bytes FROM ${table} WHERE group_id = ${groupId}`,
  );
  expect(row?.bytes).toBe("140000000");
});

test("a text that was changed, or put in the place of another, is an error and no event", async () => {
  const groupId = ++groups;
  await put(groupId, await newKey(), [eventOf("one"), eventOf("two")]);
  await telemetry.execute(sql`
    INSERT INTO log_events_sealed_blocks
    SELECT * REPLACE (sequence + 1 AS sequence) FROM log_events_sealed_blocks
    WHERE group_id = ${groupId} ORDER BY sequence DESC LIMIT 1`);
  await expect(messagesOf(groupId)).rejects.toThrow("a sealed log event is damaged");
});

test("keys and data keys outlive the process; the file is its owner's, and never made twice", async () => {
  const groupId = ++groups;
  const keyArn = await newKey();
  await put(groupId, keyArn, [eventOf("kept")]);
  expect(await messagesOf(groupId, await open())).toEqual(["kept"]);
  expect((await stat(join(folder, "master.key"))).mode & 0o777).toBe(0o600);
  const elsewhere = createMasterKey(join(folder, "none.key"));
  const without = await Keyring.open(state, elsewhere, { now: () => now, isShared: false });
  await expect(without.create("123456789012", "eu-west-1", "")).rejects.toThrow("none.key cannot be read");
});

test("a data key seals on behind what it had reserved, and a new one when it has sealed enough", async () => {
  const groupId = ++groups;
  const keyArn = await newKey();
  const first = await encryption.sealerOf(groupId, keyArn, 10);
  const again = await encryption.sealerOf(groupId, keyArn, 10);
  const afterRestart = await (await open()).sealerOf(groupId, keyArn, 10);
  expect([again.dataKeyId, afterRestart.dataKeyId]).toEqual([first.dataKeyId, first.dataKeyId]);
  const collection = state.collection<{ reserved: number }>("log-data-keys");
  const stored = (await collection.get("", `${groupId}/${first.dataKeyId}`))!;
  expect(stored.value.reserved).toBe(2 ** 21);
  await collection.put("", stored.key, { ...stored.value, reserved: 2 ** 32 });
  const full = await open();
  expect((await full.sealerOf(groupId, keyArn, 10)).dataKeyId).not.toBe(first.dataKeyId);
  const many = await Promise.all(Array.from({ length: 20 }, () => full.sealerOf(groupId, keyArn, 100_000)));
  expect(many).toHaveLength(20);
});

test("servers that share a state see each other's keys, data keys and changes at once", async () => {
  const groupId = ++groups;
  const [here, there] = [await open(true), await open(true)];
  const { arn } = await here.keyring.create("123456789012", "eu-west-1", "");
  const sealer = await here.sealerOf(groupId, arn, 1);
  await appendLogEvents(
    telemetry,
    { groupId, streamId: 1, retentionDays: 30, sealer },
    [eventOf("told")],
    now,
  );
  expect(await messagesOf(groupId, there)).toEqual(["told"]);
  expect((await there.sealerOf(groupId, arn, 1)).dataKeyId).toBe(sealer.dataKeyId);
  await there.keyring.change(there.keyring.find(arn)!, "Disabled");
  await expect(messagesOf(groupId, here)).rejects.toThrow("is disabled");
});

test("the material of a key whose time has come is taken away, that of others stays", async () => {
  const { keyring } = encryption;
  const [gone, kept] = [keyring.find(await newKey())!, keyring.find(await newKey())!];
  await keyring.change(gone, "PendingDeletion", now);
  await keyring.change(kept, "PendingDeletion", now + 1);
  expect(keyring.find(gone.arn)).toBeUndefined();
  const stored = (arn: string) => state.collection("encryption-keys").get("", arn);
  expect(await stored(gone.arn)).toBeDefined();
  await keyring.deleteDue();
  expect(await stored(gone.arn)).toBeUndefined();
  expect(await stored(kept.arn)).toBeDefined();
});

test("changes of a key at the same time all happen", async () => {
  const key = encryption.keyring.find(await newKey())!;
  const { keyring } = encryption;
  await Promise.all([keyring.rotate(key), keyring.change(key, "Disabled"), keyring.rotate(key)]);
  expect(keyring.find(key.arn)).toMatchObject({ state: "Disabled", versions: [{}, {}, {}] });
});

test("only the events of a key that cannot be used are refused", async () => {
  const groupId = ++groups;
  const keyArn = await newKey();
  await put(groupId, undefined, [eventOf("plain")]);
  await put(groupId, keyArn, [{ ...eventOf("sealed"), timestamp: now - 1_000 }]);
  await encryption.keyring.change(encryption.keyring.find(keyArn)!, "Disabled");
  const source = await encryption.sourceOf([groupId]);
  const ofGroup = sql`group_id = ${groupId}`;
  await expect(requireReadable(telemetry, source, [ofGroup])).rejects.toThrow(KeyUnavailableError);
  const after = sql`timestamp >= fromUnixTimestamp64Milli(${BigInt(now)})`;
  await requireReadable(telemetry, source, [ofGroup, after]);
  await expect(encryption.sealerOf(groupId, keyArn, 1)).rejects.toThrow("is disabled");
  await encryption.keyring.change(encryption.keyring.find(keyArn)!, "Enabled");
  expect(await messagesOf(groupId)).toEqual(["sealed", "plain"]);
});

test("sealed events are kept longer, seen by activity and deleted as the others", async () => {
  const groupId = ++groups;
  await put(groupId, await newKey(), [eventOf("moved")]);
  await extendRetention(telemetry, groupId, 60);
  expect(await messagesOf(groupId)).toEqual(["moved"]);
  const activity = await readStreamActivity(telemetry, now - 1);
  expect(activity.find((row) => row.groupId === groupId)).toMatchObject({ lastEventAt: now });
  await deleteLogEvents(telemetry, groupId);
  expect(await messagesOf(groupId)).toEqual([]);
});

test("the engine writes no opened text into temporary files", async () => {
  const groupId = ++groups;
  const spill = async () => {
    const { table } = await encryption.sourceOf([groupId]);
    const ofGroup = sql`group_id = ${groupId}`;
    const [row] = await telemetry.query<{ share: number }>(
      sql`SELECT getSetting('max_bytes_ratio_before_external_sort') AS share FROM ${table} WHERE ${ofGroup}`,
    );
    return row?.share;
  };
  await put(groupId, undefined, [eventOf("plain")]);
  expect(await spill()).toBeGreaterThan(0);
  await put(groupId, await newKey(), [eventOf("sealed")]);
  expect(await spill()).toBe(0);
});

test("no message of the engine tells a key", async () => {
  const groupId = ++groups;
  await put(groupId, await newKey(), [eventOf("one")]);
  const { table } = await encryption.sourceOf([groupId]);
  const wrong = [sql`SELECT nothing FROM ${table}`, sql`SELECT throwIf(length(message) > 0) FROM ${table}`];
  const keys = [...renderSql(table).matchAll(/unhex\('([\da-f]{64})'\)/g)].map(([, hex]) => hex!);
  expect(keys).not.toEqual([]);
  for (const statement of wrong) {
    const problem = await telemetry.query(statement).then(
      () => "answered",
      (error: Error) => `${error.message} ${error.stack} ${String(error.cause)}`,
    );
    expect(problem).toContain("DB::Exception");
    for (const key of keys) {
      expect(problem.toLowerCase()).not.toContain(key);
      expect(problem).not.toContain(Buffer.from(key, "hex").toString("latin1"));
    }
  }
});
