// Calls of functions behind LAMBDA: what becomes of those that are late, too many, or that nobody waits for.
import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { CallDataSource, DataSourceCall } from "../storage/data-source-function.ts";
import { createDataSourceCaller } from "./data-source-function.ts";

const atOnce = 64;
let open: ServerResponse[];
const server = createServer((_request, response) => void open.push(response));
let callDataSource: CallDataSource;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
beforeEach(() => {
  open = [];
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const url = `http://127.0.0.1:${address.port}`;
  callDataSource = createDataSourceCaller({ lambda: { url, accessKeyId: "a", secretAccessKey: "s" } });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const call = (more: Partial<DataSourceCall> = {}): DataSourceCall => ({
  functionName: "connector",
  region: "us-east-1",
  event: "{}",
  timeoutMs: 60_000,
  now: 0,
  signal: new AbortController().signal,
  ...more,
});

test("a function that does not answer in its time has failed", async () => {
  const reply = await callDataSource(call({ timeoutMs: 20 }));
  expect(reply).toEqual({
    kind: "failed",
    code: "Timeout",
    problem: "The function did not answer within 0.02 seconds.",
  });
});

test("who hangs up is told so, and holds nobody up", async () => {
  const hungUp = new AbortController();
  const waiting = callDataSource(call({ signal: hungUp.signal }));
  await expect.poll(() => open.length).toBe(1);
  hungUp.abort();
  await expect(waiting).rejects.toThrow("aborted");
});

test("of many some are called at a time, and the others when these have answered", async () => {
  const calls = Array.from({ length: atOnce + 2 }, () => callDataSource(call()));
  // It waits for its turn, which counts as time that it takes.
  const late = callDataSource(call({ timeoutMs: 20 }));
  expect(await late).toMatchObject({ kind: "failed", code: "Timeout" });
  await expect.poll(() => open.length).toBe(atOnce);
  for (const response of open.splice(0)) response.end("{}");
  await expect.poll(() => open.length).toBe(2);
  for (const response of open) response.end("{}");
  const replies = await Promise.all(calls);
  expect(replies.filter(({ kind }) => kind === "answered")).toHaveLength(atOnce + 2);
});

test("without an endpoint nothing is called", async () => {
  expect(await createDataSourceCaller({})(call())).toEqual({ kind: "unconfigured" });
});
