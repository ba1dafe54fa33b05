// The agent's port for the embedded metric format, with real connections and datagrams.
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Clock } from "../../core/clock.ts";
import type { EmbeddedDocument } from "../../core/logs/embedded-document.ts";
import { listenEmbeddedMetrics } from "./embedded-metrics.ts";
import { logListenerLimits } from "./log-listener.ts";

const clock: Clock = { now: () => 42, schedule: () => () => undefined };

async function listenerWith(store: (documents: readonly EmbeddedDocument[]) => Promise<void>) {
  const onRejected = vi.fn<(reason: string) => void>();
  const onError = vi.fn<(error: unknown) => void>();
  const listener = await listenEmbeddedMetrics({
    host: "127.0.0.1",
    port: 0,
    clock,
    defaultStream: "host",
    store,
    onRejected,
    onError,
  });
  onTestFinished(() => listener.stop().catch(() => undefined));
  return { listener, onRejected, onError };
}

const line = (metadata: object) => JSON.stringify({ _aws: { LogGroupName: "g", ...metadata } });

async function sendTcp(port: number, parts: readonly (string | Buffer)[]): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  await once(socket, "close");
}

test("lines over TCP, however they are cut, and the last one without its end", async () => {
  const stored: EmbeddedDocument[] = [];
  const { listener } = await listenerWith(async (documents) => void stored.push(...documents));
  const first = line({ Timestamp: 7, LogStreamName: "s", note: "ü" });
  const bytes = Buffer.from(`${first}\r\n\n${line({})}`);
  await sendTcp(listener.port, [bytes.subarray(0, 60), bytes.subarray(60, 75), bytes.subarray(75)]);
  await vi.waitFor(() => expect(stored).toHaveLength(2));
  expect(stored).toEqual([
    { logGroupName: "g", logStreamName: "s", timestamp: 7, message: first },
    { logGroupName: "g", logStreamName: "host", timestamp: 42, message: line({}) },
  ]);
});

test("datagrams, of one document or several", async () => {
  const stored: EmbeddedDocument[] = [];
  const { listener } = await listenerWith(async (documents) => void stored.push(...documents));
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  socket.send(`${line({ Timestamp: 1 })}\n${line({ Timestamp: 2 })}\n`, listener.port, "127.0.0.1");
  await vi.waitFor(() => expect(stored.map(({ timestamp }) => timestamp)).toEqual([1, 2]));
});

test("what is no document, or for no group, is counted with its reason", async () => {
  const { listener, onRejected } = await listenerWith(() => Promise.resolve());
  await sendTcp(listener.port, [`text\n{"_aws":{}}\n${line({ LogGroupName: "no name!" })}\n${line({})}\n`]);
  await vi.waitFor(() => expect(listener.statistics()).toMatchObject({ events: 1, rejected: 3 }));
  expect(onRejected.mock.calls.flat()).toEqual([
    "it is no JSON object with a member _aws",
    "_aws.LogGroupName is missing",
    "_aws.LogGroupName no name! is no name of a log group",
  ]);
});

test("a line without end is not kept for ever", async () => {
  const { listener, onRejected } = await listenerWith(() => Promise.resolve());
  const socket = connect(listener.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write("x".repeat(logListenerLimits.textBytes + 1));
  await once(socket, "close");
  expect(onRejected).toHaveBeenCalledWith(expect.stringContaining("a line is longer than"));
});

test("over TCP nothing is dropped while the store is slow, and all is stored before the end", async () => {
  let release: () => void = () => undefined;
  const blocked = new Promise<void>((resolve) => (release = resolve));
  let stored = 0;
  const { listener } = await listenerWith(async (documents) => {
    await blocked;
    stored += documents.length;
  });
  const { waitingEvents, batchEvents } = logListenerLimits;
  const count = waitingEvents * 2;
  const sending = sendTcp(
    listener.port,
    Array.from({ length: 40 }, () => `${line({})}\n`.repeat(count / 40)),
  );
  // Those of the first write wait no more.
  const whenFull = waitingEvents + batchEvents;
  await vi.waitFor(() => expect(listener.statistics().events).toBeGreaterThanOrEqual(whenFull), 20_000);
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  socket.send(line({}), listener.port, "127.0.0.1");
  await vi.waitFor(() => expect(listener.statistics().dropped).toBe(1));
  release();
  await sending;
  await vi.waitFor(() => expect(stored).toBe(count));
});

test("a store that fails is reported, and a port that is taken is an error", async () => {
  const failure = new Error("disk full");
  const { listener, onError } = await listenerWith(() => Promise.reject(failure));
  await sendTcp(listener.port, [`${line({})}\n`]);
  await vi.waitFor(() => expect(listener.statistics().lost).toBe(1));
  expect(onError).toHaveBeenCalledWith(failure);
  const again = listenEmbeddedMetrics({
    host: "127.0.0.1",
    port: listener.port,
    clock,
    defaultStream: "host",
    store: () => Promise.resolve(),
    onRejected: () => undefined,
    onError: () => undefined,
  });
  await expect(again).rejects.toThrow(/EADDRINUSE/);
});
