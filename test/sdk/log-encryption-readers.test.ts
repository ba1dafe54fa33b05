// Whoever else reads a log group with a key: subscriptions, tails, metric filters, exports, rules, detectors.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

const hourMs = 3_600_000;
let receiver: Receiver;
let server: TestServer;
let logs: CloudWatchLogs;
let groundwatch: GroundwatchClient;

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startTestServer({ serviceEndpoints: receiver.endpointsFile });
  logs = new CloudWatchLogs({ ...server.clientConfig(), disableHostPrefix: true });
  groundwatch = new GroundwatchClient(server.clientConfig());
});

afterAll(async () => {
  logs?.destroy();
  await server?.stop();
  await receiver?.stop();
});

const arnOf = (logGroupName: string) => `arn:aws:logs:${testRegion}:${testAccount}:log-group:${logGroupName}`;

async function encryptedGroup() {
  const group = await newLogGroup(server, logs);
  const { KeyMetadata } = await groundwatch.createKey();
  const kmsKeyId = KeyMetadata.Arn;
  await logs.associateKmsKey({ logGroupName: group.logGroupName, kmsKeyId });
  return { ...group, kmsKeyId };
}

test("a subscription waits for a key that is disabled, and misses nothing", async () => {
  const { logGroupName, put, kmsKeyId } = await encryptedGroup();
  await logs.putSubscriptionFilter({
    logGroupName,
    filterName: "all",
    filterPattern: "wanted",
    destinationArn: `arn:aws:kinesis:${testRegion}:${testAccount}:stream/events`,
    roleArn: "arn:aws:iam::123456789012:role/logs",
  });
  const messages = () =>
    receiver.payloads().flatMap(({ logEvents }) => logEvents.map((event) => event.message));
  await put([
    [0, "wanted 1"],
    [0, "other"],
  ]);
  while (messages().length < 1) await server.advance(1_000);
  expect(messages()).toEqual(["wanted 1"]);
  await put([[0, "wanted 2"]]);
  await groundwatch.disableKey({ KeyId: kmsKeyId });
  await server.advance(60_000);
  expect(messages()).toEqual(["wanted 1"]);
  await groundwatch.enableKey({ KeyId: kmsKeyId });
  while (messages().length < 2) await server.advance(10_000);
  expect(messages()).toEqual(["wanted 1", "wanted 2"]);
});

test("tails, metric filters and masks see the message; the mask is taken off for who may", async () => {
  const { logGroupName, put, get, filter } = await encryptedGroup();
  await logs.putMetricFilter({
    logGroupName,
    filterName: "bytes",
    filterPattern: "{ $.bytes > 1 }",
    metricTransformations: [{ metricName: "Bytes", metricNamespace: "Encrypted", metricValue: "$.bytes" }],
  });
  await logs.putTransformer({
    logGroupIdentifier: logGroupName,
    transformerConfig: [{ parseJSON: {} }, { addKeys: { entries: [{ key: "added", value: "yes" }] } }],
  });
  const email = "arn:aws:dataprotection::aws:data-identifier/EmailAddress";
  await logs.putDataProtectionPolicy({
    logGroupIdentifier: logGroupName,
    policyDocument: JSON.stringify({
      Name: "protect",
      Version: "2021-06-01",
      Statement: [
        { DataIdentifier: [email], Operation: { Audit: { FindingsDestination: {} } } },
        { DataIdentifier: [email], Operation: { Deidentify: { MaskConfig: {} } } },
      ],
    }),
  });
  const { responseStream } = await logs.startLiveTail({ logGroupIdentifiers: [arnOf(logGroupName)] });
  const updates = responseStream![Symbol.asyncIterator]();
  await updates.next();
  const message = '{"who":"ann@example.com","bytes":7}';
  const masked = '{"who":"***************","bytes":7}';
  await put([[0, message]]);
  const next = updates.next();
  await server.advance(2_000);
  const [tailed] = (await next).value?.sessionUpdate?.sessionResults ?? [];
  expect(tailed?.message).toBe(masked);
  await updates.return?.();
  expect((await get()).events?.map((event) => event.message)).toEqual([masked]);
  expect((await get({ unmask: true })).events?.map((event) => event.message)).toEqual([message]);
  expect(await filter("{ $.bytes = 7 }")).toEqual([masked]);
  const now = Math.ceil(server.clock.now() / 1_000);
  const span = { logGroupName, startTime: now - 60, endTime: now };
  const { queryId } = await logs.startQuery({ ...span, queryString: "fields added | unmask @message" });
  let ended = await logs.getQueryResults({ queryId });
  while (ended.status !== "Complete") ended = await logs.getQueryResults({ queryId });
  const [row = []] = ended.results ?? [];
  expect(row).toContainEqual({ field: "added", value: "yes" });
  expect(row.map(({ value }) => value)).toContain(message);
  const { Datapoints } = await new CloudWatch(server.clientConfig()).getMetricStatistics({
    Namespace: "Encrypted",
    MetricName: "Bytes",
    StartTime: new Date(testStartAt),
    EndTime: new Date(server.clock.now() + hourMs),
    Period: 86_400,
    Statistics: ["Sum"],
  });
  expect(Datapoints).toMatchObject([{ Sum: 7 }]);
});

test("an export and a report have the messages, and wait or refuse without the key", async () => {
  const { logGroupName, put, kmsKeyId } = await encryptedGroup();
  const cloudwatch = new CloudWatch(server.clientConfig());
  await cloudwatch.putInsightRule({
    RuleName: "encrypted",
    RuleDefinition: JSON.stringify({
      Schema: { Name: "CloudWatchLogRule", Version: 1 },
      LogGroupNames: [logGroupName],
      LogFormat: "JSON",
      AggregateOn: "Count",
      Contribution: { Keys: ["$.ip"] },
    }),
  });
  await put([[0, '{"ip":"10.0.0.1"}']]);
  const report = () =>
    cloudwatch.getInsightRuleReport({
      RuleName: "encrypted",
      StartTime: new Date(testStartAt),
      EndTime: new Date(server.clock.now() + hourMs),
      Period: 60,
    });
  expect((await report()).Contributors?.map(({ Keys }) => Keys)).toEqual([["10.0.0.1"]]);
  await groundwatch.disableKey({ KeyId: kmsKeyId });
  expect(await refusal(report())).toContain(`the key ${kmsKeyId} is disabled`);
  const span = { from: testStartAt - hourMs, to: server.clock.now() + hourMs };
  const { taskId = "" } = await logs.createExportTask({ logGroupName, destination: "exports", ...span });
  const status = async () => (await logs.describeExportTasks({ taskId })).exportTasks?.[0]?.status?.code;
  await server.advance(1_000);
  expect(await status()).not.toBe("COMPLETED");
  await groundwatch.enableKey({ KeyId: kmsKeyId });
  await server.advance(60_000);
  expect(await status()).toBe("COMPLETED");
  const { blobs } = server.dependencies;
  const body = await blobs.get("exports", `exportedlogs/${taskId}/stream/000000.gz`);
  expect(gunzipSync(body ?? new Uint8Array()).toString()).toContain('{"ip":"10.0.0.1"}');
});

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

test("what a detector learns and finds is encrypted, and needs the key", async () => {
  const { logGroupName, put, kmsKeyId } = await encryptedGroup();
  const own = (await groundwatch.createKey()).KeyMetadata.Arn;
  const create = { logGroupArnList: [arnOf(logGroupName)], evaluationFrequency: "ONE_HOUR" as const };
  const { anomalyDetectorArn = "" } = await logs.createLogAnomalyDetector({ ...create, kmsKeyId: own });
  expect(await logs.getLogAnomalyDetector({ anomalyDetectorArn })).toMatchObject({ kmsKeyId: own });
  for (let quarter = 0; quarter < 5; quarter++) {
    await put(Array.from({ length: 30 }, (_, index) => [0, `Ordermarker ${index} served`] as const));
    await server.advance(6 * hourMs);
  }
  await put([[0, "ERROR Findingmarker db-7"]]);
  await server.advance(hourMs + 60_000);
  const found = async () =>
    (await logs.listAnomalies({ anomalyDetectorArn })).anomalies?.map(
      ({ logSamples }) => logSamples?.[0]?.message,
    );
  expect(await found()).toEqual(["ERROR Findingmarker db-7"]);
  const [anomaly] = (await logs.listAnomalies({ anomalyDetectorArn })).anomalies ?? [];
  const { anomalyId } = anomaly!;
  await logs.updateAnomaly({ anomalyDetectorArn, anomalyId, suppressionType: "INFINITE" });
  expect(await found()).toEqual(["ERROR Findingmarker db-7"]);
  for (const marker of ["Ordermarker", "Findingmarker"]) {
    expect(filesUnder(server.dataFolder).filter((path) => readFileSync(path).includes(marker))).toEqual([]);
  }
  await groundwatch.disableKey({ KeyId: own });
  expect(await refusal(found())).toContain(`the key ${own} is disabled`);
  await groundwatch.disableKey({ KeyId: kmsKeyId });
});
