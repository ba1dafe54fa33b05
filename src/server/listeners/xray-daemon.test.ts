// The X-Ray daemon's port, with real datagrams.
import { createSocket } from "node:dgram";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Clock } from "../../core/clock.ts";
import type { UnprocessedSegment } from "../../core/traces/segment-document.ts";
import { documentsIn, startXrayDaemon, xrayDaemonLimits } from "./xray-daemon.ts";

const header = '{"format":"json","version":1}\n';
const clock: Clock = { now: () => 42, schedule: () => () => undefined };

type Store = (documents: readonly string[], now: number) => Promise<readonly UnprocessedSegment[]>;

async function daemonWith(store: Store) {
  const onRejected = vi.fn<(problem: UnprocessedSegment) => void>();
  const onError = vi.fn<(error: unknown) => void>();
  const daemon = await startXrayDaemon({ host: "127.0.0.1", port: 0, clock, store, onRejected, onError });
  const socket = createSocket("udp4");
  onTestFinished(async () => {
    socket.close();
    await daemon.stop().catch(() => undefined);
  });
  const send = (text: string) =>
    new Promise<void>((resolve, reject) => {
      socket.send(text, daemon.port, "127.0.0.1", (error) => (error === null ? resolve() : reject(error)));
    });
  return { daemon, send, onRejected, onError };
}

test("what is in a datagram", () => {
  expect(documentsIn(`${header}{"id":1}`)).toEqual(['{"id":1}']);
  expect(documentsIn(`{"version": 1, "format": "json"}\n{"id":1}\n`)).toEqual(['{"id":1}']);
  expect(documentsIn(`${header}{"id":1}\n{"id":2}\n\n`)).toEqual(['{"id":1}', '{"id":2}']);
  expect(documentsIn(`${header}{\n  "id": 1\n}`)).toEqual(['{\n  "id": 1\n}']);
  expect(documentsIn(header)).toEqual([]);
  for (const bad of [
    "",
    "{}",
    '{"id":1}',
    `{"format":"json","version":2}\n{}`,
    `{"format":"xml"\n{}`,
    "7\n{}",
  ]) {
    expect(documentsIn(bad)).toBeUndefined();
  }
});

test("documents are stored in batches, with the clock's time, and bad headers are counted", async () => {
  const stored: string[] = [];
  const problem = { id: "x", errorCode: "MissingName", message: "Invalid segment." };
  const { daemon, send, onRejected } = await daemonWith(async (documents, now) => {
    expect(now).toBe(42);
    stored.push(...documents);
    return documents.includes("bad") ? [problem] : [];
  });
  await send(`${header}{"id":1}`);
  await send("no header");
  await send(`${header}bad`);
  await vi.waitFor(() => expect(daemon.statistics()).toMatchObject({ datagrams: 3, rejected: 1 }));
  expect(new Set(stored)).toEqual(new Set(['{"id":1}', "bad"]));
  expect(onRejected).toHaveBeenCalledWith(problem);
  expect(daemon.statistics()).toEqual({
    datagrams: 3,
    badHeaders: 1,
    documents: 2,
    rejected: 1,
    dropped: 0,
    lost: 0,
  });
});

test("what waits is bounded, and stored before the daemon stops", async () => {
  let release: () => void = () => undefined;
  const blocked = new Promise<void>((resolve) => (release = resolve));
  let stored = 0;
  const { daemon, send } = await daemonWith(async (documents) => {
    await blocked;
    stored += documents.length;
    return [];
  });
  const lines = 5_000;
  const datagram = header + Array.from({ length: lines }, () => "{}").join("\n");
  const enough = Math.ceil((xrayDaemonLimits.waitingDocuments + xrayDaemonLimits.batchDocuments) / lines);
  for (let count = 0; count < enough; count++) {
    await send(datagram);
    await vi.waitFor(() => expect(daemon.statistics().datagrams).toBe(count + 1));
  }
  await send(`${header}{}`);
  await vi.waitFor(() => expect(daemon.statistics().dropped).toBe(1));
  release();
  await daemon.stop();
  expect(stored).toBe(enough * lines);
});

test("a store that fails is reported, and a port that is taken is an error", async () => {
  const failure = new Error("disk full");
  const { daemon, send, onError } = await daemonWith(() => Promise.reject(failure));
  await send(`${header}{}`);
  await vi.waitFor(() => expect(daemon.statistics().lost).toBe(1));
  expect(onError).toHaveBeenCalledWith(failure);
  const again = startXrayDaemon({
    host: "127.0.0.1",
    port: daemon.port,
    clock,
    store: () => Promise.resolve([]),
    onRejected: () => undefined,
    onError: () => undefined,
  });
  await expect(again).rejects.toThrow(/EADDRINUSE/);
});
