// Subscriptions: what is delivered to whom, in AWS's form, after failures and after restarts.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test, vi } from "vitest";
import { withDeliveryServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { payloadOf, type Receiver } from "../support/receiver.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let receiver: Receiver;
let server: TestServer;
let logs: CloudWatchLogs;

withDeliveryServer((started) => ({ receiver, server, logs } = started));

const arnOf = (service: string, resource: string, account = testAccount) =>
  `arn:aws:${service}:${testRegion}:${account}:${resource}`;
const stream = arnOf("kinesis", "stream/events");
const roleArn = "arn:aws:iam::123456789012:role/logs";

const subscribe = (logGroupName: string, destinationArn = stream, options: object = {}) =>
  logs.putSubscriptionFilter({
    logGroupName,
    filterName: "all",
    filterPattern: "",
    destinationArn,
    ...(destinationArn.includes(":lambda:") ? {} : { roleArn }),
    ...options,
  });

/** Forgets what came so far, which are the control messages of filters. */
const delivered = async (ms = 1_000) => {
  await server.advance(ms);
  return receiver.payloads();
};
const messagesOf = (payloads: ReturnType<Receiver["payloads"]>) =>
  payloads.flatMap(({ logEvents }) => logEvents.map(({ message }) => message));

describe("a subscription filter delivers", () => {
  test("what is put after it and matches, by stream, with the ids that readers see", async () => {
    const group = await newLogGroup(server, logs, ["one", "other"]);
    const { logGroupName } = group;
    await group.put([[0, "ERROR before"]], "one");
    await subscribe(logGroupName, stream, { filterPattern: "ERROR" });
    expect(receiver.requests.flatMap(payloadOf)).toMatchObject([
      { messageType: "CONTROL_MESSAGE", owner: "CloudwatchLogs" },
    ]);
    await group.put(
      [
        [-3_600_000, "ERROR old"],
        [0, "fine"],
        [1, "ERROR new"],
      ],
      "one",
    );
    await group.put([[2, "ERROR there"]], "other");
    const payloads = await delivered();
    const { events = [] } = await logs.filterLogEvents({ logGroupName, filterPattern: "ERROR" });
    const eventsOf = (name: string) =>
      events
        .filter(({ logStreamName, message }) => logStreamName === name && message !== "ERROR before")
        .map(({ eventId: id, timestamp, message }) => ({ id, timestamp, message }));
    const common = {
      messageType: "DATA_MESSAGE",
      owner: testAccount,
      logGroup: logGroupName,
      subscriptionFilters: ["all"],
    };
    // Streams do not wait for each other.
    expect(payloads.toSorted((one, other) => one.logStream.localeCompare(other.logStream))).toEqual([
      { ...common, logStream: "one", logEvents: eventsOf("one") },
      { ...common, logStream: "other", logEvents: eventsOf("other") },
    ]);
    const record = receiver.requests.find((request) => payloadOf(request)[0]?.logStream === "other");
    expect(record?.headers["x-amz-target"]).toBe("Kinesis_20131202.PutRecord");
    expect(record?.headers.authorization).toContain("Credential=delivery/");
    expect(JSON.parse(String(record?.body))).toMatchObject({
      StreamName: "events",
      PartitionKey: "other",
    });
    expect(await delivered()).toHaveLength(2);
  });

  test("to delivery streams, functions, search domains and addresses", async () => {
    const targets = [
      arnOf("firehose", "deliverystream/f"),
      arnOf("lambda", "function:f"),
      arnOf("es", "domain/d/logs"),
      `${receiver.url}/hook`,
    ];
    const groups = [];
    for (const target of targets) {
      const group = await newLogGroup(server, logs);
      await subscribe(group.logGroupName, target);
      groups.push(group);
    }
    receiver.requests.length = 0;
    for (const group of groups) await group.put([[0, '{"a":1}']]);
    const payloads = await delivered();
    // Subscriptions do not wait for each other.
    expect(payloads.map(({ logGroup }) => logGroup).toSorted()).toEqual(
      [groups[0], groups[1], groups[3]].map((group) => group?.logGroupName).toSorted(),
    );
    const requestTo = (wanted: string) => receiver.requests.find(({ path }) => path === wanted);
    const functionPath = `/2015-03-31/functions/${encodeURIComponent(targets[1] ?? "")}/invocations`;
    expect(receiver.requests.map(({ path }) => path).toSorted()).toEqual(
      ["/", functionPath, "/_bulk", "/hook"].toSorted(),
    );
    expect(requestTo(functionPath)?.headers["x-amz-invocation-type"]).toBe("Event");
    const [action, document] = String(requestTo("/_bulk")?.body).split("\n");
    expect(JSON.parse(action ?? "")).toMatchObject({ index: { _index: "logs" } });
    expect(JSON.parse(document ?? "")).toMatchObject({
      a: 1,
      "@message": '{"a":1}',
      "@log_group": groups[2]?.logGroupName,
    });
  });

  test("under partition keys that a stream takes, however long the names of streams are", async () => {
    const names = ["x".repeat(256), "y".repeat(257), "z".repeat(512)] as const;
    const group = await newLogGroup(server, logs, names);
    await subscribe(group.logGroupName);
    for (let round = 0; round < 2; round++) {
      for (const name of names) await group.put([[round, "event"]], name);
      await delivered();
    }
    const keys = receiver.requests
      .filter((request) => payloadOf(request)[0]?.messageType === "DATA_MESSAGE")
      .map(({ body }) => (JSON.parse(String(body)) as { readonly PartitionKey: string }).PartitionKey);
    expect(keys).toHaveLength(6);
    expect(keys.filter((key) => key.length > 256)).toEqual([]);
    expect(new Set(keys).size).toBe(3);
    expect(keys).toContain(names[0]);
  });

  test("at random, if it is asked for", async () => {
    const group = await newLogGroup(server, logs);
    await subscribe(group.logGroupName, stream, { distribution: "Random" });
    receiver.requests.length = 0;
    for (let round = 0; round < 2; round++) {
      await group.put([[round, "event"]]);
      await delivered();
    }
    const keys = receiver.requests.map(
      ({ body }) => (JSON.parse(String(body)) as { readonly PartitionKey: string }).PartitionKey,
    );
    expect(keys).toHaveLength(2);
    expect(new Set([...keys, "stream"]).size).toBe(3);
  });

  test("system fields, if they are asked for, and nothing where criteria leave it out", async () => {
    const group = await newLogGroup(server, logs);
    const emitSystemFields = ["@aws.account", "@source.log"];
    await subscribe(group.logGroupName, stream, { emitSystemFields });
    await subscribe(group.logGroupName, stream, {
      filterName: "elsewhere",
      fieldSelectionCriteria: '@aws.region = "eu-west-1"',
    });
    await group.put([[0, "event"]]);
    const payloads = await delivered();
    expect(payloads).toHaveLength(1);
    expect(payloads[0]?.logEvents[0]?.extractedFields).toEqual({
      "@aws.account": testAccount,
      "@source.log": group.logGroupName,
    });
  });

  test("what a transformer made of events, if it is put so", async () => {
    const { logGroupName, put } = await newLogGroup(server, logs);
    const transformerConfig = [{ parseJSON: {} }, { addKeys: { entries: [{ key: "kind", value: "made" }] } }];
    await logs.putTransformer({ logGroupIdentifier: logGroupName, transformerConfig });
    const filterPattern = '{ $.kind = "made" }';
    await subscribe(logGroupName, stream, { applyOnTransformedLogs: true, filterPattern });
    await subscribe(logGroupName, stream, { filterName: "other", filterPattern });
    await put([[0, '{"a":1}']]);
    const payloads = await delivered();
    expect(payloads.map(({ subscriptionFilters }) => subscriptionFilters)).toEqual([["all"]]);
    expect(JSON.parse(messagesOf(payloads)[0] ?? "")).toEqual({ a: 1, kind: "made" });
  });

  test("many events in payloads of a limited size, in their order", async () => {
    const group = await newLogGroup(server, logs);
    await subscribe(group.logGroupName);
    const expected: string[] = [];
    for (let batch = 0; batch < 3; batch++) {
      const messages = Array.from({ length: 6_000 }, (_, index) => `${batch} ${index} ${"x".repeat(100)}`);
      await group.put(messages.map((message) => [batch, message] as const));
      expected.push(...messages);
    }
    const payloads = await delivered(2_000);
    expect(payloads.length).toBeGreaterThan(3);
    expect(messagesOf(payloads)).toEqual(expected);
  });

  test("what comes while a payload is on its way together with what comes soon after", async () => {
    const group = await newLogGroup(server, logs);
    await subscribe(group.logGroupName);
    await group.put([[0, "first"]]);
    const answer = receiver.hold();
    const delivering = server.advance(500);
    await answer.asked;
    await group.put([[1, "second"]]);
    answer.give();
    await delivering;
    await group.put([[2, "third"]]);
    expect((await delivered(500)).map((payload) => messagesOf([payload]))).toEqual([
      ["first"],
      ["second", "third"],
    ]);
  });
});

describe("what cannot be delivered", () => {
  test("is tried again, later each time, and the attempts can be seen", async () => {
    const group = await newLogGroup(server, logs);
    await subscribe(group.logGroupName);
    await group.put([[0, "first"]]);
    receiver.answers.push([500, "out of order"], [400, "still"]);
    expect(await delivered()).toEqual([]);
    await group.put([[0, "second"]]);
    await server.advance(60_000);
    expect(messagesOf(receiver.payloads())).toEqual(["first", "second"]);
    const place = { account: testAccount, region: testRegion };
    const attempts = await server.dependencies.deliveryAttempts.list(place, { limit: 3 });
    expect(attempts.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [3, "Succeeded"],
      [2, "Failed"],
      [1, "Failed"],
    ]);
    expect(attempts[2]?.detail).toContain("500: out of order");
  });

  test("is given up after a day, and what follows is delivered", async () => {
    const group = await newLogGroup(server, logs);
    await subscribe(group.logGroupName);
    await group.put([[0, "lost"]]);
    receiver.answers.push(...Array.from({ length: 153 }, () => [503, "down"] as const));
    await server.advance(25 * 3_600_000);
    await group.put([[0, "kept"]]);
    expect(messagesOf(await delivered())).toEqual(["kept"]);
  });

  test("is nothing of what comes from many at once, at any time", async () => {
    const open = await startTestServer({ clock: "system", serviceEndpoints: receiver.endpointsFile });
    const client = new CloudWatchLogs(open.clientConfig());
    const streams = ["a", "b", "c", "d"];
    const group = await newLogGroup(open, client, streams);
    const { logGroupName } = group;
    await client.putSubscriptionFilter({
      logGroupName,
      filterName: "f",
      filterPattern: "",
      destinationArn: stream,
      roleArn,
    });
    const expected: string[] = [];
    const put = async (writer: number) => {
      for (let batch = 0; batch < 15; batch++) {
        const offset = -Math.floor(Math.random() * 10_000_000);
        const messages = [0, 1, 2].map((index) => `${writer} ${batch} ${index}`);
        expected.push(...messages);
        await group.put(
          messages.map((message, index) => [offset + index, message] as const),
          streams[writer % 4],
        );
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, writer) => put(writer)));
    await vi.waitFor(() => expect(messagesOf(receiver.payloads()).toSorted()).toEqual(expected.toSorted()), {
      timeout: 10_000,
    });
    await open.stop();
  });

  test("waits for the server that comes after this one", async () => {
    const first = await startTestServer({ serviceEndpoints: receiver.endpointsFile });
    const { dataFolder: data } = first;
    const settings = { data, serviceEndpoints: receiver.endpointsFile };
    await first.stop();
    const open = await startTestServer(settings);
    const client = new CloudWatchLogs(open.clientConfig());
    const group = await newLogGroup(open, client);
    const { logGroupName } = group;
    await client.putSubscriptionFilter({
      logGroupName,
      filterName: "f",
      filterPattern: "",
      destinationArn: stream,
      roleArn,
    });
    await group.put([[0, "before the stop"]]);
    await open.stop();
    expect(receiver.payloads()).toEqual([]);
    const again = await startTestServer(settings, { startAt: open.clock.now() + 1_000 });
    await again.advance(1_000);
    expect(messagesOf(receiver.payloads())).toEqual(["before the stop"]);
    await again.stop();
  });
});

describe("subscription filters", () => {
  test("are described, replaced and deleted, two for a group", async () => {
    const { logGroupName, put } = await newLogGroup(server, logs);
    await subscribe(logGroupName, stream, { distribution: "Random", emitSystemFields: ["@aws.region"] });
    await subscribe(logGroupName, stream, { filterName: "second", filterPattern: "ERROR" });
    expect(await refusal(subscribe(logGroupName, stream, { filterName: "third" }))).toContain(
      "LimitExceededException",
    );
    const { subscriptionFilters } = await logs.describeSubscriptionFilters({ logGroupName });
    expect(subscriptionFilters).toEqual([
      {
        filterName: "all",
        logGroupName,
        filterPattern: "",
        destinationArn: stream,
        roleArn,
        distribution: "Random",
        emitSystemFields: ["@aws.region"],
        applyOnTransformedLogs: false,
        creationTime: server.clock.now(),
      },
      expect.objectContaining({ filterName: "second", distribution: "ByLogStream" }),
    ]);
    const some = { logGroupName, filterNamePrefix: "s" };
    expect((await logs.describeSubscriptionFilters(some)).subscriptionFilters).toHaveLength(1);
    await subscribe(logGroupName, stream, { filterPattern: "never" });
    await logs.deleteSubscriptionFilter({ logGroupName, filterName: "second" });
    receiver.requests.length = 0;
    await put([[0, "ERROR"]]);
    expect(await delivered()).toEqual([]);
    const gone = logs.deleteSubscriptionFilter({ logGroupName, filterName: "second" });
    expect(await refusal(gone)).toContain("ResourceNotFoundException");
  });

  test.each<[string, string, object, string]>([
    ["no pattern", stream, { filterPattern: "{ $.a" }, "Invalid filter pattern"],
    ["transformed events", stream, { applyOnTransformedLogs: true }, "log transformer"],
    ["other system fields", stream, { emitSystemFields: ["@a"] }, "Invalid system field"],
  ])("are refused: %s", async (_what, destination, options, message) => {
    const { logGroupName } = await newLogGroup(server, logs);
    expect(await refusal(subscribe(logGroupName, destination, options))).toContain(message);
  });

  test("are refused when the test message does not arrive", async () => {
    const { logGroupName } = await newLogGroup(server, logs);
    receiver.answers.push([400, "no such stream"]);
    expect(await refusal(subscribe(logGroupName))).toContain("Could not deliver test message");
    const { subscriptionFilters } = await logs.describeSubscriptionFilters({ logGroupName });
    expect(subscriptionFilters).toEqual([]);
  });
});
