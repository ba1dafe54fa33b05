// What a subscription filter delivers: messages with the events of one stream, in AWS's form.
import type { SubscriptionTarget } from "./subscription-target.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html */
export const subscriptionLimits = {
  filtersPerGroup: 2,
  policiesPerAccount: 1,
  /** Of the filter pattern in a policy; the shape of a filter says the same. */
  patternLength: 1_024,
  /** The events of one payload, before they are compressed; a larger one goes alone. */
  payloadBytes: 512 * 1024,
} as const;

export interface SubscriptionEvent {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
  /** The system fields that the filter asks for. */
  readonly extractedFields?: Readonly<Record<string, string>>;
}

export interface SubscriptionPayload {
  readonly messageType: "DATA_MESSAGE" | "CONTROL_MESSAGE";
  /** The account that the events come from. */
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: readonly string[];
  readonly logEvents: readonly SubscriptionEvent[];
  /** Of account policies. */
  readonly policyLevel?: "ACCOUNT_LEVEL_POLICY";
}

/**
 * What AWS sends when a filter is put, to see whether the destination can be reached; receivers pass over it.
 */
export function controlMessage(now: number, kind: SubscriptionTarget["kind"]): SubscriptionPayload {
  const what = kind === "firehose" ? "Firehose" : "Kinesis stream";
  return {
    messageType: "CONTROL_MESSAGE",
    owner: "CloudwatchLogs",
    logGroup: "",
    logStream: "",
    subscriptionFilters: [],
    logEvents: [
      {
        id: "",
        timestamp: now,
        message: `CWL CONTROL MESSAGE: Checking health of destination ${what}.`,
      },
    ],
  };
}
