// Constraints of the own service's operations on keys.

export const keyLimitLines = `
CreateKeyRequest.Description 0..8192
KeyRequest.KeyId 1..2048
ScheduleKeyDeletionRequest.KeyId 1..2048
ScheduleKeyDeletionRequest.PendingWindowInDays integer 7..30
ListKeysRequest.MaxResults integer 1..1000
ListKeysRequest.NextToken 1..2048
KeyMetadata.CreatedAt long
KeyMetadata.RotatedAt long
KeyMetadata.Versions integer
KeyMetadata.DeletionAt long
`.trim();

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html */
export const maxRotations = 25;

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
export const defaultWindowDays = 30;
