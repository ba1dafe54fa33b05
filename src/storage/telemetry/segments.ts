// Segments in telemetry: appended as columns, read back by trace.
import { joinSql, sql, type Sql } from "../../core/sql.ts";
import { traceLimits } from "../../core/traces/limits.ts";
import type { Segment } from "../../core/traces/segment-document.ts";
import type { Telemetry } from "../telemetry.ts";

const flagBits = { error: 1, fault: 2, throttle: 4, inProgress: 8 } as const;

/** Resolves when the segments are stored. `receivedAt` in epoch milliseconds. */
export function appendSegments(
  telemetry: Telemetry,
  world: number,
  segments: readonly Segment[],
  receivedAt: number,
): Promise<void> {
  return telemetry.append("segments", {
    world: segments.map(() => world),
    trace_id: segments.map(({ traceId }) => traceId),
    segment_id: segments.map(({ id }) => id),
    parent_id: segments.map(({ parentId }) => parentId),
    name: segments.map(({ name }) => name),
    started_at: segments.map(({ startedAt }) => startedAt),
    duration: segments.map(({ duration }) => duration ?? -1),
    received_at: segments.map(() => receivedAt),
    flags: segments.map(flagsOf),
    http_status: segments.map(({ httpStatus }) => httpStatus),
    http_method: segments.map(({ httpMethod }) => httpMethod),
    http_url: segments.map(({ httpUrl }) => httpUrl),
    annotations: segments.map(({ annotations }) => annotations),
    number_annotations: segments.map(({ numberAnnotations }) => numberAnnotations),
    document: segments.map(({ document }) => document),
  });
}

function flagsOf({ error, fault, throttle, duration }: Segment): number {
  return (
    (error ? flagBits.error : 0) +
    (fault ? flagBits.fault : 0) +
    (throttle ? flagBits.throttle : 0) +
    (duration === undefined ? flagBits.inProgress : 0)
  );
}

/** Behind which segment a page of traces goes on. */
export interface TracePosition {
  readonly traceId: string;
  readonly startedMicros: string;
  readonly segmentId: string;
}

export interface StoredSegment extends TracePosition {
  readonly document: string;
  /** Of the whole trace, whatever the page holds. */
  readonly traceBytes: number;
  readonly traceSeconds: number;
}

export interface TracePage {
  readonly segments: readonly StoredSegment[];
  readonly more: boolean;
}

/**
 * A page of the traces' segments, in the order of trace id and start. A segment that was sent again replaces
 * the one before, and a complete one the one in progress. `traceIds` in X-Ray's form.
 */
export async function readTraces(
  telemetry: Telemetry,
  { world, traceIds, after, now }: TraceQuery,
): Promise<TracePage> {
  const ids = joinSql(
    traceIds.map((id) => sql`${id}`),
    ", ",
  );
  const oldest = (now - traceLimits.retentionMs) * 1000;
  const latest = sql`
    SELECT trace_id, segment_id, document, toUnixTimestamp64Micro(started_at) AS started,
      started + toInt64(greatest(duration, 0) * 1000000) AS ended
    FROM segments
    WHERE world = ${world} AND trace_id IN (${ids}) AND started_at >= fromUnixTimestamp64Micro(${oldest})
    ORDER BY trace_id, segment_id, duration < 0, received_at DESC
    LIMIT 1 BY trace_id, segment_id`;
  const measured = sql`
    SELECT trace_id, segment_id, document, started,
      sum(length(document)) OVER (PARTITION BY trace_id) AS trace_bytes,
      max(ended) OVER (PARTITION BY trace_id) - min(started) OVER (PARTITION BY trace_id) AS trace_micros
    FROM (${latest})`;
  const behind = after === undefined ? sql`1` : isBehind(after);
  const statement = sql`
    SELECT trace_id AS traceId, segment_id AS segmentId, toString(started) AS startedMicros, document,
      toFloat64(trace_bytes) AS traceBytes, toFloat64(trace_micros) / 1000000 AS traceSeconds,
      toFloat64(remaining) AS remaining
    FROM (
      SELECT *, count() OVER () AS remaining,
        sum(length(document)) OVER (ORDER BY trace_id, started, segment_id
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS page_bytes
      FROM (${measured}) WHERE ${behind})
    WHERE page_bytes - length(document) < ${traceLimits.pageBytes}
    ORDER BY trace_id, started, segment_id
    LIMIT ${traceLimits.pageSegments}`;
  const rows = await telemetry.query<StoredSegment & { remaining: number }>(statement);
  return { segments: rows, more: rows.length < (rows[0]?.remaining ?? 0) };
}

function isBehind({ traceId, startedMicros, segmentId }: TracePosition): Sql {
  return sql`(trace_id, started, segment_id) > (${traceId}, ${BigInt(startedMicros)}, ${segmentId})`;
}

export interface TraceQuery {
  readonly world: number;
  readonly traceIds: readonly string[];
  readonly after: TracePosition | undefined;
  /** Epoch milliseconds; what has expired by then is not found. */
  readonly now: number;
}
