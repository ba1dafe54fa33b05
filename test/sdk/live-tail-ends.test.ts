// How sessions of live tails end, by themselves and by others, and that nothing of them is left then.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { logLimits } from "../../src/core/logs/limits.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;
let group: Awaited<ReturnType<typeof newLogGroup>>;
let arn: string;
let unread: Socket[];

beforeEach(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs({ ...server.clientConfig(), disableHostPrefix: true });
  group = await newLogGroup(server, logs);
  unread = [];
  arn = `arn:aws:logs:${testRegion}:${testAccount}:log-group:${group.logGroupName}`;
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const socket of unread) socket.destroy();
  logs.destroy();
  await server.stop();
});

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
const isFollowed = () =>
  (["LogEventsAccepted", "ServerStopping"] as const).some((fact) =>
    server.dependencies.facts.hasListeners(fact),
  );

async function tail(options: { abortSignal?: AbortSignal } = {}) {
  const { responseStream } = await logs.startLiveTail({ logGroupIdentifiers: [arn] }, options);
  const updates = responseStream![Symbol.asyncIterator]();
  expect((await updates.next()).value?.sessionStart).toBeDefined();
  return updates;
}

/** Once so many sessions of the account may begin again. */
async function allMayBegin(): Promise<void> {
  const sessions: Awaited<ReturnType<typeof tail>>[] = [];
  while (sessions.length < logLimits.liveTailSessions) {
    const session = await tail().catch((error: Error) => error.name);
    if (typeof session !== "string") sessions.push(session);
    else if (session !== "LimitExceededException") throw new Error(session);
    await pause();
  }
  for (const session of sessions) await session.return?.();
}

async function startUnread(): Promise<Socket> {
  const { hostname, port } = new URL(server.endpoint);
  const socket = connect(Number(port), hostname);
  unread.push(socket);
  await once(socket, "connect");
  const body = JSON.stringify({ logGroupIdentifiers: [arn] });
  socket.write(
    `POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: Logs_20140328.StartLiveTail\r\n` +
      `content-type: application/x-amz-json-1.1\r\ncontent-length: ${body.length}\r\n` +
      `authorization: AWS4-HMAC-SHA256 Credential=${testAccount}/20261102/${testRegion}/logs/aws4_request, ` +
      `SignedHeaders=host, Signature=00\r\n\r\n${body}`,
  );
  await once(socket, "readable");
  return socket;
}

test("a client that never reads holds no place behind the end of its session, nor is followed", async () => {
  const sessionMs = 60_000;
  vi.spyOn(logLimits, "liveTailMs", "get").mockReturnValue(sessionMs as never);
  await startUnread();
  const text = "x".repeat(200_000);
  for (let second = 0; second < 20; second++) {
    await group.put([
      [0, text],
      [0, text],
    ]);
    await server.advance(1_000);
  }
  await server.advance(sessionMs - 21_000);
  expect(isFollowed()).toBe(true);
  await server.advance(1_000);
  expect(isFollowed()).toBe(false);
  await allMayBegin();
});

/** From now on sessions are those of a node of several. */
function shareStores(): void {
  Object.defineProperty(server.dependencies.state, "node", { value: "node", configurable: true });
}

/** From now on reading what nodes have stored begins, and waits. */
function holdLists() {
  const { state } = server.dependencies;
  shareStores();
  const collection = state.collection.bind(state);
  const lists = { begun: 0, release: (): void => undefined };
  const held = new Promise<void>((resolve) => (lists.release = resolve));
  vi.spyOn(state, "collection").mockImplementation((name) => {
    const found = collection(name);
    const list: typeof found.list = async (...asked) => {
      lists.begun += 1;
      await held;
      return found.list(...asked);
    };
    return Object.assign(Object.create(found), { list }) as never;
  });
  return lists;
}

/** Until the server has heard who has gone. */
async function callSomeTimes(): Promise<void> {
  for (let call = 0; call < 5; call++) {
    await logs.testMetricFilter({ filterPattern: "a", logEventMessages: ["a"] });
  }
}

test("what comes in the last second of a session is shown before its end", async () => {
  vi.spyOn(logLimits, "liveTailMs", "get").mockReturnValue(2_000 as never);
  const updates = await tail();
  await server.advance(1_500);
  await group.put([[0, "at last"]]);
  await server.advance(500);
  const shown: (string | undefined)[] = [];
  const read = async () => {
    for (let next = await updates.next(); next.done !== true; next = await updates.next()) {
      for (const { message } of next.value.sessionUpdate?.sessionResults ?? []) shown.push(message);
    }
  };
  await expect(read()).rejects.toThrow("The session ended after three hours.");
  expect(shown).toEqual(["at last"]);
});

test("a client that goes while its session begins leaves nothing behind", async () => {
  const lists = holdLists();
  const leaving = Array.from({ length: logLimits.liveTailSessions }, () => new AbortController());
  const sessions = leaving.map(({ signal }) =>
    tail({ abortSignal: signal }).catch((error: Error) => error.name),
  );
  while (lists.begun < sessions.length) await pause();
  for (const client of leaving) client.abort();
  expect(new Set(await Promise.all(sessions))).toEqual(new Set(["AbortError"]));
  await callSomeTimes();
  lists.release();
  vi.restoreAllMocks();
  await allMayBegin();
});

test("nothing is read any more for a client that goes while something is", async () => {
  shareStores();
  const leaving = new AbortController();
  const updates = await tail({ abortSignal: leaving.signal });
  const lists = holdLists();
  const next = updates.next();
  const second = server.advance(1_000);
  while (lists.begun === 0) await pause();
  leaving.abort();
  await expect(next).rejects.toThrow("abort");
  await callSomeTimes();
  lists.release();
  await second;
  await server.advance(5_000);
  expect(lists.begun).toBe(1);
});

test("a client that disconnects leaves nothing behind", async () => {
  for (let client = 0; client < 2; client++) await startUnread();
  const leaving = new AbortController();
  const updates = await tail({ abortSignal: leaving.signal });
  const next = updates.next();
  leaving.abort();
  await expect(next).rejects.toThrow("abort");
  for (const socket of unread) socket.destroy();
  while (isFollowed()) await pause();
  await allMayBegin();
});

test("a server that stops says so to those who tail, waits for none, warns of nothing", async () => {
  const warnings: string[] = [];
  const hear = ({ name }: Error) => warnings.push(name);
  process.on("warning", hear);
  onTestFinished(() => void process.off("warning", hear));
  const ends: Promise<unknown>[] = [];
  for (let session = 0; session < logLimits.liveTailSessions; session++) {
    const updates = await tail();
    ends.push(updates.next().catch((error: Error) => `${error.name}: ${error.message}`));
  }
  await server.stop();
  const why = "SessionStreamingException: The session ended because the server stops.";
  expect(new Set(await Promise.all(ends))).toEqual(new Set([why]));
  expect(warnings).toEqual([]);
});

test("an error of the server ends a session with the exception that its stream has for it", async () => {
  const { state } = server.dependencies;
  shareStores();
  const updates = await tail();
  const next = updates.next().catch((error: Error) => error);
  vi.spyOn(state, "collection").mockImplementation(() => {
    throw new Error("secret");
  });
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await server.advance(1_000);
  // The operator is told what it was.
  expect(written.mock.calls.join()).toContain("secret");
  vi.restoreAllMocks();
  expect(await next).toMatchObject({
    name: "SessionStreamingException",
    message: "The session ended because of an error of the server.",
  });
  await allMayBegin();
});

test("an update is no longer than clients take, and says that it is a sample", async () => {
  const updates = await tail();
  const next = updates.next();
  for (let event = 0; event < 10; event++) await group.put([[0, `${event} ${'"'.repeat(900_000)}`]]);
  await server.advance(1_000);
  const { sessionResults = [], sessionMetadata } = (await next).value?.sessionUpdate ?? {};
  expect(sessionMetadata).toEqual({ sampled: true });
  expect(sessionResults.length).toBeGreaterThan(1);
  // Commas included.
  expect(JSON.stringify(sessionResults).length).toBeLessThan(logLimits.liveTailUpdateBytes + 100);
  await updates.return?.();
});
