// Log events in telemetry: appended as columns, given a longer retention, deleted.
import { rawSql, sql, type Sql } from "../../core/sql.ts";
import type { LogEventSealer } from "../encryption/log-encryption.ts";
import type { Telemetry } from "../telemetry.ts";
import { createArrivalSequence } from "./arrival-sequence.ts";
import type { ArrivedTexts } from "./event-texts.ts";
import { recentArrivalsOf } from "./recent-arrivals.ts";
import { blocksOf } from "./sealed-blocks/sealed-blocks.ts";
import { joinTexts } from "./sealed-texts.ts";
import { neverExpireDays } from "./tables/log-events.ts";
import { emptyTexts, encodeTexts, type TextColumn } from "./text-column.ts";

/** Where events go; groups and streams are numbers here, which the control plane gives out. */
export interface LogDestination {
  readonly groupId: number;
  readonly streamId: number;
  /** Undefined keeps them for ever. */
  readonly retentionDays: number | undefined;
  /** For a group with a key: nothing of the texts leaves this process in the clear. */
  readonly sealer?: LogEventSealer;
}

export interface AppendedLogEvent {
  readonly timestamp: number;
  /** As readers see it: with sensitive data masked. */
  readonly message: string;
  readonly indexed: Readonly<Record<string, string>>;
  /** What the group's transformer made of it, as JSON. */
  readonly transformed?: string;
  /** The message as it came, where `message` is masked. */
  readonly unmasked?: string;
}

const nextSequence = createArrivalSequence();

/** The first numbers of batches that are on their way into the store. */
const underWay = new Set<bigint>();

/**
 * A number above those of all events that this process has stored, and below those that it has yet to: who
 * reads up to it misses nothing. `now` in epoch milliseconds.
 */
export function settledSequence(now: number): bigint {
  let settled = nextSequence(now);
  for (const first of underWay) if (first <= settled) settled = first - 1n;
  return settled;
}

/** A number above those of all events that this process has begun to store. */
export function latestSequence(): bigint {
  return nextSequence(0);
}

type StoredListener = (groupId: number, earliestAt: number) => void;

const storedListeners = new Set<StoredListener>();

/**
 * Tells of every batch that this process stores, before `settledSequence` passes it: its group and the time
 * of its first event. Listeners must not throw. Call what is returned to hear no more.
 */
export function onLogEventsStored(listener: StoredListener): () => void {
  storedListeners.add(listener);
  return () => storedListeners.delete(listener);
}

/**
 * Resolves with the sequence numbers of the events, in their order, when they are stored. The events
 * themselves are not held on to until then.
 */
export function appendLogEvents(
  telemetry: Telemetry,
  destination: LogDestination,
  events: readonly AppendedLogEvent[],
  ingestedAt: number,
): Promise<BigUint64Array> {
  const { groupId } = destination;
  const first = nextSequence(ingestedAt, Math.max(1, events.length));
  const times = { sequences: new BigUint64Array(events.length), timestamps: new Float64Array(events.length) };
  let earliestAt = Infinity;
  events.forEach(({ timestamp }, index) => {
    times.sequences[index] = first + BigInt(index);
    times.timestamps[index] = timestamp;
    earliestAt = Math.min(earliestAt, timestamp);
  });
  const stored =
    destination.sealer === undefined
      ? appendPlain(telemetry, destination, times, events, ingestedAt)
      : appendSealed(telemetry, destination, destination.sealer, times, events, ingestedAt);
  underWay.add(first);
  return stored
    .then(() => {
      for (const listener of storedListeners) listener(groupId, earliestAt);
      return times.sequences;
    })
    .finally(() => underWay.delete(first));
}

type ArrivalTimes = Omit<ArrivedTexts, "messages">;

function placesOf(destination: LogDestination, { sequences, timestamps }: ArrivalTimes, ingestedAt: number) {
  const { groupId, streamId, retentionDays = neverExpireDays } = destination;
  const { length } = sequences;
  return {
    group_id: new Uint32Array(length).fill(groupId),
    stream_id: new Uint32Array(length).fill(streamId),
    timestamp: timestamps,
    sequence: sequences,
    ingested_at: new Float64Array(length).fill(ingestedAt),
    retention_days: new Uint16Array(length).fill(retentionDays),
  };
}

function appendPlain(
  telemetry: Telemetry,
  destination: LogDestination,
  times: ArrivalTimes,
  events: readonly AppendedLogEvent[],
  ingestedAt: number,
): Promise<void> {
  const { groupId, streamId } = destination;
  const texts = textsOf(events);
  const places = placesOf(destination, times, ingestedAt);
  const stored = telemetry.append("log_events", { ...places, ...texts });
  const recent = recentArrivalsOf(telemetry);
  if (recent === undefined) return stored;
  const transformed = transformedTexts(events) ?? texts.message;
  const batch = { groupId, streamId, ...times, messages: texts.message, transformed };
  return stored.then(() => recent.note(batch));
}

function appendSealed(
  telemetry: Telemetry,
  destination: LogDestination,
  sealer: LogEventSealer,
  times: ArrivalTimes,
  events: readonly AppendedLogEvent[],
  ingestedAt: number,
): Promise<void> {
  const { groupId, streamId, retentionDays = neverExpireDays } = destination;
  const stored = sealer.inBlocks
    ? telemetry.append(
        "log_events_sealed_blocks",
        blocksOf(sealer, { groupId, streamId, retentionDays, ingestedAt }, events, times.sequences[0] ?? 0n),
      )
    : telemetry.append("log_events_sealed", {
        ...placesOf(destination, times, ingestedAt),
        ...sealedTextsOf(sealer, times.sequences, events),
      });
  // Sealed events are opened for each reader, or not any more: they are not kept.
  return stored.then(() => recentArrivalsOf(telemetry)?.forget(groupId));
}

function textsOf(events: readonly AppendedLogEvent[]) {
  return {
    message: encodeTexts(events.map(({ message }) => message)),
    transformed: optionalTexts(events.map(({ transformed }) => transformed)),
    unmasked: optionalTexts(events.map(({ unmasked }) => unmasked)),
    indexed: events.map(({ indexed }) => indexed),
  };
}

/** With what the transformer made of events in the place of these; undefined where it made nothing. */
function transformedTexts(events: readonly AppendedLogEvent[]): TextColumn | undefined {
  if (events.every(({ transformed }) => transformed === undefined)) return undefined;
  return encodeTexts(events.map(({ message, transformed = message }) => transformed));
}

/** Most groups have no transformer and no data protection policy. */
function optionalTexts(texts: readonly (string | undefined)[]): TextColumn {
  const isEmpty = texts.every((text) => text === undefined);
  return isEmpty ? emptyTexts(texts.length) : encodeTexts(texts.map((text = "") => text));
}

function sealedTextsOf(
  { dataKeyId, seal }: LogEventSealer,
  sequences: BigUint64Array,
  events: readonly AppendedLogEvent[],
) {
  return {
    data_key: events.map(() => dataKeyId),
    sealed: events.map((event, index) => seal(String(sequences[index]), joinTexts(event))),
  };
}

const moveTimeoutMs = 600_000;

/**
 * Gives the events of a group a longer retention. The retention is part of the partition, so they are copied
 * and the old rows deleted; meanwhile both are there, which is why reads take a sequence number once. Safe to
 * be killed and run again: what was copied is not copied twice, and only what was copied is deleted.
 */
export async function extendRetention(
  telemetry: Telemetry,
  groupId: number,
  retentionDays: number = neverExpireDays,
): Promise<void> {
  for (const [table, own] of Object.entries(movedColumns)) {
    await moveRows(telemetry, { table: rawSql(table), own: rawSql(own) }, groupId, retentionDays);
  }
}

/** The columns of each table beside those that all have. */
const movedColumns = {
  log_events: "message, transformed, unmasked, indexed",
  log_events_sealed: "data_key, sealed",
  log_events_sealed_blocks: "last_at, offsets, data_key, sealed",
};

async function moveRows(
  telemetry: Telemetry,
  { table, own }: { readonly table: Sql; readonly own: Sql },
  groupId: number,
  retentionDays: number,
): Promise<void> {
  const shorter = sql`group_id = ${groupId} AND retention_days < ${retentionDays}`;
  const [found] = await telemetry.query<{ rows: string }>(
    sql`SELECT count() AS rows FROM ${table} WHERE ${shorter}`,
  );
  if (Number(found?.rows ?? 0) === 0) return;
  const copied = sql`SELECT sequence FROM ${table}
    WHERE group_id = ${groupId} AND retention_days >= ${retentionDays}`;
  const options = { timeoutMs: moveTimeoutMs };
  await telemetry.execute(
    sql`
    INSERT INTO ${table}
      (group_id, stream_id, timestamp, sequence, ingested_at, retention_days, ${own})
    SELECT group_id, stream_id, timestamp, sequence, ingested_at, toUInt16(${retentionDays}), ${own}
    FROM ${table} WHERE ${shorter} AND sequence NOT IN (${copied})`,
    options,
  );
  await telemetry.execute(sql`DELETE FROM ${table} WHERE ${shorter} AND sequence IN (${copied})`, options);
}

/** What is known of a stream from its events. */
export interface StreamActivityRow {
  readonly groupId: number;
  readonly streamId: number;
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  readonly lastIngestionAt: number;
}

/** The activity of all streams by events that arrived after an instant. */
export function readStreamActivity(
  telemetry: Telemetry,
  ingestedAfter: number,
): Promise<readonly StreamActivityRow[]> {
  return telemetry.query<StreamActivityRow>(sql`
    SELECT group_id AS groupId, stream_id AS streamId,
      toFloat64(toUnixTimestamp64Milli(min(timestamp))) AS firstEventAt,
      toFloat64(toUnixTimestamp64Milli(max(last_at))) AS lastEventAt,
      toFloat64(toUnixTimestamp64Milli(max(ingested_at))) AS lastIngestionAt
    FROM (
      SELECT group_id, stream_id, timestamp, timestamp AS last_at, ingested_at FROM log_events
      UNION ALL SELECT group_id, stream_id, timestamp, timestamp, ingested_at FROM log_events_sealed
      UNION ALL SELECT group_id, stream_id, timestamp, last_at, ingested_at FROM log_events_sealed_blocks
    )
    WHERE ingested_at > fromUnixTimestamp64Milli(${BigInt(Math.max(0, Math.trunc(ingestedAfter)))})
    GROUP BY group_id, stream_id`);
}

/**
 * Deletes what a deleted group or stream has left; its number is never used again, so nobody sees the rows.
 */
export async function deleteLogEvents(
  telemetry: Telemetry,
  groupId: number,
  streamId?: number,
): Promise<void> {
  const stream = streamId === undefined ? rawSql("") : sql` AND stream_id = ${streamId}`;
  for (const table of Object.keys(movedColumns)) {
    await telemetry.execute(sql`DELETE FROM ${rawSql(table)} WHERE group_id = ${groupId}${stream}`);
  }
}
