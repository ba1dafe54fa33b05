// Kills the server while queries of logs run and wait: what was complete stays, what was not has failed.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, onTestFinished, test } from "vitest";
import { queryLimits } from "../../src/services/cloudwatch-logs/query-limits.ts";
import { refusal } from "../support/refusal.ts";
import { startProcess, type ServerProcess } from "../support/process.ts";

const logGroupName = "orders";
const logStreamName = "stream";
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

const clientOf = ({ endpoint }: ServerProcess) =>
  new CloudWatchLogs({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "123456789012", secretAccessKey: "any" },
    maxAttempts: 1,
  });

test(
  "a kill fails the queries that ran or waited, and leaves the results of others",
  { timeout: 60_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "groundwatch-query-kill-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    let server = await startProcess(folder, ["--no-agent"]);
    onTestFinished(async () => {
      if (server.child.exitCode === null) await server.end("SIGKILL");
    });
    let logs = clientOf(server);
    await logs.createLogGroup({ logGroupName });
    await logs.createLogStream({ logGroupName, logStreamName });
    for (let batch = 0; batch < 3; batch++) {
      const logEvents = Array.from({ length: 10_000 }, (_, index) => ({
        timestamp: Date.now(),
        message: `{"k":1,"i":"event ${index}"}`,
      }));
      await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
    }
    const start = async (queryString: string) => {
      const span = { startTime: Date.now() - 3_600_000, endTime: Date.now() + 60_000 };
      return (await logs.startQuery({ logGroupName, queryString, ...span })).queryId!;
    };
    const statusOf = async (queryId: string) => (await logs.getQueryResults({ queryId })).status;

    const complete = await start("stats count(*) as events");
    while ((await statusOf(complete)) !== "Complete") await pause();
    // 900 million pairs keep the engine busy for longer than a test may take.
    const pairs = `join type=inner left=a right=b where a.k=b.k (SOURCE "${logGroupName}" | fields k, i)`;
    const unfinished: string[] = [];
    while (unfinished.length <= queryLimits.runningQueries) {
      unfinished.push(await start(`fields k, i | ${pairs} | stats max(concat(a.i, b.i))`));
    }
    while ((await statusOf(unfinished[0]!)) !== "Running") await pause();
    expect(await statusOf(unfinished.at(-1)!)).toBe("Scheduled");

    await server.end("SIGKILL");
    server = await startProcess(folder, ["--no-agent"]);
    logs = clientOf(server);
    expect((await logs.getQueryResults({ queryId: complete })).results).toEqual([
      [{ field: "events", value: "30000" }],
    ]);
    for (const queryId of unfinished) expect(await statusOf(queryId)).toBe("Failed");
    expect(await refusal(logs.stopQuery({ queryId: unfinished[0] }))).toContain("is not running");
    // They take nobody's place.
    const again = await start("stats count(*) as events");
    while ((await statusOf(again)) !== "Complete") await pause();
  },
);
