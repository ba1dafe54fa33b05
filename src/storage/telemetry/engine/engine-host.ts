// The server's side of the engine process: starts it, speaks with it, watches it, and starts it again.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { TelemetryError } from "../../telemetry.ts";
import { telemetryErrorOf } from "../clickhouse-errors.ts";
import { telemetryLimits } from "../limits.ts";
import { createFrameReader, encodeFrame } from "./frames.ts";
import type { EngineRequest, EngineResponse, Lane } from "./frames.ts";

/** The engine died while it had the statement; whether it ran is unknown. */
export class EngineLost extends TelemetryError {
  constructor(reason: string) {
    super("Unavailable", `the storage engine ended (${reason}) and is being restarted`);
  }
}

export interface EngineHost {
  readonly opened: Promise<void>;
  /** Runs a statement as soon as the engine is open. @throws EngineLost when the engine dies meanwhile. */
  run(lane: Lane, tag: string, text: string): Promise<Buffer>;
  cancel(tag: string): void;
  statistics(): { readonly engineRestarts: number; readonly engineResidentBytes: number };
  /** The process id of the engine that runs now, for tests that kill it. */
  processId(): number | undefined;
  close(): Promise<void>;
}

type WithoutId<Request> = Request extends unknown ? Omit<Request, "id"> : never;

interface Waiting {
  readonly resolve: (body: Buffer) => void;
  readonly reject: (reason: unknown) => void;
}

/** One engine process, from its start to its end. */
interface Connection {
  readonly child: ChildProcess;
  readonly opened: Promise<void>;
  readonly ended: Promise<string>;
  call(request: WithoutId<EngineRequest>): Promise<Buffer>;
  residentBytes(): number;
}

interface EngineOptions {
  /** What chdb opens. */
  readonly folder: string;
  readonly configFile: string;
  readonly heartbeatMs?: number;
}

export function startEngine(options: EngineOptions): EngineHost {
  let connection = connect(options);
  let usable: Promise<Connection> = whenOpen(connection);
  const opened = usable.then(() => undefined);
  let engineRestarts = 0;
  let closing = false;
  opened.then(() => watch(connection)).catch(() => undefined);

  function watch(watched: Connection): void {
    void watched.ended.then(() => {
      if (!closing) usable = restart(0);
      usable.catch(() => undefined);
    });
  }

  async function restart(attempt: number): Promise<Connection> {
    const { restartPauseMs, restartPauseMaximumMs } = telemetryLimits;
    if (attempt > 0) await pause(Math.min(restartPauseMs * 2 ** attempt, restartPauseMaximumMs));
    if (closing) throw new TelemetryError("Unavailable", "the storage engine is closed");
    engineRestarts += 1;
    connection = connect(options);
    const next = connection;
    try {
      await next.opened;
    } catch {
      next.child.kill("SIGKILL");
      await next.ended;
      return restart(attempt + 1);
    }
    watch(next);
    return next;
  }

  return {
    opened,
    async run(lane, tag, text) {
      const current = await usable;
      return current.call({ kind: "run", lane, tag, text });
    },
    cancel(tag) {
      connection.call({ kind: "cancel", tag }).catch(() => undefined);
    },
    statistics: () => ({ engineRestarts, engineResidentBytes: connection.residentBytes() }),
    processId: () => connection.child.pid,
    async close() {
      closing = true;
      const kill = setTimeout(() => connection.child.kill("SIGKILL"), telemetryLimits.closeMs);
      await connection.opened.then(() => connection.call({ kind: "close" })).catch(() => undefined);
      connection.child.kill("SIGKILL");
      await connection.ended;
      clearTimeout(kill);
    },
  };
}

async function whenOpen(connection: Connection): Promise<Connection> {
  await connection.opened;
  return connection;
}

function connect({
  folder,
  configFile,
  heartbeatMs = telemetryLimits.heartbeatMs,
}: EngineOptions): Connection {
  const child = spawn(process.execPath, ["--max-semi-space-size=1", enginePath(), folder, configFile], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: { ...process.env, UV_THREADPOOL_SIZE: String(telemetryLimits.engineThreads), TZ: "UTC" },
  });
  const socket = child.stdio[3] as Duplex;
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let residentBytes = 0;
  let unanswered = 0;
  let words = "";

  child.stderr?.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-4000);
  });
  const wait = (id: number) =>
    new Promise<Buffer>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
    });
  const opened = wait(0).then(() => undefined);
  opened.catch(() => undefined);

  const read = createFrameReader(telemetryLimits.frameBytes, (head, body) => {
    const response = head as EngineResponse;
    unanswered = 0;
    residentBytes = response.residentBytes ?? residentBytes;
    const waiter = waiting.get(response.id);
    waiting.delete(response.id);
    if (response.error === undefined) waiter?.resolve(body);
    else waiter?.reject(telemetryErrorOf(response.error));
  });
  socket.on("data", read);
  socket.on("error", () => child.kill("SIGKILL"));

  const call = (request: WithoutId<EngineRequest>): Promise<Buffer> => {
    if (!socket.writable) return Promise.reject(new EngineLost("its socket is closed"));
    const id = ++lastId;
    for (const part of encodeFrame({ ...request, id })) socket.write(part);
    return wait(id);
  };

  const heartbeat = setInterval(() => {
    if (waiting.has(0)) return; // it is opening the folder, which has a limit of its own
    if (unanswered >= telemetryLimits.silentHeartbeats) child.kill("SIGKILL");
    unanswered += 1;
    call({ kind: "ping" }).catch(() => undefined);
  }, heartbeatMs);
  const openLimit = setTimeout(() => {
    if (waiting.has(0)) child.kill("SIGKILL");
  }, telemetryLimits.openMs);

  const ended = new Promise<string>((resolve) => {
    const end = (reason: string) => {
      clearInterval(heartbeat);
      clearTimeout(openLimit);
      for (const { reject } of waiting.values()) reject(new EngineLost(`${reason} ${words}`.trim()));
      waiting.clear();
      resolve(reason);
    };
    child.once("error", (error) => end(error.message));
    child.once("close", (code, signal) => end(signal ?? `exit code ${code}`));
  });
  return { child, opened, ended, call, residentBytes: () => residentBytes };
}

/** The compiled entry: beside this file when it is compiled itself, in `dist` when the sources run under a test. */
function enginePath(): string {
  const here = import.meta.url;
  const compiled = here.endsWith(".ts") ? here.replace("/src/storage/", "/dist/storage/") : here;
  return fileURLToPath(new URL("./main.js", compiled));
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}
