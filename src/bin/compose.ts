// The composition root: makes the server out of its parts, and takes it down in good order.
import type { Agent } from "../agent/index.ts";
import { every, type Cancel, type Clock } from "../core/clock.ts";
import { createFactBoard } from "../core/facts.ts";
import { createManualClock, type ManualClock } from "../core/manual-clock.ts";
import type { Config } from "../server/config-settings.ts";
import { createHttpServer } from "../server/http-server.ts";
import { createLog, type Log } from "../server/log.ts";
import { createSelfMetrics, type SelfMetrics } from "../server/self-metrics.ts";
import { createSystemClock, startOfManualTime, type SystemClock } from "../server/system-clock.ts";
import type { Dependencies } from "../services/dependencies.ts";
import type { AccessKeyStore } from "../services/groundwatch/access-key-store.ts";
import type { OwnDependencies, ServerFacts } from "../services/groundwatch/context.ts";
import type { App } from "../wire/serve.ts";
import { createTrailWriter } from "../workers/trail-writer.ts";
import type { ApiOptions } from "./api.ts";
import { readVersion } from "./commands.ts";
import { loadServices } from "./services.ts";
import { createStopStack, type StopStack } from "./stop-stack.ts";
import { openStores } from "./stores.ts";

/** A server that answers. */
export interface Running {
  /** The endpoint of every service, like `http://127.0.0.1:4600`. */
  readonly url: string;
  /** A `ManualClock` when the configuration says so. */
  readonly clock: Clock;
  readonly dependencies: Dependencies;
  /** Takes nothing new, finishes and stores what is under way, closes everything. */
  stop(): Promise<void>;
}

/** What only tests set. */
export interface StartOptions {
  /** Where a manual clock starts, in epoch milliseconds; the time of the machine unless given. */
  readonly startAt?: number;
  /** Fails a call whose output has a member that the model has not. */
  readonly strictOutputs?: boolean;
}

/**
 * Resolves when requests are answered. When a part cannot start, those that have are stopped again and the error
 * says in one line what to do (`DataFolderError`, `StateError`, `TelemetryError`, `ListenError`).
 */
export async function start(config: Config, options: StartOptions = {}): Promise<Running> {
  const clock = createClock(config, options, (error) => log.error("a scheduled task failed", error));
  const log = createLog({ clock, level: config.logLevel, write: (line) => printLogLine(line, config.json) });
  const stack = createStopStack();
  try {
    const opening = openStores(config, () => clock.now());
    stack.push(async () => {
      const opened = await opening.catch(() => undefined);
      await opened?.close();
    });
    const [stores, api, createServices] = await Promise.all([opening, import("./api.ts"), loadServices()]);
    const dependencies: Dependencies = { clock, facts: createFactBoard(), ...stores };
    const accessKeys = await api.openAccessKeys(config, stores.folder.path, dependencies);
    const selfMetrics = createSelfMetrics(dependencies.telemetry);
    const trail = createTrailWriter({
      ...dependencies,
      onError: (error) => log.error("API calls were not recorded", error),
    });
    stack.push(() => trail.stop());
    if ("stop" in clock) stack.push(() => clock.stop());
    if (config.clock === "manual") stack.push(expireDaily(dependencies));
    const listeners: Listener[] = [];
    const apiOptions: ApiOptions = {
      config,
      dependencies,
      own: ownDependencies({ config, clock, accessKeys, listeners, unsupported: () => unsupportedOf(app) }),
      createServices,
      record(call) {
        selfMetrics.record(call);
        return trail.record(call);
      },
      log,
      strictOutputs: options.strictOutputs ?? false,
    };
    const app: App = api.createApi(apiOptions);
    listeners.push(...(await startXray(config, dependencies, log, stack)));
    let url = "";
    const http = createHttpServer({
      answer: api.createAnswer(apiOptions, app, () => url),
      onError: (error) => log.error("an answer was cut off", error),
    });
    stack.push(() => http.close());
    url = urlOf(config.host, await http.listen(config));
    listeners.push({ name: "http", address: url });
    log.info("listening", { url, version: readVersion(), pid: process.pid });
    if (config.agent && config.clock === "system") {
      const credentials = api.agentCredentials(config, accessKeys);
      const agent = await startHostAgent({ config, clock, url, credentials, selfMetrics, log });
      stack.push(() => agent.stop());
    }
    return { url, clock, dependencies, stop: () => stack.stopAll() };
  } catch (error) {
    await stack.stopAll();
    throw error;
  }
}

type Listener = ServerFacts["listeners"][number];

function ownDependencies(parts: {
  readonly config: Config;
  readonly clock: SystemClock | ManualClock;
  readonly accessKeys: AccessKeyStore;
  readonly listeners: readonly Listener[];
  readonly unsupported: () => number;
}): OwnDependencies {
  const { config, clock, accessKeys, listeners, unsupported } = parts;
  const startedAt = clock.now();
  return {
    manualClock: "advance" in clock ? clock : undefined,
    mayReset: config.test,
    accessKeys,
    serverFacts: () => ({
      version: readVersion(),
      startedAt,
      residentBytes: process.memoryUsage.rss(),
      listeners,
      unsupportedOperations: unsupported(),
    }),
  };
}

function unsupportedOf({ services }: App): number {
  return services.reduce((sum, { unhandled }) => sum + unhandled.length, 0);
}

function createClock(config: Config, { startAt }: StartOptions, onTaskError: (error: unknown) => void) {
  if (config.clock === "system") return createSystemClock(onTaskError);
  return createManualClock({ startAt: startAt ?? startOfManualTime(), onTaskError });
}

const dayMs = 86_400_000;

/** The engine's own expiry goes by the machine's time, which is not the one that counts under a manual clock. */
function expireDaily({ clock, telemetry }: Dependencies): Cancel {
  return every(clock, dayMs, () => telemetry.expire(clock.now()));
}

/** A port that is taken is reported and done without. */
async function startXray(
  config: Config,
  dependencies: Dependencies,
  log: Log,
  stack: StopStack,
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

interface HostAgentParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly url: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly selfMetrics: SelfMetrics;
  readonly log: Log;
}

/** Only under the system's clock: a machine cannot be measured at the instants that a manual clock passes over. */
async function startHostAgent({
  config,
  clock,
  url,
  credentials,
  selfMetrics,
  log,
}: HostAgentParts): Promise<Agent> {
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
  log.listen((at, line) => agent.pushLogLine(at, line));
  return agent;
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** People see what they should act on, in words; with `--json` every line goes out as it is. */
function printLogLine(line: string, isJson: boolean): void {
  if (isJson) process.stderr.write(line);
  else {
    const { level, message, error } = JSON.parse(line) as Readonly<Record<string, string | undefined>>;
    if (level !== "warn" && level !== "error") return;
    process.stderr.write(`groundwatch: ${message}${error === undefined ? "" : `: ${error}`}\n`);
  }
}
