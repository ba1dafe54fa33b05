// Transformers through the official client: put, got, tested, and applied to events as they come.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { type CloudWatchLogs, type Processor } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { withLogsServer } from "../support/logs-server.ts";
import { newInsightsQueries } from "../support/insights-queries.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

const transformerConfig: Processor[] = [
  { grok: { match: "%{LOGLEVEL:level} %{NUMBER:status} %{GREEDYDATA:text}" } },
  { typeConverter: { entries: [{ key: "status", type: "integer" }] } },
  {
    copyValue: {
      entries: [
        { source: "@logGroupName", target: "origin.group" },
        { source: "@accountId", target: "origin.account" },
      ],
    },
  },
];

const { start, ended, rowsOf } = newInsightsQueries(() => ({ server, logs }));

async function found(group: { readonly logGroupName: string }, queryString: string, options: object = {}) {
  return rowsOf(await ended(await start(group, queryString, options)));
}

async function sumOf(metric: string, logGroupName: string, dimension = "LogGroupName") {
  const { Datapoints } = await new CloudWatch(server.clientConfig()).getMetricStatistics({
    Namespace: "AWS/Logs",
    MetricName: metric,
    Dimensions: [{ Name: dimension, Value: logGroupName }],
    StartTime: new Date(server.clock.now() - 600_000),
    EndTime: new Date(server.clock.now() + 600_000),
    Period: 60,
    Statistics: ["Sum"],
  });
  return Datapoints?.[0]?.Sum;
}

test("a transformer is put, got, replaced and deleted", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  const logGroupIdentifier = `arn:aws:logs:${testRegion}:${testAccount}:log-group:${logGroupName}`;
  expect(await refusal(logs.getTransformer({ logGroupIdentifier: logGroupName }))).toContain(
    "ResourceNotFoundException",
  );
  await logs.putTransformer({ logGroupIdentifier: logGroupName, transformerConfig });
  const found = await logs.getTransformer({ logGroupIdentifier });
  expect(found).toMatchObject({ logGroupIdentifier, transformerConfig, creationTime: server.clock.now() });
  await server.advance(1_000);
  await logs.putTransformer({ logGroupIdentifier, transformerConfig: [{ parseJSON: {} }] });
  const {
    creationTime,
    lastModifiedTime,
    transformerConfig: replaced,
  } = await logs.getTransformer({
    logGroupIdentifier,
  });
  expect(replaced).toEqual([{ parseJSON: {} }]);
  expect([creationTime, lastModifiedTime]).toEqual([server.clock.now() - 1_000, server.clock.now()]);
  await logs.deleteTransformer({ logGroupIdentifier });
  expect(await refusal(logs.deleteTransformer({ logGroupIdentifier }))).toContain(
    "ResourceNotFoundException",
  );
});

test("a new group of the same name has no transformer", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  await logs.putTransformer({ logGroupIdentifier: logGroupName, transformerConfig });
  await logs.deleteLogGroup({ logGroupName });
  await logs.createLogGroup({ logGroupName });
  expect(await refusal(logs.getTransformer({ logGroupIdentifier: logGroupName }))).toContain(
    "ResourceNotFoundException",
  );
});

test("configurations and groups that cannot be are refused", async () => {
  const { logGroupName: logGroupIdentifier } = await newLogGroup(server, logs);
  const put = (config: Processor[]) =>
    refusal(logs.putTransformer({ logGroupIdentifier, transformerConfig: config }));
  expect(await put([{ addKeys: { entries: [{ key: "a", value: "b" }] } }])).toContain(
    "The first processor of a transformer must be a parser.",
  );
  expect(await put([{ grok: { match: "%{OWN:a}" } }])).toContain("not supported: OWN");
  await logs.createLogGroup({ logGroupName: "rare", logGroupClass: "INFREQUENT_ACCESS" });
  expect(
    await refusal(
      logs.putTransformer({ logGroupIdentifier: "rare", transformerConfig: [{ parseJSON: {} }] }),
    ),
  ).toContain("ValidationException: This operation is only supported on the Standard log class.");
});

test("TestTransformer answers each event with what becomes of it", async () => {
  const { transformedLogs } = await logs.testTransformer({
    transformerConfig: [{ grok: { match: "%{LOGLEVEL:level} %{GREEDYDATA:text}" } }],
    logEventMessages: ["ERROR out of paper", "nothing of the kind"],
  });
  expect(transformedLogs).toEqual([
    {
      eventNumber: 1,
      eventMessage: "ERROR out of paper",
      transformedEventMessage: '{"level":"ERROR","text":"out of paper"}',
    },
    {
      eventNumber: 2,
      eventMessage: "nothing of the kind",
      transformedEventMessage: "nothing of the kind",
    },
  ]);
});

test("events are transformed as they come, and their messages stay", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  await group.put([[-3, "ERROR 500 before"]]);
  await logs.putTransformer({ logGroupIdentifier: logGroupName, transformerConfig });
  await group.put([
    [-2, "ERROR 500 out of paper"],
    [-1, "no level"],
  ]);
  expect((await group.get()).events?.map(({ message }) => message)).toEqual([
    "ERROR 500 before",
    "ERROR 500 out of paper",
    "no level",
  ]);
  const { logGroupFields } = await logs.getLogGroupFields({ logGroupName });
  expect(logGroupFields).toContainEqual({ name: "origin.group", percent: 33 });
  expect(await sumOf("TransformedLogEvents", logGroupName)).toBe(1);
  expect(await sumOf("TransformationErrors", logGroupName)).toBe(1);
});

test("queries find why an event is not transformed, and nothing in a message passes for it", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName: logGroupIdentifier } = group;
  await logs.putIndexPolicy({
    logGroupIdentifier,
    policyDocument: '{"Fields":["@transformationError","b"]}',
  });
  await logs.putTransformer({ logGroupIdentifier, transformerConfig: [{ parseJSON: {} }] });
  const forged = '{"@transformationError":"forged","b":1}';
  await group.put([
    [-3, "no JSON"],
    [-2, forged],
    [-1, JSON.stringify({ b: Array.from({ length: 201 }, () => 1) })],
  ]);
  const error = "@transformationError";
  const failed = "filter ispresent(@transformationError) | sort @timestamp";
  expect(await found(group, `${failed} | display @transformationError, b`)).toEqual([
    { [error]: "the text is no JSON object" },
    { [error]: "the event has more than 200 fields" },
  ]);
  expect(
    await found(
      group,
      "filter not ispresent(@transformationError) | display @message, @@transformationError as own",
    ),
  ).toEqual([{ "@message": forged, own: "forged" }]);
  expect(
    await found(group, "stats count(*) as n by @transformationError as e | sort n, e | limit 1"),
  ).toEqual([{ n: "1", e: "the event has more than 200 fields" }]);
  const ppl = `where isnotnull(\`${error}\`) | stats count() as n`;
  expect(await found(group, ppl, { queryLanguage: "PPL" })).toEqual([{ n: "2" }]);
  const { results = [] } = await ended(await start(group, failed));
  const logRecordPointer = results[0]?.find(({ field }) => field === "@ptr")?.value ?? "";
  const { logRecord } = await logs.getLogRecord({ logRecordPointer });
  expect(logRecord).toMatchObject({ "@message": "no JSON", [error]: "the text is no JSON object" });
});

test("an encrypted group keeps why an event is not transformed", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  const { KeyMetadata } = await new GroundwatchClient(server.clientConfig()).createKey();
  await logs.associateKmsKey({ logGroupName, kmsKeyId: KeyMetadata.Arn });
  await logs.putTransformer({
    logGroupIdentifier: logGroupName,
    transformerConfig: [{ csv: {} }, { parseJSON: { source: "column_2" } }],
  });
  await group.put([
    [-2, 'a,{"b":1}'],
    [-1, "alone"],
  ]);
  expect(await found(group, "sort @timestamp | display b, column_1, @transformationError as error")).toEqual([
    { b: "1", column_1: "a" },
    { error: "the field column_2 has no text to parse" },
  ]);
});

test("sensitive data is not told by the reason why an event is not transformed", async () => {
  const group = await newLogGroup(server, logs);
  const DataIdentifier = ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"];
  await logs.putDataProtectionPolicy({
    logGroupIdentifier: group.logGroupName,
    policyDocument: JSON.stringify({
      Version: "2021-06-01",
      Statement: [
        { DataIdentifier, Operation: { Audit: { FindingsDestination: {} } } },
        { DataIdentifier, Operation: { Deidentify: { MaskConfig: {} } } },
      ],
    }),
  });
  await logs.putTransformer({
    logGroupIdentifier: group.logGroupName,
    transformerConfig: [{ grok: { match: "%{INT:number}" } }],
  });
  await group.put([[-1, "mail to jane@example.com"]]);
  expect(await found(group, "display @message, @transformationError as error")).toEqual([
    { "@message": "mail to ****************", error: "the text does not match the grok pattern" },
  ]);
});

test("filters are applied on what a policy of the account makes, which is counted by itself", async () => {
  const group = await newLogGroup(server, logs);
  const other = await newLogGroup(server, logs);
  const { logGroupName } = group;
  await logs.putTransformer({
    logGroupIdentifier: other.logGroupName,
    transformerConfig: [{ parseJSON: {} }],
  });
  const policy = { policyName: "all", policyType: "TRANSFORMER_POLICY" } as const;
  const putFilter = () =>
    logs.putMetricFilter({
      logGroupName,
      filterName: "made",
      filterPattern: '{ $.kind = "made" }',
      metricTransformations: [{ metricName: "made", metricNamespace: "shop", metricValue: "1" }],
      applyOnTransformedLogs: true,
    });
  expect(await refusal(putFilter())).toContain("valid only for log groups that have a log transformer");
  await logs.putAccountPolicy({
    ...policy,
    policyDocument: '[{"parseJSON":{}},{"addKeys":{"entries":[{"key":"kind","value":"made"}]}}]',
    selectionCriteria: 'LogGroupNamePrefix IN ["elsewhere"]',
  });
  expect(await refusal(putFilter())).toContain("valid only for log groups that have a log transformer");
  await logs.putAccountPolicy({
    ...policy,
    policyDocument: '[{"parseJSON":{}},{"addKeys":{"entries":[{"key":"kind","value":"made"}]}}]',
  });
  await putFilter();
  await group.put([
    [-2, '{"a":1}'],
    [-1, "no JSON"],
  ]);
  await other.put([[-1, '{"a":1}']]);
  await logs.deleteAccountPolicy(policy);
  const made = await new CloudWatch(server.clientConfig()).getMetricStatistics({
    Namespace: "shop",
    MetricName: "made",
    StartTime: new Date(server.clock.now() - 600_000),
    EndTime: new Date(server.clock.now() + 600_000),
    Period: 60,
    Statistics: ["Sum"],
  });
  expect(made.Datapoints?.map(({ Sum }) => Sum)).toEqual([1]);
  expect(await sumOf("TransformedLogEvents", "AccountPolicy", "PolicyLevel")).toBe(1);
  expect(await sumOf("TransformationErrors", "AccountPolicy", "PolicyLevel")).toBe(1);
  expect(await sumOf("TransformedBytes", "AccountPolicy", "PolicyLevel")).toBe(
    '{"a":1,"kind":"made"}'.length,
  );
  expect(await sumOf("TransformedLogEvents", logGroupName)).toBe(undefined);
  expect(await sumOf("TransformedLogEvents", other.logGroupName)).toBe(1);
});

test("flow logs are tested and stored as events of OCSF, and their fields are known", async () => {
  const config: Processor[] = [
    { parseToOCSF: { eventSource: "VPCFlow", ocsfVersion: "V1.5", mappingVersion: "v1.5.0" } },
  ];
  const line =
    "2 123456789010 eni-1235b8ca 172.31.9.69 172.31.9.12 49761 3389 6 2 42 1418530010 1418530070 REJECT OK";
  const { transformedLogs } = await logs.testTransformer({
    transformerConfig: config,
    logEventMessages: [line],
  });
  expect(JSON.parse(transformedLogs?.[0]?.transformedEventMessage ?? "")).toMatchObject({
    class_name: "Network Activity",
    disposition: "Blocked",
    metadata: { version: "1.5.0" },
  });
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  await logs.putTransformer({ logGroupIdentifier: logGroupName, transformerConfig: config });
  expect(await logs.getTransformer({ logGroupIdentifier: logGroupName })).toMatchObject({
    transformerConfig: config,
  });
  await group.put([[-1, line]]);
  const { logGroupFields } = await logs.getLogGroupFields({ logGroupName });
  expect(logGroupFields?.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["src_endpoint.ip", "traffic.bytes", "unmapped.interface_id"]),
  );
  const old = { parseToOCSF: { ...config[0]?.parseToOCSF, ocsfVersion: "V1.1" } } as Processor;
  expect(
    await refusal(logs.putTransformer({ logGroupIdentifier: logGroupName, transformerConfig: [old] })),
  ).toContain("mappingVersion is not supported when ocsfVersion is V1.1");
});
