// EventBridge through its official client: buses, their tags and policies, and events with all their errors.
import { EventBridge, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, testAccount as account, type TestServer } from "../support/server.ts";

let server: TestServer;
let events: EventBridge;

beforeAll(async () => {
  server = await startTestServer();
  events = new EventBridge(server.clientConfig());
});

afterAll(() => server.stop());

const arnOf = (name: string) => `arn:aws:events:us-east-1:${account}:event-bus/${name}`;

describe("event buses", () => {
  test("the default bus is always there, and stays", async () => {
    expect(await events.describeEventBus({})).toMatchObject({ Name: "default", Arn: arnOf("default") });
    const { EventBuses } = await new EventBridge(
      server.clientConfig({ account: "999999999999" }),
    ).listEventBuses({});
    expect(EventBuses?.map(({ Name }) => Name)).toEqual(["default"]);
    await expect(events.deleteEventBus({ Name: "default" })).rejects.toMatchObject({
      name: "ValidationException",
      message: "Cannot delete event bus default.",
    });
    await expect(events.createEventBus({ Name: "default" })).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
    });
  });

  test("a custom bus from its creation to its end", async () => {
    const made = await events.createEventBus({
      Name: "orders",
      Description: "all orders",
      DeadLetterConfig: { Arn: "arn:aws:sqs:us-east-1:123456789012:dead" },
    });
    expect(made).toMatchObject({
      EventBusArn: arnOf("orders"),
      Description: "all orders",
      DeadLetterConfig: { Arn: "arn:aws:sqs:us-east-1:123456789012:dead" },
    });
    await expect(events.createEventBus({ Name: "orders" })).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
      message: "Event bus orders already exists.",
    });
    const found = await events.describeEventBus({ Name: arnOf("orders") });
    expect(found).toMatchObject({ Name: "orders", Arn: arnOf("orders"), Description: "all orders" });
    expect(found.CreationTime).toEqual(found.LastModifiedTime);
    const updated = await events.updateEventBus({ Name: "orders", Description: "new" });
    expect(updated).toMatchObject({ Name: "orders", Arn: arnOf("orders"), Description: "new" });
    expect(updated.DeadLetterConfig).toEqual(made.DeadLetterConfig);
    const without = await events.updateEventBus({ Name: "orders", DeadLetterConfig: {} });
    expect(without.DeadLetterConfig).toBeUndefined();
    await events.deleteEventBus({ Name: "orders" });
    await events.deleteEventBus({ Name: "orders" });
    await expect(events.describeEventBus({ Name: "orders" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Event bus orders does not exist.",
    });
  });

  test("listing by prefix, in pages", async () => {
    const names = Array.from({ length: 5 }, (_, index) => `page-${index}`);
    for (const Name of names) await events.createEventBus({ Name });
    const first = await events.listEventBuses({ NamePrefix: "page-", Limit: 3 });
    expect(first.EventBuses?.map(({ Name }) => Name)).toEqual(names.slice(0, 3));
    const { NextToken } = first;
    const second = await events.listEventBuses({ NamePrefix: "page-", Limit: 3, NextToken });
    expect(second.EventBuses?.map(({ Name }) => Name)).toEqual(names.slice(3));
    expect(second.NextToken).toBeUndefined();
    await expect(events.listEventBuses({ NextToken: "none" })).rejects.toMatchObject({
      name: "ValidationException",
    });
  });

  test("what would be a promise that nobody keeps is refused", async () => {
    const notImplemented = { name: "NotImplementedException", $metadata: { httpStatusCode: 501 } };
    const kms = events.createEventBus({ Name: "secret", KmsKeyIdentifier: "key" });
    await expect(kms).rejects.toMatchObject(notImplemented);
    const logs = events.updateEventBus({ Name: "default", LogConfig: { Level: "INFO" } });
    await expect(logs).rejects.toMatchObject(notImplemented);
    await expect(events.createEventBus({ Name: "a/b" })).rejects.toMatchObject({
      name: "ValidationException",
    });
    const partner = events.createEventBus({ Name: "p", EventSourceName: "aws.partner/a/b" });
    await expect(partner).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(events.listRules({})).rejects.toMatchObject(notImplemented);
  });

  test("tags", async () => {
    await events.createEventBus({ Name: "tagged", Tags: [{ Key: "a", Value: "1" }] });
    const ResourceARN = arnOf("tagged");
    await events.tagResource({ ResourceARN, Tags: [{ Key: "b", Value: "2" }] });
    await events.untagResource({ ResourceARN, TagKeys: ["a"] });
    expect((await events.listTagsForResource({ ResourceARN })).Tags).toEqual([{ Key: "b", Value: "2" }]);
    const rule = events.listTagsForResource({ ResourceARN: `arn:aws:events:us-east-1:${account}:rule/r` });
    await expect(rule).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Rule r does not exist on EventBus default.",
    });
    const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: "" }));
    const refused = { name: "ValidationException" };
    await expect(events.tagResource({ ResourceARN, Tags: many })).rejects.toMatchObject(refused);
    const reserved = events.tagResource({ ResourceARN, Tags: [{ Key: "aws:x", Value: "" }] });
    await expect(reserved).rejects.toMatchObject(refused);
  });

  test("permissions become the policy that describing shows", async () => {
    await events.createEventBus({ Name: "shared" });
    const EventBusName = "shared";
    const policy = async () => (await events.describeEventBus({ Name: EventBusName })).Policy;
    await expect(events.removePermission({ EventBusName, StatementId: "a" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "EventBus does not have a policy.",
    });
    const Action = "events:PutEvents";
    await events.putPermission({ EventBusName, Action, Principal: "111111111111", StatementId: "a" });
    await events.putPermission({ EventBusName, Action, Principal: "*", StatementId: "b" });
    expect(JSON.parse((await policy()) ?? "")).toMatchObject({
      Version: "2012-10-17",
      Statement: [{ Sid: "a", Principal: { AWS: "arn:aws:iam::111111111111:root" } }, { Sid: "b" }],
    });
    await expect(events.removePermission({ EventBusName, StatementId: "c" })).rejects.toMatchObject({
      message: "Statement with the provided id does not exist.",
    });
    await events.removePermission({ EventBusName, StatementId: "a" });
    await events.removePermission({ EventBusName, RemoveAllPermissions: true });
    expect(await policy()).toBeUndefined();
    const whole = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action }] };
    await events.putPermission({ EventBusName, Policy: JSON.stringify(whole) });
    expect(JSON.parse((await policy()) ?? "")).toEqual(whole);
    const long = { ...whole, Statement: [{ ...whole.Statement[0], Sid: "x".repeat(11_000) }] };
    const tooLong = events.putPermission({ EventBusName, Policy: JSON.stringify(long) });
    await expect(tooLong).rejects.toMatchObject({ name: "PolicyLengthExceededException" });
    const Condition = { Type: "StringEquals", Key: "aws:PrincipalOrgID", Value: "o-1" };
    const both = events.putPermission({ EventBusName, Policy: JSON.stringify(whole), Condition });
    await expect(both).rejects.toMatchObject({ name: "ValidationException" });
    const other = { EventBusName, Action: "events:PutRule", Principal: "*", StatementId: "a" };
    await expect(events.putPermission(other)).rejects.toMatchObject({
      name: "ValidationException",
      message: "Provided value in parameter 'action' is not supported.",
    });
  });
});

describe("events", () => {
  const entry: PutEventsRequestEntry = { Source: "shop", DetailType: "order", Detail: "{}" };

  test("good entries get ids, the others their errors, in their places", async () => {
    const { FailedEntryCount, Entries } = await events.putEvents({
      Entries: [
        entry,
        { ...entry, Detail: "[]" },
        { ...entry, Source: "aws.ec2" },
        { ...entry, DetailType: "" },
        { ...entry, EventBusName: `arn:aws:events:us-east-1:111111111111:event-bus/x` },
        { ...entry, EventBusName: `arn:aws:events:eu-west-1:${account}:event-bus/x` },
        { ...entry, Time: new Date(0), Resources: ["r"], EventBusName: arnOf("default") },
      ],
    });
    expect(FailedEntryCount).toBe(5);
    expect(Entries?.map(({ EventId, ErrorCode }) => ErrorCode ?? typeof EventId)).toEqual([
      "string",
      "MalformedDetail",
      "NotAuthorizedForSourceException",
      "InvalidArgument",
      "AccessDeniedException",
      "InvalidArgument",
      "string",
    ]);
    expect(Entries?.[1]?.ErrorMessage).toBe("Detail is malformed.");
  });

  test("the request is bounded: ten entries, one mebibyte", async () => {
    const eleven = events.putEvents({ Entries: Array.from({ length: 11 }, () => entry) });
    await expect(eleven).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(
        /at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10/,
      ),
    });
    const detailOf = (bytes: number) => JSON.stringify({ x: "x".repeat(bytes - 8) });
    const room = 1024 * 1024 - "shop".length - "order".length;
    const fits = await events.putEvents({ Entries: [{ ...entry, Detail: detailOf(room) }] });
    expect(fits.FailedEntryCount).toBe(0);
    const larger = events.putEvents({ Entries: [{ ...entry, Detail: detailOf(room + 1) }] });
    await expect(larger).rejects.toMatchObject({
      name: "ValidationException",
      message: "Total size of the entries in the request is over the limit.",
    });
  });

  test("any time of JavaScript's can be put", async () => {
    for (const Time of [new Date(-8.64e15), new Date(8.64e15), new Date("2300-01-01")]) {
      expect((await events.putEvents({ Entries: [{ ...entry, Time }] })).FailedEntryCount).toBe(0);
    }
  });

  test("a global endpoint is not supported", async () => {
    const answer = await raw("AWSEvents.PutEvents", { EndpointId: "a.b", Entries: [entry] });
    expect(answer).toMatchObject({ status: 501, body: { __type: "NotImplementedException" } });
  });

  test("the old name of CloudWatch Events speaks the same targets", async () => {
    const answer = await raw("AWSEvents.PutEvents", { Entries: [{ ...entry, Source: "old" }] });
    expect(answer).toMatchObject({ status: 200, body: { FailedEntryCount: 0 } });
    const buses = await raw("AWSEvents.ListEventBuses", { Limit: 1 });
    expect(buses.body).toMatchObject({ EventBuses: [{ Name: "default" }] });
  });

  /** As the AWS CLI's `events` commands send it. */
  async function raw(target: string, body: object) {
    const scope = `${account}/20261121/us-east-1/events/aws4_request`;
    const response = await fetch(server.endpoint, {
      method: "POST",
      headers: {
        "x-amz-target": target,
        "content-type": "application/x-amz-json-1.1",
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`,
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }
});
