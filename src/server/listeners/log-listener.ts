// A port that takes texts over TCP and UDP and makes log events of them.
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import type { Clock } from "../../core/clock.ts";
import type { InputLogEvent } from "../../core/logs/log-batch.ts";
import type { Framing } from "../../core/logs/framing.ts";

export const logListenerLimits = {
  /** Events that wait for the store: beyond them TCP senders wait, and datagrams are dropped and counted. */
  waitingEvents: 20_000,
  waitingCharacters: 32 * 1024 * 1024,
  /** Events of one write. */
  batchEvents: 2_000,
  /** What a log event may weigh, without its overhead; a longer text ends its connection. */
  textBytes: 1_048_550,
  connections: 256,
  receiveBufferBytes: 4 * 1024 * 1024,
} as const;

export interface LogListenerOptions<Event extends InputLogEvent> {
  readonly host: string;
  /** For both; 0 for any. */
  readonly port: number;
  readonly clock: Clock;
  /** How the texts of a TCP connection are told apart. */
  readonly framing: () => Framing;
  /** The texts of a datagram. */
  readonly textsOf: (datagram: string) => readonly string[];
  /** The event that a text is, or why it is none; `sender` is an address, `now` epoch milliseconds. */
  readonly read: (text: string, sender: string, now: number) => Event | string;
  readonly store: (events: readonly Event[]) => Promise<void>;
  readonly onRejected: (reason: string) => void;
  readonly onError: (error: unknown) => void;
}

export interface LogListenerStatistics {
  readonly events: number;
  /** They were no events. */
  readonly rejected: number;
  /** Because too many waited. */
  readonly dropped: number;
  /** Because the store refused them. */
  readonly lost: number;
}

export interface LogListener {
  readonly port: number;
  statistics(): LogListenerStatistics;
  /** Stops listening and stores what waits. */
  stop(): Promise<void>;
}

/** Rejects when one of the two ports cannot be had. */
export async function listenForLogs<Event extends InputLogEvent>(
  options: LogListenerOptions<Event>,
): Promise<LogListener> {
  const queue = createQueue(options);
  const connections = new Set<Socket>();
  const tcp = await listenTcp(options, (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    readTexts(socket, queue, options);
  });
  const { port } = tcp.address() as { readonly port: number };
  const udp = await listenUdp({ ...options, port }).catch((error: unknown) => {
    tcp.close();
    throw error;
  });
  udp.on("error", options.onError);
  udp.on("message", (datagram, { address }) => {
    for (const text of options.textsOf(datagram.toString("utf8"))) {
      if (queue.isFull()) queue.drop(text);
      else queue.add(text, address);
    }
  });
  return {
    port,
    statistics: () => queue.counts(),
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

type Network = Pick<LogListenerOptions<InputLogEvent>, "host" | "port" | "onError">;

function listenTcp(
  { host, port, onError }: Network,
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer(onConnection);
  server.maxConnections = logListenerLimits.connections;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      server.on("error", onError);
      resolve(server);
    });
  });
}

async function listenUdp({ host, port, onError }: Network): Promise<UdpSocket> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, host, () => {
      socket.off("error", reject);
      resolve();
    });
  });
  try {
    socket.setRecvBufferSize(logListenerLimits.receiveBufferBytes);
  } catch (error) {
    onError(error);
  }
  return socket;
}

interface Queue {
  counts(): LogListenerStatistics;
  isFull(): boolean;
  drained(): Promise<void>;
  drop(text: string): void;
  add(text: string, sender: string): void;
}

/**
 * A text is taken when its end is there, or the sender has closed. A full queue makes the sender wait, as the
 * texts of what has already come are no reason to lose any.
 */
function readTexts(
  socket: Socket,
  queue: Queue,
  { framing, onRejected }: Pick<LogListenerOptions<InputLogEvent>, "framing" | "onRejected">,
): void {
  const frames = framing();
  const sender = socket.remoteAddress ?? "";
  const take = (texts: readonly Uint8Array[]) => {
    for (const bytes of texts) queue.add(Buffer.from(bytes).toString("utf8"), sender);
  };
  socket.on("data", (data: Buffer) => {
    take(frames.push(data));
    if (frames.waitingBytes() > logListenerLimits.textBytes) {
      onRejected(`a line is longer than ${logListenerLimits.textBytes} bytes`);
      socket.destroy();
    } else if (queue.isFull()) {
      socket.pause();
      void queue.drained().then(() => socket.resume());
    }
  });
  socket.on("end", () => take(frames.end()));
  // A sender that breaks off has sent what it has sent.
  socket.on("error", () => socket.destroy());
}

/** Events wait for the write before theirs, so that a flood becomes few and large writes. */
function createQueue<Event extends InputLogEvent>({
  clock,
  read,
  store,
  onRejected,
  onError,
}: LogListenerOptions<Event>): Queue {
  const { waitingEvents, waitingCharacters, batchEvents } = logListenerLimits;
  const counts = { events: 0, rejected: 0, dropped: 0, lost: 0 };
  let waiting: Event[] = [];
  let characters = 0;
  let writing: Promise<void> | undefined;

  return {
    counts: () => ({ ...counts }),
    isFull: () => waiting.length >= waitingEvents || characters >= waitingCharacters,
    drained: async () => writing,
    drop(text) {
      if (text.trim() !== "") counts.dropped += 1;
    },
    add(given, sender) {
      const text = given.trim();
      if (text === "") return;
      const event = read(text, sender, clock.now());
      if (typeof event === "string") {
        counts.rejected += 1;
        onRejected(event);
        return;
      }
      counts.events += 1;
      waiting.push(event);
      characters += event.message.length;
      writing ??= writeAll();
    },
  };

  async function writeAll(): Promise<void> {
    await Promise.resolve(); // the rest of what has just come in belongs to the same write
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchEvents);
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
