// Pages of log events in the order of time: of a group, or of some of its streams.
import { logLimits } from "../../core/logs/limits.ts";
import type { EventPosition } from "../../core/logs/event-position.ts";
import { joinSql, rawSql, sql, type Sql } from "../../core/sql.ts";
import { TelemetryError, type QueryOptions, type Telemetry } from "../telemetry.ts";
import { blockConditions, requireReadable, type LogEventSource } from "./log-event-source.ts";
import { isEmptySpan, nearSpans, type TimeSpan } from "./near-spans.ts";
import { pageEdge } from "./sealed-blocks/page-edge.ts";

export interface LogEventRow {
  readonly timestamp: number;
  readonly sequence: bigint;
  readonly ingestedAt: number;
  readonly streamId: number;
  readonly message: string;
}

export interface LogEventQuery {
  readonly source: LogEventSource;
  readonly groupId: number;
  /** All streams when undefined. */
  readonly streamIds?: readonly number[];
  /** Inclusive; epoch milliseconds. The closer both are to the events, the less is read. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Where the first event to be read may be; a wrong guess costs time and nothing else. */
  readonly beginsAt?: number;
  /** Go on strictly behind this event in the direction of reading. */
  readonly position?: EventPosition;
  readonly descending: boolean;
  /** Texts that every wanted message contains. */
  readonly needles?: readonly string[];
  /** Answer messages as they came, with what others see masked. */
  readonly unmask?: boolean;
  readonly limit: number;
}

export interface LogEventPage {
  readonly rows: readonly LogEventRow[];
  /** False when there is nothing more to read in this direction. */
  readonly more: boolean;
}

interface RawRow {
  readonly at: number;
  readonly sequence: string;
  readonly ingestedAt: number;
  readonly streamId: number;
  readonly message: string;
}

/** So many events are read first; how many more there are on the page is guessed by the size of these. */
const firstEvents = 100;
/** Where larger pages end is not looked for near by first: reading them costs more than finding them. */
const nearPageEvents = 1_000;

/** At most `limit` events and about a page's bytes, at least one event if there is one. */
export async function readLogEvents(
  telemetry: Telemetry,
  query: LogEventQuery,
  options?: QueryOptions,
): Promise<LogEventPage> {
  const rows: LogEventRow[] = [];
  let bytes = 0;
  const isFull = () => rows.length > 0 && bytes + logLimits.eventOverheadBytes >= logLimits.pageBytes;
  const missing = () => query.limit + 1 - rows.length;
  for (const span of spansOf(query, missing)) {
    for (let isCut = true; isCut;) {
      const bytesLeft = logLimits.pageBytes - bytes;
      const limit = Math.min(query.limit - rows.length, guessedEvents(query, rows.length, bytes));
      const position = rows.at(-1) ?? query.position;
      const part = { ...query, ...span, ...(position === undefined ? {} : { position }), limit };
      const found = await readPart(telemetry, part, bytesLeft, options);
      for (const row of found) {
        if (rows.length === query.limit || isFull()) return { rows, more: true };
        const { at: timestamp, sequence, ingestedAt, streamId, message } = row;
        rows.push({ timestamp, sequence: BigInt(sequence), ingestedAt, streamId, message });
        bytes += Buffer.byteLength(message) + logLimits.eventOverheadBytes;
      }
      if (isFull()) return { rows, more: true };
      isCut = found.length > limit;
    }
  }
  return { rows, more: false };
}

/** Blocks of sealed events are opened whole, so that it is better to open them once. */
function guessedEvents({ limit, source }: LogEventQuery, events: number, bytes: number): number {
  if (source.places !== undefined) return limit;
  return events === 0 ? firstEvents : Math.ceil(((logLimits.pageBytes - bytes) / bytes) * events * 1.1);
}

/**
 * Which times to read one after the other. Blocks of sealed events find their end themselves, and of events
 * with a needle nobody knows how far apart they are.
 */
function spansOf(query: LogEventQuery, missing: () => number): Iterable<TimeSpan> {
  const { beginsAt, descending, limit, needles = [], source } = query;
  const whole = timesOf(query);
  if (isEmptySpan(whole)) return [];
  const isNear = limit <= nearPageEvents && needles.length === 0 && source.places === undefined;
  return isNear ? nearSpans(whole, descending, missing, beginsAt) : [whole];
}

/** One event more than the limit, if there are so many; `pageBytes` are left for them. */
async function readPart(
  telemetry: Telemetry,
  query: LogEventQuery,
  pageBytes: number,
  options: QueryOptions | undefined,
): Promise<readonly RawRow[]> {
  const places = placesOf(query);
  await requireReadable(telemetry, query.source, places, options);
  const edge = await edgeOf(telemetry, query, options);
  const atMost = query.limit + 1;
  const read = async (twins: Twins, within: readonly Sql[]) => {
    const asked = { query, places: [...places, ...within], twins, atMost };
    const bounded = async () => {
      const { events, edgeAt } = await fittingEvents(telemetry, asked, pageBytes, options);
      if (events === 0) return [];
      const fitting = [...asked.places, upTo(edgeAt, query)];
      return telemetry.query<RawRow>(eventsStatement({ ...asked, places: fitting, atMost: events }), options);
    };
    try {
      return await telemetry.query<RawRow>(eventsStatement(asked), options);
    } catch (error) {
      if (error instanceof TelemetryError && tooMuch.has(error.problem)) return bounded();
      throw error;
    }
  };
  const found = await read("kept", edge);
  return hasTwins(found) ? read("left out", []) : found;
}

const tooMuch: ReadonlySet<TelemetryError["problem"]> = new Set(["ResultTooLarge", "MemoryLimit"]);

/**
 * Without `LIMIT BY` the engine stops at the end of the page, and reads the messages of the page alone; with
 * it, every event that the conditions leave. Events are there twice only while they are given a longer
 * retention.
 */
type Twins = "kept" | "left out";

/** The first events in the direction of reading. */
interface AskedEvents {
  readonly query: LogEventQuery;
  readonly places: readonly Sql[];
  readonly twins: Twins;
  readonly atMost: number;
}

function eventsStatement({ query, places, twins, atMost }: AskedEvents): Sql {
  const direction = rawSql(query.descending ? "DESC" : "ASC");
  return sql`
    SELECT toFloat64(toUnixTimestamp64Milli(timestamp)) AS at, sequence,
      toFloat64(toUnixTimestamp64Milli(ingested_at)) AS ingestedAt, stream_id AS streamId,
      ${shownMessage(query)} AS message
    FROM ${query.source.table}
    WHERE ${joinSql([...places, ...textConditionsOf(query)], " AND ")}
    ORDER BY group_id ${direction}, timestamp ${direction}, sequence ${direction}
    ${takenOnce(twins)}
    LIMIT ${atMost}`;
}

const takenOnce = (twins: Twins): Sql => rawSql(twins === "kept" ? "" : "LIMIT 1 BY sequence");

/**
 * How many of the events are on a page of so many bytes, and the time of the last of these. The engine has no
 * memory for as many large messages as a page may have events: that the lengths are sorted by as well makes
 * it forget each message when it has its length.
 */
async function fittingEvents(
  telemetry: Telemetry,
  { query, places, twins, atMost }: AskedEvents,
  pageBytes: number,
  options: QueryOptions | undefined,
): Promise<{ readonly events: number; readonly edgeAt: number }> {
  const direction = rawSql(query.descending ? "DESC" : "ASC");
  const [found] = await telemetry.query<{ events: number; edgeAt: number }>(
    sql`
    SELECT toFloat64(count()) AS events, toFloat64(${rawSql(query.descending ? "min" : "max")}(at)) AS edgeAt
    FROM (
      SELECT at, sum(bytes) OVER (
          ORDER BY at ${direction}, sequence ${direction} ROWS UNBOUNDED PRECEDING
        ) - bytes AS bytes_before
      FROM (
        SELECT toUnixTimestamp64Milli(timestamp) AS at, sequence,
          length(${shownMessage(query)}) + ${logLimits.eventOverheadBytes} AS bytes
        FROM ${query.source.table}
        WHERE ${joinSql([...places, ...textConditionsOf(query)], " AND ")}
        ORDER BY group_id ${direction}, timestamp ${direction}, sequence ${direction}, bytes ${direction}
        ${takenOnce(twins)}
        LIMIT ${atMost}
      )
    )
    WHERE bytes_before < ${pageBytes - logLimits.eventOverheadBytes}`,
    options,
  );
  return found ?? { events: 0, edgeAt: 0 };
}

/** A condition on the time of the events of a page that need not be opened to be found. */
async function edgeOf(
  telemetry: Telemetry,
  query: LogEventQuery,
  options: QueryOptions | undefined,
): Promise<readonly Sql[]> {
  const { source, groupId, streamIds, descending, needles = [], limit } = query;
  if (source.places === undefined || needles.length > 0) return [];
  const { from, to } = timesOf(query);
  // What has the time of the event that the page is behind may be on either side of it.
  const question = { groupId, streamIds, after: from, before: to - 1, descending, events: limit + 1 };
  const edge = await pageEdge(telemetry, question, options);
  if (edge === undefined) return [];
  const times = descending ? { from: edge } : { to: edge };
  return [upTo(edge, query), ...blockConditions(source, times)];
}

/** No later than this in the direction of reading. */
function upTo(edgeAt: number, { descending }: LogEventQuery): Sql {
  return sql`timestamp ${rawSql(descending ? ">=" : "<=")} ${instant(edgeAt)}`;
}

function hasTwins(rows: readonly RawRow[]): boolean {
  return rows.some(({ sequence }, index) => sequence === rows[index - 1]?.sequence);
}

/** The column itself where nothing is unmasked: an expression could not use its index. */
function shownMessage({ unmask = false }: LogEventQuery): Sql {
  return unmask ? rawSql("if(unmasked = '', log_events.message, unmasked)") : rawSql("log_events.message");
}

/** Inclusive, and exclusive. */
function timesOf({ position, descending, from, to }: LogEventQuery) {
  return {
    from: position !== undefined && !descending ? Math.max(from, position.timestamp) : from,
    to: position !== undefined && descending ? Math.min(to, position.timestamp + 1) : to,
  };
}

function placesOf(query: LogEventQuery): readonly Sql[] {
  const { position, descending, streamIds, source } = query;
  const { from, to } = timesOf(query);
  return [
    sql`group_id = ${query.groupId}`,
    sql`timestamp >= ${instant(from)}`,
    sql`timestamp < ${instant(to)}`,
    ...blockConditions(source, { from, to }),
    ...(position === undefined ? [] : [behind(position, descending)]),
    ...(streamIds === undefined ? [] : [sql`stream_id IN ${streamIds.length === 0 ? [-1] : streamIds}`]),
  ];
}

function textConditionsOf(query: LogEventQuery): readonly Sql[] {
  return (query.needles ?? []).map((needle) => sql`${shownMessage(query)} LIKE ${likeText(needle)}`);
}

function behind({ timestamp, sequence }: EventPosition, descending: boolean): Sql {
  const sign = rawSql(descending ? "<" : ">");
  const at = instant(timestamp);
  return sql`(timestamp ${sign} ${at} OR (timestamp = ${at} AND sequence ${sign} ${sequence}))`;
}

/** Instants before 1900 and after 2299 have no DateTime64: the edges stand for them. */
function instant(epochMs: number): Sql {
  const earliest = 0;
  const latest = 9_000_000_000_000;
  return sql`fromUnixTimestamp64Milli(${BigInt(Math.trunc(Math.min(Math.max(epochMs, earliest), latest)))})`;
}

/**
 * LIKE takes the token filter of the table when the text holds whole tokens, and reads the rest as it must.
 */
function likeText(needle: string): string {
  return `%${needle.replace(/[\\%_]/g, "\\$&")}%`;
}
