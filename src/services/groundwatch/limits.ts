// The own service's limits: constraints of members, and bounds of what it keeps.
import { parseLimits } from "../../wire/limits.ts";
import { alarmLimitLines } from "./limits-alarms.ts";
import { deliveryLimitLines } from "./limits-deliveries.ts";
import { keyLimitLines } from "./limits-keys.ts";
import { queryLimitLines } from "./limits-queries.ts";

/** One move of the clock: longer than the longest retention of what is kept by the day, and one year. */
export const maxAdvanceMs = 366 * 24 * 60 * 60 * 1000;

/** Every key is held in memory, so that a signature is verified without a read. */
export const maxAccessKeys = 1_000;

export const defaultPageSize = 100;

export const limits = parseLimits(
  `
AdvanceClockRequest.Milliseconds long 0..${maxAdvanceMs}
ListEventsRequest.EventBusName 1..1600
ListEventsRequest.From long 0..
ListEventsRequest.To long 0..
ListEventsRequest.MaxResults integer 1..1000
ListEventsRequest.NextToken 1..2048
ListApiCallsRequest.Category (Management|Data)
ListApiCallsRequest.EventName 1..128
ListApiCallsRequest.From long 0..
ListApiCallsRequest.To long 0..
ListApiCallsRequest.MaxResults integer 1..1000
ListApiCallsRequest.NextToken 1..2048
CreateAccessKeyRequest.UserName 1..64 /[\\w+=,.@-]+/
CreateAccessKeyRequest.Account 12..12 /\\d{12}/
DeleteAccessKeyRequest.AccessKeyId 16..128 /\\w+/
Clock.Now long
StoredEvent.ReceivedAt long
ApiCall.CalledAt long
ServerStatus.StartedAt long
ServerStatus.Now long
ServerStatus.ResidentBytes long
ServerStatus.UnsupportedOperations integer
StorageStatus.WaitingRows long
StorageStatus.WaitingBytes long
StorageStatus.InsertedRows long
StorageStatus.EngineRestarts long
StorageStatus.EngineResidentBytes long
CreatedAccessKey.CreatedAt long
AccessKeySummary.CreatedAt long
${alarmLimitLines}
${deliveryLimitLines}
${keyLimitLines}
${queryLimitLines}
`.trim(),
);
