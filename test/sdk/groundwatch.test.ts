// The own service through its own client: the clock, the reset, stored events and calls, keys.
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { XRay } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startTestServer, testStartAt, type TestServer } from "../support/server.ts";

let server: TestServer;
let groundwatch: GroundwatchClient;
let events: EventBridge;

beforeAll(async () => {
  server = await startTestServer();
  groundwatch = new GroundwatchClient(server.clientConfig());
  events = new EventBridge(server.clientConfig());
});

afterAll(async () => {
  await server?.stop();
});

describe("the clock", () => {
  test("stands still until it is moved, and runs what is due before the answer", async () => {
    const before = await groundwatch.getClock();
    expect(before).toEqual({ Mode: "manual", Now: server.clock.now() });
    const ran: number[] = [];
    server.clock.schedule(before.Now + 60_000, async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      ran.push(server.clock.now());
    });
    expect(await groundwatch.advanceClock({ Milliseconds: 90_000 })).toEqual({
      Mode: "manual",
      Now: before.Now + 90_000,
    });
    expect(ran).toEqual([before.Now + 60_000]);
    expect((await groundwatch.getClock()).Now).toBeGreaterThan(testStartAt);
  });

  test("is not moved back, nor by more than a year", async () => {
    for (const Milliseconds of [-1, 367 * 86_400_000]) {
      await expect(groundwatch.advanceClock({ Milliseconds })).rejects.toMatchObject({
        name: "ValidationException",
        status: 400,
      });
    }
  });
});

test("events that were put are listed in the order of their arrival, by pages", async () => {
  for (const id of [1, 2, 3]) {
    await events.putEvents({ Entries: [{ Source: "shop", DetailType: "placed", Detail: `{"id":${id}}` }] });
  }
  const first = await groundwatch.listEvents({ MaxResults: 2 });
  expect(first.Events).toHaveLength(2);
  const second = await groundwatch.listEvents({ MaxResults: 2, NextToken: first.NextToken });
  const ids = [...first.Events, ...second.Events].map(({ Event }) => JSON.parse(Event).detail.id);
  expect(ids).toEqual([1, 2, 3]);
  expect(second.NextToken).toBeUndefined();
  await expect(groundwatch.listEvents({ NextToken: "made-up" })).rejects.toMatchObject({
    name: "ValidationException",
  });
});

test("calls are listed with those of the data plane, which LookupEvents leaves out", async () => {
  await events.putEvents({ Entries: [{ Source: "shop", DetailType: "placed", Detail: "{}" }] });
  await expect
    .poll(async () => (await groundwatch.listApiCalls({ Category: "Data" })).ApiCalls.length)
    .toBeGreaterThan(0);
  const { ApiCalls } = await groundwatch.listApiCalls({ EventName: "PutEvents", MaxResults: 1 });
  expect(ApiCalls).toMatchObject([{ EventName: "PutEvents", Category: "Data", ReadOnly: false }]);
  expect(JSON.parse(ApiCalls[0]?.Record ?? "{}")).toMatchObject({ eventName: "PutEvents" });
});

test("the server tells its version and what its stores hold", async () => {
  const status = await groundwatch.getServerStatus();
  expect(status.Version).toMatch(/^\d+\.\d+\.\d+/);
  expect(status.UnsupportedOperations).toBeGreaterThan(100);
  expect(status.Storage.EngineRestarts).toBe(0);
  expect(status.ResidentBytes).toBeGreaterThan(0);
});

describe("access keys", () => {
  test("are made, listed without their secret, and deleted", async () => {
    const made = await groundwatch.createAccessKey({ UserName: "alice" });
    expect(made.AccessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(made.SecretAccessKey).toHaveLength(40);
    const { AccessKeys } = await groundwatch.listAccessKeys();
    const { SecretAccessKey: _secret, BearerToken: _token, ...summary } = made;
    expect(AccessKeys).toEqual([summary]);
    await groundwatch.deleteAccessKey({ AccessKeyId: made.AccessKeyId });
    expect((await groundwatch.listAccessKeys()).AccessKeys).toEqual([]);
    await expect(groundwatch.deleteAccessKey({ AccessKeyId: made.AccessKeyId })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test("leave no secret in the audit trail", async () => {
    const made = await groundwatch.createAccessKey();
    const find = async () => (await groundwatch.listApiCalls({ EventName: "CreateAccessKey" })).ApiCalls;
    await expect
      .poll(async () => (await find()).some(({ Record }) => Record.includes(made.AccessKeyId)))
      .toBe(true);
    for (const { Record } of await find()) expect(Record).not.toContain(made.SecretAccessKey);
  });
});

describe("a reset", () => {
  test("leaves nothing of any account, and what comes afterwards is kept", async () => {
    const other = new EventBridge(server.clientConfig({ account: "999988887777", region: "eu-west-1" }));
    const xray = new XRay(server.clientConfig());
    const now = server.clock.now() / 1000;
    const traceId = `1-${Math.floor(now).toString(16)}-0123456789abcdef01234567`;
    const segment = {
      name: "shop",
      id: "70de5b6f19ff9a0a",
      trace_id: traceId,
      start_time: now,
      end_time: now,
    };
    const put = () => xray.putTraceSegments({ TraceSegmentDocuments: [JSON.stringify(segment)] });
    await events.createEventBus({ Name: "orders" });
    await other.createEventBus({ Name: "elsewhere" });
    await put();
    await groundwatch.reset();
    expect((await events.listEventBuses({})).EventBuses?.map(({ Name }) => Name)).toEqual(["default"]);
    expect((await other.listEventBuses({})).EventBuses?.map(({ Name }) => Name)).toEqual(["default"]);
    expect((await xray.batchGetTraces({ TraceIds: [traceId] })).Traces).toEqual([]);
    expect((await groundwatch.listEvents()).Events).toEqual([]);

    await events.createEventBus({ Name: "orders" });
    await put();
    expect((await xray.batchGetTraces({ TraceIds: [traceId] })).Traces).toHaveLength(1);
    const trail = new CloudTrail(server.clientConfig());
    const looked = await trail.lookupEvents({
      LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "CreateEventBus" }],
    });
    expect(looked.Events).toHaveLength(1);
  });

  test("is also a plain POST", async () => {
    await events.createEventBus({ Name: "plain" });
    const answer = await fetch(`${server.endpoint}/_groundwatch/reset`, { method: "POST" });
    expect(answer.status).toBe(200);
    expect((await events.listEventBuses({})).EventBuses).toHaveLength(1);
  });

  test("keeps access keys, so that nobody is locked out", async () => {
    const made = await groundwatch.createAccessKey();
    await groundwatch.reset();
    const { AccessKeys } = await groundwatch.listAccessKeys();
    expect(AccessKeys.map(({ AccessKeyId }) => AccessKeyId)).toContain(made.AccessKeyId);
  });
});
