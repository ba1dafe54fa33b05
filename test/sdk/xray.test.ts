// X-Ray through its official client: segments in, traces out, and what is refused.
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XRay } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";
import { freeUdpPort } from "../support/udp.ts";

let server: TestServer;
let xray: XRay;

beforeAll(async () => {
  server = await startTestServer();
  xray = new XRay(server.clientConfig());
});

afterAll(() => server.stop());

let traces = 0;

function newTraceId(): string {
  traces++;
  const seconds = Math.floor(server.clock.now() / 1000).toString(16);
  return `1-${seconds.padStart(8, "0")}-${traces.toString(16).padStart(24, "0")}`;
}

function segment(traceId: string, fields: object = {}) {
  const seconds = server.clock.now() / 1000;
  return { name: "shop", id: "70de5b6f19ff9a0a", trace_id: traceId, start_time: seconds - 2, ...fields };
}

const put = (...documents: readonly object[]) =>
  xray.putTraceSegments({ TraceSegmentDocuments: documents.map((document) => JSON.stringify(document)) });

test("a trace comes back with its segments, subsegments and duration", async () => {
  const traceId = newTraceId();
  const start = server.clock.now() / 1000 - 10;
  const whole = segment(traceId, { start_time: start, end_time: start + 4, annotations: { a: 1 } });
  const child = {
    ...segment(traceId, { start_time: start + 1, end_time: start + 5 }),
    id: "53995c3f42cd8ad8",
    type: "subsegment",
    parent_id: whole.id,
  };
  expect(await put(child, whole)).toMatchObject({ UnprocessedTraceSegments: [] });
  const { Traces, UnprocessedTraceIds, NextToken } = await xray.batchGetTraces({ TraceIds: [traceId] });
  expect(UnprocessedTraceIds).toEqual([]);
  expect(NextToken).toBeUndefined();
  expect(Traces).toEqual([
    {
      Id: traceId,
      Duration: expect.closeTo(5, 3),
      LimitExceeded: false,
      Segments: [
        { Id: whole.id, Document: JSON.stringify(whole) },
        { Id: child.id, Document: JSON.stringify(child) },
      ],
    },
  ]);
});

test("a complete segment takes the place of the one in progress", async () => {
  const traceId = newTraceId();
  await put(segment(traceId, { in_progress: true }));
  const open = await xray.batchGetTraces({ TraceIds: [traceId] });
  expect(open.Traces?.[0]).toMatchObject({ Duration: 0, Segments: [{ Id: "70de5b6f19ff9a0a" }] });
  await put(segment(traceId, { end_time: server.clock.now() / 1000, user: "late" }));
  const closed = await xray.batchGetTraces({ TraceIds: [traceId] });
  expect(closed.Traces?.[0]?.Segments).toHaveLength(1);
  expect(JSON.parse(closed.Traces?.[0]?.Segments?.[0]?.Document ?? "")).toMatchObject({ user: "late" });
});

test("what cannot be processed is named, and the rest is stored", async () => {
  const traceId = newTraceId();
  const good = segment(traceId, { in_progress: true });
  const answer = await xray.putTraceSegments({
    TraceSegmentDocuments: ["{", JSON.stringify({ ...good, name: "who?" }), JSON.stringify(good)],
  });
  expect(answer.UnprocessedTraceSegments).toEqual([
    { ErrorCode: "ParseError", Message: "Invalid segment. ErrorCode: ParseError" },
    { Id: good.id, ErrorCode: "InvalidName", Message: "Invalid segment. ErrorCode: InvalidName" },
  ]);
  expect((await xray.batchGetTraces({ TraceIds: [traceId] })).Traces).toHaveLength(1);
});

test("a W3C trace id and X-Ray's form of it are the same trace", async () => {
  const traceId = newTraceId();
  const w3c = traceId.slice(2).replace("-", "");
  await put(segment(w3c, { in_progress: true }));
  for (const id of [w3c, traceId, w3c.toUpperCase()]) {
    const { Traces } = await xray.batchGetTraces({ TraceIds: [id] });
    expect(Traces?.map((trace) => trace.Id)).toEqual([traceId]);
  }
});

test("a large trace comes in pages and says that it is large", async () => {
  const traceId = newTraceId();
  const ids = Array.from({ length: 40 }, (_, index) => index.toString(16).padStart(16, "0"));
  for (let start = 0; start < ids.length; start += 20) {
    const documents = ids
      .slice(start, start + 20)
      .map((id) => ({ ...segment(traceId, { in_progress: true, metadata: { x: "x".repeat(60_000) } }), id }));
    await put(...documents);
  }
  const found: string[] = [];
  let pages = 0;
  let NextToken: string | undefined;
  do {
    const page = await xray.batchGetTraces({ TraceIds: [traceId], ...(NextToken && { NextToken }) });
    expect(page.Traces?.[0]).toMatchObject({ Id: traceId, LimitExceeded: true });
    found.push(...(page.Traces?.[0]?.Segments?.map(({ Id = "" }) => Id) ?? []));
    NextToken = page.NextToken;
    pages++;
  } while (NextToken !== undefined);
  expect(pages).toBe(2);
  expect(new Set(found)).toEqual(new Set(ids));
  expect(found).toHaveLength(ids.length);
});

test("each account and region has its own traces", async () => {
  const traceId = newTraceId();
  await put(segment(traceId, { in_progress: true }));
  const elsewhere = await new XRay(server.clientConfig({ region: "eu-west-1" })).batchGetTraces({
    TraceIds: [traceId],
  });
  expect(elsewhere).toMatchObject({ Traces: [], UnprocessedTraceIds: [traceId] });
});

describe("what is refused", () => {
  test("more than five traces, ids that are none, and tokens that are none", async () => {
    const InvalidRequest = expect.objectContaining({ name: "InvalidRequestException" });
    const six = Array.from({ length: 6 }, newTraceId);
    await expect(xray.batchGetTraces({ TraceIds: six })).rejects.toEqual(InvalidRequest);
    await expect(xray.batchGetTraces({ TraceIds: ["1-2-3"] })).rejects.toEqual(InvalidRequest);
    const TraceIds = [newTraceId()];
    await expect(xray.batchGetTraces({ TraceIds, NextToken: "none" })).rejects.toEqual(InvalidRequest);
    const TraceSegmentDocuments = Array.from({ length: 51 }, () => "{}");
    await expect(xray.putTraceSegments({ TraceSegmentDocuments })).rejects.toEqual(InvalidRequest);
  });

  test("operations that are not supported say so", async () => {
    await expect(xray.getGroups({})).rejects.toMatchObject({
      name: "NotImplementedException",
      $metadata: { httpStatusCode: 501 },
    });
  });
});

test("reports of daemons are taken", async () => {
  const Timestamp = new Date(server.clock.now());
  const answer = await xray.putTelemetryRecords({
    TelemetryRecords: [{ Timestamp, SegmentsReceivedCount: 3, SegmentsSentCount: 2 }],
    Hostname: "host",
  });
  expect(answer.$metadata.httpStatusCode).toBe(200);
});

test("what comes by the API and by the daemon's port survives a restart", async () => {
  const data = mkdtempSync(join(tmpdir(), "groundwatch-restart-"));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const xrayUdpPort = await freeUdpPort();
  const before = await startTestServer({ data, xrayUdpPort });
  // The port has no signatures: its segments belong to the default account and region.
  const configOf = (made: TestServer) => made.clientConfig({ account: "000000000000" });
  const client = new XRay(configOf(before));
  const ids = [newTraceId(), newTraceId()];
  const documents = ids.map((id) => JSON.stringify(segment(id, { in_progress: true })));
  await client.putTraceSegments({ TraceSegmentDocuments: documents.slice(0, 1) });
  const socket = createSocket("udp4");
  socket.send(`{"format":"json","version":1}\n${documents[1]}`, xrayUdpPort, "127.0.0.1");
  const stored = async (from: XRay) => {
    const { Traces } = await from.batchGetTraces({ TraceIds: ids });
    expect(Traces?.map(({ Id }) => Id)).toEqual(ids);
  };
  await vi.waitFor(() => stored(client), { timeout: 10_000 });
  socket.close();
  await before.stop();
  const after = await startTestServer({ data });
  onTestFinished(() => after.stop());
  await stored(new XRay(configOf(after)));
});
