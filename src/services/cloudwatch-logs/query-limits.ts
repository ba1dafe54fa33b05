// The limits of Logs Insights.

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export const queryLimits = {
  /** Log groups that one query may name. */
  logGroups: 50,
  /** Log groups that a SOURCE command may choose. */
  sourceLogGroups: 10_000,
  /** Log groups that are looked at together. */
  sourcePage: 1_000,
  /** Queries of an account and region that run or wait to run. */
  concurrentQueries: 100,
  /** Of those of all accounts, how many the engine works on at once; the others are `Scheduled`. */
  runningQueries: 4,
  /** Queries over more events show what the newest of them say (`newestShare`) while they run. */
  partialAboveEvents: 1_000_000,
  runMs: 15 * minuteMs,
  defaultRows: 10_000,
  maximumRows: 100_000,
  resultBytes: 256 * 1024 * 1024,
  /** Rows of one GetQueryResults. */
  pageRows: 10_000,
  /** Rows of one event of a stream of results. */
  streamedRows: 500,
  histogramBins: 1_000,
  /** How long results are kept. */
  keptMs: 7 * dayMs,
  /** Results that are too old are deleted so many at a time, whenever a query starts. */
  expiredPerStart: 20,
  describePage: 1_000,
  scheduledQueries: 1_000,
  /** How long is known when scheduled queries ran, and with what success. */
  historyMs: 30 * dayMs,
  historyPage: 50,
  /** Of one scheduled query, how many runs GetScheduledQueryHistory looks at. */
  historyRuns: 10_000,
  lookupTables: 100,
  lookupTableBytes: 10 * 1024 * 1024,
  lookupTablePage: 50,
  definitions: 1_000,
  /** What the names of the log streams may take of a statement's text. */
  streamNameCharacters: 4_000_000,
  /** GetLogGroupFields looks at so many events. */
  sampledEvents: 1_000,
  /** And at those this long before and after the instant that is asked for, or before now. */
  sampleSpanMs: 8 * minuteMs,
  recentSpanMs: 15 * minuteMs,
} as const;
