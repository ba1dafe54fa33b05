// The composition root: makes the server out of its parts, and takes it down in good order.
import { randomUUID } from "node:crypto";
import { every, type Cancel, type Clock } from "../core/clock.ts";
import { createFactBoard } from "../core/facts.ts";
import { createManualClock, type ManualClock } from "../core/manual-clock.ts";
import type { Config } from "../server/config-settings.ts";
import { createHttpServer } from "../server/http-server.ts";
import { startXrayDaemon } from "../server/listeners/xray-daemon.ts";
import { createSystemClock, startOfManualTime, stopwatch, type SystemClock } from "../server/system-clock.ts";
import type { Dependencies } from "../services/dependencies.ts";
import type { Identity, WireRequest, WireResponse } from "../wire/request.ts";
import { createApp, type App } from "../wire/serve.ts";
import { peekScope } from "../wire/sigv4-request.ts";
import { createTrailWriter } from "../workers/trail-writer.ts";
import { loadServices } from "./services.ts";
import { createStopStack } from "./stop-stack.ts";
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
  const loading = loadServices();
  const clock = createClock(config, options);
  const stack = createStopStack();
  try {
    const stores = await openStores(config, () => clock.now());
    stack.push(() => stores.close());
    const dependencies: Dependencies = { clock, facts: createFactBoard(), ...stores };
    const trail = createTrailWriter({ ...dependencies, onError: report });
    stack.push(() => trail.stop());
    if ("stop" in clock) stack.push(() => clock.stop());
    if (config.clock === "manual") stack.push(expireDaily(dependencies));
    const app = createApp({
      services: (await loading)(dependencies),
      authenticate: (request) => claimedIdentity(request, config),
      now: () => clock.now(),
      stopwatch,
      newRequestId: randomUUID,
      record: (call) => trail.record(call),
      translateError: () => undefined,
      onUnexpectedError: report,
      strictOutputs: options.strictOutputs ?? false,
    });
    await startListeners(config, dependencies, stack);
    const http = createHttpServer({ answer: (request) => answer(app, request, clock), onError: report });
    const port = await http.listen(config);
    stack.push(() => http.close());
    return { url: urlOf(config.host, port), clock, dependencies, stop: () => stack.stopAll() };
  } catch (error) {
    await stack.stopAll();
    throw error;
  }
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
async function startListeners(
  config: Config,
  dependencies: Dependencies,
  stack: { push(stop: () => Promise<void>): void },
) {
  if (config.xrayUdpPort === 0) return;
  const { storeSegmentDocuments } = await import("../services/xray/segment-documents.ts");
  try {
    const daemon = await startXrayDaemon({
      host: config.host,
      port: config.xrayUdpPort,
      clock: dependencies.clock,
      store: (documents, now) => storeSegmentDocuments(dependencies, config, documents, now),
      onRejected: ({ errorCode, message }) =>
        report(new Error(`X-Ray segment refused: ${errorCode}: ${message}`)),
      onError: report,
    });
    stack.push(() => daemon.stop());
  } catch (error) {
    report(error);
  }
}

function claimedIdentity(request: WireRequest, config: Config): Identity {
  const scope = peekScope(request);
  const accessKeyId = scope?.accessKeyId ?? "";
  const account = /^\d{12}$/.test(accessKeyId) ? accessKeyId : config.account;
  const principal = { account, accessKeyId, arn: `arn:aws:iam::${account}:root`, userName: undefined };
  return { principal, region: scope?.region ?? config.region };
}

function answer(app: App, request: WireRequest, clock: Clock): Promise<WireResponse> {
  if (!request.url.startsWith("/_groundwatch/health")) return app.handle(request);
  const headers = { "content-type": "application/json", date: new Date(clock.now()).toUTCString() };
  return Promise.resolve({ status: 200, headers, body: '{"status":"ok"}' });
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function report(error: unknown): void {
  process.stderr.write(
    `groundwatch: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
}
