// What a subscription filter delivers: messages with the events of one stream, in AWS's form.

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html */
export const subscriptionLimits = {
  filtersPerGroup: 2,
  policiesPerAccount: 1,
  /** Of one payload, before it is compressed; a larger event goes alone. */
  payloadCharacters: 512 * 1024,
  payloadEvents: 5_000,
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
export function controlMessage(now: number): SubscriptionPayload {
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
        message: "CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.",
      },
    ],
  };
}

/** Where a payload comes from; all its events do. */
export interface PayloadSource {
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly filterName: string;
  readonly isAccountPolicy: boolean;
}

/** As few payloads as the limits allow, with the events in their order. */
export function dataMessages(
  source: PayloadSource,
  events: readonly SubscriptionEvent[],
): readonly SubscriptionPayload[] {
  const payloads: SubscriptionPayload[] = [];
  let open: SubscriptionEvent[] = [];
  let characters = 0;
  const close = () => {
    if (open.length > 0) payloads.push(dataMessage(source, open));
    open = [];
    characters = 0;
  };
  for (const event of events) {
    const { payloadCharacters, payloadEvents } = subscriptionLimits;
    if (open.length >= payloadEvents || characters + event.message.length > payloadCharacters) close();
    open.push(event);
    characters += event.message.length;
  }
  close();
  return payloads;
}

function dataMessage(source: PayloadSource, logEvents: readonly SubscriptionEvent[]): SubscriptionPayload {
  return {
    messageType: "DATA_MESSAGE",
    owner: source.owner,
    logGroup: source.logGroup,
    logStream: source.logStream,
    subscriptionFilters: [source.filterName],
    logEvents,
    ...(source.isAccountPolicy ? { policyLevel: "ACCOUNT_LEVEL_POLICY" as const } : {}),
  };
}
