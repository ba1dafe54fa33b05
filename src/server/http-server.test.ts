// The HTTP listener against clients that behave badly.
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { WireRequest, WireResponse } from "../wire/request.ts";
import { createHttpServer, ListenError, type HttpServer } from "./http-server.ts";
import type { HttpLimits } from "./http-limits.ts";
import type { IsTrustedProxy } from "./trusted-proxies.ts";

const started: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

interface Started {
  readonly server: HttpServer;
  readonly port: number;
  readonly seen: WireRequest[];
  readonly errors: unknown[];
}

const ok = (body: WireResponse["body"] = "ok"): WireResponse => ({ status: 200, headers: {}, body });

async function serve(
  answer: (request: WireRequest) => Promise<WireResponse> = () => Promise.resolve(ok()),
  limits: Partial<HttpLimits> = {},
  isTrustedProxy?: IsTrustedProxy,
): Promise<Started> {
  const seen: WireRequest[] = [];
  const errors: unknown[] = [];
  const server = createHttpServer({
    answer: (request) => {
      seen.push(request);
      return answer(request);
    },
    onError: (error) => errors.push(error),
    limits,
    ...(isTrustedProxy === undefined ? {} : { isTrustedProxy }),
  });
  started.push(server);
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  return { server, port, seen, errors };
}

/** Everything that the server says on the connection until it is closed. */
async function conversation(port: number, text: string): Promise<string> {
  const socket = await opened(port);
  socket.write(text);
  return readToEnd(socket);
}

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

async function readToEnd(socket: Socket): Promise<string> {
  let read = "";
  socket.on("data", (chunk: Buffer) => (read += chunk.toString()));
  await once(socket, "close");
  return read;
}

describe("an HTTP server", () => {
  test("says of a request that a trusted proxy sends it, and of no other", async () => {
    const { port, seen } = await serve();
    await fetch(`http://127.0.0.1:${port}/`);
    expect(seen[0]?.isFromProxy).toBe(false);
    const trusting = await serve(undefined, {}, (address) => address === "127.0.0.1");
    await fetch(`http://127.0.0.1:${trusting.port}/`);
    expect(trusting.seen[0]?.isFromProxy).toBe(true);
  });

  test("hands on the request as it was sent, chunked or not", async () => {
    const { port, seen } = await serve();
    await fetch(`http://127.0.0.1:${port}/a%20b?c=%2F`, {
      method: "POST",
      body: "text",
      headers: { X: "1" },
    });
    const chunked = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    await conversation(port, `${chunked}3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n`);
    expect(seen[0]).toMatchObject({ method: "POST", url: "/a%20b?c=%2F", headers: { x: "1" } });
    expect(seen.map(({ body }) => Buffer.from(body).toString())).toEqual(["text", "abcdef"]);
    expect(seen[0]?.sourceAddress).toBe("127.0.0.1");
  });

  test("refuses a body that is declared too large before it is sent, and one that grows", async () => {
    const answer = (request: WireRequest) =>
      Promise.resolve({ status: request.bodyTooLarge ? 413 : 200, headers: {}, body: "" });
    const { port, seen } = await serve(answer, { bodyBytes: 1000, refusedBodyMs: 50 });
    const declared = await conversation(port, "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n");
    expect(declared).toContain("HTTP/1.1 413");
    const head = "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    const grown = await conversation(port, `${head}400\r\n${"x".repeat(1024)}\r\n`);
    expect(grown).toContain("HTTP/1.1 413");
    const whole = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "x".repeat(1000) });
    expect(whole.status).toBe(200);
    expect(seen.map(({ body }) => body.length)).toEqual([0, 0, 1000]);
  });

  test("asks for the body when the client waits for that, and refuses a large one without", async () => {
    const answer = (request: WireRequest) =>
      Promise.resolve({ status: request.bodyTooLarge ? 413 : 200, headers: {}, body: "" });
    const { port } = await serve(answer, { bodyBytes: 1000, refusedBodyMs: 50 });
    const head = "POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nconnection: close\r\n";
    expect(await conversation(port, `${head}content-length: 2\r\n\r\nhi`)).toMatch(/100 Continue[^]*200 OK/);
    const refused = await conversation(port, `${head}content-length: 2000\r\n\r\n`);
    expect(refused).toContain("413");
    expect(refused).not.toContain("100 Continue");
  });

  test("forgets a body that is cut off, and goes on", async () => {
    const { port, seen, server } = await serve();
    const socket = await opened(port);
    socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf");
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(seen).toHaveLength(1);
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test("refuses huge headers, and requests that are no HTTP", async () => {
    const { port, seen } = await serve();
    const huge = await conversation(
      port,
      `GET / HTTP/1.1\r\nhost: x\r\nlarge: ${"x".repeat(40_000)}\r\n\r\n`,
    );
    expect(huge).toContain("431");
    expect(await conversation(port, "\u0016\u0003\u0001 hello\r\n\r\n")).toContain("400");
    expect(seen).toHaveLength(0);
  });

  test("closes connections that send their request too slowly", async () => {
    const { port, seen } = await serve(undefined, {
      requestTimeoutMs: 60,
      headersTimeoutMs: 40,
      timeoutCheckMs: 20,
    });
    expect(await conversation(port, "GET / HTTP/1.1\r\nhost: x\r\n")).toContain("408");
    const body = await conversation(port, "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nab");
    expect(body === "" || body.includes("408")).toBe(true);
    expect(seen).toHaveLength(0);
  });

  test("bounds the connections", async () => {
    const { port } = await serve(undefined, { connections: 2 });
    const first = await opened(port);
    const second = await opened(port);
    const third = connect(port, "127.0.0.1");
    third.on("error", () => undefined);
    await once(third, "close");
    expect(first.destroyed || second.destroyed).toBe(false);
    first.destroy();
    second.destroy();
  });

  test("says what to do when the port is taken", async () => {
    const { port } = await serve();
    const second = createHttpServer({ answer: () => Promise.resolve(ok()), onError: () => undefined });
    const refusal = await second.listen({ host: "127.0.0.1", port }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ListenError);
    expect(String(refusal)).toContain(`port ${port} is taken`);
  });

  test("reads a stream at the client's pace, and ends it when the client goes away", async () => {
    let produced = 0;
    const state = { ended: false };
    async function* endless() {
      try {
        for (;;) {
          produced++;
          yield new Uint8Array(64 * 1024);
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        state.ended = true;
      }
    }
    const { port, errors } = await serve(() => Promise.resolve(ok(endless())));
    const request = httpRequest({ port, host: "127.0.0.1" }).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    response.pause();
    // The buffers of both sides fill first; then it stands still, long before a thousand pieces.
    for (let before = 0; before !== produced;) {
      before = produced;
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(produced).toBeLessThan(1_000);
    }
    response.destroy();
    while (!state.ended) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(errors).toEqual([]);
  });

  test("a stream that fails breaks off, so that nobody takes it for complete", async () => {
    async function* broken() {
      yield Buffer.from("half");
      await new Promise((resolve) => setTimeout(resolve, 10));
      throw new Error("the source failed");
    }
    const { port, errors } = await serve(() => Promise.resolve(ok(broken())));
    const response = await fetch(`http://127.0.0.1:${port}/`);
    await expect(response.text()).rejects.toThrow("terminated");
    expect(errors).toEqual([new Error("the source failed")]);
  });

  test("tells the request that its client went away, also when that was before it asked", async () => {
    const told: string[] = [];
    let release: () => void = () => undefined;
    const { port } = await serve(
      (request) =>
        new Promise((resolve) => {
          request.onClose?.(() => {
            told.push("while waiting");
            request.onClose?.(() => told.push("afterwards"));
            resolve(ok());
          });
          release = () => resolve(ok());
        }),
    );
    const socket = await opened(port);
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    release();
    expect(told).toEqual(["while waiting", "afterwards"]);
  });

  test("closes when what is in flight is answered, and accepts nothing meanwhile", async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { port, server } = await serve(() => gate.then(() => ok("late")));
    const idle = await opened(port);
    const inFlight = fetch(`http://127.0.0.1:${port}/`).then((response) => response.text());
    await new Promise((resolve) => setTimeout(resolve, 30));
    let closed = false;
    const closing = server.close().then(() => (closed = true));
    await once(idle, "close");
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow("fetch failed");
    expect(closed).toBe(false);
    release();
    expect(await inFlight).toBe("late");
    await closing;
  });
});
