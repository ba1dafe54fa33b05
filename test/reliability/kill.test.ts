// Kills the server, or only its engine, at random points under load and finds all that was acknowledged.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { XRay } from "@aws-sdk/client-xray";
import { afterAll, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startProcess, type ServerProcess } from "../support/process.ts";

const rounds = 50;
/** In every so many rounds only the engine is killed, and the server must heal itself. */
const engineEvery = 5;
const group = "kill";

/** What the server said yes to, over all rounds. */
interface Acknowledged {
  readonly messages: Set<string>;
  readonly metricSums: Map<string, number>;
  readonly traceIds: Set<string>;
  readonly eventSources: Set<string>;
  readonly groups: Set<string>;
}

let dataFolder: string | undefined;

afterAll(async () => {
  if (dataFolder !== undefined) await rm(dataFolder, { recursive: true, force: true });
});

test(`nothing acknowledged is lost in ${rounds} kills`, { timeout: 600_000 }, async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "groundwatch-kill-"));
  const acknowledged: Acknowledged = {
    messages: new Set(),
    metricSums: new Map(),
    traceIds: new Set(),
    eventSources: new Set(),
    groups: new Set(),
  };
  let server = await startProcess(dataFolder);
  const logs = logsClient(server);
  await logs.createLogGroup({ logGroupName: group });
  await logs.createLogStream({ logGroupName: group, logStreamName: "stream" });

  for (let round = 0; round < rounds; round++) {
    const load = startLoad(server, round, acknowledged);
    await pause(50 + Math.random() * 500);
    if (round % engineEvery === 0) {
      process.kill(enginePid(server), "SIGKILL");
      await load.succeedAgain();
      await load.stop();
    } else {
      await server.end("SIGKILL");
      await load.stop();
      server = await startProcess(dataFolder);
    }
    await expectStored(server, acknowledged);
  }
  await server.end("SIGTERM");
  expect(acknowledged.messages.size).toBeGreaterThan(rounds * 10);
  expect(acknowledged.traceIds.size).toBeGreaterThan(rounds);
  expect(acknowledged.metricSums.size).toBeGreaterThan(rounds / 2);
  expect(acknowledged.eventSources.size).toBeGreaterThan(rounds);
  expect(acknowledged.groups.size).toBeGreaterThan(rounds / 2);
});

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The server has one child: the process with the telemetry engine. */
function enginePid({ child }: ServerProcess): number {
  const ofServer = ["-P", String(child.pid), "-f", "program/main.js"];
  const found = execFileSync("pgrep", ofServer, { encoding: "utf8" });
  const [pid, ...more] = found.trim().split("\n").map(Number);
  if (pid === undefined || more.length > 0) throw new Error(`one engine is expected, not ${found}`);
  return pid;
}

function clientOptions(server: ServerProcess) {
  return {
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "123456789012", secretAccessKey: "any" },
    maxAttempts: 1,
  };
}

const logsClient = (server: ServerProcess) => new CloudWatchLogs(clientOptions(server));

interface Load {
  /** Resolves when each writer has had something acknowledged that it began after this call. */
  succeedAgain(): Promise<void>;
  stop(): Promise<void>;
}

/** Five writers, each of which writes as fast as it is answered and notes every acknowledgement. */
function startLoad(server: ServerProcess, round: number, acknowledged: Acknowledged): Load {
  const options = clientOptions(server);
  const logs = new CloudWatchLogs(options);
  const metrics = new CloudWatch(options);
  const xray = new XRay(options);
  const events = new EventBridge(options);
  const now = Date.now();
  const minute = new Date(Math.floor(now / 60_000) * 60_000);

  const writers: readonly ((turn: number) => Promise<void>)[] = [
    async (turn) => {
      const messages = Array.from({ length: 10 }, (_, index) => `round ${round} turn ${turn} event ${index}`);
      await logs.putLogEvents({
        logGroupName: group,
        logStreamName: "stream",
        logEvents: messages.map((message) => ({ timestamp: Date.now(), message })),
      });
      for (const message of messages) acknowledged.messages.add(message);
    },
    async (turn) => {
      const name = `round-${round}`;
      await metrics.putMetricData({
        Namespace: "Kill",
        MetricData: [{ MetricName: name, Value: turn + 1, Timestamp: minute }],
      });
      acknowledged.metricSums.set(name, (acknowledged.metricSums.get(name) ?? 0) + turn + 1);
    },
    async (turn) => {
      const number = (round * 100_000 + turn).toString(16).padStart(24, "0");
      const traceId = `1-${Math.floor(now / 1000).toString(16)}-${number}`;
      const segment = { name: "kill", id: number.slice(8), trace_id: traceId, start_time: now / 1000 - 1 };
      const document = JSON.stringify({ ...segment, end_time: now / 1000 });
      const answer = await xray.putTraceSegments({ TraceSegmentDocuments: [document] });
      if (answer.UnprocessedTraceSegments?.length === 0) acknowledged.traceIds.add(traceId);
    },
    async (turn) => {
      const source = `round ${round} turn ${turn}`;
      const entry = { Source: source, DetailType: "kill", Detail: "{}" };
      const answer = await events.putEvents({ Entries: [entry] });
      if (answer.FailedEntryCount === 0) acknowledged.eventSources.add(source);
    },
    async (turn) => {
      await pause(50); // definitions come one at a time
      const name = `group-${round}-${turn}`;
      await logs.createLogGroup({ logGroupName: name });
      acknowledged.groups.add(name);
    },
  ];
  return keepWriting(writers);
}

function keepWriting(writers: readonly ((turn: number) => Promise<void>)[]): Load {
  const state = { stopped: false };
  const succeeded = writers.map(() => 0);
  const finished = Promise.all(
    writers.map(async (write, index) => {
      for (let turn = 0; !state.stopped; turn++) {
        await write(turn).then(
          () => (succeeded[index] = turn),
          () => pause(20), // whether it was stored is not known, so it is not asked for
        );
      }
    }),
  );
  return {
    async succeedAgain() {
      const before = [...succeeded];
      // The turn under way may have been answered before; the one after it was not.
      while (succeeded.some((turn, index) => turn < (before[index] ?? 0) + 2)) await pause(10);
    },
    async stop() {
      state.stopped = true;
      await finished;
    },
  };
}

async function expectStored(server: ServerProcess, acknowledged: Acknowledged): Promise<void> {
  const options = clientOptions(server);
  const now = Date.now();
  const stored = await storedMessages(new CloudWatchLogs(options));
  expect([...acknowledged.messages].filter((message) => !stored.has(message))).toEqual([]);
  expect([...stored.values()].filter((count) => count > 1)).toEqual([]);

  const metrics = new CloudWatch(options);
  const names = [...acknowledged.metricSums.keys()].slice(-5);
  const data = await metrics.getMetricData({
    StartTime: new Date(now - 3_600_000),
    EndTime: new Date(now + 60_000),
    MetricDataQueries: names.map((name, index) => ({
      Id: `m${index}`,
      MetricStat: { Metric: { Namespace: "Kill", MetricName: name }, Period: 3600, Stat: "Sum" },
    })),
  });
  names.forEach((name, index) => {
    const sum = data.MetricDataResults?.[index]?.Values?.reduce((total, value) => total + value, 0) ?? 0;
    expect(sum, `sum of ${name}`).toBeGreaterThanOrEqual(acknowledged.metricSums.get(name) ?? 0);
  });

  const xray = new XRay(options);
  const traceIds = [...acknowledged.traceIds].slice(-25);
  for (let start = 0; start < traceIds.length; start += 5) {
    const page = traceIds.slice(start, start + 5);
    const answer = await xray.batchGetTraces({ TraceIds: page });
    expect(answer.Traces?.map((trace) => trace.Id ?? "").sort()).toEqual([...page].sort());
  }

  const sources = await storedEventSources(new GroundwatchClient(options), now - 1_800_000);
  expect([...acknowledged.eventSources].slice(-50).filter((source) => !sources.has(source))).toEqual([]);

  const logs = new CloudWatchLogs(options);
  for (const name of [...acknowledged.groups].slice(-4)) {
    const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: name });
    expect(logGroups?.map(({ logGroupName }) => logGroupName)).toContain(name);
  }
}

/** Every message of the stream with the number of times it is there. */
async function storedMessages(logs: CloudWatchLogs): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let nextToken: string | undefined;
  for (;;) {
    const page = await logs.getLogEvents({
      logGroupName: group,
      logStreamName: "stream",
      startFromHead: true,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    for (const { message = "" } of page.events ?? []) counts.set(message, (counts.get(message) ?? 0) + 1);
    if (page.nextForwardToken === nextToken) return counts;
    nextToken = page.nextForwardToken;
  }
}

/** The sources of the events on the default bus that came after the instant `from`. */
async function storedEventSources(
  groundwatch: GroundwatchClient,
  from: number,
): Promise<ReadonlySet<string>> {
  const sources = new Set<string>();
  let nextToken: string | undefined;
  do {
    const page = await groundwatch.listEvents({
      From: from,
      ...(nextToken === undefined ? {} : { NextToken: nextToken }),
    });
    for (const { Event } of page.Events) sources.add((JSON.parse(Event) as { source: string }).source);
    nextToken = page.NextToken;
  } while (nextToken !== undefined);
  return sources;
}
