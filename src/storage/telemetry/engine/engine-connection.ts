// One engine process, from its start to its end: its socket, its answers and its heartbeat.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { compiledFile } from "../../compiled-file.ts";
import { TelemetryError } from "../../telemetry.ts";
import { telemetryErrorOf } from "../clickhouse-errors.ts";
import { telemetryLimits } from "../limits.ts";
import { createFrameReader, encodeFrame } from "./frames.ts";
import type { EngineRequest, EngineResponse } from "./frames.ts";

/** The engine died while it had the statement; whether it ran is unknown. */
export class EngineLost extends TelemetryError {
  constructor(reason: string) {
    super("Unavailable", `the storage engine ended (${reason}) and is being restarted`);
  }
}

export interface EngineOptions {
  /** What chdb opens. */
  readonly folder: string;
  readonly configFile: string;
  readonly heartbeatMs?: number;
}

export interface EngineConnection {
  /** Resolves when the engine takes statements; rejects when it cannot open the folder. */
  readonly opened: Promise<void>;
  readonly ended: Promise<void>;
  readonly processId: number | undefined;
  /** @throws EngineLost when the engine dies before it has answered. */
  call(request: WithoutId<EngineRequest>): Promise<Buffer>;
  kill(): void;
  residentBytes(): number;
}

type WithoutId<Request> = Request extends unknown ? Omit<Request, "id"> : never;

const openedId = 0;

export function connectEngine(options: EngineOptions): EngineConnection {
  const { child, socket, end } = takeWaiting() ?? startProcess();
  const answers = createAnswers();
  const kill = () => void child.kill("SIGKILL");
  const send = (request: EngineRequest) => {
    for (const part of encodeFrame(request)) socket.write(part);
  };
  let lastId: number = openedId;

  const opened = answers.of(openedId).then(
    () => undefined,
    async (error: unknown) => {
      const { words } = await end; // the engine's own reason is there only
      throw error instanceof EngineLost ? error : telemetryErrorOf(`${words}\n${messageOf(error)}`, error);
    },
  );
  opened.catch(() => undefined);
  const read = createFrameReader(telemetryLimits.frameBytes, (head, body) => answers.receive(head, body));
  socket.on("data", (chunk: Buffer) => {
    try {
      read(chunk);
    } catch {
      kill(); // what it says cannot be read
    }
  });
  const { folder, configFile } = options;
  send({ id: openedId, kind: "open", folder, configFile });

  const call = (request: WithoutId<EngineRequest>): Promise<Buffer> => {
    if (!socket.writable) return ended.then(() => Promise.reject(new EngineLost("its socket was closed")));
    const id = ++lastId;
    send({ ...request, id });
    return answers.of(id);
  };
  const stopWatching = watch(
    answers,
    options.heartbeatMs ?? telemetryLimits.heartbeatMs,
    () => call({ kind: "ping" }),
    kill,
  );
  const ended = end.then(stopWatching);
  // Later than whoever waits for the end, so that the next engine is known when a statement is sent again.
  void end.then(({ reason, words }) => {
    setImmediate(() => answers.end(new EngineLost(`${reason} ${words}`.trim())));
  });
  return { opened, ended, processId: child.pid, call, kill, residentBytes: answers.residentBytes };
}

/** Its JavaScript only passes messages on: what would compile it, by threads of its own, is memory lost. */
const engineFlags = ["--max-semi-space-size=1", "--v8-pool-size=0", "--jitless", "--no-expose-wasm"];

/** It connects to nobody, and reading certificates at its start would take Node.js 50 ms. */
const engineEnvironment = {
  UV_THREADPOOL_SIZE: String(telemetryLimits.engineThreads),
  TZ: "UTC",
  NODE_EXTRA_CA_CERTS: undefined,
};

interface EngineProcess {
  readonly child: ChildProcess;
  readonly socket: Socket;
  readonly end: Promise<End>;
  /** What keeps this process running. */
  readonly handles: readonly { ref(): unknown; unref(): unknown }[];
}

let waiting: EngineProcess | undefined;

/**
 * Starts a process for the first `connectEngine` that follows: it loads its library, which takes longest of a
 * start, while this process loads its own code and takes the lock of the folder. Nothing waits for it: this
 * process can end, and that one ends with it.
 */
export function startEngineAhead(): void {
  waiting ??= startProcess();
  for (const handle of waiting.handles) handle.unref();
}

function takeWaiting(): EngineProcess | undefined {
  const taken = waiting;
  waiting = undefined;
  for (const handle of taken?.handles ?? []) handle.ref();
  return taken;
}

function startProcess(): EngineProcess {
  const child = spawn(process.execPath, [...engineFlags, compiledFile(import.meta.url, "main.js")], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: { ...process.env, ...engineEnvironment },
  });
  const [, , words, socket] = child.stdio as unknown as readonly [null, null, Socket, Socket]; // as asked for
  socket.on("error", () => void child.kill("SIGKILL"));
  return { child, socket, end: endOf(child, words), handles: [child, words, socket] };
}

type Answers = ReturnType<typeof createAnswers>;

function createAnswers() {
  const waiting = new Map<number, { resolve: (body: Buffer) => void; reject: (reason: unknown) => void }>();
  let residentBytes = 0;
  let heard = 0;
  return {
    of: (id: number) =>
      new Promise<Buffer>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
      }),
    receive(head: unknown, body: Buffer): void {
      const response = head as EngineResponse;
      heard += 1;
      residentBytes = response.residentBytes ?? residentBytes;
      const waiter = waiting.get(response.id);
      waiting.delete(response.id);
      if (response.error === undefined) waiter?.resolve(body);
      else waiter?.reject(telemetryErrorOf(response.error));
    },
    end(reason: EngineLost): void {
      for (const { reject } of waiting.values()) reject(reason);
      waiting.clear();
    },
    isWaiting: (id: number) => waiting.has(id),
    residentBytes: () => residentBytes,
    /** How many answers there have been. */
    heard: () => heard,
  };
}

/**
 * Counts heartbeats without any answer between them, rather than time: a server that was stopped for a while
 * itself must not blame the engine. Opening a folder blocks the engine and has a limit of its own.
 */
function watch(
  answers: Answers,
  heartbeatMs: number,
  ping: () => Promise<unknown>,
  kill: () => void,
): () => void {
  let silent = 0;
  let heard = 0;
  const heartbeat = setInterval(() => {
    if (answers.isWaiting(openedId)) return;
    silent = answers.heard() === heard ? silent + 1 : 0;
    heard = answers.heard();
    if (silent > telemetryLimits.silentHeartbeats) kill();
    ping().catch(() => undefined);
  }, heartbeatMs);
  const openLimit = setTimeout(() => {
    if (answers.isWaiting(openedId)) kill();
  }, telemetryLimits.openMs);
  return () => {
    clearInterval(heartbeat);
    clearTimeout(openLimit);
  };
}

/** Why it ended, and the last it wrote. */
interface End {
  readonly reason: string;
  readonly words: string;
}

function endOf(child: ChildProcess, errors: Socket): Promise<End> {
  let words = "";
  errors.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2000);
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ reason: error.message, words }));
    child.once("close", (code, signal) => resolve({ reason: signal ?? `exit code ${code}`, words }));
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
