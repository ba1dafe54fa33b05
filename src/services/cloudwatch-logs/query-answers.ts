// What the engine answers to a query of Logs Insights, with how much it looked at.
import {
  compileInsightsQuery,
  hasPartialAnswers,
  type CompiledQuery,
} from "../../core/insights/compile-query.ts";
import { newestPartFrom } from "../../core/insights/newest-part.ts";
import type { Query } from "../../core/insights/query-tree.ts";
import type { QueryScope } from "../../core/insights/scope.ts";
import {
  countScanned,
  estimateRead,
  readEventTimes,
  type EstimatedRead,
  type ScannedEvents,
} from "../../storage/telemetry/log-queries.ts";
import { TelemetryError, type QueryOptions, type Telemetry } from "../../storage/telemetry.ts";
import type { LogQueryStatistics } from "../log-query-reader.ts";
import { queryLimits } from "./query-limits.ts";

export interface RunStatistics extends LogQueryStatistics {
  readonly resultCount: number;
}

export const noStatistics: RunStatistics = {
  recordsMatched: 0,
  recordsScanned: 0,
  bytesScanned: 0,
  logGroupsScanned: 0,
  resultCount: 0,
};

export type ResultRow = readonly (readonly [field: string, value: string])[];

export interface QueryAnswer {
  readonly rows: readonly ResultRow[];
  readonly statistics: RunStatistics;
  /** Undefined where the engine says nothing about it. */
  readonly read: EstimatedRead | undefined;
}

interface AnswerOptions {
  readonly signal: AbortSignal;
  /** Is told what the newest of the events say, when there are many to look at. */
  readonly onPartial: (partial: QueryAnswer) => void;
  /** Is told now and then how much of all has been looked at, while the engine answers. */
  readonly onProgress?: (sofar: Pick<RunStatistics, "recordsScanned" | "bytesScanned">) => void;
  /** How many events are much. */
  readonly partialAboveEvents?: number;
}

/** The bounds of each statement of a query. */
export function runBounds(signal: AbortSignal): QueryOptions {
  return {
    timeoutMs: queryLimits.runMs,
    maxRows: queryLimits.maximumRows,
    maxResultBytes: queryLimits.resultBytes,
    signal,
  };
}

/**
 * The engine knows no half of an answer, so that a query over many events is asked over the newest
 * part of their time first: this takes about a sixteenth of the work, and is the whole answer so far.
 * @throws TelemetryError, InsightsQueryError
 */
export async function answerQuery(
  telemetry: Telemetry,
  query: Query,
  scope: QueryScope,
  { signal, onPartial, onProgress, partialAboveEvents = queryLimits.partialAboveEvents }: AnswerOptions,
): Promise<QueryAnswer> {
  if (signal.aborted) throw new TelemetryError("Cancelled", "the query was cancelled");
  const options = runBounds(signal);
  const compiled = compileInsightsQuery(query, scope);
  const scanned = await countScanned(telemetry, scope, compiled.eventConditions, options);
  if (scanned.events > partialAboveEvents && hasPartialAnswers(query)) {
    const times = await readEventTimes(telemetry, scope, compiled.eventConditions, options);
    const newest = compileInsightsQuery(query, { ...scope, from: newestPartFrom(times) });
    const scannedNow = await countScanned(telemetry, scope, newest.eventConditions, options);
    onPartial(await answerOnce(telemetry, newest, scope, scannedNow, options));
  }
  return answerOnce(telemetry, compiled, scope, scanned, options, onProgress);
}

/** @throws TelemetryError */
export async function answerOnce(
  telemetry: Telemetry,
  compiled: CompiledQuery,
  scope: QueryScope,
  scanned: ScannedEvents,
  options: QueryOptions,
  onProgress?: AnswerOptions["onProgress"],
): Promise<QueryAnswer> {
  const watched: QueryOptions =
    onProgress === undefined
      ? options
      : { ...options, onProgress: ({ rowsRead }) => onProgress(shareOf(scanned, rowsRead)) };
  const [found, read] = await Promise.all([
    telemetry.query<Record<string, string | null>>(compiled.statement, watched),
    estimateRead(telemetry, compiled.statement, options),
  ]);
  const recordsSkipped = Math.max(0, scanned.events - (read?.events ?? scanned.events));
  const bytesSkipped =
    scanned.events === 0 ? 0 : Math.round((scanned.bytes * recordsSkipped) / scanned.events);
  return {
    rows: found.map((row) => resultRow(compiled.columns, row)),
    read,
    statistics: {
      recordsMatched: await countMatched(telemetry, compiled, found, options),
      recordsScanned: scanned.events - recordsSkipped,
      bytesScanned: scanned.bytes - bytesSkipped,
      recordsSkipped,
      bytesSkipped,
      logGroupsScanned: scope.logGroups.length,
      resultCount: found.length,
    },
  };
}

/** A statement may read an event more than once, in a join for example. */
function shareOf({ events, bytes }: ScannedEvents, rowsRead: number) {
  const recordsScanned = Math.min(rowsRead, events);
  return { recordsScanned, bytesScanned: events === 0 ? 0 : Math.round((bytes * recordsScanned) / events) };
}

async function countMatched(
  telemetry: Telemetry,
  compiled: CompiledQuery,
  found: readonly Record<string, string | null>[],
  options: QueryOptions,
): Promise<number> {
  const counted = found[0]?.matched;
  if (typeof counted === "string") return Number(counted);
  if (compiled.rowsAreMatches && found.length < compiled.limit) return found.length;
  const [matched] = await telemetry.query<{ events: string }>(compiled.matchedStatement, options);
  return Number(matched?.events ?? 0);
}

function resultRow(columns: readonly string[], row: Readonly<Record<string, string | null>>): ResultRow {
  return columns.flatMap((name, index) => {
    const value = row[`r${index}`];
    return value === null || value === undefined ? [] : [[name, value] as const];
  });
}
