// The CloudWatch agent's port for the embedded metric format: documents by line over TCP, by datagram over
// UDP.
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import type { Clock } from "../../core/clock.ts";
import { readEmbeddedDocument, type EmbeddedDocument } from "../../core/logs/embedded-document.ts";

export const embeddedMetricsLimits = {
  /**
   * Documents that wait for the store: beyond them TCP senders wait, and datagrams are dropped and counted.
   */
  waitingDocuments: 20_000,
  waitingCharacters: 32 * 1024 * 1024,
  /** Documents of one write. */
  batchDocuments: 2_000,
  /** What a log event may weigh, without its overhead; a longer line ends its connection. */
  lineBytes: 1_048_550,
  connections: 256,
  receiveBufferBytes: 4 * 1024 * 1024,
} as const;

export interface EmbeddedMetricsOptions {
  readonly host: string;
  /** 25888 by convention, for both; 0 for any. */
  readonly port: number;
  readonly clock: Clock;
  /** For documents that name no stream. */
  readonly defaultStream: string;
  readonly store: (documents: readonly EmbeddedDocument[]) => Promise<void>;
  readonly onRejected: (reason: string) => void;
  readonly onError: (error: unknown) => void;
}

export interface EmbeddedMetricsStatistics {
  readonly documents: number;
  /** They were no documents, or named no log group. */
  readonly rejected: number;
  /** Because too many waited. */
  readonly dropped: number;
  /** Because the store refused them. */
  readonly lost: number;
}

export interface EmbeddedMetricsListener {
  readonly port: number;
  statistics(): EmbeddedMetricsStatistics;
  /** Stops listening and stores what waits. */
  stop(): Promise<void>;
}

/** Rejects when one of the two ports cannot be had. */
export async function listenEmbeddedMetrics(
  options: EmbeddedMetricsOptions,
): Promise<EmbeddedMetricsListener> {
  const queue = createQueue(options);
  const connections = new Set<Socket>();
  const tcp = await listenTcp(options, (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    readLines(socket, queue, options);
  });
  const { port } = tcp.address() as { readonly port: number };
  const udp = await listenUdp({ ...options, port }).catch((error: unknown) => {
    tcp.close();
    throw error;
  });
  udp.on("error", options.onError);
  udp.on("message", (datagram) => {
    for (const line of datagram.toString("utf8").split("\n")) {
      if (queue.isFull()) queue.drop(line);
      else queue.add(line);
    }
  });
  return {
    port,
    statistics: queue.counts,
    async stop() {
      const closed = Promise.all([
        new Promise<void>((resolve) => tcp.close(() => resolve())),
        new Promise<void>((resolve) => udp.close(() => resolve())),
      ]);
      for (const socket of connections) socket.destroy();
      await closed;
      await queue.drained();
    },
  };
}

function listenTcp(
  { host, port, onError }: EmbeddedMetricsOptions,
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer(onConnection);
  server.maxConnections = embeddedMetricsLimits.connections;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      server.on("error", onError);
      resolve(server);
    });
  });
}

async function listenUdp({ host, port, onError }: EmbeddedMetricsOptions): Promise<UdpSocket> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, host, () => {
      socket.off("error", reject);
      resolve();
    });
  });
  try {
    socket.setRecvBufferSize(embeddedMetricsLimits.receiveBufferBytes);
  } catch (error) {
    onError(error);
  }
  return socket;
}

type Queue = ReturnType<typeof createQueue>;

/** A line is taken when its end is there, or the sender has closed. A full queue makes the sender wait. */
function readLines(socket: Socket, queue: Queue, { onRejected }: EmbeddedMetricsOptions): void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  const take = () => {
    queue.add(Buffer.concat(chunks).toString("utf8"));
    chunks = [];
    bytes = 0;
  };
  socket.on("data", (data: Buffer) => {
    let start = 0;
    for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a, start)) {
      chunks.push(data.subarray(start, end));
      take();
      start = end + 1;
    }
    chunks.push(data.subarray(start));
    bytes += data.length - start;
    if (bytes > embeddedMetricsLimits.lineBytes) {
      onRejected(`a line is longer than ${embeddedMetricsLimits.lineBytes} bytes`);
      socket.destroy();
    } else if (queue.isFull()) {
      socket.pause();
      void queue.drained().then(() => socket.resume());
    }
  });
  socket.on("end", take);
  // A sender that breaks off has sent what it has sent.
  socket.on("error", () => socket.destroy());
}

/** Documents wait for the write before theirs, so that a flood becomes few and large writes. */
function createQueue({ clock, defaultStream, store, onRejected, onError }: EmbeddedMetricsOptions) {
  const { waitingDocuments, waitingCharacters, batchDocuments } = embeddedMetricsLimits;
  const counts = { documents: 0, rejected: 0, dropped: 0, lost: 0 };
  let waiting: EmbeddedDocument[] = [];
  let characters = 0;
  let writing: Promise<void> | undefined;

  return {
    counts: () => ({ ...counts }),
    isFull: () => waiting.length >= waitingDocuments || characters >= waitingCharacters,
    drained: async () => writing,
    drop(line: string): void {
      if (line.trim() !== "") counts.dropped += 1;
    },
    add(line: string): void {
      const text = line.trim();
      if (text === "") return;
      const document = readEmbeddedDocument(text, defaultStream, clock.now());
      if (typeof document === "string") {
        counts.rejected += 1;
        onRejected(document);
        return;
      }
      counts.documents += 1;
      waiting.push(document);
      characters += text.length;
      writing ??= writeAll();
    },
  };

  async function writeAll(): Promise<void> {
    await Promise.resolve(); // the rest of what has just come in belongs to the same write
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchDocuments);
      waiting = waiting.slice(batch.length);
      characters -= batch.reduce((sum, { message }) => sum + message.length, 0);
      try {
        await store(batch);
      } catch (error) {
        counts.lost += batch.length;
        onError(error);
      }
    }
    writing = undefined;
  }
}
