// Log groups with a key through the official clients: every way of reading, the keys' states, and the disk.
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogs, type QueryLanguage } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;
let groundwatch: GroundwatchClient;

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs(server.clientConfig());
  groundwatch = new GroundwatchClient(server.clientConfig());
});

afterAll(() => server?.stop());

const logStreamName = "stream";

const newKey = async () => (await groundwatch.createKey({ Description: "logs" })).KeyMetadata.Arn;

async function put(logGroupName: string, ...messages: readonly string[]) {
  const timestamp = server.clock.now();
  const logEvents = messages.map((message) => ({ timestamp, message }));
  await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
}

const messagesOf = async (logGroupName: string) =>
  ((await logs.getLogEvents({ logGroupName, logStreamName, startFromHead: true })).events ?? []).map(
    ({ message }) => message,
  );

async function start(logGroupNames: readonly string[], queryString: string, queryLanguage?: QueryLanguage) {
  const now = Math.ceil(server.clock.now() / 1_000);
  const { queryId } = await logs.startQuery({
    ...(queryLanguage === "SQL" ? {} : { logGroupNames: [...logGroupNames] }),
    startTime: now - 3_600,
    endTime: now,
    queryString,
    ...(queryLanguage === undefined ? {} : { queryLanguage }),
  });
  return queryId;
}

async function rowsOf(logGroupNames: readonly string[], queryString: string, queryLanguage?: QueryLanguage) {
  const queryId = await start(logGroupNames, queryString, queryLanguage);
  for (;;) {
    const { status, results = [] } = await logs.getQueryResults({ queryId });
    if (status === "Complete") {
      return results.map((row) =>
        Object.fromEntries(
          row.filter(({ field }) => field !== "@ptr").map(({ field, value }) => [field, value]),
        ),
      );
    }
    if (status !== "Running" && status !== "Scheduled") throw new Error(status);
  }
}

const unusable = (arn: string, state: string) =>
  "AccessDeniedException: The specified KMS key does not exist or is not allowed to be used: " +
  `the key ${arn} ${state}.`;

test("keys are made, listed, disabled, rotated and deleted as those of AWS KMS", async () => {
  const own = new GroundwatchClient(server.clientConfig({ region: "eu-north-1" }));
  const { KeyMetadata: made } = await own.createKey({ Description: "mine" });
  expect(made).toEqual({
    KeyId: expect.stringMatching(/^[\da-f-]{36}$/),
    Arn: `arn:aws:kms:eu-north-1:${testAccount}:key/${made.KeyId}`,
    KeyState: "Enabled",
    Description: "mine",
    CreatedAt: server.clock.now(),
    RotatedAt: server.clock.now(),
    Versions: 1,
  });
  const KeyId = made.Arn;
  expect((await own.describeKey({ KeyId: made.KeyId })).KeyMetadata).toEqual(made);
  expect((await own.disableKey({ KeyId })).KeyMetadata.KeyState).toBe("Disabled");
  expect(await refusal(own.rotateKeyOnDemand({ KeyId }))).toBe(
    `KMSInvalidStateException: ${KeyId} is disabled.`,
  );
  expect((await own.enableKey({ KeyId })).KeyMetadata.KeyState).toBe("Enabled");
  expect((await own.rotateKeyOnDemand({ KeyId })).KeyMetadata.Versions).toBe(2);
  const { KeyMetadata: going } = await own.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
  expect(going).toMatchObject({
    KeyState: "PendingDeletion",
    DeletionAt: server.clock.now() + 7 * 86_400_000,
  });
  expect(await refusal(own.enableKey({ KeyId }))).toContain("is pending deletion");
  expect((await own.cancelKeyDeletion({ KeyId })).KeyMetadata.KeyState).toBe("Disabled");
  expect(await refusal(own.cancelKeyDeletion({ KeyId }))).toContain("is not pending deletion");

  const { KeyMetadata: second } = await own.createKey();
  const first = await own.listKeys({ MaxResults: 1 });
  const rest = await own.listKeys(first.NextToken === undefined ? {} : { NextToken: first.NextToken });
  expect([...first.Keys, ...rest.Keys].map(({ Arn }) => Arn).toSorted()).toEqual(
    [KeyId, second.Arn].toSorted(),
  );
  expect(rest.NextToken).toBeUndefined();
  expect(await refusal(groundwatch.describeKey({ KeyId }))).toBe(
    `NotFoundException: Key '${KeyId}' does not exist`,
  );
  expect(await refusal(own.listKeys({ NextToken: "elsewhere" }))).toContain("ValidationException");
});

test("a key that is not there, disabled or somebody else's is refused", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  const foreign = (await new GroundwatchClient(server.clientConfig({ account: "210987654321" })).createKey())
    .KeyMetadata.Arn;
  const disabled = await newKey();
  await groundwatch.disableKey({ KeyId: disabled });
  const words = (name: string) =>
    "InvalidParameterException: The specified KMS key does not exist or is not allowed to be used with Arn " +
    `'arn:aws:logs:${testRegion}:${testAccount}:${name}'`;
  for (const kmsKeyId of [`arn:aws:kms:${testRegion}:${testAccount}:key/none`, foreign, disabled, "name"]) {
    expect(await refusal(logs.associateKmsKey({ logGroupName, kmsKeyId }))).toBe(
      words(`log-group:${logGroupName}`),
    );
  }
  expect(await refusal(logs.createLogGroup({ logGroupName: "never", kmsKeyId: disabled }))).toBe(
    words("log-group:never"),
  );
  const resourceIdentifier = `arn:aws:logs:${testRegion}:${testAccount}:query-result:*`;
  expect(await refusal(logs.associateKmsKey({ resourceIdentifier, kmsKeyId: disabled }))).toBe(
    words("query-result:*"),
  );
  const kmsKeyId = await newKey();
  expect(await refusal(logs.associateKmsKey({ kmsKeyId }))).toContain("Exactly one of");
  expect(await refusal(logs.associateKmsKey({ logGroupName, resourceIdentifier, kmsKeyId }))).toContain(
    "Exactly one of",
  );
  expect(await refusal(logs.associateKmsKey({ logGroupName: "nowhere", kmsKeyId }))).toContain(
    "ResourceNotFoundException",
  );
  expect(await refusal(logs.disassociateKmsKey({ resourceIdentifier: "arn:aws:s3:::no" }))).toContain(
    "Invalid resource identifier",
  );
});

test("events before, with and after a key are read together, by every operation", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  const kmsKeyId = await newKey();
  await put(logGroupName, '{"level":"INFO","n":1,"user":{"id":"a"}}');
  const logGroup = `arn:aws:logs:${testRegion}:${testAccount}:log-group:${logGroupName}`;
  await logs.associateKmsKey({ resourceIdentifier: logGroup, kmsKeyId });
  const described = await logs.describeLogGroups({ logGroupNamePrefix: logGroupName });
  expect(described.logGroups?.[0]?.kmsKeyId).toBe(kmsKeyId);
  await put(logGroupName, '{"level":"ERROR","n":2,"user":{"id":"b"}}', "plain text, naïve ☃");
  await groundwatch.rotateKeyOnDemand({ KeyId: kmsKeyId });
  await put(logGroupName, '{"level":"ERROR","n":4,"user":{"id":"b"}}');
  await logs.associateKmsKey({ logGroupName, kmsKeyId: await newKey() });
  await put(logGroupName, '{"level":"WARN","n":5,"user":{"id":"c"}}');
  await logs.disassociateKmsKey({ logGroupName });
  await put(logGroupName, '{"level":"ERROR","n":6,"user":{"id":"c"}}');
  expect(
    (await logs.describeLogGroups({ logGroupNamePrefix: logGroupName })).logGroups?.[0],
  ).not.toHaveProperty("kmsKeyId");

  const all = [
    '{"level":"INFO","n":1,"user":{"id":"a"}}',
    '{"level":"ERROR","n":2,"user":{"id":"b"}}',
    "plain text, naïve ☃",
    '{"level":"ERROR","n":4,"user":{"id":"b"}}',
    '{"level":"WARN","n":5,"user":{"id":"c"}}',
    '{"level":"ERROR","n":6,"user":{"id":"c"}}',
  ];
  expect(await messagesOf(logGroupName)).toEqual(all);
  const filtered = async (filterPattern: string) =>
    ((await logs.filterLogEvents({ logGroupName, filterPattern })).events ?? []).map(
      ({ message }) => message,
    );
  expect(await filtered("")).toEqual(all);
  expect(await filtered("snowman")).toEqual([]);
  expect(await filtered("naïve")).toEqual([all[2]]);
  expect(await filtered("{ $.n > 3 }")).toEqual(all.slice(3));

  // `level` is in the index, `user.id` in the text.
  const counts = [
    { level: "ERROR", "user.id": "b", "count(*)": "2" },
    { level: "ERROR", "user.id": "c", "count(*)": "1" },
  ];
  const byLevel = 'filter level = "ERROR" | stats count(*) by level, user.id | sort user.id';
  expect(await rowsOf([logGroupName], byLevel)).toEqual(counts);
  expect(await rowsOf([logGroupName], 'filterIndex level = "WARN" | fields n')).toEqual([{ n: "5" }]);
  expect(await rowsOf([logGroupName], "where level = 'ERROR' | stats count() as c", "PPL")).toEqual([
    { c: "3" },
  ]);
  const ofTable = `SELECT COUNT(*) AS c FROM \`${logGroupName}\` WHERE level = 'ERROR'`;
  expect(await rowsOf([logGroupName], ofTable, "SQL")).toEqual([{ c: "3" }]);
  const sorted = { logGroupName, startTime: 0, endTime: server.clock.now(), queryString: "filter n = 4" };
  const { queryId } = await logs.startQuery(sorted);
  let pointer: string | undefined;
  while (pointer === undefined) {
    const { results = [] } = await logs.getQueryResults({ queryId });
    pointer = results[0]?.find(({ field }) => field === "@ptr")?.value;
  }
  const { logRecord } = await logs.getLogRecord({ logRecordPointer: pointer });
  expect(logRecord).toMatchObject({ "@message": all[3], n: "4", "user.id": "b" });
  const { logGroupFields = [] } = await logs.getLogGroupFields({ logGroupName });
  expect(logGroupFields.find(({ name }) => name === "user.id")?.percent).toBe(83);
});

test("what a disabled key has encrypted is refused, never left out; the rest can be read", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  const kmsKeyId = await newKey();
  await put(logGroupName, "before");
  const encryptedFrom = server.clock.now() + 60_000;
  await server.advance(60_000);
  await logs.associateKmsKey({ logGroupName, kmsKeyId });
  await put(logGroupName, "encrypted");
  const finished = await start([logGroupName], "fields @message");
  while ((await logs.getQueryResults({ queryId: finished })).status !== "Complete");
  await groundwatch.disableKey({ KeyId: kmsKeyId });

  const denied = unusable(kmsKeyId, "is disabled");
  const names = { logGroupName, logStreamName };
  const span = { startTime: encryptedFrom - 3_600_000, endTime: encryptedFrom + 1 };
  expect(await refusal(put(logGroupName, "refused"))).toBe(denied);
  expect(await refusal(logs.getLogEvents(names))).toBe(denied);
  expect(await refusal(logs.filterLogEvents({ logGroupName }))).toBe(denied);
  expect(await refusal(logs.getLogGroupFields({ logGroupName }))).toBe(denied);
  for (const query of [
    { logGroupName, queryString: "fields @message" },
    { queryLanguage: "PPL", logGroupName, queryString: "fields `@message`" } as const,
    { queryLanguage: "SQL", queryString: `SELECT \`@message\` FROM \`${logGroupName}\`` } as const,
  ]) {
    expect(await refusal(logs.startQuery({ ...span, ...query }))).toBe(denied);
  }
  expect(await refusal(logs.getQueryResults({ queryId: finished }))).toBe(denied);
  const before = await logs.getLogEvents({ ...names, endTime: encryptedFrom });
  expect(before.events?.map(({ message }) => message)).toEqual(["before"]);

  // Another key for new events: those can be read, although the older ones cannot.
  await logs.associateKmsKey({ logGroupName, kmsKeyId: await newKey() });
  await server.advance(60_000);
  await put(logGroupName, "under another key");
  const later = await logs.getLogEvents({ ...names, startTime: encryptedFrom + 1 });
  expect(later.events?.map(({ message }) => message)).toEqual(["under another key"]);
  expect(await refusal(logs.getLogEvents(names))).toBe(denied);

  await groundwatch.enableKey({ KeyId: kmsKeyId });
  expect(await messagesOf(logGroupName)).toEqual(["before", "encrypted", "under another key"]);
  expect((await logs.getQueryResults({ queryId: finished })).results).toHaveLength(2);

  await groundwatch.scheduleKeyDeletion({ KeyId: kmsKeyId, PendingWindowInDays: 7 });
  expect(await refusal(logs.getLogEvents(names))).toBe(unusable(kmsKeyId, "is pending deletion"));
  await server.advance(7 * 86_400_000);
  expect(await refusal(logs.getLogEvents(names))).toBe(unusable(kmsKeyId, "does not exist"));
});

test("a query inside a query that reads earlier events needs their key too", async () => {
  const { logGroupName: encrypted } = await newLogGroup(server, logs);
  const { logGroupName } = await newLogGroup(server, logs);
  const kmsKeyId = await newKey();
  await logs.associateKmsKey({ logGroupName: encrypted, kmsKeyId });
  await put(encrypted, "earlier");
  await server.advance(86_400_000);
  await put(logGroupName, "now");
  const beside = (command: string) =>
    `stats count(*) as now | appendcols (SOURCE "${encrypted}" | ${command})`;
  const ofDayBefore = beside("stats count(*) as before by bin(1h) offset 1d");
  expect(await rowsOf([logGroupName], ofDayBefore)).toMatchObject([{ now: "1", before: "1" }]);
  await groundwatch.disableKey({ KeyId: kmsKeyId });
  const denied = unusable(kmsKeyId, "is disabled");
  expect(await refusal(start([logGroupName], ofDayBefore))).toBe(denied);
  expect(await refusal(start([logGroupName], beside("diff previousDay")))).toBe(denied);
  expect(await rowsOf([logGroupName], beside("stats count(*) as before"))).toEqual([
    { now: "1", before: "0" },
  ]);
});

/** Every byte under a folder. */
function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

test("nothing of an encrypted message is on the disk or in results; a restart reads it again", async () => {
  const data = mkdtempSync(join(tmpdir(), "groundwatch-encryption-"));
  const marker = "Rumpelstiltskin";
  const first = await startTestServer({ data });
  const client = new CloudWatchLogs(first.clientConfig());
  const { logGroupName } = await newLogGroup(first, client);
  const own = new GroundwatchClient(first.clientConfig());
  const kmsKeyId = (await own.createKey()).KeyMetadata.Arn;
  await client.associateKmsKey({ logGroupName, kmsKeyId });
  const message = JSON.stringify({ requestId: marker });
  const plain = JSON.stringify({ requestId: "Plaintextmarker" });
  const other = await newLogGroup(first, client);
  const timestamp = first.clock.now();
  await client.putLogEvents({
    logGroupName: other.logGroupName,
    logStreamName,
    logEvents: [{ timestamp, message: plain }],
  });
  await client.putLogEvents({ logGroupName, logStreamName, logEvents: [{ timestamp, message }] });
  const now = Math.ceil(first.clock.now() / 1_000);
  const span = { logGroupName, startTime: now - 60, endTime: now };
  const { queryId } = await client.startQuery({ ...span, queryString: "fields requestId" });
  while ((await client.getQueryResults({ queryId })).status !== "Complete");
  const found = (text: string) => filesUnder(data).filter((path) => readFileSync(path).includes(text));
  expect(found(marker)).toEqual([]);
  expect(found("Plaintextmarker")).not.toEqual([]);
  await first.stop();
  expect(found(marker)).toEqual([]);
  expect(statSync(join(data, "master.key")).mode & 0o777).toBe(0o600);

  const second = await startTestServer({ data }, { startAt: testStartAt + 60_000 });
  const again = new CloudWatchLogs(second.clientConfig());
  const read = () => again.getLogEvents({ logGroupName, logStreamName });
  expect((await read()).events?.map((event) => event.message)).toEqual([message]);
  await again.putLogEvents({ logGroupName, logStreamName, logEvents: [{ timestamp, message: "after" }] });
  expect((await read()).events).toHaveLength(2);
  const { results = [] } = await again.getQueryResults({ queryId });
  expect(results[0]).toContainEqual({ field: "requestId", value: marker });
  await second.stop();

  // Another master key opens nothing.
  rmSync(join(data, "master.key"));
  const third = await startTestServer({ data }, { startAt: testStartAt + 120_000 });
  const without = new CloudWatchLogs(third.clientConfig());
  expect(await refusal(without.getLogEvents({ logGroupName, logStreamName }))).toBe(
    unusable(kmsKeyId, "cannot be opened with the master key"),
  );
  await third.stop();
  rmSync(data, { recursive: true });
});

test("a reset takes the keys away, and what they have sealed", async () => {
  const own = await startTestServer();
  const client = new CloudWatchLogs(own.clientConfig());
  const keys = new GroundwatchClient(own.clientConfig());
  const kmsKeyId = (await keys.createKey()).KeyMetadata.Arn;
  await client.createLogGroup({ logGroupName: "reset", kmsKeyId });
  await keys.reset();
  expect((await keys.listKeys()).Keys).toEqual([]);
  expect(await refusal(client.createLogGroup({ logGroupName: "reset", kmsKeyId }))).toContain(
    "does not exist",
  );
  const { KeyMetadata } = await keys.createKey();
  await client.createLogGroup({ logGroupName: "reset", kmsKeyId: KeyMetadata.Arn });
  await own.stop();
});

test("a lookup table with a key is read by queries as long as the key is enabled", async () => {
  const kmsKeyId = await newKey();
  const { logGroupName } = await newLogGroup(server, logs);
  await put(logGroupName, '{"code":"a"}');
  const table = { lookupTableName: "codes", tableBody: "code,name\na,Lookupmarker\n" };
  const { lookupTableArn } = await logs.createLookupTable({ ...table, kmsKeyId });
  expect(await logs.getLookupTable({ lookupTableArn })).toMatchObject({ ...table, kmsKeyId });
  const query = "lookup codes code OUTPUT name | fields name";
  expect(await rowsOf([logGroupName], query)).toEqual([{ name: "Lookupmarker" }]);
  const withMarker = () =>
    filesUnder(server.dataFolder).filter((path) => readFileSync(path).includes("Lookupmarker"));
  expect(withMarker()).toEqual([]);
  await groundwatch.disableKey({ KeyId: kmsKeyId });
  const denied = unusable(kmsKeyId, "is disabled");
  expect(await refusal(logs.getLookupTable({ lookupTableArn }))).toBe(denied);
  expect(await refusal(start([logGroupName], query))).toBe(denied);
});
