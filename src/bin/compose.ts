// The composition root: makes the server out of its parts, and takes it down in good order.
import type { Clock } from "../core/clock.ts";
import { createFactBoard } from "../core/facts.ts";
import { parseLinkedAccounts } from "../core/linked-accounts.ts";
import { createManualClock, type ManualClock } from "../core/manual-clock.ts";
import type { Config } from "../server/config-settings.ts";
import { createDataSourceCaller } from "../delivery/data-source-function.ts";
import { createRecordSender } from "../delivery/firehose-records.ts";
import { createLog } from "../server/log.ts";
import { createSystemClock, startOfManualTime, stopwatch, type SystemClock } from "../server/system-clock.ts";
import type { Dependencies } from "../services/dependencies.ts";
import type { AccessKeyStore } from "../services/groundwatch/access-key-store.ts";
import type { OwnDependencies } from "../services/groundwatch/context.ts";
import type { App } from "../wire/serve.ts";
import type { OperationSummary } from "../wire/service.ts";
import * as api from "./api.ts";
import { readVersion } from "./commands.ts";
import { startDeliveries } from "./deliveries.ts";
import { listenBesideHttp, listenHttp, startHostAgent, type Listener } from "./listeners.ts";
import { logSenderOf, startLogDeliveries } from "./log-deliveries.ts";
import { readServiceEndpoints } from "./service-endpoints.ts";
import { createServices } from "./services.ts";
import { createStopStack } from "./stop-stack.ts";
import { openStores, type Stores } from "./stores.ts";
import { startWorkers } from "./workers.ts";

/** A server that answers. */
export interface Running {
  /** The endpoint of every service, like `http://127.0.0.1:4600`. */
  readonly url: string;
  /** A `ManualClock` when the configuration says so. */
  readonly clock: Clock;
  readonly dependencies: Dependencies;
  /** Every operation of every service, and whether it is served. */
  readonly operations: readonly OperationSummary[];
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
 * Requests are answered as soon as the state is open, and those that need the telemetry wait for it; resolves
 * when that is open too. When a part cannot start, those that have are stopped again and the
 * error says in one line what to do (`DataFolderError`, `StateError`, `TelemetryError`, `ListenError`).
 */
export async function start(config: Config, options: StartOptions = {}): Promise<Running> {
  const clock = createClock(config, options, (error) => log.error("a scheduled task failed", error));
  const log = createLog({ clock, level: config.logLevel, write: (line) => printLogLine(line, config.json) });
  const stack = createStopStack();
  const surroundings = { config, log, stack };
  try {
    const stores = await openStores(config, () => clock.now());
    stack.push(() => stores.close());
    let url = "";
    const dependencies = assemble(config, clock, stores, () => url);
    const accessKeys = await api.openAccessKeys(config, stores.folder.path, dependencies);
    const { trail, selfMetrics, alarms } = startWorkers(surroundings, dependencies);
    startLogDeliveries(surroundings, dependencies);
    if ("stop" in clock) stack.push(() => clock.stop());
    const listeners: Listener[] = [];
    const apiOptions: api.ApiOptions = {
      config,
      dependencies,
      own: ownDependencies({ config, clock, accessKeys, listeners, alarms, app: () => app }),
      createServices: alarms.noting(createServices),
      record(call) {
        selfMetrics.record(call);
        return trail.record(call);
      },
      log,
      strictOutputs: options.strictOutputs ?? false,
    };
    const app: App = api.createApi(apiOptions);
    listeners.push(...(await listenBesideHttp(surroundings, dependencies, app.services)));
    url = await listenHttp(
      surroundings,
      api.createAnswer(apiOptions, app, () => url),
    );
    // Whoever waits for a message, or for what a live tail shows, would hold up the end of the listener.
    stack.push(() => stores.queues.stopWaiting());
    stack.push(() => dependencies.facts.publish({ kind: "ServerStopping" }));
    listeners.push({ name: "http", address: url });
    startDeliveries(surroundings, dependencies);
    log.info("listening", { url, version: readVersion(), pid: process.pid });
    await stores.telemetry.ready();
    await startHostAgent(surroundings, clock, {
      url,
      credentials: api.agentCredentials(config, accessKeys),
      selfMetrics,
    });
    return {
      url,
      clock,
      dependencies,
      get operations() {
        return api.describeOperations(app.services);
      },
      stop: () => stack.stopAll(),
    };
  } catch (error) {
    await stack.stopAll();
    throw error;
  }
}

function assemble(config: Config, clock: Clock, stores: Stores, listening: () => string): Dependencies {
  const addressOf = (host?: string) =>
    config.publicUrl ?? (host === undefined ? listening() : `http://${host}`);
  const sendLogs = logSenderOf(config.serviceEndpoints);
  const endpoints = readServiceEndpoints(config.serviceEndpoints);
  const callDataSource = createDataSourceCaller(endpoints);
  const sendRecords = createRecordSender(endpoints);
  const linkedAccounts = parseLinkedAccounts(config.linkedAccounts);
  const outside = { addressOf, sendLogs, callDataSource, linkedAccounts };
  const records = sendRecords === undefined ? {} : { sendRecords };
  return { ...stores, ...outside, ...records, clock, facts: createFactBoard(), stopwatch };
}

function ownDependencies(parts: {
  readonly config: Config;
  readonly clock: SystemClock | ManualClock;
  readonly accessKeys: AccessKeyStore;
  readonly listeners: readonly Listener[];
  readonly alarms: OwnDependencies["alarms"];
  readonly app: () => App;
}): OwnDependencies {
  const { config, clock, accessKeys, listeners, alarms, app } = parts;
  const startedAt = clock.now();
  return {
    manualClock: "advance" in clock ? clock : undefined,
    mayReset: config.test,
    accessKeys,
    alarms,
    serverFacts: () => ({
      version: readVersion(),
      startedAt,
      residentBytes: process.memoryUsage.rss(),
      listeners,
      unsupportedOperations: unsupportedOf(app()),
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

/** People see what they should act on, in words; with `--json` every line goes out as it is. */
function printLogLine(line: string, isJson: boolean): void {
  if (isJson) process.stderr.write(line);
  else {
    const { level, message, error } = JSON.parse(line) as Readonly<Record<string, string | undefined>>;
    if (level !== "warn" && level !== "error") return;
    process.stderr.write(`groundwatch: ${message}${error === undefined ? "" : `: ${error}`}\n`);
  }
}
