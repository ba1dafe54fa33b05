// Puts log events into groups and streams by name, and makes those that are missing, as agents do.
import { randomUUID } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import { splitBatches } from "../../core/logs/split-batches.ts";
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
}

export function createLogSender({ service, clock, account, region }: LogSenderOptions): SendLogEvents {
  return async (events) => {
    const streams = groupByStream(events);
    const outcomes = await Promise.allSettled([...streams.values()].map(putStream));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };

  async function putStream(events: readonly SentLogEvent[]): Promise<void> {
    const { logGroupName = "", logStreamName = "" } = events[0] ?? {};
    for (const batch of splitBatches(events)) {
      const logEvents = batch.map(({ timestamp, message }) => ({ timestamp, message }));
      const put = () => call("PutLogEvents", { logGroupName, logStreamName, logEvents });
      try {
        await put();
      } catch (error) {
        if (!isNamed(error, "ResourceNotFoundException")) throw error;
        await create("CreateLogGroup", { logGroupName });
        await create("CreateLogStream", { logGroupName, logStreamName });
        await put();
      }
    }
  }

  async function create(operation: string, input: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      await call(operation, input);
    } catch (error) {
      if (!isNamed(error, "ResourceAlreadyExistsException")) throw error;
    }
  }

  async function call(operation: string, input: Readonly<Record<string, unknown>>): Promise<void> {
    const handler = service.handlers.get(operation);
    if (handler === undefined) throw new Error(`${service.model.name} does not handle ${operation}`);
    await handler(input, contextOf(operation));
  }

  function contextOf(operation: string): CallContext {
    const arn = `arn:aws:iam::${account}:root`;
    return {
      operation,
      account,
      region,
      principal: { account, accessKeyId: account, arn, userName: undefined },
      now: clock.now(),
      requestId: randomUUID(),
      sourceAddress: "127.0.0.1",
      userAgent: "groundwatch-listener",
      isSecure: true,
      signal: new AbortController().signal,
    };
  }
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
