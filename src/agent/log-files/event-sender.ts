// Puts the events of a log file, and finds out after a start whether the last batch was put.
import { setTimeout } from "node:timers/promises";
import type { CloudWatchLogs, LogGroupClass } from "@aws-sdk/client-cloudwatch-logs";
import type { CollectedFiles } from "../../core/log-files/collect-list.ts";
import type { FileEvent } from "../../core/log-files/event-splitter.ts";
import type { SendingBatch } from "./positions.ts";

export interface Destination {
  readonly entry: CollectedFiles;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

export interface EventSender {
  /** Resolves when the events are stored; group and stream are made when they are missing. */
  put(destination: Destination, events: readonly FileEvent[]): Promise<void>;
  wasPut(batch: SendingBatch): Promise<boolean>;
}

const queryWaitMs = 50;
const batchLimits = { bytes: 900_000, events: 5_000, spanMs: 86_400_000, overheadBytes: 26 };

/** As many of the events as one call takes, from the first on; they stay in the order of the file. */
export function firstBatch(events: readonly FileEvent[]): readonly FileEvent[] {
  let bytes = 0;
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const end = events.findIndex(({ message, timestamp }, index) => {
    bytes += Buffer.byteLength(message) + batchLimits.overheadBytes;
    from = Math.min(from, timestamp);
    to = Math.max(to, timestamp);
    if (index === 0) return false;
    return bytes > batchLimits.bytes || index >= batchLimits.events || to - from > batchLimits.spanMs;
  });
  return end < 0 ? events : events.slice(0, end);
}

/** `onRefused` hears how many events of a batch the server did not take, because of their age. */
export function createEventSender(
  client: () => Promise<CloudWatchLogs>,
  onRefused: (destination: Destination, count: number) => void,
): EventSender {
  return {
    async put(destination, events) {
      const logs = await client();
      const { logGroupName, logStreamName } = destination;
      const logEvents = events
        .filter(({ message }) => message !== "")
        .map(({ timestamp, message }) => ({ timestamp, message }))
        .sort((one, other) => one.timestamp - other.timestamp);
      if (logEvents.length === 0) return;
      const call = () => logs.putLogEvents({ logGroupName, logStreamName, logEvents });
      const answer = await call().catch(async (error: unknown) => {
        if (!isNamed(error, "ResourceNotFoundException")) throw error;
        await prepare(logs, destination);
        return call();
      });
      const info = answer.rejectedLogEventsInfo;
      if (info === undefined) return;
      const old = Math.max(info.tooOldLogEventEndIndex ?? 0, info.expiredLogEventEndIndex ?? 0);
      onRefused(destination, old + logEvents.length - (info.tooNewLogEventStartIndex ?? logEvents.length));
    },
    /** Nobody else writes to the stream: what came in since then is this batch. */
    async wasPut(batch) {
      const logs = await client();
      try {
        return await isAmongEvents(logs, batch);
      } catch (error) {
        if (isNamed(error, "ResourceNotFoundException")) return false;
        // Log groups of other classes than Standard are read by queries alone.
        if (isNamed(error, "InvalidOperationException")) return isAmongRows(logs, batch);
        throw error;
      }
    },
  };
}

/** With sensitive data, which the file has as well. */
async function isAmongEvents(logs: CloudWatchLogs, batch: SendingBatch): Promise<boolean> {
  const { logGroupName, logStreamName, firstAt, firstMessage, sentAt } = batch;
  const where = { logGroupName, logStreamName, startTime: firstAt, endTime: firstAt + 1 };
  const options = { ...where, startFromHead: true, unmask: true };
  for (let nextToken: string | undefined; ;) {
    const page = await logs.getLogEvents({ ...options, ...(nextToken === undefined ? {} : { nextToken }) });
    const isThere = page.events?.some(
      ({ message, ingestionTime = 0 }) => message === firstMessage && ingestionTime >= sentAt,
    );
    if (isThere === true) return true;
    if (page.nextForwardToken === nextToken) return false;
    nextToken = page.nextForwardToken;
  }
}

/** A second is the least that a query looks at. */
async function isAmongRows(logs: CloudWatchLogs, batch: SendingBatch): Promise<boolean> {
  const { logGroupName, logStreamName, firstAt, firstMessage, sentAt } = batch;
  const { queryId } = await logs.startQuery({
    logGroupName,
    startTime: Math.floor(firstAt / 1_000),
    endTime: Math.floor(firstAt / 1_000) + 1,
    queryString:
      `fields unmask(@message) as message | filter @logStream = ${JSON.stringify(logStreamName)} ` +
      `and toMillis(@timestamp) = ${firstAt} and toMillis(@ingestionTime) >= ${sentAt} ` +
      `| limit ${batchLimits.events}`,
  });
  for (;;) {
    const { status, results = [] } = await logs.getQueryResults({ queryId });
    if (status === "Complete") {
      return results.some((row) =>
        row.some(({ field, value }) => field === "message" && value === firstMessage),
      );
    }
    if (status !== "Running" && status !== "Scheduled") {
      throw new Error(`the query for what was put last into ${logGroupName} ended as ${status}`);
    }
    await setTimeout(queryWaitMs);
  }
}

async function prepare(logs: CloudWatchLogs, { entry, logGroupName, logStreamName }: Destination) {
  const logGroupClass = entry.logGroupClass as LogGroupClass | undefined; // the server checks it
  try {
    await logs.createLogGroup({ logGroupName, ...(logGroupClass === undefined ? {} : { logGroupClass }) });
    const { retentionDays } = entry;
    if (retentionDays !== undefined) {
      await logs.putRetentionPolicy({ logGroupName, retentionInDays: retentionDays });
    }
  } catch (error) {
    if (!isNamed(error, "ResourceAlreadyExistsException")) throw error;
  }
  await logs.createLogStream({ logGroupName, logStreamName }).catch((error: unknown) => {
    if (!isNamed(error, "ResourceAlreadyExistsException")) throw error;
  });
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
