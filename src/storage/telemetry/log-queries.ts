// Statements beside those of Logs Insights: what a query scans, one event by its position, and a sample.
import { entityPrefix } from "../../core/logs/entity.ts";
import { transformationErrorField } from "../../core/logs/kept-fields.ts";
import { logLimits } from "../../core/logs/limits.ts";
import type { EventPosition } from "../../core/logs/event-position.ts";
import { joinSql, rawSql, sql, type Sql } from "../../core/sql.ts";
import type { QueryOptions, Telemetry } from "../telemetry.ts";
import { blockConditions, requireReadable, type LogEventSource } from "./log-event-source.ts";

export interface ScannedEvents {
  readonly events: number;
  /** Of the messages; exact for up to `sampledEvents`, and the mean of as many beyond. */
  readonly bytes: number;
}

const sampledEvents = 10_000;

/** How much there is in the rows of some conditions. */
export async function countScanned(
  telemetry: Telemetry,
  { source = rawSql("log_events"), places = source }: { readonly source?: Sql; readonly places?: Sql },
  conditions: readonly Sql[],
  options: QueryOptions,
): Promise<ScannedEvents> {
  const where = joinSql(conditions, " AND ");
  const [found] = await telemetry.query<{ events: number; mean: number | null }>(
    sql`
    SELECT toFloat64((SELECT count() FROM ${places} WHERE ${where})) AS events,
      (SELECT avg(length(message))
         FROM (SELECT message FROM ${source} WHERE ${where} LIMIT ${sampledEvents})) AS mean`,
    options,
  );
  const { events = 0, mean = 0 } = found ?? {};
  // Without events there is no mean, which arrives as NULL or as the text "nan".
  return { events, bytes: events === 0 ? 0 : Math.round(events * Number(mean)) };
}

/** When the first and the last event of some conditions were; epoch milliseconds. There must be some. */
export async function readEventTimes(
  telemetry: Telemetry,
  { source = rawSql("log_events"), places = source }: { readonly source?: Sql; readonly places?: Sql },
  conditions: readonly Sql[],
  options: QueryOptions,
): Promise<{ readonly first: number; readonly last: number }> {
  const [found] = await telemetry.query<{ first: number; last: number }>(
    sql`
    SELECT toFloat64(toUnixTimestamp64Milli(min(timestamp))) AS first,
      toFloat64(toUnixTimestamp64Milli(max(timestamp))) AS last
    FROM ${places} WHERE ${joinSql(conditions, " AND ")}`,
    options,
  );
  return found ?? { first: 0, last: 0 };
}

/** Of the table of events, what a statement reads, as indexes tell before it reads it. */
export interface EstimatedRead {
  /** Undefined where events are stored many in a row. */
  readonly events: number | undefined;
  readonly parts: number;
  /** Of 8,192 rows or less each; nothing smaller is read. */
  readonly granules: number;
}

/**
 * Undefined where the indexes say nothing, as of counts that the engine answers out of an index alone.
 * https://clickhouse.com/docs/sql-reference/statements/explain#explain-estimate
 */
export async function estimateRead(
  telemetry: Pick<Telemetry, "query">,
  statement: Sql,
  options: QueryOptions,
): Promise<EstimatedRead | undefined> {
  const tables = await telemetry.query<{ table: string; rows: string; parts: string; marks: string }>(
    sql`EXPLAIN ESTIMATE ${statement}`,
    options,
  );
  const ofEvents = tables.filter(({ table }) => table.startsWith("log_events"));
  if (ofEvents.length === 0) return undefined;
  const sum = (name: "rows" | "parts" | "marks") =>
    ofEvents.reduce((total, one) => total + Number(one[name]), 0);
  const isInBlocks = ofEvents.some(({ table }) => table.startsWith("log_events_sealed_blocks"));
  return { events: isInBlocks ? undefined : sum("rows"), parts: sum("parts"), granules: sum("marks") };
}

/** How many parts and granules the table of events has. Each part has a mark more than it has granules. */
export async function countGranules(
  telemetry: Pick<Telemetry, "query">,
): Promise<{ readonly parts: number; readonly granules: number }> {
  const [found] = await telemetry.query<{ parts: number; granules: number }>(sql`
    SELECT toFloat64(count()) AS parts, toFloat64(sum(greatest(marks, 1) - 1)) AS granules
    FROM system.parts WHERE active AND database = currentDatabase() AND startsWith(table, 'log_events')`);
  return found ?? { parts: 0, granules: 0 };
}

export interface StoredEvent extends EventPosition {
  readonly streamId: number;
  readonly ingestedAt: number;
  readonly message: string;
  /** Where its fields are found: what a transformer made of it, or else the message. */
  readonly document: string;
  /** The fields that say what it is about, and why it is not transformed. */
  readonly kept: Readonly<Record<string, string>>;
}

interface RawEvent extends Omit<StoredEvent, "sequence"> {
  readonly sequence: string;
}

/** Undefined where no event is, or none any more. */
export async function readLogEvent(
  telemetry: Telemetry,
  source: LogEventSource,
  groupId: number,
  { timestamp, sequence }: EventPosition,
  unmask: boolean,
): Promise<StoredEvent | undefined> {
  const message = rawSql(unmask ? "if(unmasked = '', log_events.message, unmasked)" : "log_events.message");
  const place = sql`group_id = ${groupId} AND sequence = ${sequence}
    AND log_events.timestamp = fromUnixTimestamp64Milli(${BigInt(timestamp)})`;
  const times = { from: timestamp, to: timestamp };
  const block = blockConditions(source, { ...times, firstSequence: sequence, lastSequence: sequence });
  const places = [place, ...block];
  await requireReadable(telemetry, source, places);
  const [found] = await telemetry.query<RawEvent>(sql`
    SELECT toFloat64(toUnixTimestamp64Milli(timestamp)) AS timestamp, sequence, stream_id AS streamId,
      toFloat64(toUnixTimestamp64Milli(ingested_at)) AS ingestedAt, ${message} AS message,
      if(transformed = '', ${message}, transformed) AS document,
      mapFilter(
        (name, value) -> startsWith(name, ${entityPrefix}) OR name = ${transformationErrorField}, indexed
      ) AS kept
    FROM ${source.table}
    WHERE ${joinSql(places, " AND ")}
    LIMIT 1`);
  return found === undefined ? undefined : { ...found, sequence: BigInt(found.sequence) };
}

/** Events of a group that arrived from an instant on and before another. */
export interface Arrivals {
  readonly source: LogEventSource;
  readonly groupId: number;
  readonly from: number;
  readonly to: number;
}

/** Columns are named in full, since the statements give their answers the same names. */
const arrived = ({ groupId, from, to }: Omit<Arrivals, "source">): Sql => sql`group_id = ${groupId}
  AND log_events.timestamp >= fromUnixTimestamp64Milli(${BigInt(Math.max(0, from - logLimits.pastMs))})
  AND log_events.timestamp <= fromUnixTimestamp64Milli(${BigInt(to + logLimits.futureMs)})
  AND log_events.ingested_at >= fromUnixTimestamp64Milli(${BigInt(Math.max(0, from))})
  AND log_events.ingested_at < fromUnixTimestamp64Milli(${BigInt(Math.max(0, to))})`;

export async function countArrivals(telemetry: Telemetry, arrivals: Arrivals): Promise<number> {
  await requireReadable(telemetry, arrivals.source, [arrived(arrivals)]);
  const [found] = await telemetry.query<{ events: number }>(
    sql`SELECT toFloat64(count()) AS events FROM ${arrivals.source.places ?? arrivals.source.table}
      WHERE ${arrived(arrivals)}`,
  );
  return found?.events ?? 0;
}

export interface ArrivedEvent {
  readonly sequence: bigint;
  readonly timestamp: number;
  readonly ingestedAt: number;
  readonly message: string;
}

/**
 * Every `every`-th of them, in the order of arrival, those behind `after`; at most `limit`, of which some may
 * be left out because they are there twice. Sorted by their beginnings as well, the engine forgets the rest
 * of long messages when it has these.
 */
export async function readArrivals(
  telemetry: Telemetry,
  arrivals: Arrivals,
  { every, after, limit }: { readonly every: number; readonly after: bigint; readonly limit: number },
): Promise<readonly ArrivedEvent[]> {
  await requireReadable(telemetry, arrivals.source, [arrived(arrivals)]);
  const rows = await telemetry.query<Omit<ArrivedEvent, "sequence"> & { sequence: string }>(sql`
    SELECT sequence, toFloat64(toUnixTimestamp64Milli(timestamp)) AS timestamp,
      toFloat64(toUnixTimestamp64Milli(ingested_at)) AS ingestedAt,
      substringUTF8(log_events.message, 1, ${arrivedCharacters}) AS message
    FROM ${arrivals.source.table}
    WHERE ${arrived(arrivals)} AND log_events.sequence > ${after}
      AND cityHash64(log_events.sequence) % ${every} = 0
    ORDER BY sequence, message
    LIMIT ${limit}`);
  return rows
    .filter(({ sequence }, index) => sequence !== rows[index - 1]?.sequence)
    .map((row) => ({ ...row, sequence: BigInt(row.sequence) }));
}

const arrivedCharacters = 4_000;

/** Instants are epoch milliseconds; `scannedAt` is when the latest event with the field arrived. */
export interface IndexTimes {
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  readonly scannedAt: number;
}

/** When there were events of a group with each of its indexed fields. */
export async function readIndexTimes(
  telemetry: Telemetry,
  source: LogEventSource,
  groupId: number,
): Promise<ReadonlyMap<string, IndexTimes>> {
  await requireReadable(telemetry, source, [sql`group_id = ${groupId}`]);
  const rows = await telemetry.query<IndexTimes & { name: string }>(sql`
    SELECT arrayJoin(mapKeys(indexed)) AS name,
      toFloat64(toUnixTimestamp64Milli(min(timestamp))) AS firstEventAt,
      toFloat64(toUnixTimestamp64Milli(max(timestamp))) AS lastEventAt,
      toFloat64(toUnixTimestamp64Milli(max(ingested_at))) AS scannedAt
    FROM ${source.table}
    WHERE group_id = ${groupId}
    GROUP BY name`);
  return new Map(rows.map(({ name, ...times }) => [name, times]));
}

/** So much of the newest is looked at for the fields of a group, and at least one event. */
const sampleBytes = 4 * 1024 * 1024;
const measuredEvents = 100;

/**
 * The texts in which the fields of a group's events are found, within a span of time, the newest first; both
 * ends belong to it. Fewer than the limit where they are large.
 */
export async function sampleDocuments(
  telemetry: Telemetry,
  source: LogEventSource,
  groupId: number,
  span: { readonly from: number; readonly to: number },
  limit: number,
): Promise<readonly string[]> {
  const times = sql`group_id = ${groupId} AND timestamp >= fromUnixTimestamp64Milli(${BigInt(span.from)})
      AND timestamp <= fromUnixTimestamp64Milli(${BigInt(span.to)})`;
  const place = joinSql([times, ...blockConditions(source, span)], " AND ");
  await requireReadable(telemetry, source, [place]);
  const document = rawSql("if(transformed = '', message, transformed)");
  const newestFirst = rawSql("group_id DESC, timestamp DESC, sequence DESC");
  const [measured] = await telemetry.query<{ mean: number }>(sql`
    SELECT toFloat64(sum(bytes) / greatest(count(), 1)) AS mean FROM (
      SELECT length(${document}) AS bytes FROM ${source.table}
      WHERE ${place} ORDER BY ${newestFirst}, bytes LIMIT ${measuredEvents}
    )`);
  const fitting = Math.max(1, Math.floor(sampleBytes / Math.max(1, measured?.mean ?? 0)));
  const rows = await telemetry.query<{ document: string }>(sql`
    SELECT ${document} AS document FROM ${source.table}
    WHERE ${place} ORDER BY ${newestFirst} LIMIT ${Math.min(limit, fitting)}`);
  return rows.map(({ document }) => document);
}
