// Audit findings to Firehose: delivered as records, tried again, and kept over a restart.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

const data = mkdtempSync(join(tmpdir(), "groundwatch-findings-"));
let receiver: Receiver;
let server: TestServer;
let logs: CloudWatchLogs;

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startTestServer({ data, serviceEndpoints: receiver.endpointsFile });
  logs = new CloudWatchLogs(server.clientConfig());
});

beforeEach(() => void receiver.requests.splice(0));

afterAll(async () => {
  await server?.stop();
  await receiver?.stop();
  rmSync(data, { recursive: true, force: true });
});

const identifier = "arn:aws:dataprotection::aws:data-identifier/EmailAddress";
const toFirehose = JSON.stringify({
  Version: "2021-06-01",
  Statement: [
    {
      DataIdentifier: [identifier],
      Operation: { Audit: { FindingsDestination: { Firehose: { DeliveryStream: "audits" } } } },
    },
    { DataIdentifier: [identifier], Operation: { Deidentify: { MaskConfig: {} } } },
  ],
});

async function protectedGroup() {
  const group = await newLogGroup(server, logs);
  await logs.putDataProtectionPolicy({
    logGroupIdentifier: group.logGroupName,
    policyDocument: toFirehose,
  });
  const arn = `arn:aws:logs:${testRegion}:${testAccount}:log-group:${group.logGroupName}`;
  return { ...group, arn };
}

interface Batch {
  readonly DeliveryStreamName: string;
  readonly Records: readonly { readonly Data: string }[];
}

const batches = () =>
  receiver.requests.map(({ headers, body }) => {
    expect(headers["x-amz-target"]).toBe("Firehose_20150804.PutRecordBatch");
    const { DeliveryStreamName, Records } = JSON.parse(body.toString()) as Batch;
    return { stream: DeliveryStreamName, records: Records.map(({ Data }) => Buffer.from(Data, "base64")) };
  });

test("there is a record for each event in which something was found", async () => {
  const group = await protectedGroup();
  await group.put([
    [-2, "ann@example.com"],
    [-1, "nothing to hide"],
    [0, "from bob@example.com to ann@example.com"],
  ]);
  while (batches().length === 0) await server.advance(1_000);
  const [batch, ...others] = batches();
  expect(others).toEqual([]);
  expect(batch?.stream).toBe("audits");
  expect(batch?.records.map((record) => JSON.parse(record.toString()) as unknown)).toMatchObject([
    { resourceArn: `${group.arn}:*`, dataIdentifiers: [{ name: "EmailAddress", count: 1 }] },
    { resourceArn: `${group.arn}:*`, dataIdentifiers: [{ name: "EmailAddress", count: 2 }] },
  ]);
});

test("many findings come in batches that one call takes", async () => {
  const group = await protectedGroup();
  await group.put(Array.from({ length: 1_200 }, (_, index) => [0, `u${index}@example.com`] as const));
  while (batches().length < 3) await server.advance(1_000);
  expect(batches().map(({ records }) => records.length)).toEqual([500, 500, 200]);
});

test("what the stream does not take is tried again, and the attempts are told", async () => {
  const group = await protectedGroup();
  const refusal = { FailedPutCount: 1, RequestResponses: [{ ErrorMessage: "Slow down." }] };
  receiver.answers.push([503, "busy"], [200, JSON.stringify(refusal)]);
  await group.put([[0, "ann@example.com"]]);
  while (batches().length < 2) await server.advance(1_000);
  const groundwatch = new GroundwatchClient(server.clientConfig());
  const told = async () => {
    const { DeliveryAttempts } = await groundwatch.listDeliveryAttempts({});
    return DeliveryAttempts.filter(({ SourceArn }) => SourceArn === group.arn).toReversed();
  };
  while ((await told()).length < 3) await server.advance(1_000);
  const attempts = await told();
  expect(attempts.map(({ Outcome }) => Outcome)).toEqual(["Failed", "Failed", "Succeeded"]);
  expect(attempts[0]?.Detail).toContain("503");
  expect(attempts[1]?.Detail).toContain("Slow down.");
  expect(attempts[2]).toMatchObject({
    TargetArn: `arn:aws:firehose:${testRegion}:${testAccount}:deliverystream/audits`,
    Attempt: 3,
  });
});

test("findings that wait are delivered after a restart", async () => {
  const group = await protectedGroup();
  receiver.answers.push([503, "busy"]);
  await group.put([[0, "ann@example.com"]]);
  while (receiver.answers.length > 0) await server.advance(100);
  await server.stop();
  const startAt = server.clock.now() + 60_000;
  server = await startTestServer({ data, serviceEndpoints: receiver.endpointsFile }, { startAt });
  while (batches().length === 0) await server.advance(1_000);
  expect(batches()[0]?.records[0]?.toString()).toContain(group.arn);
});
