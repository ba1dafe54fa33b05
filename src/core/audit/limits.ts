// The limits of audit records and of reading them back.

export const auditLimits = {
  /** Fields of a record: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
  parametersCharacters: 100 * 1024,
  textCharacters: 1024,
  /** Trace ids that the record of a PutTraceSegments names. */
  recordedTraceIds: 50,
  /** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
  eventsPerPage: 50,
  lookupMs: 90 * 86_400_000,
  lookupAttributes: 1,
} as const;
