// The limits of queues: AWS's quotas, and what one call may do.

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-quotas.html */
export const queueLimits = {
  batchEntries: 10,
  messagesPerReceive: 10,
  /** Of a message with its attributes, and of a batch as a whole. */
  messageBytes: 1_048_576,
  messageAttributes: 10,
  delaySeconds: 900,
  visibilitySeconds: 43_200,
  waitSeconds: 20,
  tags: 50,
  queuesPerPage: 1_000,
  deduplicationMs: 300_000,
  purgeMs: 60_000,
  /** A message that failed this often, at most, goes to the dead-letter queue. */
  receivesBeforeDeadLetter: 1_000,
  /** Messages at the head of a FIFO queue among which one that may be received is looked for. */
  scannedMessages: 20_000,
  /** Messages whose retention is over that one call takes away. */
  expiredPerCall: 100,
  /** Receivers that wait for a message at the same time, over all queues. */
  waitingReceivers: 1_000,
  /** In a statement that AddPermission writes. */
  actionsPerPermission: 7,
  /** The highest rate of a move task. */
  movedPerSecond: 500,
  /** Messages that a move task without a rate takes at a time. */
  movedPerStep: 200,
  /** Of a queue, the most recent ones are remembered. */
  moveTasksPerQueue: 10,
  moveTaskMs: 36 * 3_600_000,
} as const;
