// winston-cloudwatch and the pino transport, which loop hot when a read does not see the write before it.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import winston from "winston";
import WinstonCloudWatch from "winston-cloudwatch";
import { startTestServer, type TestServer } from "../support/server.ts";
import { answeredCalls, eventually } from "../support/observe.ts";

const account = "222233334444";
const region = "us-west-2";

let server: TestServer;
let logs: CloudWatchLogs;

beforeAll(async () => {
  server = await startTestServer({ clock: "system" });
  logs = new CloudWatchLogs({
    endpoint: server.endpoint,
    region,
    credentials: { accessKeyId: account, secretAccessKey: "any" },
  });
});

afterAll(async () => {
  await server?.stop();
});

async function messagesOf(logGroupName: string): Promise<readonly string[]> {
  const answer = await logs.filterLogEvents({ logGroupName }).catch(() => undefined);
  return (answer?.events ?? []).map((event) => event.message ?? "");
}

test("winston-cloudwatch makes its group and stream once and sends each line once", async () => {
  const transport = new WinstonCloudWatch({
    cloudWatchLogs: logs,
    logGroupName: "winston",
    logStreamName: "lines",
    retentionInDays: 7,
    uploadRate: 50,
    jsonMessage: true,
  });
  const logger = winston.createLogger({ transports: [transport] });
  for (let line = 0; line < 30; line++) logger.info(`line ${line}`);
  await eventually(async () => expect(await messagesOf("winston")).toHaveLength(30));
  await new Promise<void>((resolve) => transport.kthxbye(() => resolve()));

  expect((await logs.describeLogGroups({ logGroupNamePrefix: "winston" })).logGroups).toMatchObject([
    { logGroupName: "winston", retentionInDays: 7 },
  ]);
  const calls = await answeredCalls(server, { account, region });
  expect(calls.get("CreateLogGroup")).toBe(1);
  expect(calls.get("CreateLogStream")).toBe(1);
  expect(calls.get("DescribeLogStreams") ?? 0).toBeLessThanOrEqual(6);
  expect(calls.get("PutLogEvents") ?? 0).toBeLessThanOrEqual(5);
});

const pinoProgram = fileURLToPath(new URL("pino-program.mjs", import.meta.url));

test("the pino transport makes its group and stream and sends each line once", async () => {
  await promisify(execFile)(process.execPath, [pinoProgram, region, "333344445555"], {
    env: { ...process.env, AWS_ENDPOINT_URL: server.endpoint },
  });

  const read = new CloudWatchLogs({
    endpoint: server.endpoint,
    region,
    credentials: { accessKeyId: "333344445555", secretAccessKey: "any" },
  });
  await eventually(async () => {
    const { events = [] } = await read.filterLogEvents({ logGroupName: "pino" });
    expect(events.map((event) => JSON.parse(event.message ?? "{}").msg)).toEqual(
      Array.from({ length: 30 }, (_, line) => `line ${line}`),
    );
  });
  const calls = await answeredCalls(server, { account: "333344445555", region });
  expect(calls.get("CreateLogGroup")).toBe(1);
  expect(calls.get("CreateLogStream")).toBe(1);
  expect(calls.get("PutLogEvents") ?? 0).toBeLessThanOrEqual(2);
});
