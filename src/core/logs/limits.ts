// The limits of CloudWatch Logs that no single member's constraint expresses.

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export const logLimits = {
  /** Of one PutLogEvents: messages in UTF-8 plus `eventOverheadBytes` each. */
  batchBytes: 1_048_576,
  eventOverheadBytes: 26,
  batchEvents: 10_000,
  /** A batch of valid events spans at most this. */
  batchSpanMs: dayMs,
  futureMs: 2 * hourMs,
  pastMs: 14 * dayMs,
  dayMs,
  /** Of one GetLogEvents or FilterLogEvents answer. */
  pageEvents: 10_000,
  pageBytes: 1_048_576,
  /** How many events one FilterLogEvents call looks at before it answers with what it has and a token. */
  scannedEvents: 200_000,
  /** The same in characters of their messages. */
  scannedCharacters: 64 * 1024 * 1024,
  /** How many events are read from the store at once while a page is filtered. */
  readEvents: 10_000,
  describePage: 50,
  /** How many groups are read from the store at once while a page is filtered. */
  listedGroups: 1_000,
  tagsPerResource: 50,
  liveTailMs: 3 * hourMs,
  /** Of an account in a region, at the same time. */
  liveTailSessions: 15,
  liveTailEventsPerUpdate: 500,
  /** As JSON: the clients of AWS refuse events of a stream that are longer than 16 MiB. */
  liveTailUpdateBytes: 8 * 1024 * 1024,
  liveTailUpdateMs: 1_000,
  /** For a client that takes its updates slowly. */
  liveTailBufferedUpdates: 10,
  liveTailBufferedEvents: 5_000,
  liveTailBufferedBytes: 16 * 1024 * 1024,
  /** Of `readEvents` each: what a tail of nodes that share a store looks at for one update. */
  liveTailPagesPerUpdate: 10,
  /** Known streams that are kept in memory; the least recently used are forgotten. */
  cachedStreams: 20_000,
} as const;

/** The values that PutRetentionPolicy takes, in days. */
export const retentionDaysValues: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
