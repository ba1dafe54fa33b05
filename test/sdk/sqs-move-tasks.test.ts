// Messages on their way back from dead-letter queues.
import { randomUUID } from "node:crypto";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testStartAt, type TestServer } from "../support/server.ts";

let server: TestServer;
let sqs: SQS;

beforeAll(async () => {
  server = await startTestServer();
  sqs = new SQS(server.clientConfig());
});

afterAll(async () => {
  await server?.stop();
});

interface Made {
  readonly QueueUrl: string;
  readonly arn: string;
}

async function newQueue(Attributes: Record<string, string> = {}): Promise<Made> {
  const name = `q-${randomUUID()}${Attributes["FifoQueue"] === "true" ? ".fifo" : ""}`;
  const { QueueUrl } = await sqs.createQueue({ QueueName: name, Attributes });
  return { QueueUrl: QueueUrl!, arn: `arn:aws:sqs:us-east-1:${testAccount}:${name}` };
}

const failing = (dead: Made, more: Record<string, string> = {}) =>
  newQueue({
    VisibilityTimeout: "0",
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
    ...more,
  });

/** Sends, receives in vain, and lets the next receive bury what was sent. */
async function bury({ QueueUrl }: Made, bodies: readonly string[], group?: string): Promise<void> {
  for (const MessageBody of bodies) {
    const order = group === undefined ? {} : { MessageGroupId: group, MessageDeduplicationId: MessageBody };
    await sqs.sendMessage({ QueueUrl, MessageBody, ...order });
  }
  const MaxNumberOfMessages = 10;
  while ((await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages, VisibilityTimeout: 0 })).Messages)
    continue;
}

async function bodiesIn({ QueueUrl }: Made): Promise<readonly string[]> {
  const answer = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 60 });
  return (answer.Messages ?? []).map(({ Body }) => Body!);
}

const taskOf = async ({ arn }: Made) => (await sqs.listMessageMoveTasks({ SourceArn: arn })).Results![0]!;
const letters = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

test("messages go back to the queues where they failed, as new ones", async () => {
  const dead = await newQueue();
  const [one, two] = [await failing(dead), await failing(dead)];
  await bury(one, ["a", "b"]);
  await bury(two, ["c"]);
  const { TaskHandle } = await sqs.startMessageMoveTask({ SourceArn: dead.arn });
  expect(TaskHandle).toMatch(/^[\w+/=]+$/);
  await server.advance(0);
  expect(await taskOf(dead)).toEqual({
    Status: "COMPLETED",
    SourceArn: dead.arn,
    ApproximateNumberOfMessagesMoved: 3,
    ApproximateNumberOfMessagesToMove: 3,
    StartedTimestamp: testStartAt,
  });
  expect(await bodiesIn(dead)).toEqual([]);
  expect((await bodiesIn(one)).toSorted()).toEqual(["a", "b"]);
  const { Messages } = await sqs.receiveMessage({
    QueueUrl: two.QueueUrl,
    MessageSystemAttributeNames: ["All"],
  });
  expect(Messages).toMatchObject([{ Body: "c", Attributes: { ApproximateReceiveCount: "1" } }]);
  expect(Messages![0]!.Attributes).not.toHaveProperty("DeadLetterQueueSourceArn");
});

test("a rate is kept to, and a task that is cancelled moves no more", async () => {
  const [dead, target] = [await newQueue(), await newQueue()];
  const source = await failing(dead);
  await bury(source, letters(10));
  const { TaskHandle } = await sqs.startMessageMoveTask({
    SourceArn: dead.arn,
    DestinationArn: target.arn,
    MaxNumberOfMessagesPerSecond: 2,
  });
  await server.advance(0);
  const started = await taskOf(dead);
  expect(started).toMatchObject({
    Status: "RUNNING",
    TaskHandle,
    DestinationArn: target.arn,
    MaxNumberOfMessagesPerSecond: 2,
    ApproximateNumberOfMessagesMoved: 2,
    ApproximateNumberOfMessagesToMove: 10,
  });
  await server.advance(1_000);
  expect((await taskOf(dead)).ApproximateNumberOfMessagesMoved).toBe(4);
  expect(await refusal(sqs.startMessageMoveTask({ SourceArn: dead.arn }))).toMatch(
    /There is already a task running. Only one active task is allowed/,
  );
  const cancelled = await sqs.cancelMessageMoveTask({ TaskHandle: TaskHandle! });
  expect(cancelled.ApproximateNumberOfMessagesMoved).toBe(4);
  await server.advance(10_000);
  expect(await taskOf(dead)).toMatchObject({ Status: "CANCELLED", ApproximateNumberOfMessagesMoved: 4 });
  expect(await bodiesIn(target)).toHaveLength(4);
  expect(await refusal(sqs.cancelMessageMoveTask({ TaskHandle: TaskHandle! }))).toMatch(
    /^UnsupportedOperation/,
  );
  await sqs.startMessageMoveTask({ SourceArn: dead.arn });
  await server.advance(0);
  expect(await bodiesIn(source)).toHaveLength(6);
  const { Results } = await sqs.listMessageMoveTasks({ SourceArn: dead.arn, MaxResults: 10 });
  expect(
    Results!.map(({ Status }) => String(Status)).toSorted((one, other) => one.localeCompare(other)),
  ).toEqual(["CANCELLED", "COMPLETED"]);
});

test("FIFO queues keep their order on the way back", async () => {
  const dead = await newQueue({ FifoQueue: "true" });
  const source = await failing(dead, { FifoQueue: "true" });
  await bury(source, letters(8), "g");
  await sqs.startMessageMoveTask({ SourceArn: dead.arn });
  await server.advance(0);
  expect(await bodiesIn(source)).toEqual(letters(8));
});

test("what somebody works on stays, and what has no source or no target ends the task", async () => {
  const dead = await newQueue();
  const target = await newQueue();
  await failing(dead);
  await sqs.sendMessage({ QueueUrl: dead.QueueUrl, MessageBody: "sent here" });
  await sqs.startMessageMoveTask({ SourceArn: dead.arn });
  await server.advance(0);
  const first = await taskOf(dead);
  expect(first).toMatchObject({ Status: "FAILED", FailureReason: "CouldNotDetermineMessageSource" });
  expect(first.TaskHandle).toBeUndefined();
  await server.advance(1);
  const toTarget = { SourceArn: dead.arn, DestinationArn: target.arn, MaxNumberOfMessagesPerSecond: 1 };
  await sqs.sendMessage({ QueueUrl: dead.QueueUrl, MessageBody: "and another" });
  await sqs.startMessageMoveTask(toTarget);
  await server.advance(0);
  await sqs.deleteQueue({ QueueUrl: target.QueueUrl });
  await server.advance(1_000);
  const reason = "AWS.SimpleQueueService.NonExistentQueue";
  expect(await taskOf(dead)).toMatchObject({
    Status: "FAILED",
    FailureReason: reason,
    ApproximateNumberOfMessagesMoved: 1,
  });
  expect(await bodiesIn(dead)).toHaveLength(1);
  await server.advance(1);
  await sqs.startMessageMoveTask({ SourceArn: dead.arn });
  await server.advance(0);
  const last = await taskOf(dead);
  expect(last).toMatchObject({ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 0 });
});

test("what cannot be started or cancelled says why", async () => {
  const [dead, other, fifo] = [await newQueue(), await newQueue(), await newQueue({ FifoQueue: "true" })];
  await failing(dead);
  const nowhere = dead.arn.replace(/[^:]+$/, "nowhere");
  const start = (SourceArn: string, more: object = {}) =>
    refusal(sqs.startMessageMoveTask({ SourceArn, ...more }));
  expect(await start(other.arn)).toMatch(/Source queue must be configured as a Dead Letter Queue\.$/);
  expect(await start(nowhere)).toBe(
    "ResourceNotFoundException: The resource that you specified for the SourceArn parameter doesn't exist.",
  );
  expect(await start(dead.arn, { DestinationArn: nowhere })).toMatch(/for the DestinationArn parameter/);
  expect(await start(dead.arn, { DestinationArn: dead.arn })).toMatch(/cannot be the same/);
  expect(await start(dead.arn, { DestinationArn: fifo.arn })).toMatch(/of the same type/);
  expect(await start(dead.arn, { MaxNumberOfMessagesPerSecond: 501 })).toMatch(/Must be between 1 and 500/);
  expect(await refusal(sqs.listMessageMoveTasks({ SourceArn: dead.arn, MaxResults: 11 }))).toMatch(
    /1 and 10/,
  );
  const cancel = (handle: object | string) =>
    refusal(
      sqs.cancelMessageMoveTask({
        TaskHandle: typeof handle === "string" ? handle : btoa(JSON.stringify(handle)),
      }),
    );
  expect(await cancel("nonsense")).toMatch(/Value for parameter TaskHandle is invalid\.$/);
  expect(await cancel({ taskId: "x", sourceArn: nowhere })).toMatch(/for the SourceArn parameter/);
  expect(await cancel({ taskId: "x", sourceArn: dead.arn })).toBe(
    "ResourceNotFoundException: Task does not exist.",
  );
});
