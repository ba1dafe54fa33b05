// Log events in the order in which they arrived, for whoever follows a group.
import { joinSql, rawSql, sql } from "../../core/sql.ts";
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

/** When `isCut` is false, all wanted events up to `upTo` are there, perhaps others without a needle too. */
export async function readArrivedLogEvents(
  telemetry: Telemetry,
  query: ArrivalsQuery,
): Promise<ArrivalsPage> {
  const { groupIds, upTo } = query;
  if (groupIds.length === 0) return { batches: [], isCut: false };
  const recent = recentArrivalsOf(telemetry);
  const page = recent?.read({ ...query, pageBytes });
  if (page !== undefined) return page;
  const latest = latestSequence();
  recent?.follow(groupIds, latest > upTo ? latest : upTo);
  return readStoredArrivals(telemetry, query);
}

async function readStoredArrivals(
  telemetry: Telemetry,
  { source, groupIds, after, upTo, earliestAt, needles, transformed, limit }: ArrivalsQuery,
): Promise<ArrivalsPage> {
  const text = rawSql(
    transformed
      ? "if(log_events.transformed = '', log_events.message, log_events.transformed)"
      : "log_events.message",
  );
  const contains = needles.map((needle) => sql`position(${text}, ${needle}) > 0`);
  const places = [
    sql`group_id IN ${groupIds}`,
    sql`timestamp >= fromUnixTimestamp64Milli(${BigInt(Math.max(0, Math.trunc(earliestAt)))})`,
    sql`sequence > ${after}`,
    sql`sequence <= ${upTo}`,
    ...blockConditions(source, { from: earliestAt, firstSequence: after + 1n, lastSequence: upTo }),
  ];
  await requireReadable(telemetry, source, places);
  const found = await telemetry.query<RawRow & { readonly bytesBefore: number }>(sql`
    SELECT groupId, streamId, toFloat64(toUnixTimestamp64Milli(at)) AS timestamp, sequence, message,
      bytesBefore
    FROM (
      SELECT groupId, streamId, at, sequence, message,
        toFloat64(sum(length(message)) OVER (ORDER BY sequence ROWS UNBOUNDED PRECEDING) - length(message))
          AS bytesBefore
      FROM (
        SELECT group_id AS groupId, stream_id AS streamId, timestamp AS at, sequence, ${text} AS message
        FROM ${source.table}
        WHERE ${joinSql([...places, ...contains], " AND ")}
        ORDER BY sequence
        LIMIT 1 BY sequence
        LIMIT ${limit + 1}
      )
    ) AS page
    WHERE bytesBefore < ${pageBytes}
    ORDER BY sequence ${rawSql("ASC")}`);
  const last = found.at(-1);
  const bytes = last === undefined ? 0 : last.bytesBefore + Buffer.byteLength(last.message);
  return { batches: batchesOf(found.slice(0, limit)), isCut: found.length > limit || bytes >= pageBytes };
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
