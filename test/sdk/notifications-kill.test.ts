// Notifications under kill -9 in the middle of their delivery.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNS } from "@aws-sdk/client-sns";
import { expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { eventually } from "../support/observe.ts";
import { startProcess } from "../support/process.ts";
import { testAccount, testRegion } from "../support/server.ts";
import { startSubscriber } from "../support/subscriber.ts";

test("every message that was acknowledged arrives although the server is killed meanwhile", async () => {
  const folder = mkdtempSync(join(tmpdir(), "groundwatch-kill-"));
  const credentials = { accessKeyId: testAccount, secretAccessKey: "any" };
  const web = await startSubscriber();
  const first = await startProcess(folder, ["--clock", "manual"]);
  const sns = new SNS({ endpoint: first.endpoint, region: testRegion, credentials });
  const { TopicArn } = await sns.createTopic({ Name: "durable" });
  await sns.subscribe({ TopicArn, Protocol: "http", Endpoint: web.url });
  const question = await eventually(async () => JSON.parse(web.posts[0]!.body) as { Token: string });
  await sns.confirmSubscription({ TopicArn, Token: question.Token });

  web.answerWith(0);
  const publish = async (number: number) => {
    const { MessageId } = await sns.publish({ TopicArn, Message: `${number}` });
    return MessageId!;
  };
  // More than are delivered at a time, so that some are under way and some wait.
  const published = await Promise.all(Array.from({ length: 100 }, (_, number) => publish(number)));
  await eventually(async () => expect(web.posts.length).toBeGreaterThan(1));
  await first.end("SIGKILL");

  web.answerWith(200);
  web.posts.splice(0);
  const second = await startProcess(folder, ["--clock", "manual"]);
  await new GroundwatchClient({ endpoint: second.endpoint, credentials }).advanceClock({
    Milliseconds: 130_000,
  });
  const arrived = web.posts.map(({ headers }) => headers["x-amz-sns-message-id"]);
  expect(new Set(arrived)).toEqual(new Set(published));
  await second.end("SIGTERM");
  await web.stop();
  rmSync(folder, { recursive: true, force: true });
});
