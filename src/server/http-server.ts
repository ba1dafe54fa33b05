// The HTTP listener: turns connections into whole requests and answers, within limits, and ends without
// losing any.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { WireRequest, WireResponse } from "../wire/request.ts";
import { writeAnswer } from "./http-answer.ts";
import { declaresTooMuch, readBody } from "./http-body.ts";
import { httpLimits, type HttpLimits } from "./http-limits.ts";
import type { IsTrustedProxy } from "./trusted-proxies.ts";

export interface HttpServerOptions {
  /** Must not reject. A request whose body was over the limit has `bodyTooLarge` and no body. */
  readonly answer: (request: WireRequest) => Promise<WireResponse>;
  /** Hears of failures on our side for which there is no answer any more, such as a stream that breaks. */
  readonly onError: (error: unknown) => void;
  /** Nobody unless given. */
  readonly isTrustedProxy?: IsTrustedProxy;
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpServer {
  /**
   * Resolves with the port once connections are accepted.
   * @throws ListenError when the address cannot be had.
   */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** Connections that are open now. */
  connections(): number;
  /** Accepts nothing new, finishes what is in flight, then closes the connections. */
  close(): Promise<void>;
}

/** Why an address cannot be listened on, in one line that says what to do. */
export class ListenError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "ListenError";
  }
}

export function createHttpServer({ answer, onError, ...options }: HttpServerOptions): HttpServer {
  const limits = { ...httpLimits, ...options.limits };
  const wired = createWiring(options.isTrustedProxy);
  const answering = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  let closing = false;
  const server = boundedServer(limits);
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("request", (request, response) => take(request, response, false));
  server.on("checkContinue", (request, response) => take(request, response, true));

  return {
    listen: ({ host, port }) => listen(server, host, port),
    connections: () => sockets.size,
    async close() {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      closeIdle(sockets, answering);
      const deadline = setTimeout(() => server.closeAllConnections(), limits.closeMs);
      await closed;
      clearTimeout(deadline);
    },
  };

  function take(request: IncomingMessage, response: ServerResponse, asksFirst: boolean): void {
    answering.add(response);
    response.once("close", () => {
      answering.delete(response);
      if (closing) closeIdle(sockets, answering);
    });
    response.on("error", () => undefined); // the client went away, and "close" follows
    if (declaresTooMuch(request, limits.bodyBytes)) return refuse(request, response);
    if (asksFirst) response.writeContinue();
    readBody(request, limits.bodyBytes, (outcome) => {
      if (outcome.kind === "too large") refuse(request, response);
      else if (outcome.kind === "complete") reply(wired(request, response, outcome.bytes), response);
      else response.destroy();
    });
  }

  function reply(request: WireRequest, response: ServerResponse): void {
    void answer(request)
      .then((answered) => {
        if (closing && !response.headersSent) response.setHeader("connection", "close");
        return writeAnswer(response, answered);
      })
      .catch((error: unknown) => {
        response.destroy();
        onError(error);
      });
  }

  /**
   * The rest of the body is thrown away for a while: a client that is still sending would not read the
   * answer.
   */
  function refuse(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    response.setHeader("connection", "close");
    reply({ ...wired(request, response, new Uint8Array(0)), bodyTooLarge: true }, response);
    const deadline = setTimeout(() => request.socket.destroy(), limits.refusedBodyMs);
    request.socket.once("close", () => clearTimeout(deadline));
  }
}

/** Node's own list of idle connections leaves out those that have not sent anything yet. */
function closeIdle(sockets: ReadonlySet<Socket>, answering: ReadonlySet<ServerResponse>): void {
  const busy = new Set([...answering].map(({ socket }) => socket));
  // One that is closing already would only be told again.
  for (const socket of sockets) if (!busy.has(socket) && !socket.writableEnded) socket.destroySoon();
}

function boundedServer(limits: HttpLimits): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: limits.timeoutCheckMs,
    keepAliveTimeout: limits.keepAliveMs,
    noDelay: true,
  });
  server.maxConnections = limits.connections;
  return server;
}

/** Makes the requests that go on from those of the listener. */
function createWiring(isTrustedProxy: IsTrustedProxy = () => false) {
  return (request: IncomingMessage, response: ServerResponse, body: Uint8Array): WireRequest =>
    wireRequest(request, response, body, isTrustedProxy);
}

function wireRequest(
  request: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array,
  isTrustedProxy: IsTrustedProxy,
): WireRequest {
  const sourceAddress = request.socket.remoteAddress ?? "";
  return {
    method: request.method ?? "GET",
    url: request.url ?? "/",
    // Node joins repeated headers, except for set-cookie, which no request has.
    headers: request.headers as Record<string, string | undefined>,
    body,
    sourceAddress,
    isFromProxy: isTrustedProxy(sourceAddress),
    onClose: (listener) => {
      if (response.destroyed) return listener();
      response.once("close", () => {
        if (!response.writableFinished) listener();
      });
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => reject(listenError(cause, host, port));
    server.once("error", fail);
    server.listen({ host, port }, () => {
      server.off("error", fail);
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : port);
    });
  });
}

const listenProblems: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (_, port) => `port ${port} is taken: stop what uses it, or choose another one with --port`,
  EACCES: (_, port) => `port ${port} may not be used by this user: choose one above 1023 with --port`,
  EADDRNOTAVAIL: (host) => `${host} is no address of this machine: choose another one with --host`,
  ENOTFOUND: (host) => `the host name ${host} is not known: choose another one with --host`,
};

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const problem = listenProblems[cause.code ?? ""];
  const message = problem?.(host, port) ?? `cannot listen on ${host}, port ${port}: ${cause.message}`;
  return new ListenError(message, { cause });
}
