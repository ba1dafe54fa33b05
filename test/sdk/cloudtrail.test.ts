// CloudTrail through its official client: every call becomes a record that is found by each attribute.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudTrail,
  type LookupAttributeKey,
  type LookupEventsCommandInput,
} from "@aws-sdk/client-cloudtrail";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { XRay } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let events: EventBridge;
let cloudtrail: CloudTrail;

beforeAll(async () => {
  server = await startTestServer();
  events = new EventBridge({ ...server.clientConfig(), customUserAgent: "audit-test" });
  cloudtrail = new CloudTrail(server.clientConfig());
});

afterAll(() => server.stop());

async function lookup(AttributeKey: LookupAttributeKey, AttributeValue: string, more: object = {}) {
  const input = { LookupAttributes: [{ AttributeKey, AttributeValue }], ...more };
  const { Events = [] } = await cloudtrail.lookupEvents(input);
  return Events;
}

test("a change is found at once, with its whole record", async () => {
  const { $metadata } = await events.createEventBus({ Name: "audited", Description: "d" });
  const [event] = await lookup("ResourceName", "audited");
  const record = JSON.parse(event?.CloudTrailEvent ?? "");
  expect(event).toEqual({
    EventId: record.eventID,
    EventName: "CreateEventBus",
    ReadOnly: "false",
    AccessKeyId: "123456789012",
    EventTime: new Date(record.eventTime),
    EventSource: "events.amazonaws.com",
    Username: "root",
    Resources: [{ ResourceType: "AWS::Events::EventBus", ResourceName: "audited" }],
    CloudTrailEvent: expect.any(String),
  });
  const arn = "arn:aws:events:us-east-1:123456789012:event-bus/audited";
  expect(record).toMatchObject({
    eventVersion: "1.11",
    userIdentity: { type: "Root", accountId: "123456789012", arn: "arn:aws:iam::123456789012:root" },
    awsRegion: "us-east-1",
    sourceIPAddress: "127.0.0.1",
    userAgent: expect.stringContaining("audit-test"),
    requestParameters: { name: "audited", description: "d" },
    responseElements: { eventBusArn: arn, description: "d" },
    requestID: $metadata.requestId,
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: "123456789012",
    eventCategory: "Management",
  });
});

test("every attribute finds what it should", async () => {
  await events.createEventBus({ Name: "attributes" });
  await events.describeEventBus({ Name: "attributes" });
  const [change] = await lookup("ResourceName", "attributes");
  const found = async (key: LookupAttributeKey, value: string) => {
    const ids = (await lookup(key, value)).map(({ EventId }) => EventId);
    return ids.includes(change?.EventId);
  };
  expect(await found("EventId", change?.EventId ?? "")).toBe(true);
  expect(await found("EventName", "CreateEventBus")).toBe(true);
  expect(await found("ReadOnly", "false")).toBe(true);
  expect(await found("Username", "root")).toBe(true);
  expect(await found("ResourceType", "AWS::Events::EventBus")).toBe(true);
  expect(await found("EventSource", "events.amazonaws.com")).toBe(true);
  expect(await found("AccessKeyId", "123456789012")).toBe(true);
  expect(await found("EventName", "DeleteEventBus")).toBe(false);
  expect(await found("ReadOnly", "true")).toBe(false);
  const [read] = await vi.waitFor(
    async () => {
      const reads = await lookup("EventName", "DescribeEventBus");
      expect(reads).toHaveLength(1);
      return reads;
    },
    { timeout: 10_000 },
  );
  expect(read).toMatchObject({ ReadOnly: "true" });
  expect(JSON.parse(read?.CloudTrailEvent ?? "")).toMatchObject({ responseElements: null });
});

test("failures are recorded with their error", async () => {
  await events.deleteEventBus({ Name: "default" }).catch(() => undefined);
  const [event] = await lookup("EventName", "DeleteEventBus");
  expect(JSON.parse(event?.CloudTrailEvent ?? "")).toMatchObject({
    errorCode: "ValidationException",
    errorMessage: "Cannot delete event bus default.",
    requestParameters: { name: "default" },
    responseElements: null,
  });
});

test("secrets are hidden, even of calls that are not supported", async () => {
  const connection = events.createConnection({
    Name: "c",
    AuthorizationType: "BASIC",
    AuthParameters: { BasicAuthParameters: { Username: "u", Password: "very-secret" } },
  });
  await expect(connection).rejects.toMatchObject({ name: "NotImplementedException" });
  const [event] = await lookup("EventName", "CreateConnection");
  expect(event?.CloudTrailEvent).toContain('"name":"c"');
  expect(event?.CloudTrailEvent).not.toContain("very-secret");
});

test("data events are not in the history", async () => {
  const xray = new XRay(server.clientConfig());
  await events.putEvents({ Entries: [{ Source: "s", DetailType: "d", Detail: "{}" }] });
  await xray.putTraceSegments({ TraceSegmentDocuments: ["{}"] });
  // The record of a change is written with all that waited before it.
  await events.createEventBus({ Name: "after-data" });
  expect(await lookup("ResourceName", "after-data")).toHaveLength(1);
  expect(await lookup("EventName", "PutEvents")).toEqual([]);
  expect(await lookup("EventName", "PutTraceSegments")).toEqual([]);
});

test("pages hold every event once, newest first, and tokens belong to their question", async () => {
  const names = Array.from({ length: 5 }, (_, index) => `page-${index}`);
  for (const Name of names) await events.createEventBus({ Name });
  const question = { LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "CreateEventBus" }] };
  const found: (string | undefined)[] = [];
  let NextToken: string | undefined;
  do {
    const input = { ...question, MaxResults: 2, ...(NextToken && { NextToken }) } as LookupEventsCommandInput;
    const page = await cloudtrail.lookupEvents(input);
    expect(page.Events?.length).toBeLessThanOrEqual(2);
    found.push(...(page.Events?.map(({ Resources }) => Resources?.[0]?.ResourceName) ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  expect(found.slice(0, names.length)).toEqual(names.toReversed());
  expect(new Set(found).size).toBe(found.length);

  const first = await cloudtrail.lookupEvents({ MaxResults: 1 });
  const invalid = { name: "InvalidNextTokenException" };
  const other = { ...question, NextToken: first.NextToken } as LookupEventsCommandInput;
  await expect(cloudtrail.lookupEvents(other)).rejects.toMatchObject(invalid);
  const forged = [1e300, "1", JSON.stringify([null, null, null, null])];
  for (const parts of ["none", forged, {}, [server.clock.now(), "9".repeat(30)]]) {
    const token = typeof parts === "string" ? parts : JSON.stringify(parts);
    const NextToken = Buffer.from(token).toString("base64url");
    await expect(cloudtrail.lookupEvents({ NextToken })).rejects.toMatchObject(invalid);
  }
});

test("times, and what is not valid", async () => {
  const now = server.clock.now();
  await events.createEventBus({ Name: "timed" });
  const at = (offsetMs: number) => new Date(now + offsetMs);
  const timed = (range: object) => lookup("ResourceName", "timed", range);
  expect(await timed({ StartTime: at(-60_000), EndTime: at(60_000) })).toHaveLength(1);
  expect(await timed({ EndTime: new Date("9999-01-01") })).toHaveLength(1);
  expect(await timed({ StartTime: at(-120_000), EndTime: at(-60_000) })).toEqual([]);
  await expect(timed({ StartTime: at(1), EndTime: at(0) })).rejects.toMatchObject({
    name: "InvalidTimeRangeException",
  });
  await expect(timed({ EndTime: at(-91 * 86_400_000) })).rejects.toMatchObject({
    name: "InvalidTimeRangeException",
  });
  const attribute = { AttributeKey: "EventName", AttributeValue: "x" } as const;
  const attributes = { name: "InvalidLookupAttributesException" };
  const two = cloudtrail.lookupEvents({ LookupAttributes: [attribute, attribute] });
  await expect(two).rejects.toMatchObject(attributes);
  await expect(lookup("ReadOnly", "maybe")).rejects.toMatchObject(attributes);
  await expect(cloudtrail.lookupEvents({ MaxResults: 51 })).rejects.toMatchObject({
    name: "ValidationException",
  });
  expect(await lookup("EventName", "x", { EventCategory: "insight" })).toEqual([]);
  const insight = lookup("Username", "root", { EventCategory: "insight" });
  await expect(insight).rejects.toMatchObject(attributes);
});

test("what is older than 90 days is no longer found", async () => {
  const own = await startTestServer();
  onTestFinished(() => own.stop());
  await new EventBridge(own.clientConfig()).createEventBus({ Name: "old" });
  const found = async () => {
    const trail = new CloudTrail(own.clientConfig());
    const LookupAttributes = [{ AttributeKey: "ResourceName", AttributeValue: "old" } as const];
    return (await trail.lookupEvents({ LookupAttributes })).Events ?? [];
  };
  await own.advance(90 * 86_400_000 - 60_000);
  expect(await found()).toHaveLength(1);
  await own.advance(120_000);
  expect(await found()).toEqual([]);
});

test("nobody sees the calls of another account", async () => {
  await events.createEventBus({ Name: "private" });
  const other = new CloudTrail(server.clientConfig({ account: "999999999999" }));
  const { Events } = await other.lookupEvents({
    LookupAttributes: [{ AttributeKey: "ResourceName", AttributeValue: "private" }],
  });
  expect(Events).toEqual([]);
});

test("the history survives a restart, records of reads that were written behind included", async () => {
  const data = mkdtempSync(join(tmpdir(), "groundwatch-restart-"));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const before = await startTestServer({ data });
  const client = new EventBridge(before.clientConfig());
  await client.createEventBus({ Name: "durable" });
  await client.describeEventBus({ Name: "durable" });
  await before.stop();
  const after = await startTestServer({ data });
  onTestFinished(() => after.stop());
  expect((await new EventBridge(after.clientConfig()).describeEventBus({ Name: "durable" })).Name).toBe(
    "durable",
  );
  const { Events } = await new CloudTrail(after.clientConfig()).lookupEvents({
    LookupAttributes: [{ AttributeKey: "ResourceName", AttributeValue: "durable" }],
  });
  const names = Events?.map(({ EventName }) => EventName) ?? [];
  expect(new Set(names)).toEqual(new Set(["CreateEventBus", "DescribeEventBus"]));
});
