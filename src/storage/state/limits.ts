// The limits of the state port.

export const stateLimits = {
  /** Scope and key together; a PostgreSQL index entry may have about 2,700 bytes. */
  keyBytes: 2_500,
  changesPerWrite: 1_000,
  keysPerStatement: 500,
  /** How many writes share one transaction and one sync of the disk. */
  writesPerCommit: 512,
  /** Writes that wait for a commit; more are refused as `Unavailable`. */
  waitingWrites: 50_000,
  /**
   * Pages of 4 KiB in the log before they go to their places in the file, which the event loop waits for: a
   * page that was written many times meanwhile goes there once.
   */
  pagesPerCheckpoint: 8_000,
  /** Prepared statements that are kept. */
  preparedStatements: 256,
  postgresConnections: 10,
  postgresConnectTimeoutMs: 10_000,
  postgresStatementTimeoutMs: 30_000,
  /** How often a transaction that PostgreSQL broke off to end a deadlock is tried again. */
  deadlockRetries: 5,
} as const;
