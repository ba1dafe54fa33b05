// `groundwatch tail`: prints the log events of a group as they come, until it is interrupted.
import { setTimeout as delay } from "node:timers/promises";
import type { CloudWatchLogs, FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { parseWords, renderOptions, text, valuesOf, type Options } from "../server/options.ts";
import { renderCommandHelp } from "./commands.ts";
import {
  clientOptions,
  createLogsClient,
  explainingAbsence,
  groupAndPattern,
  parseTime,
  printEvents,
  serverNow,
} from "./logs-client.ts";

const options = {
  since: text("TIME", { default: "1m", help: "begin so long ago: 30s, 10m, 2h, 7d" }),
  stream: text("NAME", { default: undefined, help: "only this log stream" }),
  ...clientOptions,
} satisfies Options;

const limits = {
  pollMs: 500,
  /** How far behind the newest event a late one is still seen; events within are remembered by their ids. */
  lateMs: 60_000,
  rememberedEvents: 100_000,
} as const;

/**
 * Asks again and again, because StartLiveTail leaves out events when there are many:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
 */
export async function tail(words: readonly string[]): Promise<void> {
  const { given, rest, help } = parseWords(options, words);
  if (help) {
    process.stdout.write(renderCommandHelp("tail", renderOptions(options)));
    return;
  }
  const values = valuesOf(options, given);
  const { stream } = values;
  const request = {
    ...groupAndPattern("tail", rest),
    ...(stream === undefined ? {} : { logStreamNames: [stream] }),
  };
  const startTime = parseTime("--since", values.since, await serverNow(values.endpoint));
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  // Whoever reads the pipe has gone: there is nobody left to print for.
  process.stdout.once("error", () => interrupted.abort());
  const follow = createFollower(createLogsClient(values), request, startTime);
  await explainingAbsence(values.endpoint, async () => {
    while (!interrupted.signal.aborted) {
      for await (const events of follow()) await printEvents(events, values.json);
      await delay(limits.pollMs, undefined, { signal: interrupted.signal }).catch(() => undefined);
    }
  });
}

type FilterRequest = Parameters<CloudWatchLogs["filterLogEvents"]>[0];

/** Each call yields the pages of what is new since the call before; each event once. */
function createFollower(
  client: Pick<CloudWatchLogs, "filterLogEvents">,
  request: FilterRequest,
  from: number,
) {
  const seen = new Map<string, number>();
  let newestAt = from;
  return async function* newEvents(): AsyncGenerator<readonly FilteredLogEvent[]> {
    const startTime = Math.max(from, newestAt - limits.lateMs);
    let nextToken: string | undefined;
    do {
      const token = nextToken === undefined ? {} : { nextToken };
      const page = await client.filterLogEvents({ ...request, startTime, ...token });
      const events = (page.events ?? []).filter(({ eventId = "" }) => !seen.has(eventId));
      for (const { eventId = "", timestamp = 0 } of events) {
        seen.set(eventId, timestamp);
        newestAt = Math.max(newestAt, timestamp);
      }
      yield events;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    forgetOld();
  };

  /**
   * What is before the next start is not asked for again. Beyond the limit the oldest may be printed twice.
   */
  function forgetOld(): void {
    for (const [eventId, timestamp] of seen) {
      if (timestamp < newestAt - limits.lateMs || seen.size > limits.rememberedEvents) seen.delete(eventId);
    }
  }
}
