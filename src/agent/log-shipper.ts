// Ships the server's own log to a log group, without ever holding more of it than its buffer.
import type { CloudWatchLogsClient, InputLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import type { Clock } from "../core/clock.ts";
import { agentLimits } from "./limits.ts";

export interface LogShipper {
  /** Takes a line; never throws and never waits. */
  push(at: number, line: string): void;
  /** Sends what waits, as far as that works. */
  stop(): Promise<void>;
}

export interface LogShipperOptions {
  readonly clock: Clock;
  readonly client: () => Promise<CloudWatchLogsClient>;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/**
 * A failure to send is not logged, since that would be one more line to send: the lines stay in the buffer
 * for the
 * next time, and when that is full the oldest make room. How many did is said in the first line that gets
 * through.
 */
export function createLogShipper(options: LogShipperOptions): LogShipper {
  const { clock } = options;
  let waiting: InputLogEvent[] = [];
  let dropped = 0;
  let scheduled = false;
  let prepared = false;
  let sending: Promise<void> = Promise.resolve();

  return {
    push(at, line) {
      waiting.push({ timestamp: at, message: line.slice(0, agentLimits.lineCharacters) });
      if (waiting.length > agentLimits.waitingLines) {
        waiting.shift();
        dropped++;
      }
      scheduleFlush();
    },
    async stop() {
      await flush();
    },
  };

  function scheduleFlush(): void {
    if (scheduled) return;
    scheduled = true;
    clock.schedule(clock.now() + agentLimits.flushMs, async () => {
      scheduled = false;
      await flush();
    });
  }

  function flush(): Promise<void> {
    sending = sending.then(send).catch(() => undefined); // see above; the next line tries again
    return sending;
  }

  async function send(): Promise<void> {
    const client = await options.client();
    const { PutLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const { logGroupName, logStreamName } = options;
    if (!prepared) await prepare(client, options);
    prepared = true;
    for (let page = nextPage(waiting); page.length > 0; page = nextPage(waiting)) {
      waiting = waiting.slice(page.length);
      // Log events of one request are in the order of their time; lines of one instant keep their order.
      const logEvents = [...droppedNote(dropped, page), ...page].sort((a, b) => timeOf(a) - timeOf(b));
      try {
        await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
        dropped = 0;
      } catch (error) {
        waiting = [...page, ...waiting].slice(-agentLimits.waitingLines);
        throw error;
      }
    }
  }
}

function timeOf({ timestamp = 0 }: InputLogEvent): number {
  return timestamp;
}

function droppedNote(count: number, [first]: readonly InputLogEvent[]): readonly InputLogEvent[] {
  if (count === 0 || first === undefined) return [];
  const message = JSON.stringify({ level: "warn", message: `${count} lines were dropped from this log` });
  return [{ timestamp: timeOf(first), message }];
}

/** AWS counts 26 bytes for each event: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
function nextPage(waiting: readonly InputLogEvent[]): readonly InputLogEvent[] {
  let size = 0;
  const over = waiting.findIndex(({ message = "" }, index) => {
    size += Buffer.byteLength(message) + 26;
    return index >= agentLimits.linesPerCall || size > agentLimits.bytesPerCall;
  });
  return over === -1 ? waiting.slice() : waiting.slice(0, over);
}

async function prepare(
  client: CloudWatchLogsClient,
  { logGroupName, logStreamName }: LogShipperOptions,
): Promise<void> {
  const { CreateLogGroupCommand, CreateLogStreamCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  await client.send(new CreateLogGroupCommand({ logGroupName })).catch(unlessExists);
  await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName })).catch(unlessExists);
}

function unlessExists(error: unknown): void {
  if (error instanceof Error && error.name === "ResourceAlreadyExistsException") return;
  throw error;
}
