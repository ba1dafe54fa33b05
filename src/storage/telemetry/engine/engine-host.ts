// The server's side of the engine process: starts it, speaks with it, watches it, and starts it again.
import { TelemetryError } from "../../telemetry.ts";
import { telemetryLimits } from "../limits.ts";
import { connectEngine } from "./engine-connection.ts";
import type { EngineConnection, EngineOptions } from "./engine-connection.ts";
import type { Lane } from "./frames.ts";

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

/** What is known of the engine: the process that runs now, and whether another shall follow it. */
interface Supervision {
  connection: EngineConnection;
  restarts: number;
  closing: boolean;
}

export function startEngine(options: EngineOptions): EngineHost {
  const state: Supervision = { connection: connectEngine(options), restarts: 0, closing: false };
  let usable = openFirst(options, state).then(watched);
  const opened = usable.then(() => undefined);
  opened.catch(() => undefined);

  function watched(connection: EngineConnection): EngineConnection {
    void connection.ended.then(() => {
      if (!state.closing) usable = restart(options, state).then(watched);
      usable.catch(() => undefined);
    });
    return connection;
  }

  return {
    opened,
    async run(lane, tag, text) {
      const connection = await withinWait(usable);
      return connection.call({ kind: "run", lane, tag, text });
    },
    cancel(tag) {
      state.connection.call({ kind: "cancel", tag }).catch(() => undefined);
    },
    statistics: () => ({
      engineRestarts: state.restarts,
      engineResidentBytes: state.connection.residentBytes(),
    }),
    processId: () => state.connection.processId,
    async close() {
      state.closing = true;
      const { connection } = state;
      const kill = setTimeout(() => connection.kill(), telemetryLimits.closeMs);
      await connection.opened.then(() => connection.call({ kind: "close" })).catch(() => undefined);
      connection.kill();
      await connection.ended;
      clearTimeout(kill);
    },
  };
}

/** A server that was killed a moment ago may still have its engine, which ends as soon as it notices. */
async function openFirst(options: EngineOptions, state: Supervision): Promise<EngineConnection> {
  const { lockPauseMs, lockPatienceMs } = telemetryLimits;
  for (let waitedMs = 0; ; waitedMs += lockPauseMs) {
    const { connection } = state;
    try {
      await connection.opened;
      return connection;
    } catch (error) {
      connection.kill();
      await connection.ended;
      if (state.closing || !isLocked(error)) throw error;
      if (waitedMs >= lockPatienceMs) throw inUse(options.folder, error);
      await pause(lockPauseMs);
      state.connection = connectEngine(options);
    }
  }
}

async function restart(options: EngineOptions, state: Supervision): Promise<EngineConnection> {
  const { restartPauseMs, restartPauseMaximumMs } = telemetryLimits;
  for (let attempt = 0; !state.closing; attempt++) {
    if (attempt > 0) await pause(Math.min(restartPauseMs * 2 ** attempt, restartPauseMaximumMs));
    state.restarts += 1;
    const connection = connectEngine(options);
    state.connection = connection;
    try {
      await connection.opened;
      return connection;
    } catch {
      connection.kill(); // and once more: what hinders it now may pass, as a full disk does
      await connection.ended;
    }
  }
  throw new TelemetryError("Unavailable", "the storage engine is closed");
}

/** An engine that cannot be started again, on a full disk for example, must not hold its callers for ever. */
async function withinWait(usable: Promise<EngineConnection>): Promise<EngineConnection> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TelemetryError("Unavailable", "the storage engine does not come back"));
    }, telemetryLimits.restartWaitMs);
  });
  try {
    return await Promise.race([usable, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("Cannot lock file");
}

function inUse(folder: string, cause: unknown): TelemetryError {
  const message = `another process has ${folder} open: end it, or choose another data folder`;
  return new TelemetryError("Unavailable", message, { cause });
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}
