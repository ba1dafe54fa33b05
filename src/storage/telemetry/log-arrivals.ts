// Log events in the order in which they arrived, for whoever follows a group.
import { joinSql, rawSql, sql, type Sql } from "../../core/sql.ts";
import type { Telemetry } from "../telemetry.ts";
import { blockConditions, requireReadable, type LogEventSource } from "./log-event-source.ts";
import { latestSequence } from "./log-events.ts";
import { encodeTexts } from "./text-column.ts";
import { recentArrivalsOf, type ArrivalsPage, type ArrivedBatch } from "./recent-arrivals.ts";

export interface ArrivalsQuery {
  readonly source: LogEventSource;
  readonly groupIds: readonly number[];
  /** Only events behind this sequence number. */
  readonly after: bigint;
  /** Up to and with this one. */
  readonly upTo: bigint;
  /** No wanted event is older than this, in epoch milliseconds; it spares reading whole groups. */
  readonly earliestAt: number;
  /** Texts that every wanted message contains. */
  readonly needles: readonly string[];
  /** Answer, and look in, what the group's transformer made of an event, where it made something. */
  readonly transformed: boolean;
  readonly limit: number;
}

interface RawRow {
  readonly groupId: number;
  readonly streamId: number;
  readonly timestamp: number;
  readonly sequence: string;
  readonly message: string;
}

/** How much of the messages is read at once; the first event is always read. */
const pageBytes = 8 * 1024 * 1024;

/**
 * Where the events end of which a page is made is looked for in the numbers of one second, then of eight
 * times as many: events are sorted by their own time, so that each step costs what arrived in it and not all
 * that waits. With needles so many events may become one page, whatever they contain.
 */
const lookAhead = { first: 1_000n << 22n, factor: 8n, eventsWithNeedles: 200_000 } as const;

/** All wanted events up to the page's `upTo` are there, perhaps others without a needle too. */
export async function readArrivedLogEvents(
  telemetry: Telemetry,
  query: ArrivalsQuery,
): Promise<ArrivalsPage> {
  const { groupIds, upTo } = query;
  if (groupIds.length === 0) return { batches: [], upTo };
  const recent = recentArrivalsOf(telemetry);
  const page = recent?.read({ ...query, pageBytes });
  if (page !== undefined) return page;
  const latest = latestSequence();
  recent?.follow(groupIds, latest > upTo ? latest : upTo);
  return readStoredArrivals(telemetry, query);
}

/**
 * Texts are read when it is known how many of them make a page: they are sorted by the engine, which has no
 * memory for all that may wait for a subscriber who was away.
 */
async function readStoredArrivals(telemetry: Telemetry, query: ArrivalsQuery): Promise<ArrivalsPage> {
  const { source, upTo } = query;
  const scanned = await scannedEnd(telemetry, query);
  // What cannot be opened is not among what was scanned, and must not be left behind.
  await requireReadable(telemetry, source, placesOf(query, scanned ?? upTo));
  if (scanned === undefined) return { batches: [], upTo };
  const { events, last, isCut } = await pageEnd(telemetry, query, scanned);
  if (events === 0) return { batches: [], upTo: scanned };
  const found = await telemetry.query<RawRow>(sql`
    SELECT group_id AS groupId, stream_id AS streamId, sequence, ${textOf(query)} AS message,
      toFloat64(toUnixTimestamp64Milli(log_events.timestamp)) AS timestamp
    FROM ${source.table}
    WHERE ${joinSql(wanted(query, last), " AND ")}
    ORDER BY sequence
    LIMIT 1 BY sequence`);
  return { batches: batchesOf(found), upTo: isCut ? last : scanned };
}

/** Up to where there are as many events as a page is made of; undefined when there are none at all. */
async function scannedEnd(telemetry: Telemetry, query: ArrivalsQuery): Promise<bigint | undefined> {
  const { source, after, upTo, needles, limit } = query;
  const atMost = needles.length === 0 ? limit : lookAhead.eventsWithNeedles;
  for (let span = lookAhead.first; ; span *= lookAhead.factor) {
    const end = after + span < upTo ? after + span : upTo;
    const [found] = await telemetry.query<{ readonly events: number; readonly last: string }>(sql`
      SELECT toFloat64(count()) AS events, max(number) AS last
      FROM (
        SELECT sequence AS number
        FROM ${source.places ?? source.table}
        WHERE ${joinSql(placesOf(query, end), " AND ")}
        ORDER BY number
        LIMIT ${atMost}
      )`);
    const { events = 0, last = "0" } = found ?? {};
    if (events >= atMost) return BigInt(last);
    if (end === upTo) return events === 0 ? undefined : end;
  }
}

interface PageEnd {
  readonly events: number;
  /** The number of the last of them. */
  readonly last: bigint;
  /** There may be more behind it. */
  readonly isCut: boolean;
}

/** Which wanted events up to a number fit into a page. Behind an aggregation no text is left to be sorted. */
async function pageEnd(telemetry: Telemetry, query: ArrivalsQuery, upTo: bigint): Promise<PageEnd> {
  const { source, limit } = query;
  const [page] = await telemetry.query<{ found: number; events: number; last: string }>(sql`
    SELECT toFloat64(count()) AS found, toFloat64(countIf(bytesBefore < ${pageBytes})) AS events,
      maxIf(number, bytesBefore < ${pageBytes}) AS last
    FROM (
      SELECT number, sum(bytes) OVER (ORDER BY number ROWS UNBOUNDED PRECEDING) - bytes AS bytesBefore
      FROM (
        SELECT sequence AS number, max(length(${textOf(query)})) AS bytes
        FROM ${source.table}
        WHERE ${joinSql(wanted(query, upTo), " AND ")}
        GROUP BY number
        ORDER BY number
        LIMIT ${limit}
      )
    )`);
  const { found = 0, events = 0, last = "0" } = page ?? {};
  return { events, last: BigInt(last), isCut: found === limit || found > events };
}

const textOf = ({ transformed }: ArrivalsQuery): Sql =>
  rawSql(
    transformed
      ? "if(log_events.transformed = '', log_events.message, log_events.transformed)"
      : "log_events.message",
  );

function wanted(query: ArrivalsQuery, upTo: bigint): readonly Sql[] {
  const contains = query.needles.map((needle) => sql`position(${textOf(query)}, ${needle}) > 0`);
  return [...placesOf(query, upTo), ...contains];
}

/** Columns are named in full, since the statements give their answers the same names. */
function placesOf({ source, groupIds, after, earliestAt }: ArrivalsQuery, upTo: bigint): readonly Sql[] {
  return [
    sql`group_id IN ${groupIds}`,
    sql`log_events.timestamp >= fromUnixTimestamp64Milli(${BigInt(Math.max(0, Math.trunc(earliestAt)))})`,
    sql`sequence > ${after}`,
    sql`sequence <= ${upTo}`,
    ...blockConditions(source, { from: earliestAt, firstSequence: after + 1n, lastSequence: upTo }),
  ];
}

export interface ArrivedLogEvent {
  readonly groupId: number;
  readonly streamId: number;
  readonly timestamp: number;
  readonly sequence: bigint;
  readonly message: string;
}

/** The events of a page one by one, for those who do not send them on as they are. */
export function arrivedEvents({ batches }: ArrivalsPage): readonly ArrivedLogEvent[] {
  return batches.flatMap(({ groupId, streamId, texts: { timestamps, sequences, messages }, from, to }) =>
    Array.from({ length: to - from }, (_, offset) => {
      const index = from + offset;
      const [timestamp = 0, sequence = 0n] = [timestamps[index], sequences[index]];
      return { groupId, streamId, timestamp, sequence, message: messages.text(index) };
    }),
  );
}

/** Rows of the same stream that follow each other are a batch. */
function batchesOf(rows: readonly RawRow[]): readonly ArrivedBatch[] {
  const runs: RawRow[][] = [];
  for (const row of rows) {
    const [first] = runs.at(-1) ?? [];
    if (first?.groupId === row.groupId && first.streamId === row.streamId) runs.at(-1)?.push(row);
    else runs.push([row]);
  }
  return runs.map((run) => {
    const texts = {
      timestamps: Float64Array.from(run, ({ timestamp }) => timestamp),
      sequences: BigUint64Array.from(run, ({ sequence }) => BigInt(sequence)),
      messages: encodeTexts(run.map(({ message }) => message)),
    };
    const { groupId = 0, streamId = 0 } = run[0] ?? {};
    const last = texts.sequences.at(-1) ?? 0n;
    return { groupId, streamId, texts, from: 0, to: run.length, last };
  });
}
