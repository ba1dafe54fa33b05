// Every bound of the telemetry store: batches, queues, queries, memory and supervision.

const mebibyte = 1024 * 1024;

export const telemetryLimits = {
  /** One INSERT; a batch that reaches one of these is closed and the next begins. */
  batchBytes: 8 * mebibyte,
  batchRows: 50_000,
  /** Rows and bytes of all tables that wait for their INSERT; more is refused as `Overloaded`. */
  waitingBytes: 96 * mebibyte,
  waitingRows: 1_000_000,
  /** An INSERT costs about 10 ms CPU whatever its size; a batch of the pressure's size does not wait. */
  insertPace: { burst: 20, intervalMs: 50 },
  pressureRows: 1_000,
  pressureBytes: mebibyte,
  /** A segment of the journal goes to the engine when it is so large or so old, or when it is asked for. */
  segmentRows: 50_000,
  segmentBytes: 8 * mebibyte,
  segmentAgeMs: 2_000,
  /** Segments that wait for the engine; appends wait meanwhile when there are more. */
  journalSegments: 4,
  /** How long until the engine is asked again to store what it could not: its disk is full, say. */
  refusedPauseMs: 1_000,
  /** A batch whose engine died, or that found no memory, is sent again with its token. */
  insertAttempts: 6,
  insertTimeoutMs: 120_000,
  /** Defaults of one query. */
  queryTimeoutMs: 30_000,
  queryRows: 1_000_000,
  queryResultBytes: 32 * mebibyte,
  queryMemoryBytes: 400 * mebibyte,
  /** The text of one statement: queries may carry the names of many streams, or a table to look up in. */
  statementBytes: 32 * mebibyte,
  /** Queries that wait for a session; more are refused as `Overloaded`. */
  waitingQueries: 1_000,
  /**
   * Sessions of the engine; together at most the thread pool less four, so that files and timers never
   * starve.
   */
  querySessions: 6,
  insertSessions: 3,
  engineThreads: 16,
  /** So much less urgent than the server. */
  engineNice: 5,
  /** The engine asks itself for a sign of life this often, and is killed when so many stay unanswered. */
  heartbeatMs: 2_000,
  silentHeartbeats: 5,
  /** A large folder opens in about a second; this is for the slowest disk. */
  openMs: 120_000,
  /** An engine that dies at once again is restarted after a growing pause. */
  restartPauseMs: 50,
  restartPauseMaximumMs: 2_000,
  /**
   * How long a statement waits for an engine that is being restarted; the first opening is bounded by
   * `openMs`.
   */
  restartWaitMs: 30_000,
  closeMs: 10_000,
  /** How long a folder may be locked by an engine that is about to end. */
  lockPatienceMs: 1_000,
  lockPauseMs: 200,
  /** A query that is cancelled is told so again and again until it has ended. */
  killPauseMs: 100,
  /** Memory that the allocator keeps is given back this often, and soon when there is much of it. */
  purgeMs: 60_000,
  purgeAboveBytes: 420 * mebibyte,
  frameBytes: 256 * mebibyte,
} as const;
