// The limits of traces: those of AWS where it has them, and those that keep a page or a query bounded.

export const traceLimits = {
  /** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
  documentBytes: 64 * 1024,
  nameCharacters: 200,
  /** X-Ray indexes so many annotations of a trace; further ones stay in the document. */
  indexedAnnotations: 50,
  /** https://docs.aws.amazon.com/general/latest/gr/xray.html: traces are kept for 30 days. */
  retentionMs: 30 * 86_400_000,
  /** The skew that AWS grants to traces sent over OTLP; older clients of X-Ray name none. */
  futureToleranceMs: 2 * 3_600_000,
  /** A trace with more than this is reported with `LimitExceeded`. */
  traceBytes: 500 * 1024,
  /** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html */
  traceIdsPerCall: 5,
  /** What the daemon and the OpenTelemetry exporter take for the most that PutTraceSegments accepts. */
  documentsPerCall: 50,
  /** The documents of one page of BatchGetTraces, together. */
  pageBytes: 2 * 1024 * 1024,
  pageSegments: 5_000,
} as const;
