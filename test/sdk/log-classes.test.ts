// Log groups of other classes than Standard: what they refuse, in AWS's words, and what they serve.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs({ ...server.clientConfig(), disableHostPrefix: true });
});

afterAll(() => server?.stop());

test.each(["INFREQUENT_ACCESS", "ESSENTIALS", "DELIVERY"] as const)(
  "a group of the class %s",
  async (logGroupClass) => {
    const logGroupName = `group-${logGroupClass}`;
    await logs.createLogGroup({ logGroupName, logGroupClass });
    await logs.createLogStream({ logGroupName, logStreamName: "s" });
    const logEvents = [{ timestamp: server.clock.now(), message: "hello" }];
    await logs.putLogEvents({ logGroupName, logStreamName: "s", logEvents });
    const unreadable = (operation: string) =>
      `InvalidOperationException: The log group ${logGroupName} is of log-group-class ${logGroupClass}. ` +
      `${operation} is not supported for this log class.`;
    expect(await refusal(logs.filterLogEvents({ logGroupName }))).toBe(unreadable("FilterLogEvents"));
    expect(await refusal(logs.getLogEvents({ logGroupName, logStreamName: "s" }))).toBe(
      unreadable("GetLogEvents"),
    );
    const arn = `arn:aws:logs:${testRegion}:${testAccount}:log-group:${logGroupName}`;
    expect(await refusal(logs.startLiveTail({ logGroupIdentifiers: [arn] }))).toBe(
      unreadable("StartLiveTail"),
    );
    const standardOnly = "ValidationException: This operation is only supported on the Standard log class.";
    expect(await refusal(logs.describeMetricFilters({ logGroupName }))).toBe(standardOnly);
    expect(await refusal(logs.createLogAnomalyDetector({ logGroupArnList: [arn] }))).toBe(standardOnly);
    const time = Math.ceil(server.clock.now() / 1_000);
    const { queryId } = await logs.startQuery({
      logGroupName,
      startTime: time - 60,
      endTime: time,
      queryString: "display @message",
    });
    expect(queryId).toBeDefined();
  },
);

test("who lists groups of the class Infrequent Access or Essentials gets both", async () => {
  for (const logGroupClass of ["STANDARD", "INFREQUENT_ACCESS", "ESSENTIALS"] as const) {
    await logs.createLogGroup({ logGroupName: `listed-${logGroupClass}`, logGroupClass });
  }
  const both = ["listed-ESSENTIALS", "listed-INFREQUENT_ACCESS"];
  const logGroupNamePrefix = "listed-";
  for (const logGroupClass of ["INFREQUENT_ACCESS", "ESSENTIALS"] as const) {
    const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix, logGroupClass });
    expect(logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(both);
  }
  const { logGroups } = await logs.listLogGroups({
    logGroupNamePattern: "^listed",
    logGroupClass: "STANDARD",
  });
  expect(logGroups).toMatchObject([{ logGroupName: "listed-STANDARD", logGroupClass: "STANDARD" }]);
});

test("deletion protection keeps a group and its streams", async () => {
  const logGroupName = "protected";
  await logs.createLogGroup({ logGroupName, deletionProtectionEnabled: true });
  await logs.createLogStream({ logGroupName, logStreamName: "s" });
  const blocked = "cannot be deleted because deletion protection is enabled.";
  expect(await refusal(logs.deleteLogGroup({ logGroupName }))).toBe(
    `ValidationException: The log group protected ${blocked}`,
  );
  expect(await refusal(logs.deleteLogStream({ logGroupName, logStreamName: "s" }))).toContain(blocked);
  await logs.putLogGroupDeletionProtection({
    logGroupIdentifier: logGroupName,
    deletionProtectionEnabled: false,
  });
  await logs.deleteLogStream({ logGroupName, logStreamName: "s" });
  await logs.deleteLogGroup({ logGroupName });
});
