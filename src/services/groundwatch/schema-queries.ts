// The own service's operations on queries of logs: their rows as a stream, a histogram, and what they cost.

const namespace = "com.groundwatch";
const text = 0;
const number = 1;
const texts = 64;

/**
 * A query is one that StartQuery has started, by `QueryId`, or is given with its text and time (`From`,
 * `To`), and then run for this call alone. `Bins` or `BinMilliseconds` ask for a histogram.
 */
const StreamQueryResultsRequest$ = [
  3,
  namespace,
  "StreamQueryResultsRequest",
  0,
  [
    "QueryId",
    "QueryString",
    "QueryLanguage",
    "LogGroupIdentifiers",
    "From",
    "To",
    "Limit",
    "Bins",
    "BinMilliseconds",
  ],
  [text, text, text, texts, number, number, number, number, number],
  0,
] as const;

const QueryField$ = [3, namespace, "QueryField", 0, ["Field", "Value"], [text, text], 2] as const;
const QueryRow$ = [1, namespace, "QueryRow", 0, () => QueryField$] as const;
const QueryRowList$ = [1, namespace, "QueryRowList", 0, () => QueryRow$] as const;
const QueryRows$ = [3, namespace, "QueryRows", 0, ["Rows"], [() => QueryRowList$], 1] as const;

const QueryStatistics$ = [
  3,
  namespace,
  "QueryStatistics",
  0,
  ["RecordsMatched", "RecordsScanned", "BytesScanned", "RecordsSkipped", "BytesSkipped", "LogGroupsScanned"],
  [number, number, number, number, number, number],
  6,
] as const;

/** All events from `SearchedFrom` on have been looked at. */
const QueryProgress$ = [
  3,
  namespace,
  "QueryProgress",
  0,
  ["Statistics", "SearchedFrom"],
  [() => QueryStatistics$, number],
  2,
] as const;

const HistogramBin$ = [3, namespace, "HistogramBin", 0, ["From", "Count"], [number, number], 2] as const;
const HistogramBins$ = [1, namespace, "HistogramBins", 0, () => HistogramBin$] as const;
const QueryHistogram$ = [
  3,
  namespace,
  "QueryHistogram",
  0,
  ["From", "To", "BinMilliseconds", "Bins"],
  [number, number, number, () => HistogramBins$],
  4,
] as const;

/** Parts and granules are those of the table of events; what is not read of them was skipped by indexes. */
const QueryCost$ = [
  3,
  namespace,
  "QueryCost",
  0,
  [
    "Statements",
    "RowsRead",
    "BytesRead",
    "EngineMilliseconds",
    "PartsTotal",
    "GranulesTotal",
    "PartsRead",
    "GranulesRead",
    "MemoryPeakBytes",
  ],
  [number, number, number, number, number, number, number, number, number],
  6,
] as const;

/** `Status` is one of StartQuery's; `Problem` says why the query failed. */
const QueryEnd$ = [
  3,
  namespace,
  "QueryEnd",
  0,
  ["Status", "Statistics", "Problem", "Cost"],
  [text, () => QueryStatistics$, text, () => QueryCost$],
  2,
] as const;

const QueryResultStream$ = [
  4,
  namespace,
  "QueryResultStream",
  { streaming: 1 },
  ["Rows", "Progress", "Histogram", "End"],
  [() => QueryRows$, () => QueryProgress$, () => QueryHistogram$, () => QueryEnd$],
] as const;

const StreamQueryResultsResponse$ = [
  3,
  namespace,
  "StreamQueryResultsResponse",
  0,
  ["Results"],
  [() => QueryResultStream$],
  1,
] as const;

const GetQueryHistogramRequest$ = [
  3,
  namespace,
  "GetQueryHistogramRequest",
  0,
  ["QueryId", "QueryString", "QueryLanguage", "LogGroupIdentifiers", "From", "To", "Bins", "BinMilliseconds"],
  [text, text, text, texts, number, number, number, number],
  0,
] as const;

const GetQueryCostRequest$ = [3, namespace, "GetQueryCostRequest", 0, ["QueryId"], [text], 1] as const;

export const StreamQueryResults$ = [
  9,
  namespace,
  "StreamQueryResults",
  0,
  () => StreamQueryResultsRequest$,
  () => StreamQueryResultsResponse$,
] as const;
export const GetQueryHistogram$ = [
  9,
  namespace,
  "GetQueryHistogram",
  0,
  () => GetQueryHistogramRequest$,
  () => QueryHistogram$,
] as const;
export const GetQueryCost$ = [
  9,
  namespace,
  "GetQueryCost",
  0,
  () => GetQueryCostRequest$,
  () => QueryCost$,
] as const;

const badRequest = { error: "client", httpError: 400 } as const;
export const MalformedQueryException$ = [
  -3,
  namespace,
  "MalformedQueryException",
  badRequest,
  ["message"],
  [0],
] as const;
export const InvalidParameterException$ = [
  -3,
  namespace,
  "InvalidParameterException",
  badRequest,
  ["message"],
  [0],
] as const;
