// The own service's operation on deliveries: what was tried, and what came of it.

const namespace = "com.groundwatch";
const text = 0;
const number = 1;

const ListDeliveryAttemptsRequest$ = [
  3,
  namespace,
  "ListDeliveryAttemptsRequest",
  0,
  ["SourceArn", "TargetArn", "MessageId", "Outcome", "MaxResults", "NextToken"],
  [text, text, text, text, number, text],
  0,
] as const;

/** `Outcome`: Succeeded, Failed (and tried again at `NextAttemptAt`) or GivenUp. */
const DeliveryAttempt$ = [
  3,
  namespace,
  "DeliveryAttempt",
  0,
  [
    "SourceArn",
    "TargetArn",
    "Endpoint",
    "MessageId",
    "Attempt",
    "AttemptedAt",
    "Outcome",
    "Detail",
    "NextAttemptAt",
    "DeadLetterArn",
  ],
  [text, text, text, text, number, number, text, text, number, text],
  8,
] as const;
const DeliveryAttempts$ = [1, namespace, "DeliveryAttempts", 0, () => DeliveryAttempt$] as const;

const ListDeliveryAttemptsResponse$ = [
  3,
  namespace,
  "ListDeliveryAttemptsResponse",
  0,
  ["DeliveryAttempts", "NextToken"],
  [() => DeliveryAttempts$, text],
  1,
] as const;

export const ListDeliveryAttempts$ = [
  9,
  namespace,
  "ListDeliveryAttempts",
  0,
  () => ListDeliveryAttemptsRequest$,
  () => ListDeliveryAttemptsResponse$,
] as const;
