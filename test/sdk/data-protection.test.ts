// Data protection through the official client: events are masked wherever they are read; findings are told.
import { gunzipSync } from "node:zlib";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newLogGroup } from "../support/log-groups.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let receiver: Receiver;
let server: TestServer;
let logs: CloudWatchLogs;

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startTestServer({ serviceEndpoints: receiver.endpointsFile });
  logs = new CloudWatchLogs({ ...server.clientConfig(), disableHostPrefix: true });
});

afterAll(async () => {
  await server?.stop();
  await receiver?.stop();
});

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
  expect(await refusal(put(policy({ Firehose: { DeliveryStream: "" } })))).toContain("Firehose");
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
  // As AWS's page on viewing unmasked data writes it.
  const [, sample] = await rowsOf(
    logGroupName,
    "fields @timestamp, @message, unmask(@message) | sort @timestamp desc | limit 20",
  );
  expect(sample).toMatchObject({ "@message": masked, "unmask(@message)": message });
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

test("an account and a group may mean different things by the name of an identifier", async () => {
  const group = await newLogGroup(server, logs);
  const ofAccount = { policyName: "all", policyType: "DATA_PROTECTION_POLICY" } as const;
  const policyDocument = policy().replace(String.raw`E-\\d{4}`, String.raw`W-\\d{4}`);
  await logs.putAccountPolicy({ ...ofAccount, policyDocument });
  await logs.putDataProtectionPolicy({ logGroupIdentifier: group.logGroupName, policyDocument: policy() });
  await group.put([[-1, "W-1234 is the manager of E-1234"]]);
  await logs.deleteAccountPolicy(ofAccount);
  expect(await group.filter("")).toEqual(["****** is the manager of ******"]);
});

test("what is written with the escapes of JSON is found, also in what a transformer made", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  await logs.putDataProtectionPolicy({ logGroupIdentifier: logGroupName, policyDocument: policy() });
  await logs.putTransformer({ logGroupIdentifier: logGroupName, transformerConfig: [{ parseJSON: {} }] });
  const written = String.raw`{"who":"ann\u0040example.com","note":"to\nbob@example.com"}`;
  await group.put([[-1, written]]);
  expect(await group.filter("")).toEqual([
    String.raw`{"who":"********************","note":"to\n***************"}`,
  ]);
  expect(await group.filter("", { unmask: true })).toEqual([written]);
  expect((await rowsOf(logGroupName, "display who, note"))[0]).toMatchObject({
    who: "***************",
    note: "to\n***************",
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

// AWS: sensitive data is masked at all egress points.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html
test("a live tail shows what is masked, and cannot look for what is behind it", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  await logs.putDataProtectionPolicy({ logGroupIdentifier: logGroupName, policyDocument: policy() });
  const tail = async (logEventFilterPattern: string) => {
    const { responseStream } = await logs.startLiveTail({
      logGroupIdentifiers: [`arn:aws:logs:${testRegion}:${testAccount}:log-group:${logGroupName}`],
      logEventFilterPattern,
    });
    const updates = responseStream![Symbol.asyncIterator]();
    await updates.next();
    return updates;
  };
  const [all, some] = [await tail(""), await tail("example")];
  await group.put([[0, message]]);
  const next = [all.next(), some.next()];
  for (let second = 0; second < 3; second++) await server.advance(1_000);
  const [seen, found] = (await Promise.all(next)).map(({ value }) => value?.sessionUpdate?.sessionResults);
  expect(seen?.map((event: { message?: string }) => event.message)).toEqual([masked]);
  expect(found).toEqual([]);
  await all.return?.();
  await some.return?.();
});

test("subscriptions deliver what is masked, also of what a transformer made", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  await logs.putDataProtectionPolicy({ logGroupIdentifier: logGroupName, policyDocument: policy() });
  await logs.putTransformer({
    logGroupIdentifier: logGroupName,
    transformerConfig: [{ parseJSON: {} }, { renameKeys: { entries: [{ key: "who", renameTo: "person" }] } }],
  });
  const subscribe = (filterName: string, filterPattern: string, applyOnTransformedLogs: boolean) =>
    logs.putSubscriptionFilter({
      logGroupName,
      filterName,
      filterPattern,
      destinationArn: `arn:aws:kinesis:${testRegion}:${testAccount}:stream/events`,
      roleArn: "arn:aws:iam::123456789012:role/logs",
      applyOnTransformedLogs,
    });
  await subscribe("came", "", false);
  await subscribe("made", '{ $.person = "*" }', true);
  await group.put([[0, message]]);
  await server.advance(1_000);
  const delivered = receiver
    .payloads()
    .map(({ subscriptionFilters, logEvents }) => [
      ...subscriptionFilters,
      ...logEvents.map((event) => event.message),
    ]);
  expect(delivered).toHaveLength(2);
  expect(delivered).toContainEqual(["came", masked]);
  expect(delivered).toContainEqual(["made", '{"employee":"******","person":"***************"}']);
  await logs.deleteSubscriptionFilter({ logGroupName, filterName: "came" });
  receiver.requests.length = 0;
  await subscribe("hidden", "example", false);
  await group.put([[0, message]]);
  await server.advance(1_000);
  expect(receiver.payloads().flatMap(({ subscriptionFilters }) => subscriptionFilters)).toEqual(["made"]);
});

test("files of an export have what is masked", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  await group.put([[-2, message]]);
  await logs.putDataProtectionPolicy({ logGroupIdentifier: logGroupName, policyDocument: policy() });
  await group.put([[-1, message]]);
  const now = server.clock.now();
  const range = { from: now - 1_000, to: now };
  const { taskId } = await logs.createExportTask({ logGroupName, ...range, destination: "protected" });
  await server.advance(5_000);
  const key = `exportedlogs/${taskId}/stream/000000.gz`;
  const lines = gunzipSync((await server.dependencies.blobs.get("protected", key))!).toString();
  // What was there before the policy is not masked.
  expect(lines.match(/(?<= ).+/g)).toEqual([message, masked]);
});

test("metric filters match nothing that is masked, and take no value from it", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  const card = "arn:aws:dataprotection::aws:data-identifier/CreditCardNumber";
  await logs.putDataProtectionPolicy({
    logGroupIdentifier: logGroupName,
    policyDocument: policy({}, ["Employee", card]),
  });
  const put = (metricName: string, filterPattern: string, metricValue: string) =>
    logs.putMetricFilter({
      logGroupName,
      filterName: metricName,
      filterPattern,
      metricTransformations: [{ metricNamespace: "hidden", metricName, metricValue }],
    });
  await put("matched", '{ $.employee = "E-1234" }', "1");
  await put("valued", "{ $.card = * }", "$.card");
  await put("counted", '{ $.employee = "******" }', "1");
  await group.put([[0, '{"employee":"E-1234","card":4539578763621486}']]);
  const { Metrics } = await new CloudWatch(server.clientConfig()).listMetrics({ Namespace: "hidden" });
  expect(Metrics?.map(({ MetricName }) => MetricName)).toEqual(["counted"]);
});

test("a transformer that takes the keyword from a number does not bring it to light", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  const ssn = "arn:aws:dataprotection::aws:data-identifier/Ssn-US";
  await logs.putDataProtectionPolicy({
    logGroupIdentifier: logGroupName,
    policyDocument: policy({}, [ssn]),
  });
  await logs.putTransformer({
    logGroupIdentifier: logGroupName,
    transformerConfig: [
      { grok: { match: "ssn %{NOTSPACE:n} of %{GREEDYDATA:who}" } },
      { copyValue: { entries: [{ source: "n", target: "parts" }] } },
    ],
  });
  await group.put([[-2, "ssn 123-45-6789 of ann"]]);
  await logs.putTransformer({
    logGroupIdentifier: logGroupName,
    transformerConfig: [
      { grok: { match: "ssn %{NOTSPACE:n} of %{GREEDYDATA:who}" } },
      { splitString: { entries: [{ source: "n", delimiter: "-" }] } },
    ],
  });
  await group.put([[-1, "ssn 123-45-6789 of bob"]]);
  const rows = await rowsOf(logGroupName, "sort @timestamp asc | display who, n, parts, n.0");
  expect(rows).toMatchObject([
    { who: "ann", n: "***********", parts: "***********" },
    { who: "bob", "n.0": "***********" },
  ]);
});
