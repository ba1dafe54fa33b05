// A server that is started again with an earlier clock: nothing waits until the time that was is back.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { SQS } from "@aws-sdk/client-sqs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testStartAt, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;

let data: string;
let server: TestServer;

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), "groundwatch-set-back-"));
  server = await startTestServer({ data });
});
afterEach(async () => {
  await server.stop();
  rmSync(data, { recursive: true });
});

/** The server has another port after its restart. */
async function urlOf(QueueName: string): Promise<string> {
  return (await new SQS(server.clientConfig()).getQueueUrl({ QueueName })).QueueUrl ?? "";
}

async function startADayEarlier(): Promise<void> {
  await server.stop();
  server = await startTestServer({ data }, { startAt: testStartAt - dayMs });
}

test("messages are received, and a queue is purged again", async () => {
  const before = new SQS(server.clientConfig());
  await before.createQueue({ QueueName: "work" });
  await before.purgeQueue({ QueueUrl: await urlOf("work") });
  await before.sendMessage({ QueueUrl: await urlOf("work"), MessageBody: "a" });
  await startADayEarlier();
  const after = new SQS(server.clientConfig());
  const received = await after.receiveMessage({ QueueUrl: await urlOf("work"), WaitTimeSeconds: 5 });
  expect(received.Messages).toMatchObject([{ Body: "a" }]);
  expect(await refusal(after.purgeQueue({ QueueUrl: await urlOf("work") }))).toBe("accepted");
});

test("scheduled queries go on at the next time of their schedule", async () => {
  const before = new CloudWatchLogs(server.clientConfig());
  await before.createLogGroup({ logGroupName: "group" });
  await before.createScheduledQuery({
    name: "every-ten-minutes",
    queryLanguage: "CWLI",
    queryString: "stats count(*)",
    logGroupIdentifiers: ["group"],
    scheduleExpression: "cron(0/10 * * * ? *)",
    startTimeOffset: 600,
    executionRoleArn: "arn:aws:iam::123456789012:role/queries",
  });
  await startADayEarlier();
  const after = new CloudWatchLogs(server.clientConfig());
  await server.advance(20 * minuteMs);
  const history = await after.getScheduledQueryHistory({
    identifier: "every-ten-minutes",
    startTime: 0,
    endTime: server.clock.now(),
  });
  expect(history.triggerHistory).toHaveLength(2);
});
