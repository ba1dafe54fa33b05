// Posts to web servers that answer, send elsewhere, say too much, or nothing at all.
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AnswerError, post } from "./post.ts";

const signal = new AbortController().signal;
const seen: { readonly path: string; readonly body: string; readonly port: number | undefined }[] = [];
let server: Server;
let url: string;

const answers: Readonly<Record<string, RequestListener>> = {
  "/fine": (_request, response) => response.end("taken"),
  "/elsewhere": (_request, response) => response.writeHead(302, { location: `${url}/fine` }).end(),
  "/wrong": (_request, response) => response.writeHead(400).end("x".repeat(5_000)),
  "/endless": (_request, response) => {
    const more = () => {
      while (response.write(Buffer.alloc(1024 * 1024)));
      response.once("drain", more);
    };
    more();
  },
  "/cut": (_request, response) => {
    response.writeHead(200, { "content-length": 100 }).write("half");
    setImmediate(() => response.destroy());
  },
  "/silent": () => undefined,
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = request.url ?? "";
      seen.push({ path, body: Buffer.concat(chunks).toString(), port: request.socket.remotePort });
      answers[path]?.(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

test("bodies arrive whole, one after the other over one connection", async () => {
  const text = "größe ".repeat(50_000);
  expect(await post(`${url}/fine`, { "content-type": "text/plain" }, text, signal)).toBe("taken");
  expect(await post(`${url}/fine`, {}, Buffer.from("second"), signal)).toBe("taken");
  const [first, second] = seen.slice(-2);
  expect([first?.body, second?.body]).toEqual([text, "second"]);
  expect(first?.port).toBe(second?.port);
});

test("an answer that is no success is an error with its beginning", async () => {
  const failing = post(`${url}/wrong`, {}, "x", signal);
  await expect(failing).rejects.toThrow(AnswerError);
  await expect(failing).rejects.toMatchObject({
    status: 400,
    message: expect.stringMatching(/400: x{500}$/),
  });
});

test("nobody is sent elsewhere", async () => {
  await expect(post(`${url}/elsewhere`, {}, "x", signal)).rejects.toMatchObject({ status: 302 });
  expect(seen.at(-1)?.path).toBe("/elsewhere");
});

test.each(["/endless", "/cut"])("%s is no answer", async (path) => {
  await expect(post(url + path, {}, "x", signal)).rejects.toThrow(/could not be reached/);
});

test("an address where nobody is, or that is none, is named", async () => {
  await expect(post("http://127.0.0.1:9/", {}, "x", signal)).rejects.toThrow(
    "http://127.0.0.1:9/ could not be reached: connect ECONNREFUSED",
  );
  await expect(post("nowhere", {}, "x", signal)).rejects.toThrow("nowhere could not be reached: Invalid URL");
});

test("whoever waits can give up", async () => {
  const abort = new AbortController();
  const waiting = post(`${url}/silent`, {}, "x", abort.signal);
  setImmediate(() => abort.abort());
  await expect(waiting).rejects.toThrow(/could not be reached/);
});
