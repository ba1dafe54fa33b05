// The limits of events and event buses: those of AWS where it has them, and those that keep a query bounded.

export const eventLimits = {
  /** All entries of one PutEvents: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
  requestBytes: 1024 * 1024,
  /** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html */
  detailTypeCharacters: 128,
  sourceCharacters: 256,
  /** Besides `default`: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
  customBuses: 100,
  /** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html */
  policyBytes: 10_240,
  tags: 50,
  busesPerPage: 100,
  /** Rows of one read of a bus. */
  eventsPerRead: 10_000,
} as const;
