// Kills the server while a metric stream delivers, on a clock that goes back with every start: all that was
// acknowledged arrives.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { expect, onTestFinished, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startProcess, type ServerProcess } from "../support/process.ts";

const rounds = 8;
const account = "123456789012";
const region = "us-east-1";
const FirehoseArn = `arn:aws:firehose:${region}:${account}:deliverystream/killed`;

/** An endpoint that takes what Firehose sends, and notes the names of the metrics. */
async function startEndpoint() {
  const names = new Set<string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { requestId, records } = JSON.parse(Buffer.concat(chunks).toString()) as {
        requestId: string;
        records: { data: string }[];
      };
      for (const { data } of records) {
        const lines = Buffer.from(data, "base64").toString().trim().split("\n");
        for (const line of lines) names.add((JSON.parse(line) as { metric_name: string }).metric_name);
      }
      response.end(JSON.stringify({ requestId, timestamp: 0 }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { names, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

const optionsOf = ({ endpoint }: ServerProcess) => ({
  endpoint,
  region,
  credentials: { accessKeyId: account, secretAccessKey: "any" },
  maxAttempts: 1,
});

test(`a metric stream loses nothing in ${rounds} kills`, { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "groundwatch-streams-kill-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { names, url } = await startEndpoint();
  const targets = join(folder, "targets.json");
  writeFileSync(targets, JSON.stringify({ [FirehoseArn]: { url } }));
  const start = () => startProcess(join(folder, "data"), ["--clock", "manual", "--stream-targets", targets]);
  const acknowledged = new Set<string>();
  let server = await start();
  await new CloudWatch(optionsOf(server)).putMetricStream({
    Name: "all",
    FirehoseArn,
    RoleArn: `arn:aws:iam::${account}:role/streams`,
    OutputFormat: "json",
  });
  for (let round = 0; round < rounds; round++) {
    const load = startLoad(server, `${round}`, acknowledged);
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 700));
    await server.end("SIGKILL");
    await load;
    server = await start();
  }
  for (let minute = 0; minute < 30; minute++) {
    await new GroundwatchClient(optionsOf(server)).advanceClock({ Milliseconds: 60_000 });
  }
  await server.end("SIGTERM");
  expect(acknowledged.size).toBeGreaterThan(rounds * 5);
  expect([...acknowledged].filter((name) => !names.has(name))).toEqual([]);
});

/** Puts data and moves the clock, which makes the stream deliver, until the server is gone. */
async function startLoad(server: ServerProcess, round: string, acknowledged: Set<string>): Promise<void> {
  const cloudwatch = new CloudWatch(optionsOf(server));
  const own = new GroundwatchClient(optionsOf(server));
  const untilGone = async (act: (count: number) => Promise<unknown>) => {
    for (let count = 0; ; count++) {
      try {
        await act(count);
      } catch {
        return; // the server was killed
      }
    }
  };
  const put = (writer: number) =>
    untilGone(async (count) => {
      const batch = Array.from({ length: 5 }, (_, index) => `m-${round}-${writer}-${count}-${index}`);
      const MetricData = batch.map((MetricName) => ({ MetricName, Value: 1 }));
      await cloudwatch.putMetricData({ Namespace: "Kill", MetricData });
      for (const name of batch) acknowledged.add(name);
    });
  await Promise.all([put(0), put(1), put(2), untilGone(() => own.advanceClock({ Milliseconds: 20_000 }))]);
}
