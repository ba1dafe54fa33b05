// The X-Ray daemon's UDP port: datagrams of segment documents, as the X-Ray SDKs send them.
import { createSocket, type Socket } from "node:dgram";
import type { Clock } from "../../core/clock.ts";
import type { UnprocessedSegment } from "../../core/traces/segment-document.ts";

export const xrayDaemonLimits = {
  /** Documents taken from datagrams that wait for the store; further datagrams are dropped and counted. */
  waitingDocuments: 20_000,
  waitingCharacters: 32 * 1024 * 1024,
  /** Documents of one write. */
  batchDocuments: 1_000,
  receiveBufferBytes: 4 * 1024 * 1024,
} as const;

export interface XrayDaemonOptions {
  readonly host: string;
  /** 2000 by convention; 0 for any. */
  readonly port: number;
  readonly clock: Clock;
  /**
   * Stores documents; resolves with the problems of those that X-Ray would not process. The daemon's port has
   * no signatures, so whoever builds it decides in whose name the segments are stored.
   */
  readonly store: (documents: readonly string[], now: number) => Promise<readonly UnprocessedSegment[]>;
  readonly onRejected: (problem: UnprocessedSegment) => void;
  readonly onError: (error: unknown) => void;
}

export interface XrayDaemon {
  readonly port: number;
  statistics(): XrayDaemonStatistics;
  /** Stops listening and stores what waits. */
  stop(): Promise<void>;
}

export interface XrayDaemonStatistics {
  readonly datagrams: number;
  readonly badHeaders: number;
  readonly documents: number;
  readonly rejected: number;
  /** Because too many waited. */
  readonly dropped: number;
  /** Because the store refused them. */
  readonly lost: number;
}

/** Rejects when the port cannot be had. https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html */
export async function startXrayDaemon(options: XrayDaemonOptions): Promise<XrayDaemon> {
  const queue = createDocumentQueue(options);
  let datagrams = 0;
  let badHeaders = 0;
  const socket = await listen(options);
  socket.on("error", options.onError);
  socket.on("message", (datagram) => {
    datagrams++;
    const documents = documentsIn(datagram.toString("utf8"));
    if (documents === undefined) badHeaders++;
    else queue.add(documents);
  });
  return {
    port: socket.address().port,
    statistics: () => ({ datagrams, badHeaders, ...queue.counts() }),
    async stop() {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
      await queue.drain();
    },
  };
}

async function listen({ host, port, onError }: XrayDaemonOptions): Promise<Socket> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, host, () => {
      socket.off("error", reject);
      resolve();
    });
  });
  try {
    socket.setRecvBufferSize(xrayDaemonLimits.receiveBufferBytes);
  } catch (error) {
    onError(error);
  }
  return socket;
}

/** Documents wait for the write before theirs, so that a flood becomes few and large writes. */
function createDocumentQueue({ clock, store, onRejected, onError }: XrayDaemonOptions) {
  const counts = { documents: 0, rejected: 0, dropped: 0, lost: 0 };
  let waiting: string[] = [];
  let waitingCharacters = 0;
  let writing: Promise<void> | undefined;

  return {
    counts: () => ({ ...counts }),
    drain: () => writing,
    add(documents: readonly string[]): void {
      const full =
        waiting.length >= xrayDaemonLimits.waitingDocuments ||
        waitingCharacters >= xrayDaemonLimits.waitingCharacters;
      if (full) {
        counts.dropped += documents.length;
        return;
      }
      counts.documents += documents.length;
      for (const document of documents) {
        waiting.push(document);
        waitingCharacters += document.length;
      }
      writing ??= writeAll();
    },
  };

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, xrayDaemonLimits.batchDocuments);
      waiting = waiting.slice(batch.length);
      waitingCharacters -= batch.reduce((sum, { length }) => sum + length, 0);
      await write(batch);
    }
    writing = undefined;
  }

  async function write(batch: readonly string[]): Promise<void> {
    try {
      const problems = await store(batch, clock.now());
      counts.rejected += problems.length;
      for (const problem of problems) onRejected(problem);
    } catch (error) {
      counts.lost += batch.length;
      onError(error);
    }
  }
}

/**
 * The documents behind a datagram's header `{"format":"json","version":1}` and a line feed; undefined for
 * another header. Several documents stand on lines of their own; one document may have lines within.
 */
export function documentsIn(datagram: string): readonly string[] | undefined {
  const end = datagram.indexOf("\n");
  if (end < 0 || !isHeader(datagram.slice(0, end))) return undefined;
  const body = datagram.slice(end + 1).trim();
  if (body === "") return [];
  if (!body.includes("\n") || isJson(body)) return [body];
  return body
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function isHeader(text: string): boolean {
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header !== "object" || header === null) return false;
    return Reflect.get(header, "format") === "json" && Reflect.get(header, "version") === 1;
  } catch {
    return false;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
