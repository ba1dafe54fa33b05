// The limits of topics: AWS's quotas.

/** https://docs.aws.amazon.com/general/latest/gr/sns.html */
export const topicLimits = {
  batchEntries: 10,
  /** Of a message with its attributes, and of a batch as a whole. */
  messageBytes: 262_144,
  topicsPerPage: 100,
  subscriptionsPerPage: 100,
  tags: 50,
  /** A subscription that nobody confirms by then is gone. */
  confirmationMs: 2 * 86_400_000,
  /** Names of attributes in a filter policy, and combinations of its values. */
  filterPolicyKeys: 5,
  filterPolicyCombinations: 150,
  filterPolicyBytes: 262_144,
  /** Subscriptions that are looked at together when a message is published. */
  subscriptionsPerRead: 500,
  /** Of a FIFO topic, so that a message and what remembers it are one write. */
  fifoSubscriptions: 100,
  deduplicationMs: 300_000,
} as const;
