// What the server listens on, and the agent that reports this machine through it.
import { hostname } from "node:os";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../server/config-settings.ts";
import { createHttpServer, type HttpServerOptions } from "../server/http-server.ts";
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
  const http = createHttpServer({ answer, onError: (error) => log.error("an answer was cut off", error) });
  stack.push(() => http.close());
  const port = await http.listen(config);
  const { host } = config;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** A port that is taken is reported and done without. */
export async function listenXray(
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

/** A port that is taken is reported and done without. */
export async function listenEmf(
  { config, log, stack }: Surroundings,
  { clock }: Dependencies,
  service: Service | undefined,
): Promise<readonly Listener[]> {
  const { host, emfPort: port } = config;
  if (port === 0 || service === undefined) return [];
  const [{ listenEmbeddedMetrics }, { createLogSender }] = await Promise.all([
    import("../server/listeners/embedded-metrics.ts"),
    import("../server/listeners/log-sender.ts"),
  ]);
  try {
    const listener = await listenEmbeddedMetrics({
      host,
      port,
      clock,
      defaultStream: hostname(),
      store: createLogSender({ service, clock, account: config.account, region: config.region }),
      onRejected: (reason) => log.warn("embedded metrics refused", { reason }),
      onError: (error) => log.error("embedded metrics were not stored", error),
    });
    stack.push(() => listener.stop());
    const address = `${host}:${listener.port}`;
    return [
      { name: "emf-tcp", address },
      { name: "emf-udp", address },
    ];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const mend = "choose another port with --emf-port, or 0 for none";
    log.warn(`embedded metrics are not listened for: ${reason}; ${mend}`);
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
  const agent = startAgent({
    clock,
    endpoint: url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:"),
    region: config.region,
    credentials,
    detailed: config.detailed,
    takeSelfMetrics: () => selfMetrics.take(),
    onError: (error) => log.warn(`this machine could not be reported: ${String(error)}`),
  });
  stack.push(() => agent.stop());
  log.listen((at, line) => agent.pushLogLine(at, line));
}
