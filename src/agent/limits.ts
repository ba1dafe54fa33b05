// What the agent may send at once, and what it may hold while it cannot send.

export const agentLimits = {
  /** PutMetricData takes 1,000 and one megabyte; a request of this many is far below it. */
  datumsPerCall: 500,
  /** The first figures need two readings; this much lies between them. */
  firstSampleMs: 400,
  /** A machine may have more processes than it is worth to read. */
  processes: 5_000,
  interfaces: 64,
  /** Lines of the server's log that wait; beyond them the oldest are dropped and counted. */
  waitingLines: 10_000,
  linesPerCall: 1_000,
  bytesPerCall: 900_000,
  lineCharacters: 32_000,
  flushMs: 1_000,
} as const;
