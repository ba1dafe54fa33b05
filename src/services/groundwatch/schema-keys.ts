// The own service's operations on the keys that encrypt log groups; their names are those of AWS KMS.

const namespace = "com.groundwatch";
const text = 0;
const number = 1;

const CreateKeyRequest$ = [3, namespace, "CreateKeyRequest", 0, ["Description"], [text], 0] as const;

/** `KeyId`: the id or the ARN. */
const KeyRequest$ = [3, namespace, "KeyRequest", 0, ["KeyId"], [text], 1] as const;

const ScheduleKeyDeletionRequest$ = [
  3,
  namespace,
  "ScheduleKeyDeletionRequest",
  0,
  ["KeyId", "PendingWindowInDays"],
  [text, number],
  1,
] as const;

const ListKeysRequest$ = [
  3,
  namespace,
  "ListKeysRequest",
  0,
  ["MaxResults", "NextToken"],
  [number, text],
  0,
] as const;

/** `KeyState`: Enabled, Disabled or PendingDeletion. `Versions`: one, and one more for each rotation. */
const KeyMetadata$ = [
  3,
  namespace,
  "KeyMetadata",
  0,
  ["KeyId", "Arn", "KeyState", "Description", "CreatedAt", "RotatedAt", "Versions", "DeletionAt"],
  [text, text, text, text, number, number, number, number],
  7,
] as const;
const KeyMetadataList$ = [1, namespace, "KeyMetadataList", 0, () => KeyMetadata$] as const;

const KeyResponse$ = [3, namespace, "KeyResponse", 0, ["KeyMetadata"], [() => KeyMetadata$], 1] as const;

const ListKeysResponse$ = [
  3,
  namespace,
  "ListKeysResponse",
  0,
  ["Keys", "NextToken"],
  [() => KeyMetadataList$, text],
  1,
] as const;

export const CreateKey$ = [
  9,
  namespace,
  "CreateKey",
  0,
  () => CreateKeyRequest$,
  () => KeyResponse$,
] as const;

export const ListKeys$ = [
  9,
  namespace,
  "ListKeys",
  0,
  () => ListKeysRequest$,
  () => ListKeysResponse$,
] as const;

export const DescribeKey$ = [9, namespace, "DescribeKey", 0, () => KeyRequest$, () => KeyResponse$] as const;

export const EnableKey$ = [9, namespace, "EnableKey", 0, () => KeyRequest$, () => KeyResponse$] as const;

export const DisableKey$ = [9, namespace, "DisableKey", 0, () => KeyRequest$, () => KeyResponse$] as const;

export const RotateKeyOnDemand$ = [
  9,
  namespace,
  "RotateKeyOnDemand",
  0,
  () => KeyRequest$,
  () => KeyResponse$,
] as const;

export const ScheduleKeyDeletion$ = [
  9,
  namespace,
  "ScheduleKeyDeletion",
  0,
  () => ScheduleKeyDeletionRequest$,
  () => KeyResponse$,
] as const;

export const CancelKeyDeletion$ = [
  9,
  namespace,
  "CancelKeyDeletion",
  0,
  () => KeyRequest$,
  () => KeyResponse$,
] as const;
