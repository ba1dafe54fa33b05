// Kills the server while log events are put: what was acknowledged is delivered to who subscribed, and
// counted
// by metric filters.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, expect, test, vi } from "vitest";
import { startProcess, type ServerProcess } from "../support/process.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";

const rounds = 5;
const group = { logGroupName: "kill", logStreamName: "stream" };
const place = { region: "us-east-1", credentials: { accessKeyId: "123456789012", secretAccessKey: "any" } };

let dataFolder: string | undefined;
let receiver: Receiver | undefined;

afterAll(async () => {
  await receiver?.stop();
  if (dataFolder !== undefined) await rm(dataFolder, { recursive: true, force: true });
});

test(`nothing acknowledged is lost to subscribers in ${rounds} kills`, { timeout: 120_000 }, async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "groundwatch-kill-"));
  receiver = await startReceiver();
  const flags = ["--no-agent", "--service-endpoints", receiver.endpointsFile];
  let server = await startProcess(dataFolder, flags);
  await prepare(server);
  const acknowledged = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const load = putUntilItFails(server, round, acknowledged);
    await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 700));
    await server.end("SIGKILL");
    await load;
    server = await startProcess(dataFolder, flags);
  }
  await vi.waitFor(
    () => {
      const delivered = new Set(
        receiver?.payloads().flatMap(({ logEvents }) => logEvents.map(({ message }) => message)),
      );
      expect([...acknowledged].filter((message) => !delivered.has(message))).toEqual([]);
    },
    { timeout: 20_000 },
  );
  expect(acknowledged.size).toBeGreaterThan(rounds * 10);
  expect(await countedEvents(server)).toBeGreaterThanOrEqual(acknowledged.size);
  await server.end("SIGTERM");
});

const optionsOf = ({ endpoint }: ServerProcess) => ({ endpoint, maxAttempts: 1, ...place });

async function prepare(server: ServerProcess): Promise<void> {
  const logs = new CloudWatchLogs(optionsOf(server));
  const { logGroupName } = group;
  await logs.createLogGroup({ logGroupName });
  await logs.createLogStream(group);
  const common = { logGroupName, filterName: "f", filterPattern: "event" };
  const destinationArn = "arn:aws:kinesis:us-east-1:123456789012:stream/s";
  const roleArn = "arn:aws:iam::123456789012:role/logs";
  await logs.putSubscriptionFilter({ ...common, destinationArn, roleArn });
  const transformation = { metricName: "events", metricNamespace: "kill", metricValue: "1" };
  await logs.putMetricFilter({ ...common, metricTransformations: [transformation] });
}

/** Puts one batch after the other until the server is gone. */
async function putUntilItFails(
  server: ServerProcess,
  round: number,
  acknowledged: Set<string>,
): Promise<void> {
  const logs = new CloudWatchLogs(optionsOf(server));
  for (let batch = 0; ; batch++) {
    const messages = Array.from({ length: 5 }, (_, index) => `event ${round} ${batch} ${index}`);
    const logEvents = messages.map((message) => ({ timestamp: Date.now(), message }));
    try {
      await logs.putLogEvents({ ...group, logEvents });
    } catch {
      return;
    }
    for (const message of messages) acknowledged.add(message);
  }
}

async function countedEvents(server: ServerProcess): Promise<number> {
  const { Datapoints = [] } = await new CloudWatch(optionsOf(server)).getMetricStatistics({
    Namespace: "kill",
    MetricName: "events",
    StartTime: new Date(Date.now() - 3_600_000),
    EndTime: new Date(Date.now() + 3_600_000),
    Period: 60,
    Statistics: ["Sum"],
  });
  return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
}
