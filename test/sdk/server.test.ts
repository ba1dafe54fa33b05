// The server against hostile requests, and what it says to a browser.
import { connect } from "node:net";
import { once } from "node:events";
import { gzipSync } from "node:zlib";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(async () => {
  await server?.stop();
});

const headers = {
  "x-amz-target": "AWSEvents.PutEvents",
  "content-type": "application/x-amz-json-1.1",
};

const post = (body: NonNullable<RequestInit["body"]>, more: Readonly<Record<string, string>> = {}) =>
  fetch(server.endpoint, { method: "POST", headers: { ...headers, ...more }, body });

describe("hostile requests have a clear answer", () => {
  test("a gzip bomb", async () => {
    const answer = await post(gzipSync(Buffer.alloc(64 * 1024 * 1024)), { "content-encoding": "gzip" });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ __type: "RequestEntityTooLargeException" });
  });

  test("a body that says it is gzip and is not", async () => {
    const answer = await post("plain", { "content-encoding": "gzip" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: "SerializationException" });
  });

  test("ten MiB of nested arrays", async () => {
    const answer = await post("[".repeat(10 * 1024 * 1024));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: "SerializationException" });
  });

  test("a body above the limit, before it is read", async () => {
    const socket = connect(Number(new URL(server.endpoint).port), "127.0.0.1");
    const target = `x-amz-target: ${headers["x-amz-target"]}`;
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${target}\r\ncontent-length: 99999999\r\n\r\n`);
    const [data] = (await once(socket, "data")) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1.1 413[^]*RequestEntityTooLargeException/);
    socket.destroy();
  });

  test("invalid UTF-8", async () => {
    const body = Buffer.concat([Buffer.from('{"Entries":[{"Source":"'), Buffer.from([0xff, 0xfe, 0xc0])]);
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: "SerializationException" });
  });

  test("an operation that nobody knows, and one that is not supported", async () => {
    const unknown = await post("{}", { "x-amz-target": "AWSEvents.MakeTea" });
    expect(unknown.status).toBe(400);
    expect(await unknown.json()).toMatchObject({ __type: "UnknownOperationException" });
    const unsupported = await post("{}", { "x-amz-target": "AWSEvents.ListPartnerEventSources" });
    expect(unsupported.status).toBeGreaterThanOrEqual(400);
    expect(await unsupported.json()).toHaveProperty("__type");
  });

  test("none of which keeps the server from answering the next one", async () => {
    const client = new EventBridge(server.clientConfig());
    expect((await client.listEventBuses({})).EventBuses).toHaveLength(1);
    expect(server.dependencies.telemetry.statistics().engineRestarts).toBe(0);
  });

  test("a form from a web page elsewhere", async () => {
    const answer = await post("{}", { origin: "https://evil.example" });
    expect(answer.status).toBe(403);
  });
});

test("a browser gets a page that says what this is; a program gets its health", async () => {
  const page = await fetch(server.endpoint);
  expect(page.headers.get("content-type")).toContain("text/html");
  const text = await page.text();
  expect(text).toContain(server.endpoint);
  expect(text).toMatch(/<td>bus events<\/td><td>\d+<\/td>/);
  expect(await (await fetch(`${server.endpoint}/_groundwatch/health`)).json()).toEqual({ status: "ok" });
});

test("pages of this machine are told that they may call", async () => {
  const origin = "http://localhost:5173";
  const preflight = await fetch(server.endpoint, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-headers": "x-amz-target" },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-headers")).toBe("x-amz-target");
  const answer = await post("{}", { origin });
  expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
});
