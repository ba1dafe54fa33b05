// What becomes of events that wait for a target that fails, when their subscription, or their group, changes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, onTestFinished, test } from "vitest";
import {
  cursorScope,
  filterCursorKey,
  subscriptionCollections,
} from "../../src/storage/log-subscriptions.ts";
import { withDeliveryServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import type { Receiver } from "../support/receiver.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let receiver: Receiver;
let server: TestServer;
let logs: CloudWatchLogs;

withDeliveryServer((started) => ({ receiver, server, logs } = started));

const streamOf = (name: string) => `arn:aws:kinesis:${testRegion}:${testAccount}:stream/${name}`;
const filterName = "all";

const subscribe = (logGroupName: string, options: object = {}) =>
  logs.putSubscriptionFilter({
    logGroupName,
    filterName,
    filterPattern: "",
    destinationArn: streamOf("events"),
    roleArn: "arn:aws:iam::123456789012:role/logs",
    ...options,
  });

type Group = Awaited<ReturnType<typeof newLogGroup>>;

/** A group whose subscriber has failed to take its events so far, and can take them from now on. */
async function behind(...messages: readonly string[]): Promise<Group> {
  const group = await newLogGroup(server, logs);
  await subscribe(group.logGroupName);
  receiver.answers.push([503, "busy"], [429, "slow down"], [500, "broken"]);
  await group.put(messages.map((message) => [0, message] as const));
  await server.advance(600);
  expect(receiver.answers).toHaveLength(2);
  receiver.answers.length = 0;
  receiver.requests.length = 0;
  return group;
}

/** What is delivered until something is, with the streams that it went to. */
async function delivered() {
  for (let second = 0; second < 60 && receiver.payloads().length === 0; second++) await server.advance(1_000);
  await server.advance(1_000);
  return {
    messages: receiver.payloads().flatMap(({ logEvents }) => logEvents.map(({ message }) => message)),
    streams: receiver.requests
      .map(({ body }) => JSON.parse(String(body)) as { readonly StreamName: string })
      .map(({ StreamName }) => StreamName),
  };
}

test("a filter that is replaced delivers what waits as it says now", async () => {
  const { logGroupName } = await behind("ERROR one", "fine", "ERROR two");
  await subscribe(logGroupName, { destinationArn: streamOf("elsewhere"), filterPattern: "ERROR" });
  const { messages, streams } = await delivered();
  expect(messages).toEqual(["ERROR one", "ERROR two"]);
  expect(new Set(streams)).toEqual(new Set(["elsewhere"]));
});

test("a filter that is deleted delivers nothing more, one after it what comes then", async () => {
  const { logGroupName, put } = await behind("lost");
  await logs.deleteSubscriptionFilter({ logGroupName, filterName });
  for (let second = 0; second < 10; second++) await server.advance(1_000);
  expect(receiver.payloads()).toEqual([]);
  await put([[0, "between"]]);
  await subscribe(logGroupName);
  await put([[0, "after"]]);
  expect((await delivered()).messages).toEqual(["after"]);
});

test("what comes later does not bring the next attempt forward", async () => {
  const { put } = await behind("first");
  receiver.answers.push(...Array.from({ length: 20 }, () => [503, "busy"] as const));
  for (let second = 0; second < 30; second++) await server.advance(1_000);
  const left = receiver.answers.length;
  for (let second = 0; second < 5; second++) {
    await put([[second, "later"]]);
    await server.advance(1_000);
  }
  expect(left - receiver.answers.length).toBeLessThanOrEqual(1);
  receiver.answers.length = 0;
  expect((await delivered()).messages).toEqual(["first", ...Array.from({ length: 5 }, () => "later")]);
});

test("a record that a delivery stream reports as failed is sent again", async () => {
  const { logGroupName, put } = await newLogGroup(server, logs);
  const destinationArn = `arn:aws:firehose:${testRegion}:${testAccount}:deliverystream/f`;
  await subscribe(logGroupName, { destinationArn });
  receiver.requests.length = 0;
  const failed = { FailedPutCount: 1, RequestResponses: [{ ErrorMessage: "slow down" }] };
  receiver.answers.push([200, JSON.stringify(failed)]);
  await put([[0, "event"]]);
  for (let second = 0; second < 10 && receiver.requests.length < 2; second++) await server.advance(1_000);
  expect(receiver.payloads().map(({ logEvents }) => logEvents)).toMatchObject([
    [{ message: "event" }],
    [{ message: "event" }],
  ]);
  const place = { account: testAccount, region: testRegion };
  const attempts = await server.dependencies.deliveryAttempts.list(place, { limit: 2 });
  expect(attempts.map(({ outcome }) => outcome)).toEqual(["Succeeded", "Failed"]);
  expect(attempts[1]?.detail).toContain("slow down");
});

test("a group that is deleted takes what waits with it, also when another one has its name", async () => {
  const { logGroupName, put } = await behind("old");
  await logs.deleteLogGroup({ logGroupName });
  await logs.createLogGroup({ logGroupName });
  await logs.createLogStream({ logGroupName, logStreamName: "stream" });
  await subscribe(logGroupName);
  await put([[0, "new"]]);
  expect((await delivered()).messages).toEqual(["new"]);
});

test("a subscription that cannot be read keeps no other one from delivering", async () => {
  const scope = `${testAccount}/${testRegion}`;
  const { filters, cursors } = subscriptionCollections;
  const key = "a-group:broken";
  const broken = { groupId: 1, filterPattern: "{ $.a = ", destinationArn: streamOf("events"), createdAt: 0 };
  const { state } = server.dependencies;
  await state.write([
    { kind: "put", collection: filters, scope, key, value: { ...broken, distribution: "ByLogStream" } },
    {
      kind: "put",
      collection: cursors,
      scope: cursorScope,
      key: filterCursorKey(scope, key),
      value: { sequence: "0" },
    },
  ]);
  const { logGroupName, put } = await newLogGroup(server, logs);
  await subscribe(logGroupName);
  await put([[0, "event"]]);
  expect((await delivered()).messages).toEqual(["event"]);
});

test(
  "what a server waited for when it was stopped is sent by the next one",
  { timeout: 60_000 },
  async () => {
    const data = mkdtempSync(join(tmpdir(), "groundwatch-behind-"));
    onTestFinished(() => rmSync(data, { recursive: true, force: true }));
    const settings = { data, serviceEndpoints: receiver.endpointsFile };
    const open = await startTestServer(settings);
    const client = new CloudWatchLogs(open.clientConfig());
    const { logGroupName, put } = await newLogGroup(open, client);
    await client.putSubscriptionFilter({
      logGroupName,
      filterName,
      filterPattern: "",
      destinationArn: streamOf("events"),
      roleArn: "arn:aws:iam::123456789012:role/logs",
    });
    await put([[0, "event"]]);
    receiver.answers.push([503, "too late"]);
    const held = receiver.hold();
    const delivering = open.advance(1_000).catch(() => undefined);
    await held.asked;
    await open.stop();
    held.give();
    await delivering;
    const again = await startTestServer(settings, { startAt: open.clock.now() + 1_000 });
    await again.advance(1_000);
    expect(receiver.payloads().flatMap(({ logEvents }) => logEvents)).toMatchObject([{ message: "event" }]);
    await again.stop();
  },
);

test("events that a search domain has no place for keep nothing behind them waiting", async () => {
  const { logGroupName, put } = await newLogGroup(server, logs);
  const destinationArn = `arn:aws:es:${testRegion}:${testAccount}:domain/d/logs`;
  await subscribe(logGroupName, { destinationArn });
  const refused = { index: { status: 400, error: { reason: "failed to parse field [a]" } } };
  receiver.answers.push([200, JSON.stringify({ errors: true, items: [refused] })]);
  await put([[0, '{"a":"text"}']]);
  await server.advance(1_000);
  expect(receiver.requests).toHaveLength(1);
  await put([[0, '{"a":2}']]);
  for (let second = 0; second < 10 && receiver.requests.length < 2; second++) await server.advance(1_000);
  expect(receiver.requests.map(({ body }) => String(body).includes('{"a":2,'))).toEqual([false, true]);
  const place = { account: testAccount, region: testRegion };
  const [attempt] = await server.dependencies.deliveryAttempts.list(place, { limit: 1 });
  expect(attempt).toMatchObject({ attempt: 1, outcome: "GivenUp" });
  expect(attempt?.detail).toContain("1 events were not taken: failed to parse field [a]");
});
