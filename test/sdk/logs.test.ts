// CloudWatch Logs through its official client: groups, streams, events in and out, limits and errors.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudWatchLogs,
  paginateDescribeLogGroups,
  paginateDescribeLogStreams,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test } from "vitest";
import { withLogsServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

const newGroup = (streamNames?: readonly string[]) => newLogGroup(server, logs, streamNames);

describe("groups", () => {
  test("are created once, described, and gone when deleted", async () => {
    await logs.createLogGroup({ logGroupName: "/made/once", tags: { team: "a" } });
    expect(await refusal(logs.createLogGroup({ logGroupName: "/made/once" }))).toBe(
      "ResourceAlreadyExistsException: The specified log group already exists",
    );
    const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: "/made" });
    const arn = `arn:aws:logs:${testRegion}:${testAccount}:log-group:/made/once`;
    expect(logGroups).toEqual([
      {
        logGroupName: "/made/once",
        creationTime: server.clock.now(),
        metricFilterCount: 0,
        arn: `${arn}:*`,
        logGroupArn: arn,
        storedBytes: 0,
        logGroupClass: "STANDARD",
        deletionProtectionEnabled: false,
        bearerTokenAuthenticationEnabled: false,
      },
    ]);
    await logs.deleteLogGroup({ logGroupName: "/made/once" });
    expect(await refusal(logs.deleteLogGroup({ logGroupName: "/made/once" }))).toBe(
      "ResourceNotFoundException: The specified log group does not exist.",
    );
  });

  test("of the same name are another group after a deletion", async () => {
    const group = await newGroup();
    await group.put([[0, "old"]]);
    await logs.deleteLogGroup({ logGroupName: group.logGroupName });
    await logs.createLogGroup({ logGroupName: group.logGroupName });
    await logs.createLogStream({ logGroupName: group.logGroupName, logStreamName: "stream" });
    expect((await group.get()).events).toEqual([]);
  });

  test("are listed page by page, by prefix and by pattern", async () => {
    const names = Array.from({ length: 7 }, (_, index) => `/page/Group-${index}`);
    for (const logGroupName of names) await logs.createLogGroup({ logGroupName });
    const found: (string | undefined)[] = [];
    for await (const page of paginateDescribeLogGroups(
      { client: logs, pageSize: 3 },
      { logGroupNamePrefix: "/page/" },
    )) {
      found.push(...(page.logGroups ?? []).map((group) => group.logGroupName));
    }
    expect(found).toEqual(names);
    const byPattern = await logs.describeLogGroups({ logGroupNamePattern: "Group-3" });
    expect(byPattern.logGroups).toEqual([
      {
        logGroupName: "/page/Group-3",
        creationTime: expect.any(Number),
        arn: expect.stringMatching(/Group-3:\*$/),
      },
    ]);
    expect((await logs.describeLogGroups({ logGroupNamePattern: "group-3" })).logGroups).toEqual([]);
    const listed = await logs.listLogGroups({ logGroupNamePattern: "^/page/Group-1" });
    expect(listed.logGroups).toMatchObject([{ logGroupName: "/page/Group-1", logGroupClass: "STANDARD" }]);
    const several = await logs.listLogGroups({ logGroupNamePattern: "^/page/Group-1|p-4|^Group-5" });
    expect(several.logGroups?.map((group) => group.logGroupName)).toEqual([names[1], names[4]]);
  });

  test("are narrowed to tags, identifiers and accounts, or the call is refused", async () => {
    const tags = { "listed-by": "tag" };
    const { logGroupName } = await newGroup();
    await logs.tagLogGroup({ logGroupName, tags });
    const tagged = await logs.listLogGroups({ logGroupTags: [{ key: "listed-by", values: ["T*"] }] });
    expect(tagged.logGroups?.map((group) => group.logGroupName)).toEqual([logGroupName]);
    const only = { logGroupIdentifiers: [logGroupName] };
    expect((await logs.describeLogGroups(only)).logGroups).toMatchObject([{ logGroupName }]);
    expect(await refusal(logs.describeLogGroups({ ...only, logGroupNamePrefix: "x" }))).toBe(
      "InvalidParameterException: LogGroup identifiers cannot be combined with a prefix, a pattern or " +
        "a class.",
    );
    const account = (id: string) => ({ accountIdentifiers: [id], includeLinkedAccounts: true });
    for (const list of [
      async (options: object) => (await logs.describeLogGroups({ ...options, limit: 1 })).logGroups,
      async (options: object) => (await logs.listLogGroups({ ...options, limit: 1 })).logGroups,
    ]) {
      expect(await list(account(testAccount))).toHaveLength(1);
      expect(await list(account("999999999999"))).toEqual([]);
      expect(await refusal(list({ accountIdentifiers: [testAccount] }))).toMatch(/^InvalidParameter/);
    }
  });

  test("under protection are not deleted", async () => {
    const { logGroupName } = await newGroup();
    await logs.putLogGroupDeletionProtection({
      logGroupIdentifier: logGroupName,
      deletionProtectionEnabled: true,
    });
    expect(await refusal(logs.deleteLogGroup({ logGroupName }))).toContain("ValidationException");
    await logs.putLogGroupDeletionProtection({
      logGroupIdentifier: logGroupName,
      deletionProtectionEnabled: false,
    });
    await logs.deleteLogGroup({ logGroupName });
  });

  test("carry tags, by the old and the new operations", async () => {
    const { logGroupName } = await newGroup();
    const resourceArn = `arn:aws:logs:${testRegion}:${testAccount}:log-group:${logGroupName}`;
    await logs.tagResource({ resourceArn, tags: { a: "1", b: "2" } });
    await logs.tagLogGroup({ logGroupName, tags: { c: "3" } });
    await logs.untagResource({ resourceArn, tagKeys: ["a"] });
    expect((await logs.listTagsForResource({ resourceArn })).tags).toEqual({ b: "2", c: "3" });
    await logs.untagLogGroup({ logGroupName, tags: ["b"] });
    expect((await logs.listTagsLogGroup({ logGroupName })).tags).toEqual({ c: "3" });
  });

  test("of another account or region are other groups", async () => {
    const { logGroupName } = await newGroup();
    for (const other of [{ account: "999999999999" }, { region: "eu-west-1" }]) {
      const elsewhere = new CloudWatchLogs(server.clientConfig(other));
      expect((await elsewhere.describeLogGroups({})).logGroups).toEqual([]);
      await elsewhere.createLogGroup({ logGroupName });
      await elsewhere.deleteLogGroup({ logGroupName });
    }
    expect(
      (await logs.describeLogGroups({ logGroupNamePrefix: logGroupName })).logGroups?.length,
    ).toBeGreaterThan(0);
  });

  test("have names and retentions within AWS's limits", async () => {
    expect(await refusal(logs.createLogGroup({ logGroupName: "no spaces" }))).toMatch(
      /^InvalidParameterException: 1 validation error detected: Value 'no spaces' at 'logGroupName' failed/,
    );
    const { logGroupName } = await newGroup();
    expect(await refusal(logs.putRetentionPolicy({ logGroupName, retentionInDays: 2 }))).toMatch(
      /^InvalidParameterException/,
    );
  });
});

describe("streams", () => {
  test("show their first and last events as soon as these are stored", async () => {
    const group = await newGroup(["a", "b"]);
    await group.put(
      [
        [-2000, "one"],
        [-1000, "two"],
      ],
      "b",
    );
    const now = server.clock.now();
    const { logStreams } = await logs.describeLogStreams({
      logGroupName: group.logGroupName,
      orderBy: "LastEventTime",
      descending: true,
    });
    expect(logStreams?.map((stream) => stream.logStreamName)).toEqual(["a", "b"]);
    expect(logStreams?.[1]).toMatchObject({
      creationTime: now,
      firstEventTimestamp: now - 2000,
      lastEventTimestamp: now - 1000,
      lastIngestionTime: now,
      uploadSequenceToken: expect.stringMatching(/^\d{56}$/),
    });
    expect(
      (await logs.describeLogGroups({ logGroupNamePrefix: group.logGroupName })).logGroups,
    ).toMatchObject([{ storedBytes: 2 * 26 + 6 }]);
  });

  test("are listed page by page in both orders", async () => {
    const names = Array.from({ length: 5 }, (_, index) => `s${index}`);
    const group = await newGroup(names);
    for (const [index, name] of names.entries()) await group.put([[1000 - index, "x"]], name);
    for (const [orderBy, expected] of [
      ["LogStreamName", names],
      ["LastEventTime", names.toReversed()],
    ] as const) {
      const found: (string | undefined)[] = [];
      const input = { logGroupName: group.logGroupName, orderBy };
      for await (const page of paginateDescribeLogStreams({ client: logs, pageSize: 2 }, input)) {
        found.push(...(page.logStreams ?? []).map((stream) => stream.logStreamName));
      }
      expect(found).toEqual(expected);
    }
  });

  test("are gone with their events when deleted", async () => {
    const group = await newGroup(["a", "b"]);
    await group.put([[0, "kept"]], "a");
    await group.put([[0, "lost"]], "b");
    await logs.deleteLogStream({ logGroupName: group.logGroupName, logStreamName: "b" });
    expect(await group.filter("")).toEqual(["kept"]);
    expect(await refusal(group.put([[0, "x"]], "b"))).toBe(
      "ResourceNotFoundException: The specified log stream does not exist.",
    );
  });
});

describe("PutLogEvents", () => {
  test("reports what is too old, expired and too new, and stores the rest", async () => {
    const group = await newGroup();
    await logs.putRetentionPolicy({ logGroupName: group.logGroupName, retentionInDays: 3 });
    const day = 86_400_000;
    const answer = await group.put([
      [-15 * day, "too old"],
      [-4 * day, "expired"],
      [0, "good"],
      [3 * 3_600_000, "too new"],
    ]);
    expect(answer.rejectedLogEventsInfo).toEqual({
      tooOldLogEventEndIndex: 1,
      expiredLogEventEndIndex: 2,
      tooNewLogEventStartIndex: 3,
    });
    expect((await group.get()).events?.map((event) => event.message)).toEqual(["good"]);
  });

  test("takes any sequence token and gives one back", async () => {
    const { logGroupName } = await newGroup();
    const answer = await logs.putLogEvents({
      logGroupName,
      logStreamName: "stream",
      sequenceToken: "stale",
      logEvents: [{ timestamp: server.clock.now(), message: "x" }],
    });
    expect(answer.nextSequenceToken).toMatch(/^\d{56}$/);
  });

  test("refuses batches that break a limit, and stores nothing of them", async () => {
    const group = await newGroup();
    expect(
      await refusal(
        group.put([
          [0, "b"],
          [-1, "a"],
        ]),
      ),
    ).toBe(
      "InvalidParameterException: Log events in a single PutLogEvents request must be in " +
        "chronological order.",
    );
    expect(
      await refusal(
        group.put([
          [-86_400_001, "a"],
          [0, "b"],
        ]),
      ),
    ).toMatch(/24 hours/);
    expect(await refusal(group.put([]))).toMatch(/Member must have length greater than or equal to 1/);
    expect(await refusal(group.put([[0, ""]]))).toMatch(/Member must have length greater than or equal to 1/);
    const tooMany = Array.from({ length: 10_001 }, () => [0, "x"] as const);
    expect(await refusal(group.put(tooMany))).toMatch(/Member must have length less than or equal to 10000/);
    expect(await refusal(group.put([[0, "x".repeat(1_048_576)]]))).toMatch(/Upload too large/);
    expect((await group.get()).events).toEqual([]);
  });

  test("names what is wrong with an entity, and stores the events that came with it", async () => {
    const group = await newGroup();
    const put = async (keyAttributes: Record<string, string>) => {
      const { rejectedEntityInfo } = await logs.putLogEvents({
        logGroupName: group.logGroupName,
        logStreamName: "stream",
        logEvents: [{ timestamp: server.clock.now(), message: "about something" }],
        entity: { keyAttributes },
      });
      return rejectedEntityInfo;
    };
    expect(await put({ Type: "Service", Name: "shop", Environment: "prod" })).toBeUndefined();
    const resource = { Type: "AWS::Resource", ResourceType: "AWS::EC2::Instance" };
    expect(await put({ ...resource, Identifier: "i-1" })).toBeUndefined();
    expect(await put(resource)).toEqual({ errorType: "MissingRequiredFields" });
    expect(await put({ Name: "shop", Environment: "prod" })).toEqual({ errorType: "MissingRequiredFields" });
    expect(await put({ Type: "Pet", Name: "rex" })).toEqual({ errorType: "InvalidTypeValue" });
    expect(await put({ Type: "Service", Nom: "shop" })).toEqual({ errorType: "InvalidKeyAttributes" });
    expect((await group.get()).events).toHaveLength(6);
  });

  test("keeps every character of a message", async () => {
    const group = await newGroup();
    const messages = ["'quoted' \"twice\" \\n", "tab\tline\nend", "emoji 😀 \u0000 nul", "%_%", " leading"];
    await group.put(messages.map((message) => [0, message] as const));
    expect((await group.get()).events?.map((event) => event.message)).toEqual(messages);
  });
});

test("TestMetricFilter numbers the messages that match and extracts their values", async () => {
  const { matches } = await logs.testMetricFilter({
    filterPattern: "[ip, code = 4*]",
    logEventMessages: ["10.0.0.1 200", "10.0.0.2 404"],
  });
  expect(matches).toEqual([
    { eventNumber: 2, eventMessage: "10.0.0.2 404", extractedValues: { $ip: "10.0.0.2", $code: "404" } },
  ]);
});

describe("live tail", () => {
  test("streams what matches, in updates of a second, until the client leaves", async () => {
    const group = await newGroup();
    const tail = new CloudWatchLogs({ ...server.clientConfig(), disableHostPrefix: true });
    const { responseStream } = await tail.startLiveTail({
      logGroupIdentifiers: [`arn:aws:logs:${testRegion}:${testAccount}:log-group:${group.logGroupName}`],
      logEventFilterPattern: "wanted",
    });
    const updates = responseStream![Symbol.asyncIterator]();
    expect((await updates.next()).value?.sessionStart).toMatchObject({ logEventFilterPattern: "wanted" });
    await group.put([
      [0, "wanted 1"],
      [0, "other"],
      [0, "wanted 2"],
    ]);
    const next = updates.next();
    for (let second = 0; second < 3; second++) await server.advance(1000);
    const update = (await next).value?.sessionUpdate;
    expect(update?.sessionMetadata).toEqual({ sampled: false });
    expect(update?.sessionResults?.map((event: { message?: string }) => event.message)).toEqual([
      "wanted 1",
      "wanted 2",
    ]);
    await updates.return?.();
    tail.destroy();
  });
});

test("everything is there after a restart, stream times included", async () => {
  const data = mkdtempSync(join(tmpdir(), "groundwatch-logs-"));
  try {
    const first = await startTestServer({ data });
    const before = new CloudWatchLogs(first.clientConfig());
    await before.createLogGroup({ logGroupName: "g", tags: { a: "b" } });
    await before.createLogStream({ logGroupName: "g", logStreamName: "s" });
    const timestamp = first.clock.now();
    const logEvents = [{ timestamp, message: "kept" }];
    await before.putLogEvents({ logGroupName: "g", logStreamName: "s", logEvents });
    await first.stop();

    const second = await startTestServer({ data });
    const after = new CloudWatchLogs(second.clientConfig());
    const { events } = await after.filterLogEvents({ logGroupName: "g" });
    expect(events).toMatchObject([{ timestamp, message: "kept", logStreamName: "s" }]);
    const { logStreams } = await after.describeLogStreams({ logGroupName: "g" });
    expect(logStreams).toMatchObject([{ logStreamName: "s", lastEventTimestamp: timestamp }]);
    await second.stop();
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
