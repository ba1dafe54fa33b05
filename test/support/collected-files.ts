// A folder of log files that the agent collects, over a test server with its clock.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { startLogFileCollector, type LogFileCollector } from "../../src/agent/log-files/collector.ts";
import { readCollectList } from "../../src/core/log-files/collect-list.ts";
import type { TestServer } from "./server.ts";

export type Fate = "works" | "never arrives" | "answer is lost";

export interface CollectedFolder {
  file(name: string): string;
  /** Calls end as `fate` says. */
  start(entry?: object, fate?: () => Fate): Promise<void>;
  stop(): Promise<void>;
  /** All messages of the folder's group, with the name of the file that their stream is named after. */
  stored(): Promise<readonly string[]>;
  problems(): readonly string[];
  remove(): Promise<void>;
}

export async function collectedFolder(server: TestServer): Promise<CollectedFolder> {
  const folder = await mkdtemp(join(tmpdir(), "groundwatch-collected-"));
  const logs = new CloudWatchLogs(server.clientConfig());
  const problems: string[] = [];
  let collector: LogFileCollector | undefined;
  const file = (name: string) => join(folder, name);
  const stop = async () => {
    await collector?.stop();
    collector = undefined;
  };
  return {
    file,
    stop,
    problems: () => problems,
    async start(entry = {}, fate = () => "works") {
      collector = await startCollector(server, { folder, entry, client: withFates(server, fate), problems });
    },
    async stored() {
      const { events = [] } = await logs
        .filterLogEvents({ logGroupName: folder })
        .catch(() => ({ events: [] })); // nothing was put yet
      const prefix = `s${folder.replaceAll("/", "_")}_`;
      return events.map(({ message = "", logStreamName = "" }) =>
        logStreamName.startsWith(prefix) ? `${logStreamName.slice(prefix.length)}: ${message}` : message,
      );
    },
    async remove() {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

export interface CollectorSetup {
  /** Of the log files; the group is named after it, and positions are kept in it. */
  readonly folder: string;
  /** What the entry of the configuration has beside that, or instead. */
  readonly entry: object;
  readonly client: CloudWatchLogs;
  readonly problems: string[];
}

export function startCollector(
  server: TestServer,
  { folder, entry, client, problems }: CollectorSetup,
): Promise<LogFileCollector> {
  const whole = {
    file_path: join(folder, "app.log"),
    log_group_name: folder,
    log_stream_name: "s",
    ...entry,
  };
  const configuration = { logs: { logs_collected: { files: { collect_list: [whole] } } } };
  return startLogFileCollector({
    clock: server.clock,
    client: () => Promise.resolve(client),
    entries: readCollectList(JSON.stringify(configuration), {}, "UTC"),
    folder: join(folder, "agent"),
    onError: (error) => problems.push(String(error)),
  });
}

/** A client whose calls end as `fate` says: before they reach the server, or after they did. */
export function withFates(server: TestServer, fate: () => Fate): CloudWatchLogs {
  const client = new CloudWatchLogs(server.clientConfig());
  client.middlewareStack.add(
    (handle) => async (call) => {
      const next = fate();
      if (next === "never arrives") throw new Error("connection refused");
      const answer = await handle(call);
      if (next === "answer is lost") throw new Error("connection reset");
      return answer;
    },
    { step: "initialize" },
  );
  return client;
}
