// Puts log events into groups and streams by name, and makes those that are missing, as agents do.
import { randomUUID } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { InputLogEvent, RejectedRange } from "../../core/logs/log-batch.ts";
import { splitBatches } from "../../core/logs/split-batches.ts";
import type { Values } from "../../wire/protocol.ts";
import type { CallContext } from "../../wire/request.ts";
import type { Service } from "../../wire/service.ts";

export interface SentLogEvent {
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

/** Resolves when all events are stored; rejects with the first failure, when the other streams are done. */
export type SendLogEvents = (events: readonly SentLogEvent[]) => Promise<void>;

export interface LogSenderOptions {
  /** CloudWatch Logs. */
  readonly service: Service;
  readonly clock: Clock;
  /** In whose name the events are put: listeners have no signatures. */
  readonly account: string;
  readonly region: string;
  /** Events whose time their group does not take are put with the time of now; else they are a failure. */
  readonly restamps?: boolean;
}

export function createLogSender({
  service,
  clock,
  account,
  region,
  restamps = false,
}: LogSenderOptions): SendLogEvents {
  return async (events) => {
    const streams = groupByStream(events);
    const outcomes = await Promise.allSettled([...streams.values()].map(putStream));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };

  async function putStream(events: readonly SentLogEvent[]): Promise<void> {
    const { logGroupName = "", logStreamName = "" } = events[0] ?? {};
    let refused = 0;
    for (const batch of splitBatches(events)) {
      const logEvents = batch.map(({ timestamp, message }) => ({ timestamp, message }));
      const put = async () => {
        const left = refusedOf(
          logEvents,
          await call("PutLogEvents", { logGroupName, logStreamName, logEvents }),
        );
        if (left.length === 0) return;
        const now = clock.now();
        const again = left.map(({ message }) => ({ timestamp: now, message }));
        if (restamps) await call("PutLogEvents", { logGroupName, logStreamName, logEvents: again });
        else refused += left.length;
      };
      try {
        await put();
      } catch (error) {
        if (!isNamed(error, "ResourceNotFoundException")) throw error;
        await create("CreateLogGroup", { logGroupName });
        await create("CreateLogStream", { logGroupName, logStreamName });
        await put();
      }
    }
    if (refused === 0) return;
    throw new Error(`${refused} events for ${logGroupName} were refused because of their age`);
  }

  async function create(operation: string, input: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      await call(operation, input);
    } catch (error) {
      if (!isNamed(error, "ResourceAlreadyExistsException")) throw error;
    }
  }

  async function call(operation: string, input: Readonly<Record<string, unknown>>): Promise<Values> {
    const handler = service.handlers.get(operation);
    if (handler === undefined) throw new Error(`${service.model.name} does not handle ${operation}`);
    return handler(input, contextOf(operation, { clock, account, region }));
  }
}

function contextOf(
  operation: string,
  { clock, account, region }: Pick<LogSenderOptions, "clock" | "account" | "region">,
): CallContext {
  return {
    operation,
    account,
    region,
    principal: { account, accessKeyId: account, arn: `arn:aws:iam::${account}:root`, userName: undefined },
    now: clock.now(),
    requestId: randomUUID(),
    sourceAddress: "127.0.0.1",
    userAgent: "groundwatch-listener",
    isSecure: true,
    signal: new AbortController().signal,
  };
}

/** The events of a PutLogEvents that are too old or too new. */
function refusedOf(events: readonly InputLogEvent[], { rejectedLogEventsInfo }: Values) {
  if (rejectedLogEventsInfo === undefined) return [];
  const {
    tooOldLogEventEndIndex = 0,
    expiredLogEventEndIndex = 0,
    tooNewLogEventStartIndex = events.length,
  } = rejectedLogEventsInfo as RejectedRange;
  const from = Math.max(tooOldLogEventEndIndex, expiredLogEventEndIndex);
  return [...events.slice(0, from), ...events.slice(tooNewLogEventStartIndex)];
}

/** Names hold no line breaks. */
const streamKey = ({ logGroupName, logStreamName }: SentLogEvent) => `${logGroupName}\n${logStreamName}`;

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

function groupByStream(events: readonly SentLogEvent[]): ReadonlyMap<string, readonly SentLogEvent[]> {
  const streams = new Map<string, SentLogEvent[]>();
  for (const event of events) {
    const known = streams.get(streamKey(event));
    if (known === undefined) streams.set(streamKey(event), [event]);
    else known.push(event);
  }
  return streams;
}
