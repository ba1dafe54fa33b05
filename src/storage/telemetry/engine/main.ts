// The engine process: chdb's sessions behind one socket to the server, which started it and watches it.
import { Socket } from "node:net";
import { constants, getPriority, setPriority } from "node:os";
import { telemetryLimits } from "../limits.ts";
import { engineArguments } from "./config.ts";
import { restoreModule } from "../sealed-blocks/restore-module.ts";
import { createFrameReader, encodeFrame } from "./frames.ts";
import type { EngineRequest, EngineResponse } from "./frames.ts";
import { repairDeduplicationLogs } from "./repair-deduplication.ts";
import { openSessions } from "./sessions.ts";
import type { Sessions } from "./sessions.ts";

/**
 * The socket is an anonymous pair that the server made: nobody else can connect, there is no path to be too
 * long or left behind, and its end tells that the server is gone. Then this process ends at once, because a
 * stored row is safe against that, and the next server needs the folder's lock.
 */
const socket = new Socket({ fd: 3, readable: true, writable: true });
const endAtOnce = () => process.kill(process.pid, "SIGKILL");
socket.on("close", endAtOnce);
socket.on("error", endAtOnce);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => undefined); // the server gets the terminal's signals too, and closes us in order
}

/** While both want the processor, the server gets it before merges do. Threads inherit this. */
setPriority(Math.min(getPriority() + telemetryLimits.engineNice, constants.priority.PRIORITY_LOW));

/** The engine's allocator keeps what a large query has used until it is asked for it. */
const purge = "SYSTEM JEMALLOC PURGE";

/** Undefined until the folder is named: this process may have been started before that. */
let opening: Promise<Sessions> | undefined;

type Opening = EngineRequest & { readonly kind: "open" };

socket.on(
  "data",
  createFrameReader(telemetryLimits.frameBytes, (head) => {
    const request = head as EngineRequest;
    if (request.kind === "open") opening = start(request);
    else void opening?.then((sessions) => answer(sessions, request));
  }),
);

async function start({ id, folder, configFile }: Opening): Promise<Sessions> {
  const open = () => openSessions(folder, engineArguments(configFile, telemetryLimits.statementBytes));
  let sessions: Sessions;
  try {
    restoreModule(folder);
    sessions = open();
    if (repairDeduplicationLogs(folder)) {
      await sessions.close();
      sessions = open();
    }
  } catch (error) {
    respond({ id, error: messageOf(error) });
    socket.end();
    return new Promise(() => undefined); // the server ends this process
  }
  respond({ id, residentBytes: process.memoryUsage.rss() });
  setInterval(() => {
    sessions.control(purge).catch(() => undefined);
  }, telemetryLimits.purgeMs);
  return sessions;
}

async function answer(sessions: Sessions, request: Exclude<EngineRequest, Opening>): Promise<void> {
  const { id } = request;
  try {
    switch (request.kind) {
      case "run":
        respond({ id }, await sessions.run(request.lane, request.tag, request.text));
        return;
      case "cancel":
        await sessions.cancel(request.tag);
        respond({ id });
        return;
      case "ping": {
        const residentBytes = process.memoryUsage.rss();
        const isLarge = residentBytes > telemetryLimits.purgeAboveBytes;
        await sessions.control(isLarge ? purge : "SELECT 1");
        respond({ id, residentBytes });
        return;
      }
      case "close":
        await sessions.close();
        respond({ id });
        socket.end();
    }
  } catch (error) {
    respond({ id, error: messageOf(error) });
  }
}

function respond(response: EngineResponse, body?: Uint8Array): void {
  for (const part of encodeFrame(response, body)) socket.write(part);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
