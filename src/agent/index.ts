// The built-in agent: reports this machine and the server itself, as an SDK client like any other.
import { hostname } from "node:os";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { every, type Cancel, type Clock } from "../core/clock.ts";
import type { CollectedFiles } from "../core/log-files/collect-list.ts";
import type { SelfDatum } from "../core/self-metrics/call-metrics.ts";
import { agentLimits } from "./limits.ts";
import type { LogFileCollector } from "./log-files/collector.ts";
import { createLinuxHost } from "./linux-host.ts";
import { createLogShipper } from "./log-shipper.ts";
import { createMetricSender, hostMetricDatum, selfMetricDatum } from "./metric-sender.ts";
import { createPortableHost } from "./portable-host.ts";

export interface AgentOptions {
  readonly clock: Clock;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Report the machine every minute instead of every five. */
  readonly detailed: boolean;
  /** The log files to collect, and the folder for their positions. */
  readonly logFiles: { readonly entries: readonly CollectedFiles[]; readonly folder: string };
  readonly takeSelfMetrics: () => readonly SelfDatum[];
  /** Hears of what could not be sent. */
  readonly onError: (error: unknown) => void;
}

export interface Agent {
  /** Takes a line of the server's log, for the log group `/groundwatch/server`. */
  pushLogLine(at: number, line: string): void;
  /** Sends what waits, and no more after that. */
  stop(): Promise<void>;
}

const minuteMs = 60_000;

/** The first sample of the machine is sent within a second, so that there is something to see. */
export function startAgent(options: AgentOptions): Agent {
  const { clock, onError } = options;
  const clients = createClients(options);
  const send = createMetricSender(clients.cloudWatch);
  const sampleHost = process.platform === "linux" ? createLinuxHost() : createPortableHost();
  const host = hostname();
  const shipper = createLogShipper({
    clock,
    client: clients.logs,
    logGroupName: "/groundwatch/server",
    logStreamName: host.replaceAll(/[:*]/g, "-") || "server",
  });
  const reported = (report: () => Promise<void>) => () => report().catch(onError);
  const reportHost = reported(async () => {
    const datums = await sampleHost();
    const now = clock.now();
    await send(
      "CWAgent",
      datums.map((datum) => hostMetricDatum(datum, host, now)),
    );
  });
  const reportSelf = reported(async () => {
    const now = clock.now();
    await send(
      "Groundwatch",
      options.takeSelfMetrics().map((datum) => selfMetricDatum(datum, now)),
    );
  });
  const cancels: readonly Cancel[] = [
    clock.schedule(clock.now() + agentLimits.firstSampleMs, reportHost),
    every(clock, options.detailed ? minuteMs : 5 * minuteMs, reportHost),
    every(clock, minuteMs, reportSelf),
  ];
  const collecting = collectLogFiles(options, clients.logs);
  return {
    pushLogLine: (at, line) => shipper.push(at, line),
    async stop() {
      for (const cancel of cancels) cancel();
      await (await collecting)?.stop();
      await shipper.stop();
      await clients.destroy();
    },
  };
}

/** Undefined when there is nothing to collect, or the positions cannot be read, which is reported. */
async function collectLogFiles(
  { clock, logFiles: { entries, folder }, onError }: AgentOptions,
  client: () => Promise<CloudWatchLogs>,
): Promise<LogFileCollector | undefined> {
  if (entries.length === 0) return undefined;
  const { startLogFileCollector } = await import("./log-files/collector.ts");
  return startLogFileCollector({ clock, client, entries, folder, onError }).catch((error: unknown) => {
    onError(error);
    return undefined;
  });
}

/**
 * The SDK's clients, made when they are first needed: their code takes longer to load than the server to
 * start.
 */
function createClients({ endpoint, region, credentials }: AgentOptions) {
  const config = { endpoint, region, credentials, maxAttempts: 2 };
  let cloudWatch: Promise<CloudWatchClient> | undefined;
  let logs: Promise<CloudWatchLogs> | undefined;
  return {
    cloudWatch: () =>
      (cloudWatch ??= import("@aws-sdk/client-cloudwatch").then((sdk) => new sdk.CloudWatchClient(config))),
    logs: () =>
      (logs ??= import("@aws-sdk/client-cloudwatch-logs").then((sdk) => new sdk.CloudWatchLogs(config))),
    async destroy() {
      (await cloudWatch)?.destroy();
      (await logs)?.destroy();
    },
  };
}
