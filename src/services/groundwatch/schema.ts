// The own service's operations, in the form in which the SDK packages describe theirs; all types follow
// from it.

export * from "./schema-alarms.ts";
export * from "./schema-deliveries.ts";
export * from "./schema-keys.ts";
export * from "./schema-queries.ts";

const namespace = "com.groundwatch";
const text = 0;
const number = 1;
const flag = 2;
/** A secret: hidden in audit records. */
const secret = [0, namespace, "Secret", 8, 0] as const;

const EmptyRequest$ = [3, namespace, "EmptyRequest", 0, [], []] as const;
const EmptyResponse$ = [3, namespace, "EmptyResponse", 0, [], []] as const;

/** Instants are epoch milliseconds everywhere in this service. */
const Clock$ = [3, namespace, "Clock", 0, ["Mode", "Now"], [text, number], 2] as const;

const AdvanceClockRequest$ = [3, namespace, "AdvanceClockRequest", 0, ["Milliseconds"], [number], 1] as const;

const ListEventsRequest$ = [
  3,
  namespace,
  "ListEventsRequest",
  0,
  ["EventBusName", "From", "To", "MaxResults", "NextToken"],
  [text, number, number, number, text],
  0,
] as const;

const StoredEvent$ = [
  3,
  namespace,
  "StoredEvent",
  0,
  ["EventId", "ReceivedAt", "Event"],
  [text, number, text],
  3,
] as const;
const StoredEvents$ = [1, namespace, "StoredEvents", 0, () => StoredEvent$] as const;

const ListEventsResponse$ = [
  3,
  namespace,
  "ListEventsResponse",
  0,
  ["Events", "NextToken"],
  [() => StoredEvents$, text],
  1,
] as const;

const ListApiCallsRequest$ = [
  3,
  namespace,
  "ListApiCallsRequest",
  0,
  ["Category", "EventName", "From", "To", "MaxResults", "NextToken"],
  [text, text, number, number, number, text],
  0,
] as const;

const ApiCall$ = [
  3,
  namespace,
  "ApiCall",
  0,
  ["EventId", "EventName", "EventSource", "Category", "CalledAt", "ReadOnly", "Record"],
  [text, text, text, text, number, flag, text],
  7,
] as const;
const ApiCalls$ = [1, namespace, "ApiCalls", 0, () => ApiCall$] as const;

const ListApiCallsResponse$ = [
  3,
  namespace,
  "ListApiCallsResponse",
  0,
  ["ApiCalls", "NextToken"],
  [() => ApiCalls$, text],
  1,
] as const;

const Listener$ = [3, namespace, "Listener", 0, ["Name", "Address"], [text, text], 2] as const;
const Listeners$ = [1, namespace, "Listeners", 0, () => Listener$] as const;

const StorageStatus$ = [
  3,
  namespace,
  "StorageStatus",
  0,
  ["WaitingRows", "WaitingBytes", "InsertedRows", "EngineRestarts", "EngineResidentBytes"],
  [number, number, number, number, number],
  5,
] as const;

const ServerStatus$ = [
  3,
  namespace,
  "ServerStatus",
  0,
  ["Version", "StartedAt", "Now", "ResidentBytes", "Storage", "Listeners", "UnsupportedOperations"],
  [text, number, number, number, () => StorageStatus$, () => Listeners$, number],
  7,
] as const;

const CreateAccessKeyRequest$ = [
  3,
  namespace,
  "CreateAccessKeyRequest",
  0,
  ["UserName", "Account"],
  [text, text],
  0,
] as const;

const CreatedAccessKey$ = [
  3,
  namespace,
  "CreatedAccessKey",
  0,
  ["AccessKeyId", "SecretAccessKey", "BearerToken", "Account", "CreatedAt", "UserName"],
  [text, () => secret, () => secret, text, number, text],
  5,
] as const;

const AccessKeySummary$ = [
  3,
  namespace,
  "AccessKeySummary",
  0,
  ["AccessKeyId", "Account", "CreatedAt", "UserName"],
  [text, text, number, text],
  3,
] as const;
const AccessKeySummaries$ = [1, namespace, "AccessKeySummaries", 0, () => AccessKeySummary$] as const;

const ListAccessKeysResponse$ = [
  3,
  namespace,
  "ListAccessKeysResponse",
  0,
  ["AccessKeys"],
  [() => AccessKeySummaries$],
  1,
] as const;

const DeleteAccessKeyRequest$ = [
  3,
  namespace,
  "DeleteAccessKeyRequest",
  0,
  ["AccessKeyId"],
  [text],
  1,
] as const;

export const GetClock$ = [9, namespace, "GetClock", 0, () => EmptyRequest$, () => Clock$] as const;
export const AdvanceClock$ = [
  9,
  namespace,
  "AdvanceClock",
  0,
  () => AdvanceClockRequest$,
  () => Clock$,
] as const;
export const Reset$ = [9, namespace, "Reset", 0, () => EmptyRequest$, () => EmptyResponse$] as const;
export const ListEvents$ = [
  9,
  namespace,
  "ListEvents",
  0,
  () => ListEventsRequest$,
  () => ListEventsResponse$,
] as const;
export const ListApiCalls$ = [
  9,
  namespace,
  "ListApiCalls",
  0,
  () => ListApiCallsRequest$,
  () => ListApiCallsResponse$,
] as const;
export const GetServerStatus$ = [
  9,
  namespace,
  "GetServerStatus",
  0,
  () => EmptyRequest$,
  () => ServerStatus$,
] as const;
export const CreateAccessKey$ = [
  9,
  namespace,
  "CreateAccessKey",
  0,
  () => CreateAccessKeyRequest$,
  () => CreatedAccessKey$,
] as const;
export const ListAccessKeys$ = [
  9,
  namespace,
  "ListAccessKeys",
  0,
  () => EmptyRequest$,
  () => ListAccessKeysResponse$,
] as const;
export const DeleteAccessKey$ = [
  9,
  namespace,
  "DeleteAccessKey",
  0,
  () => DeleteAccessKeyRequest$,
  () => EmptyResponse$,
] as const;

const badRequest = { error: "client", httpError: 400 } as const;
export const ValidationException$ = [
  -3,
  namespace,
  "ValidationException",
  badRequest,
  ["message"],
  [0],
] as const;
export const OperationDisabledException$ = [
  -3,
  namespace,
  "OperationDisabledException",
  badRequest,
  ["message"],
  [0],
] as const;
export const ResourceNotFoundException$ = [
  -3,
  namespace,
  "ResourceNotFoundException",
  badRequest,
  ["message"],
  [0],
] as const;
export const LimitExceededException$ = [
  -3,
  namespace,
  "LimitExceededException",
  badRequest,
  ["message"],
  [0],
] as const;
export const NotFoundException$ = [-3, namespace, "NotFoundException", badRequest, ["message"], [0]] as const;
export const KMSInvalidStateException$ = [
  -3,
  namespace,
  "KMSInvalidStateException",
  badRequest,
  ["message"],
  [0],
] as const;
