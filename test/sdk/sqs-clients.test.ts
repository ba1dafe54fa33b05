// Queues under a consumer that nobody here wrote, and under kill -9.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQS, SQSClient } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/observe.ts";
import { startProcess } from "../support/process.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let sqs: SQS;

beforeAll(async () => {
  server = await startTestServer();
  sqs = new SQS(server.clientConfig());
});

afterAll(async () => {
  await server?.stop();
});

test("sqs-consumer handles every message and deletes it", async () => {
  const { QueueUrl } = await sqs.createQueue({ QueueName: "consumed" });
  const handled: string[] = [];
  const consumer = Consumer.create({
    queueUrl: QueueUrl!,
    sqs: new SQSClient(server.clientConfig()),
    waitTimeSeconds: 1,
    batchSize: 10,
    handleMessage: async (message) => {
      handled.push(message.Body!);
      return message;
    },
  });
  consumer.on("error", () => undefined); // the poll that is cut off at the end
  consumer.start();
  for (let start = 0; start < 30; start += 10) {
    const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: `${i}`, MessageBody: `${start + i}` }));
    await sqs.sendMessageBatch({ QueueUrl, Entries });
  }
  await eventually(async () => {
    expect(handled).toHaveLength(30);
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
    });
  });
  consumer.stop({ abort: true });
  expect(new Set(handled).size).toBe(30);
});

test("every message that was acknowledged is there after kill -9", async () => {
  const folder = mkdtempSync(join(tmpdir(), "groundwatch-sqs-"));
  const config = (endpoint: string) => ({ ...server.clientConfig(), endpoint });
  const first = await startProcess(folder, ["--no-agent"]);
  const before = new SQS(config(first.endpoint));
  const { QueueUrl } = await before.createQueue({ QueueName: "durable" });
  const acknowledged: string[] = [];
  const senders = Array.from({ length: 8 }, async (_, sender) => {
    for (let index = 0; ; index++) {
      const body = `${sender}-${index}`;
      await before.sendMessage({ QueueUrl, MessageBody: body });
      acknowledged.push(body);
      if (acknowledged.length === 100) first.child.kill("SIGKILL");
    }
  });
  await Promise.allSettled(senders);
  await first.end("SIGKILL");
  const second = await startProcess(folder, ["--no-agent"]);
  const after = new SQS(config(second.endpoint));
  const found = await after.getQueueUrl({ QueueName: "durable" });
  const received = new Set<string>();
  for (;;) {
    const { Messages = [] } = await after.receiveMessage({
      QueueUrl: found.QueueUrl,
      MaxNumberOfMessages: 10,
    });
    if (Messages.length === 0) break;
    for (const { Body } of Messages) received.add(Body!);
  }
  await second.end("SIGTERM");
  rmSync(folder, { recursive: true });
  expect(acknowledged.filter((body) => !received.has(body))).toEqual([]);
}, 30_000);
