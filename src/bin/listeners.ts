// What the server listens on, and the agent that reports this machine through it.
import { hostname } from "node:os";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../server/config-settings.ts";
import { createHttpServer, type HttpServerOptions } from "../server/http-server.ts";
import { parseTrustedProxies } from "../server/trusted-proxies.ts";
import type { LogListener } from "../server/listeners/log-listener.ts";
import type { Log } from "../server/log.ts";
import type { SelfMetrics } from "../server/self-metrics.ts";
import type { Dependencies } from "../services/dependencies.ts";
import type { ServerFacts } from "../services/groundwatch/context.ts";
import type { Service } from "../wire/service.ts";
import type { StopStack } from "./stop-stack.ts";

/** Where the server can be reached, as it says of itself. */
export type Listener = ServerFacts["listeners"][number];

export interface Surroundings {
  readonly config: Config;
  readonly log: Log;
  readonly stack: StopStack;
}

/** Resolves with the address, like `http://127.0.0.1:4600`; rejects with a `ListenError`. */
export async function listenHttp(
  { config, log, stack }: Surroundings,
  answer: HttpServerOptions["answer"],
): Promise<string> {
  const isTrustedProxy = parseTrustedProxies(config.trustedProxies);
  const http = createHttpServer({
    answer,
    onError: (error) => log.error("an answer was cut off", error),
    ...(isTrustedProxy === undefined ? {} : { isTrustedProxy }),
  });
  stack.push(() => http.close());
  const port = await http.listen(config);
  const { host } = config;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** For signals that do not come over HTTP. A port that is taken is reported and done without. */
export async function listenBesideHttp(
  surroundings: Surroundings,
  dependencies: Dependencies,
  services: readonly Service[],
): Promise<readonly Listener[]> {
  const logs = services.find(({ model }) => model.name === "cloudwatch-logs");
  const listeners = await Promise.all([
    listenXray(surroundings, dependencies),
    listenEmf(surroundings, dependencies, logs),
    listenForSyslog(surroundings, dependencies, logs),
  ]);
  return listeners.flat();
}

async function listenXray(
  { config, log, stack }: Surroundings,
  dependencies: Dependencies,
): Promise<readonly Listener[]> {
  const { host, xrayUdpPort: port } = config;
  if (port === 0) return [];
  const [{ startXrayDaemon }, { storeSegmentDocuments }] = await Promise.all([
    import("../server/listeners/xray-daemon.ts"),
    import("../services/xray/segment-documents.ts"),
  ]);
  try {
    const daemon = await startXrayDaemon({
      host,
      port,
      clock: dependencies.clock,
      store: (documents, now) => storeSegmentDocuments(dependencies, config, documents, now),
      onRejected: ({ id, errorCode, message }) =>
        log.warn("X-Ray segment refused", { id, errorCode, reason: message }),
      onError: (error) => log.error("the X-Ray listener failed", error),
    });
    stack.push(() => daemon.stop());
    return [{ name: "xray-udp", address: `${host}:${daemon.port}` }];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const mend = "choose another port with --xray-udp-port, or 0 for none";
    log.warn(`X-Ray segments are not listened for: ${reason}; ${mend}`);
    return [];
  }
}

/** `service` is CloudWatch Logs, which stores what comes. */
async function listenEmf(
  surroundings: Surroundings,
  { clock }: Dependencies,
  service: Service | undefined,
): Promise<readonly Listener[]> {
  const { config, log } = surroundings;
  const { host, account, region, emfPort: port } = config;
  if (port === 0 || service === undefined) return [];
  const [{ listenEmbeddedMetrics }, { createLogSender }] = await Promise.all([
    import("../server/listeners/embedded-metrics.ts"),
    import("../server/listeners/log-sender.ts"),
  ]);
  const open = listenEmbeddedMetrics({
    host,
    port,
    clock,
    defaultStream: hostname(),
    store: createLogSender({ service, clock, account, region }),
    onRejected: (reason) => log.warn("embedded metrics refused", { reason }),
    onError: (error) => log.error("embedded metrics were not stored", error),
  });
  return listenOrWarn(surroundings, open, { name: "emf", what: "embedded metrics", flag: "--emf-port" });
}

async function listenForSyslog(
  surroundings: Surroundings,
  { clock, state }: Dependencies,
  service: Service | undefined,
): Promise<readonly Listener[]> {
  const { config, log } = surroundings;
  const { host, account, region, syslogPort: port } = config;
  if (port === 0 || service === undefined) return [];
  const [{ listenSyslog }, { createLogSender }, { syslogGroups }] = await Promise.all([
    import("../server/listeners/syslog.ts"),
    import("../server/listeners/log-sender.ts"),
    import("../services/cloudwatch-logs/syslog-configurations.ts"),
  ]);
  const open = listenSyslog({
    host,
    port,
    clock,
    groups: () => syslogGroups(state, { account, region }),
    send: createLogSender({ service, clock, account, region, restamps: true }),
    onRejected: (reason) => log.warn("syslog messages refused", { reason }),
    onError: (error) => log.error("syslog messages were not stored", error),
  });
  return listenOrWarn(surroundings, open, { name: "syslog", what: "syslog messages", flag: "--syslog-port" });
}

async function listenOrWarn(
  { config, log, stack }: Surroundings,
  opening: Promise<LogListener>,
  { name, what, flag }: { readonly name: string; readonly what: string; readonly flag: string },
): Promise<readonly Listener[]> {
  try {
    const listener = await opening;
    stack.push(() => listener.stop());
    const address = `${config.host}:${listener.port}`;
    return [
      { name: `${name}-tcp`, address },
      { name: `${name}-udp`, address },
    ];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`${what} are not listened for: ${reason}; choose another port with ${flag}, or 0 for none`);
    return [];
  }
}

export interface AgentParts {
  readonly url: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly selfMetrics: SelfMetrics;
}

/**
 * Only under the system's clock: a machine cannot be measured at the instants that a manual clock passes
 * over.
 */
export async function startHostAgent(
  { config, log, stack }: Surroundings,
  clock: Clock,
  { url, credentials, selfMetrics }: AgentParts,
): Promise<void> {
  if (!config.agent || config.clock === "manual") return;
  const { startAgent } = await import("../agent/index.ts");
  const logFiles = { entries: await readLogFiles(config, clock.now()), folder: join(config.data, "agent") };
  const agent = startAgent({
    clock,
    endpoint: url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:"),
    region: config.region,
    credentials,
    detailed: config.detailed,
    logFiles,
    takeSelfMetrics: () => selfMetrics.take(),
    onError: (error) => log.warn(`this machine could not be reported: ${String(error)}`),
  });
  stack.push(() => agent.stop());
  log.listen((at, line) => agent.pushLogLine(at, line));
}

/** @throws AgentConfigurationError, which ends the start. */
async function readLogFiles({ agentConfig, account, region }: Config, now: number) {
  if (agentConfig === undefined) return [];
  const { readAgentConfiguration } = await import("../agent/log-files/configuration.ts");
  return readAgentConfiguration(agentConfig, { account, region, now });
}
