// How far a page of log events reaches in time at most, so that no more blocks are opened than it needs.
import { joinSql, rawSql, sql, type Sql } from "../../../core/sql.ts";
import type { QueryOptions, Telemetry } from "../../telemetry.ts";

export interface EdgeQuestion {
  readonly groupId: number;
  readonly streamIds?: readonly number[] | undefined;
  /** Blocks between these two count, as a whole; epoch milliseconds, both exclusive. */
  readonly after: number;
  readonly before: number;
  readonly descending: boolean;
  readonly events: number;
}

/**
 * An instant such that there are so many events from it on (descending: that are not before it), or up to it;
 * undefined when there may be fewer. Blocks of others streams, and those that are in the span in part, are
 * not counted, so that a page may end earlier, never later.
 */
export async function pageEdge(
  telemetry: Telemetry,
  { groupId, streamIds, after, before, descending, events }: EdgeQuestion,
  options?: QueryOptions,
): Promise<number | undefined> {
  const direction = rawSql(descending ? "DESC" : "ASC");
  const conditions = [
    sql`group_id = ${groupId}`,
    sql`timestamp > ${instant(after)}`,
    sql`last_at < ${instant(before)}`,
    ...(streamIds === undefined ? [] : [sql`stream_id IN ${streamIds.length === 0 ? [-1] : streamIds}`]),
  ];
  const [found] = await telemetry.query<{ count: number; edge: number }>(
    sql`
    SELECT toFloat64(sum(events)) AS count,
      toFloat64(toUnixTimestamp64Milli(${rawSql(descending ? "min(at)" : "max(last)")})) AS edge
    FROM (
      SELECT timestamp AS at, last_at AS last, length(offsets) AS events,
        sum(length(offsets)) OVER (ORDER BY timestamp ${direction}, sequence ${direction}
          ROWS UNBOUNDED PRECEDING) - length(offsets) AS before
      FROM (
        SELECT timestamp, last_at, sequence, offsets FROM log_events_sealed_blocks
        WHERE ${joinSql(conditions, " AND ")}
        ORDER BY group_id ${direction}, timestamp ${direction}, sequence ${direction}
        LIMIT ${events}
      )
    )
    WHERE before < ${events}`,
    options,
  );
  return found === undefined || found.count < events ? undefined : found.edge;
}

function instant(epochMs: number): Sql {
  const latest = 9_000_000_000_000;
  return sql`fromUnixTimestamp64Milli(${BigInt(Math.trunc(Math.min(Math.max(epochMs, 0), latest)))})`;
}
