// The port of one service to the queries of another: what of a query of logs AWS has no operation for.
import type { HistogramBin } from "../core/insights/histogram.ts";
import type { QueryLanguage } from "../core/insights/query-languages.ts";
import type { CallContext } from "../wire/request.ts";

/** Instants are epoch milliseconds; both ends belong to the span. */
export interface NewLogQuery {
  readonly queryString: string;
  readonly queryLanguage?: QueryLanguage | undefined;
  /** Names and ARNs; undefined when the query names its groups itself. */
  readonly logGroupIdentifiers?: readonly string[] | undefined;
  readonly from: number;
  readonly to: number;
  readonly limit?: number | undefined;
}

/** One that StartQuery has started, or one that is run for this call alone. */
export type AskedLogQuery = { readonly queryId: string } | NewLogQuery;

/** All statements of a query together. What reads nothing by an index has no parts and granules. */
export interface LogQueryCost {
  readonly statements: number;
  readonly rowsRead: number;
  /** As they are in memory, that is without compression. */
  readonly bytesRead: number;
  readonly engineMs: number;
  /** The most that one statement held; undefined when all were too quick to be looked at. */
  readonly memoryPeakBytes?: number;
  readonly partsRead?: number;
  readonly partsTotal: number;
  readonly granulesRead?: number;
  readonly granulesTotal: number;
}

export interface LogQueryStatistics {
  readonly recordsMatched: number;
  readonly recordsScanned: number;
  readonly bytesScanned: number;
  /** Of the events in the groups and the time, those that indexes have shown not to match. */
  readonly recordsSkipped?: number;
  readonly bytesSkipped?: number;
  readonly logGroupsScanned: number;
}

/** How fine a histogram is: at most so many bins, or bins of this width. */
export type HistogramFineness = { readonly bins: number } | { readonly binMs: number };

export interface LogQueryHistogram {
  readonly from: number;
  readonly to: number;
  readonly binMs: number;
  readonly bins: readonly HistogramBin[];
}

export type LogQueryRow = readonly (readonly [field: string, value: string])[];

export type LogQueryEvent =
  | { readonly kind: "rows"; readonly rows: readonly LogQueryRow[] }
  /** `searchedFrom`: the events from there on have been looked at. */
  | { readonly kind: "progress"; readonly statistics: LogQueryStatistics; readonly searchedFrom: number }
  | { readonly kind: "histogram"; readonly histogram: LogQueryHistogram }
  | {
      readonly kind: "end";
      readonly status: string;
      readonly problem?: string;
      readonly statistics: LogQueryStatistics;
      readonly cost?: LogQueryCost;
    };

/** Throws the exceptions of CloudWatch Logs. */
export interface LogQueryReader {
  /** Reads no further than it is asked to, and stops in the engine when the call is aborted. */
  stream(
    call: CallContext,
    asked: AskedLogQuery,
    fineness: HistogramFineness | undefined,
  ): Promise<AsyncIterable<LogQueryEvent>>;
  histogram(call: CallContext, asked: AskedLogQuery, fineness: HistogramFineness): Promise<LogQueryHistogram>;
  /** Undefined while the query runs. */
  cost(
    call: CallContext,
    queryId: string,
  ): Promise<{ readonly cost: LogQueryCost | undefined; readonly problem: string | undefined }>;
}
