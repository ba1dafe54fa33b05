// The composition root: makes the server out of its parts, and takes it down in good order.
import { every, type Cancel, type Clock } from "../core/clock.ts";
import { createFactBoard } from "../core/facts.ts";
import { createManualClock, type ManualClock } from "../core/manual-clock.ts";
import type { Config } from "../server/config-settings.ts";
import { createHttpServer } from "../server/http-server.ts";
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
  const clock = createClock(config, options);
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
    const trail = createTrailWriter({ ...dependencies, onError: report });
    stack.push(() => trail.stop());
    if ("stop" in clock) stack.push(() => clock.stop());
    if (config.clock === "manual") stack.push(expireDaily(dependencies));
    const listeners: Listener[] = [];
    const apiOptions: ApiOptions = {
      config,
      dependencies,
      own: ownDependencies({ config, clock, accessKeys, listeners, unsupported: () => unsupportedOf(app) }),
      createServices,
      record: (call) => trail.record(call),
      report,
      strictOutputs: options.strictOutputs ?? false,
    };
    const app: App = api.createApi(apiOptions);
    listeners.push(...(await startXray(config, dependencies, stack)));
    let url = "";
    const http = createHttpServer({ answer: api.createAnswer(apiOptions, app, () => url), onError: report });
    stack.push(() => http.close());
    url = urlOf(config.host, await http.listen(config));
    listeners.push({ name: "http", address: url });
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

function createClock(config: Config, { startAt }: StartOptions): SystemClock | ManualClock {
  if (config.clock === "system") return createSystemClock(report);
  return createManualClock({ startAt: startAt ?? startOfManualTime(), onTaskError: report });
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
      onRejected: ({ errorCode, message }) => report(`X-Ray segment refused: ${errorCode}: ${message}`),
      onError: report,
    });
    stack.push(() => daemon.stop());
    return [{ name: "xray-udp", address: `${host}:${daemon.port}` }];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report(`no X-Ray listener: ${reason}; choose another port with --xray-udp-port, or 0 for none`);
    return [];
  }
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Errors with their stack, for whoever has to find them; messages as they are. */
function report(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`groundwatch: ${text}\n`);
}
