// Log anomaly detectors through the official client: a day of logs, then what is new and what is too much.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import { withLogsServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

const hourMs = 3_600_000;
const arnOf = (logGroupName: string) => `arn:aws:logs:${testRegion}:${testAccount}:log-group:${logGroupName}`;

test("what a day has not seen is an anomaly; it is suppressed, and goes with the detector", async () => {
  const group = await newLogGroup(server, logs);
  const served = (count: number): [number, string][] =>
    Array.from({ length: count }, (_, index) => [0, `served order ${index} in ${index % 7} ms`]);
  const { anomalyDetectorArn = "" } = await logs.createLogAnomalyDetector({
    logGroupArnList: [arnOf(group.logGroupName)],
    detectorName: "orders",
    evaluationFrequency: "ONE_HOUR",
  });
  const anomalies = () => logs.listAnomalies({ anomalyDetectorArn }).then((answer) => answer.anomalies ?? []);
  for (let hour = 0; hour < 26; hour++) {
    await group.put(served(20));
    await server.advance(hourMs);
  }
  const trained = await logs.getLogAnomalyDetector({ anomalyDetectorArn });
  expect(trained).toMatchObject({ anomalyDetectorStatus: "ANALYZING", detectorName: "orders" });
  expect(await anomalies()).toEqual([]);
  const startedAt = server.clock.now();
  await group.put([...served(200), [0, "ERROR no connection to db-7"], [0, "ERROR no connection to db-8"]]);
  await server.advance(hourMs + 60_000);
  const found = await anomalies();
  expect(found.map(({ patternString, priority }) => `${priority} ${patternString}`).toSorted()).toEqual([
    "HIGH ERROR no connection to <*>",
    "LOW served order <*> in <*> ms",
  ]);
  const error = found.find(({ priority }) => priority === "HIGH")!;
  expect(error).toMatchObject({
    state: "Active",
    active: true,
    suppressed: false,
    firstSeen: startedAt,
    histogram: { [startedAt]: 2 },
    logGroupArnList: [arnOf(group.logGroupName)],
  });
  expect(error.patternTokens?.at(-1)?.enumerations).toEqual({ "db-7": 1, "db-8": 1 });
  expect(error.logSamples?.map(({ message }) => message)).toContain("ERROR no connection to db-7");
  const { Datapoints } = await new CloudWatch(server.clientConfig()).getMetricStatistics({
    Namespace: "AWS/Logs",
    MetricName: "AnomalyCount",
    Dimensions: [
      { Name: "LogAnomalyDetector", Value: "orders" },
      { Name: "LogAnomalyPriority", Value: "HIGH" },
    ],
    StartTime: new Date(startedAt),
    EndTime: new Date(server.clock.now() + hourMs),
    Period: 3_600,
    Statistics: ["Sum"],
  });
  expect(Datapoints).toMatchObject([{ Sum: 1 }]);

  const { anomalyId } = error;
  await logs.updateAnomaly({
    anomalyDetectorArn,
    anomalyId,
    suppressionType: "LIMITED",
    suppressionPeriod: { value: 2, suppressionUnit: "HOURS" },
  });
  const suppressed = await logs.listAnomalies({ anomalyDetectorArn, suppressionState: "SUPPRESSED" });
  expect(suppressed.anomalies).toMatchObject([
    { anomalyId, state: "Suppressed", isPatternLevelSuppression: false },
  ]);
  await server.advance(3 * hourMs);
  const after = (await anomalies()).find((anomaly) => anomaly.anomalyId === anomalyId);
  expect(after).toMatchObject({ state: "Active", suppressed: false, active: false });

  // All of a pattern, for good, until it is taken back.
  const { patternId } = error;
  const states = async () =>
    (await anomalies()).map(({ patternId: id, state }) => `${id === patternId} ${state}`).toSorted();
  await logs.updateAnomaly({ anomalyDetectorArn, patternId, suppressionType: "INFINITE" });
  await server.advance(48 * hourMs);
  expect(await states()).toEqual(["false Active", "true Suppressed"]);
  expect(await logs.listAnomalies({ anomalyDetectorArn, suppressionState: "UNSUPPRESSED" })).toMatchObject({
    anomalies: [{ patternString: "served order <*> in <*> ms" }],
  });
  await logs.updateAnomaly({ anomalyDetectorArn, patternId });
  expect(await states()).toEqual(["false Active", "true Active"]);
  await logs.updateAnomaly({ anomalyDetectorArn, anomalyId, baseline: true });
  expect(await states()).toEqual(["false Active", "true Baseline"]);

  await logs.deleteLogAnomalyDetector({ anomalyDetectorArn });
  expect(await refusal(anomalies())).toContain("ResourceNotFoundException");
});

test("what a detector has learnt outlives a restart", async () => {
  const data = mkdtempSync(join(tmpdir(), "groundwatch-anomalies-"));
  try {
    const first = await startTestServer({ data });
    const before = new CloudWatchLogs(first.clientConfig());
    const group = await newLogGroup(first, before);
    const { anomalyDetectorArn = "" } = await before.createLogAnomalyDetector({
      logGroupArnList: [arnOf(group.logGroupName)],
      evaluationFrequency: "ONE_HOUR",
    });
    const served = Array.from({ length: 20 }, (_, index): [number, string] => [0, `served order ${index}`]);
    for (let hour = 0; hour < 26; hour++) {
      await group.put(served);
      await first.advance(hourMs);
    }
    const stoppedAt = first.clock.now();
    await first.stop();

    const second = await startTestServer({ data }, { startAt: stoppedAt });
    const after = new CloudWatchLogs(second.clientConfig());
    const timestamp = second.clock.now();
    const logEvents = [...served, [0, "ERROR out of paper"] as const].map(([, message]) => ({
      timestamp,
      message,
    }));
    await after.putLogEvents({ logGroupName: group.logGroupName, logStreamName: "stream", logEvents });
    await second.advance(hourMs + 60_000);
    const { anomalies } = await after.listAnomalies({ anomalyDetectorArn });
    expect(anomalies?.map(({ patternString }) => patternString)).toEqual(["ERROR out of paper"]);
    await second.stop();
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});

test("a detector is listed, updated, paused, and goes with its group", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  const logGroupArnList = [arnOf(logGroupName)];
  const { anomalyDetectorArn = "" } = await logs.createLogAnomalyDetector({ logGroupArnList });
  expect(await refusal(logs.createLogAnomalyDetector({ logGroupArnList }))).toContain(
    "LimitExceededException",
  );
  await logs.updateLogAnomalyDetector({ anomalyDetectorArn, enabled: false, anomalyVisibilityTime: 7 });
  const { anomalyDetectors } = await logs.listLogAnomalyDetectors({ filterLogGroupArn: logGroupArnList[0] });
  expect(anomalyDetectors).toMatchObject([
    {
      anomalyDetectorArn,
      anomalyDetectorStatus: "PAUSED",
      anomalyVisibilityTime: 7,
      evaluationFrequency: "FIVE_MIN",
    },
  ]);
  await logs.deleteLogGroup({ logGroupName });
  expect(await refusal(logs.getLogAnomalyDetector({ anomalyDetectorArn }))).toContain(
    "ResourceNotFoundException",
  );
  expect(await refusal(logs.createLogAnomalyDetector({ logGroupArnList }))).toContain(
    "ResourceNotFoundException",
  );
});
