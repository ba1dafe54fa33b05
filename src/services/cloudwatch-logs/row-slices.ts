// Rows as they are found: a query of single events, asked over one part of its time after the other.
import { compileInsightsQuery } from "../../core/insights/compile-query.ts";
import type { Query } from "../../core/insights/query-tree.ts";
import type { QueryScope } from "../../core/insights/scope.ts";
import { countScanned } from "../../storage/telemetry/log-queries.ts";
import type { QueryOptions, Telemetry } from "../../storage/telemetry.ts";
import { answerOnce, noStatistics, type ResultRow, type RunStatistics } from "./query-answers.ts";

export interface RowSlice {
  readonly rows: readonly ResultRow[];
  /** Of all slices so far. */
  readonly statistics: RunStatistics;
  /** All events from there on have been looked at; epoch milliseconds. */
  readonly searchedFrom: number;
}

interface SliceOptions {
  /** The rows that are wanted at most. */
  readonly limit: number;
  readonly bounds: QueryOptions;
  /** Runs the work when the engine may take it. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** The first slice is this part of the time. */
const firstShare = 256;
/** A slice with fewer events is followed by one four times as long, and one with more by half of it. */
const events = { few: 50_000, many: 500_000 } as const;

/**
 * The newest slice first; it is over with the span of time, or with the rows that are wanted. Only for a
 * query of which `rowsOfSingleEvents` says how many rows it has.
 * @throws TelemetryError
 */
export async function* rowSlices(
  telemetry: Telemetry,
  query: Query,
  scope: QueryScope,
  { limit, bounds, inTurn }: SliceOptions,
): AsyncGenerator<RowSlice> {
  let statistics: RunStatistics = { ...noStatistics, recordsSkipped: 0, bytesSkipped: 0 };
  let length = Math.max(1, Math.ceil((scope.to - scope.from) / firstShare));
  for (let to = scope.to; to >= scope.from && statistics.resultCount < limit;) {
    const from = Math.max(scope.from, to - length + 1);
    const wanted = limit - statistics.resultCount;
    const part = { ...scope, from, to, limit: wanted };
    const { answer, scanned } = await inTurn(async () => {
      const compiled = compileInsightsQuery(query, part);
      const scanned = await countScanned(telemetry, scope, compiled.eventConditions, bounds);
      return { scanned, answer: await answerOnce(telemetry, compiled, part, scanned, bounds) };
    });
    const rows = answer.rows.slice(0, wanted);
    statistics = together(statistics, { ...answer.statistics, resultCount: rows.length });
    yield { rows, statistics, searchedFrom: from };
    if (scanned.events < events.few) length *= 4;
    else if (scanned.events > events.many) length = Math.ceil(length / 2);
    to = from - 1;
  }
}

function together(sofar: RunStatistics, next: RunStatistics): RunStatistics {
  return {
    recordsMatched: sofar.recordsMatched + next.recordsMatched,
    recordsScanned: sofar.recordsScanned + next.recordsScanned,
    bytesScanned: sofar.bytesScanned + next.bytesScanned,
    recordsSkipped: (sofar.recordsSkipped ?? 0) + (next.recordsSkipped ?? 0),
    bytesSkipped: (sofar.bytesSkipped ?? 0) + (next.bytesSkipped ?? 0),
    logGroupsScanned: next.logGroupsScanned,
    resultCount: sofar.resultCount + next.resultCount,
  };
}
