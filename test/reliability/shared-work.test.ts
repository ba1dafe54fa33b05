// Two nodes on one PostgreSQL, in one process and on one clock: what is done once, and what a dead one
// leaves.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { readStreamTargets } from "../../src/bin/stream-targets.ts";
import { createLogsService } from "../../src/services/cloudwatch-logs/index.ts";
import type { Dependencies } from "../../src/services/dependencies.ts";
import {
  missingPostgres,
  startPostgres,
  type PostgresServer,
} from "../../src/storage/state/testing/postgres-server.ts";
import { startLogAnomalyDetection } from "../../src/workers/log-anomaly-detection.ts";
import { startMetricStreams } from "../../src/workers/metric-streams.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

describe.skipIf(missingPostgres !== "")(`nodes that share a store${missingPostgres}`, () => {
  let postgres: PostgresServer;
  let server: TestServer;
  let logs: CloudWatchLogs;
  /** The keys of the blobs that any of the nodes has put. */
  const put: string[] = [];

  beforeAll(async () => {
    postgres = startPostgres();
    server = await startTestServer({ postgresUrl: postgres.url });
    logs = new CloudWatchLogs(server.clientConfig());
    const { blobs } = server.dependencies;
    const putBlob = blobs.put.bind(blobs);
    vi.spyOn(blobs, "put").mockImplementation((bucket, key, body) => {
      put.push(`${bucket}/${key}`);
      return putBlob(bucket, key, body);
    });
    startOther(server.dependencies);
  }, minuteMs);
  beforeEach(() => put.splice(0));
  afterAll(async () => {
    await server?.stop();
    postgres?.stop();
  });

  /** The workers of a second node. */
  function startOther(dependencies: Dependencies) {
    const other = { ...dependencies, state: { ...dependencies.state, node: "other" } };
    const onError = (error: unknown) => {
      throw error;
    };
    createLogsService(other);
    startLogAnomalyDetection({ ...other, onError });
    startMetricStreams({ ...other, targetOf: readStreamTargets(undefined), lagMs: 0, onError });
  }

  const leaseOfTheDead = (name: string, ms: number) =>
    server.dependencies.state
      .collection("leases")
      .put("", name, { holder: "dead", until: server.clock.now() + ms });

  test("an export is gone on with when the lease of a dead one is over", async () => {
    const group = await newLogGroup(server, logs);
    await group.put([[0, "exported"]]);
    const { taskId = "" } = await logs.createExportTask({
      logGroupName: group.logGroupName,
      from: testStartAt - hourMs,
      to: testStartAt + hourMs,
      destination: "exports",
    });
    await leaseOfTheDead(`log-exports/${taskId}`, 50 * secondMs);
    const status = async () => (await logs.describeExportTasks({ taskId })).exportTasks?.[0]?.status?.code;
    await server.advance(45 * secondMs);
    expect(await status()).toBe("PENDING");
    await server.advance(45 * secondMs);
    expect(await status()).toBe("COMPLETED");
    expect(put.filter((key) => key.endsWith(".gz"))).toEqual([
      `exports/exportedlogs/${taskId}/stream/000000.gz`,
    ]);
  });

  test("a scheduled query is run once, also when nobody is left of those who have planned it", async () => {
    const group = await newLogGroup(server, logs);
    await logs.createScheduledQuery({
      name: "shared",
      queryLanguage: "CWLI",
      queryString: "stats count(*)",
      scheduleExpression: "cron(0/2 * * * ? *)",
      executionRoleArn: "arn:aws:iam::123456789012:role/queries",
      logGroupIdentifiers: [group.logGroupName],
      startTimeOffset: 600,
    });
    const runs = async () => {
      const span = { startTime: 0, endTime: server.clock.now() };
      return (await logs.getScheduledQueryHistory({ identifier: "shared", ...span })).triggerHistory ?? [];
    };
    await server.advance(2 * minuteMs + secondMs);
    expect(await runs()).toHaveLength(1);
    // As if somebody had put it forward who is no more: no timer of those who are left is at that time.
    const due = server.dependencies.state.collection("log-scheduled-queries-due");
    const [planned] = await due.list("", { limit: 1 });
    await due.put("", planned?.key ?? "", planned?.value, server.clock.now() + secondMs);
    await server.advance(40 * secondMs);
    expect(await runs()).toHaveLength(2);
    await server.advance(2 * minuteMs);
    expect(await runs()).toHaveLength(3);
    await logs.deleteScheduledQuery({ identifier: "shared" });
  });

  test("a metric stream is sent by one, and by another one when that is dead", async () => {
    const cloudwatch = new CloudWatch(server.clientConfig());
    const datum = async () => {
      const MetricData = [{ MetricName: "sent", Value: 1, Timestamp: new Date(server.clock.now()) }];
      await cloudwatch.putMetricData({ Namespace: "Shared", MetricData });
    };
    await cloudwatch.putMetricStream({
      Name: "all",
      FirehoseArn: `arn:aws:firehose:${testRegion}:${testAccount}:deliverystream/all`,
      RoleArn: "arn:aws:iam::123456789012:role/streams",
      OutputFormat: "json",
      IncludeFilters: [{ Namespace: "Shared" }],
    });
    await server.advance(minuteMs);
    for (let minute = 0; minute < 2; minute++) {
      await datum();
      await server.advance(minuteMs);
    }
    await server.advance(minuteMs);
    expect(put).toHaveLength(2);
    await leaseOfTheDead(`metric-streams/${testAccount}/${testRegion}/all`, 100 * secondMs);
    await datum();
    await server.advance(90 * secondMs);
    expect(put).toHaveLength(2);
    await server.advance(40 * secondMs);
    expect(put).toHaveLength(3);
  });

  test("an anomaly detector is evaluated by one, and by another one when that is dead", async () => {
    const group = await newLogGroup(server, logs);
    const { anomalyDetectorArn = "" } = await logs.createLogAnomalyDetector({
      logGroupArnList: [`arn:aws:logs:${testRegion}:${testAccount}:log-group:${group.logGroupName}`],
      evaluationFrequency: "ONE_MIN",
    });
    const detectorId = anomalyDetectorArn.slice(anomalyDetectorArn.lastIndexOf(":") + 1);
    await leaseOfTheDead(`log-anomalies/${testAccount}/${testRegion}/${detectorId}`, 170 * secondMs);
    await group.put([[0, "served order"]]);
    const models = () => put.filter((key) => key.endsWith(`${detectorId}.json`));
    await server.advance(160 * secondMs);
    expect(models()).toEqual([]);
    // By now several windows are due, which one evaluation looks at together.
    await server.advance(70 * secondMs);
    expect(models().length).toBeGreaterThan(0);
    await logs.deleteLogAnomalyDetector({ anomalyDetectorArn });
  });
});
