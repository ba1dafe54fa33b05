// Log groups for tests: made with their streams, and short forms of the calls on them.
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { TestServer } from "./server.ts";

let groups = 0;

/** A new group with one stream, and short forms of the calls on it. */
export async function newLogGroup(
  server: TestServer,
  logs: CloudWatchLogs,
  streamNames: readonly string[] = ["stream"],
) {
  groups += 1;
  const logGroupName = `group-${groups}`;
  await logs.createLogGroup({ logGroupName });
  for (const logStreamName of streamNames) await logs.createLogStream({ logGroupName, logStreamName });
  return {
    logGroupName,
    put: (
      events: readonly (readonly [offsetMs: number, message: string])[],
      logStreamName = streamNames[0]!,
    ) =>
      logs.putLogEvents({
        logGroupName,
        logStreamName,
        logEvents: events.map(([offsetMs, message]) => ({
          timestamp: server.clock.now() + offsetMs,
          message,
        })),
      }),
    get: (options: object = {}, logStreamName = streamNames[0]!) =>
      logs.getLogEvents({ logGroupName, logStreamName, ...options }),
    filter: async (filterPattern: string, options: object = {}) =>
      (await logs.filterLogEvents({ logGroupName, filterPattern, ...options })).events?.map(
        (event) => event.message,
      ),
  };
}
