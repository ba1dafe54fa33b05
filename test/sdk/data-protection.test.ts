// Data protection through the official client: events are masked wherever they are read; findings are told.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs(server.clientConfig());
});

afterAll(() => server?.stop());

const email = "arn:aws:dataprotection::aws:data-identifier/EmailAddress";

const policy = (destination: object = {}, identifiers: readonly string[] = [email, "Employee"]) =>
  JSON.stringify({
    Name: "protect",
    Version: "2021-06-01",
    Configuration: { CustomDataIdentifier: [{ Name: "Employee", Regex: "E-\\d{4}" }] },
    Statement: [
      { DataIdentifier: identifiers, Operation: { Audit: { FindingsDestination: destination } } },
      { DataIdentifier: identifiers, Operation: { Deidentify: { MaskConfig: {} } } },
    ],
  });

const message = '{"who":"ann@example.com","employee":"E-1234"}';
const masked = '{"who":"***************","employee":"******"}';

async function rowsOf(logGroupName: string, queryString: string) {
  const now = Math.ceil(server.clock.now() / 1_000);
  const { queryId } = await logs.startQuery({
    logGroupName,
    startTime: now - 3_600,
    endTime: now,
    queryString,
  });
  for (;;) {
    const { status, results = [] } = await logs.getQueryResults({ queryId });
    if (status === "Complete")
      return results.map((row) => Object.fromEntries(row.map(({ field, value }) => [field, value])));
    if (status !== "Running" && status !== "Scheduled") throw new Error(status);
  }
}

test("a policy is put, got and deleted; what it cannot say is refused", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  const logGroupIdentifier = `arn:aws:logs:${testRegion}:${testAccount}:log-group:${logGroupName}`;
  const described = { logGroupIdentifier, policyDocument: policy(), lastUpdatedTime: server.clock.now() };
  const put = (policyDocument: string) =>
    logs.putDataProtectionPolicy({ logGroupIdentifier: logGroupName, policyDocument });
  expect(await put(policy())).toMatchObject(described);
  expect(await logs.getDataProtectionPolicy({ logGroupIdentifier })).toMatchObject(described);
  expect(await refusal(put("{}"))).toContain("InvalidParameterException: Invalid data protection policy");
  expect(await refusal(put(policy({ CloudWatchLogs: { LogGroup: "nowhere" } })))).toContain("does not exist");
  expect(await refusal(put(policy({ Firehose: { DeliveryStream: "f" } })))).toContain("Firehose");
  await logs.deleteDataProtectionPolicy({ logGroupIdentifier });
  expect((await logs.getDataProtectionPolicy({ logGroupIdentifier })).policyDocument).toBeUndefined();
});

test("events are masked wherever they are read, unless they are asked for as they came", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  await group.put([[-3, message]]);
  await logs.putDataProtectionPolicy({ logGroupIdentifier: logGroupName, policyDocument: policy() });
  await group.put([
    [-2, message],
    [-1, "nothing to hide"],
  ]);
  const messagesOf = (answer: { events?: { message?: string | undefined }[] | undefined }) =>
    answer.events?.map((event) => event.message);
  expect(messagesOf(await group.get())).toEqual([message, masked, "nothing to hide"]);
  expect(messagesOf(await group.get({ unmask: true }))).toEqual([message, message, "nothing to hide"]);
  expect(await group.filter("example")).toEqual([message]);
  expect(await group.filter("example", { unmask: true })).toEqual([message, message]);
  const [newest] = await rowsOf(
    logGroupName,
    "filter ispresent(who) | sort @timestamp desc | display @message, who",
  );
  expect(newest).toMatchObject({ "@message": masked, who: "***************" });
  const [shown] = await rowsOf(
    logGroupName,
    "filter ispresent(who) | sort @timestamp desc | fields who | unmask @message | unmask employee",
  );
  expect(shown).toMatchObject({
    "unmask(@message)": message,
    "unmask(employee)": "E-1234",
    who: "***************",
  });
  const logRecordPointer = newest!["@ptr"];
  expect((await logs.getLogRecord({ logRecordPointer })).logRecord).toMatchObject({
    "@message": masked,
    employee: "******",
  });
  expect((await logs.getLogRecord({ logRecordPointer, unmask: true })).logRecord).toMatchObject({
    "@message": message,
    employee: "E-1234",
  });
});

test("what metric filters and transformers make of an event is masked too", async () => {
  const group = await newLogGroup(server, logs);
  const logGroupIdentifier = group.logGroupName;
  await logs.putDataProtectionPolicy({ logGroupIdentifier, policyDocument: policy() });
  await logs.putTransformer({
    logGroupIdentifier,
    transformerConfig: [{ parseJSON: {} }, { renameKeys: { entries: [{ key: "who", renameTo: "person" }] } }],
  });
  await logs.putMetricFilter({
    logGroupName: group.logGroupName,
    filterName: "people",
    filterPattern: '{ $.who = "*" }',
    metricTransformations: [
      { metricNamespace: "people", metricName: "seen", metricValue: "1", dimensions: { who: "$.who" } },
    ],
  });
  await group.put([[-1, message]]);
  expect((await rowsOf(logGroupIdentifier, "display person"))[0]).toMatchObject({
    person: "***************",
  });
  const { Metrics } = await new CloudWatch(server.clientConfig()).listMetrics({ Namespace: "people" });
  expect(Metrics?.[0]?.Dimensions).toEqual([{ Name: "who", Value: "***************" }]);
});

test("findings go to a log group and a bucket, and are counted", async () => {
  const group = await newLogGroup(server, logs);
  const findings = await newLogGroup(server, logs);
  const destination = { CloudWatchLogs: { LogGroup: findings.logGroupName }, S3: { Bucket: "findings" } };
  await logs.putDataProtectionPolicy({
    logGroupIdentifier: group.logGroupName,
    policyDocument: policy(destination),
  });
  await group.put([
    [-2, message],
    [-1, "nothing to hide"],
  ]);
  const [report] = (await findings.filter("")) ?? [];
  expect(JSON.parse(report ?? "")).toEqual({
    auditTimestamp: "2026-11-02T12:00:00Z",
    resourceArn: `arn:aws:logs:${testRegion}:${testAccount}:log-group:${group.logGroupName}:*`,
    dataIdentifiers: [
      { name: "EmailAddress", count: 1, detections: [{ start: 8, end: 23 }] },
      { name: "Employee", count: 1, detections: [{ start: 37, end: 43 }] },
    ],
  });
  const { Datapoints } = await new CloudWatch(server.clientConfig()).getMetricStatistics({
    Namespace: "AWS/Logs",
    MetricName: "LogEventsWithFindings",
    Dimensions: [
      { Name: "LogGroupName", Value: group.logGroupName },
      { Name: "DataProtectionOperation", Value: "Audit" },
    ],
    StartTime: new Date(server.clock.now() - 60_000),
    EndTime: new Date(server.clock.now() + 60_000),
    Period: 60,
    Statistics: ["Sum"],
  });
  expect(Datapoints).toMatchObject([{ Sum: 1 }]);
});
