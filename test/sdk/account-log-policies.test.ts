// Account policies for the events of all log groups: transformers, field indexes and data protection.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

beforeAll(async () => {
  server = await startTestServer({ linkedAccounts: "123456789012=444455556666" });
  logs = new CloudWatchLogs(server.clientConfig());
});

afterAll(() => server?.stop());

async function rowsOf(logGroupName: string, queryString: string) {
  const now = Math.ceil(server.clock.now() / 1_000);
  const query = { logGroupName, startTime: now - 3_600, endTime: now, queryString };
  const { queryId } = await logs.startQuery(query);
  for (;;) {
    const { status, results = [] } = await logs.getQueryResults({ queryId });
    if (status === "Complete") return results.map((row) => row[0]?.value);
    if (status !== "Running" && status !== "Scheduled") throw new Error(status);
  }
}

test("a transformer policy is for groups of its prefix that have none of their own", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  const policy = { policyName: "upper", policyType: "TRANSFORMER_POLICY" } as const;
  const config = (key: string) => [{ parseJSON: {} }, { upperCaseString: { withKeys: [key] } }];
  await logs.putAccountPolicy({
    ...policy,
    policyDocument: JSON.stringify(config("a")),
    selectionCriteria: `LogGroupNamePrefix IN ["${logGroupName.slice(0, -1)}"]`,
  });
  const put = (logGroup: string) =>
    logs.putLogEvents({
      logGroupName: logGroup,
      logStreamName: "stream",
      logEvents: [{ timestamp: server.clock.now() - 1, message: '{"a":"x","b":"y"}' }],
    });
  await put(logGroupName);
  expect(await rowsOf(logGroupName, "display a")).toEqual(["X"]);
  await logs.createLogGroup({ logGroupName: "elsewhere" });
  await logs.createLogStream({ logGroupName: "elsewhere", logStreamName: "stream" });
  await put("elsewhere");
  expect(await rowsOf("elsewhere", "display a")).toEqual(["x"]);
  await logs.putTransformer({ logGroupIdentifier: logGroupName, transformerConfig: config("b") });
  await put(logGroupName);
  expect(await rowsOf(logGroupName, "display concat(a, b)")).toEqual(["xY", "Xy"]);
  await logs.deleteAccountPolicy(policy);
  await put("elsewhere");
  expect(await rowsOf("elsewhere", "display a")).toEqual(["x", "x"]);
  expect(
    await refusal(logs.putAccountPolicy({ ...policy, policyDocument: '[{"addKeys":{"entries":[]}}]' })),
  ).toContain("InvalidParameterException");
});

test("an index policy indexes its fields in the groups of its prefix", async () => {
  const group = await newLogGroup(server, logs);
  const { logGroupName } = group;
  const policy = { policyName: "orders", policyType: "FIELD_INDEX_POLICY" } as const;
  await logs.putAccountPolicy({ ...policy, policyDocument: '{"Fields":["orderId"]}' });
  const { indexPolicies } = await logs.describeIndexPolicies({ logGroupIdentifiers: [logGroupName] });
  expect(indexPolicies).toMatchObject([{ source: "ACCOUNT", policyName: "orders" }]);
  await server.advance(60_000);
  await group.put([[-1, '{"orderId":"o-1"}']]);
  expect(await rowsOf(logGroupName, 'filterIndex orderId = "o-1" | display orderId')).toEqual(["o-1"]);
  await server.advance(60_000);
  await logs.deleteAccountPolicy(policy);
  await group.put([[-1, '{"orderId":"o-1"}']]);
  expect(await rowsOf(logGroupName, 'filter orderId = "o-1" | display orderId')).toEqual(["o-1", "o-1"]);
  const described = await logs.describeFieldIndexes({
    logGroupIdentifiers: [logGroupName],
    indexCategories: ["INACTIVE"],
  });
  expect(described.fieldIndexes).toMatchObject([{ fieldIndexName: "orderId", indexCategory: "INACTIVE" }]);
});

test("a data protection policy of the account masks besides that of the group", async () => {
  const group = await newLogGroup(server, logs);
  const document = (name: string, FindingsDestination = {}) => {
    const DataIdentifier = [`arn:aws:dataprotection::aws:data-identifier/${name}`];
    return JSON.stringify({
      Version: "2021-06-01",
      Statement: [
        { DataIdentifier, Operation: { Audit: { FindingsDestination } } },
        { DataIdentifier, Operation: { Deidentify: { MaskConfig: {} } } },
      ],
    });
  };
  const policy = { policyName: "protect", policyType: "DATA_PROTECTION_POLICY" } as const;
  const toFirehose = document("EmailAddress", { Firehose: { DeliveryStream: "audits" } });
  expect(await refusal(logs.putAccountPolicy({ ...policy, policyDocument: toFirehose }))).toContain(
    "no endpoint of Firehose is configured",
  );
  await logs.putAccountPolicy({ ...policy, policyDocument: document("EmailAddress") });
  const second = { ...policy, policyName: "second", policyDocument: document("IpAddress") };
  expect(await refusal(logs.putAccountPolicy(second))).toContain("LimitExceededException");
  await logs.putDataProtectionPolicy({
    logGroupIdentifier: group.logGroupName,
    policyDocument: document("IpAddress"),
  });
  await group.put([[-1, "ann@example.com from 10.0.0.1"]]);
  expect((await group.get()).events?.[0]?.message).toBe("*************** from ********");
});

/** Puts an event that has a metric named after its group, and tells whether there is such a metric. */
async function makesMetric(logGroupName: string): Promise<boolean> {
  const metric = `m${server.clock.now()}`;
  const directive = { Namespace: "Extraction", Dimensions: [[]], Metrics: [{ Name: metric }] };
  const message = JSON.stringify({
    _aws: { Timestamp: server.clock.now(), CloudWatchMetrics: [directive] },
    [metric]: 1,
  });
  const logEvents = [{ timestamp: server.clock.now(), message }];
  await logs.putLogEvents({ logGroupName, logStreamName: "stream", logEvents });
  const read = await logs.getLogEvents({ logGroupName, logStreamName: "stream", limit: 1 });
  expect(read.events?.[0]?.message).toBe(message);
  await server.advance(60_000);
  const { Metrics = [] } = await new CloudWatch(server.clientConfig()).listMetrics({ MetricName: metric });
  return Metrics.length > 0;
}

async function groupNamed(logGroupName: string): Promise<string> {
  await logs.createLogGroup({ logGroupName });
  await logs.createLogStream({ logGroupName, logStreamName: "stream" });
  return logGroupName;
}

test("metric extraction policies turn the embedded metric format off, in groups old and new", async () => {
  const first = await groupNamed("/extract/first");
  expect(await makesMetric(first)).toBe(true);
  const policyType = "METRIC_EXTRACTION_POLICY" as const;
  const put = (policyName: string, selectionCriteria?: string, policyDocument = "{}") =>
    logs.putAccountPolicy({
      policyName,
      policyType,
      policyDocument,
      ...(selectionCriteria === undefined ? {} : { selectionCriteria }),
    });
  await put("one", 'LogGroupNamePrefix IN ["/extract/"]');
  expect(await makesMetric(first)).toBe(false);
  expect(await makesMetric(await groupNamed("/extract/later"))).toBe(false);
  const other = await groupNamed("/other");
  expect(await makesMetric(other)).toBe(true);
  expect(await refusal(put("two", 'LogGroupName IN ["/extract/first"]'))).toContain("overlap");
  expect(await refusal(put("two"))).toContain("overlap");
  expect(await refusal(put("two", "LogGroupName LIKE 'a'"))).toContain("InvalidParameterException");
  expect(await refusal(put("two", 'LogGroupName IN ["x"]', "[]"))).toContain("JSON object");
  await put("one", 'LogGroupNamePrefix NOT IN ["/extract/"]');
  expect(await makesMetric(first)).toBe(true);
  expect(await makesMetric(other)).toBe(false);
  await put("two", 'LogGroupName IN ["/extract/first"]');
  expect(await makesMetric(first)).toBe(false);
  for (const name of ["three", "four", "five"]) await put(name, `LogGroupName IN ["/extract/${name}"]`);
  expect(await refusal(put("six", 'LogGroupName IN ["/extract/six"]'))).toContain("LimitExceededException");
  const { accountPolicies = [] } = await logs.describeAccountPolicies({ policyType });
  expect(accountPolicies.map(({ policyName }) => policyName)).toEqual([
    "five",
    "four",
    "one",
    "three",
    "two",
  ]);
  for (const { policyName } of accountPolicies) await logs.deleteAccountPolicy({ policyName, policyType });
  expect(await makesMetric(first)).toBe(true);
  expect(await makesMetric(other)).toBe(true);
});

test("what is wrong with a policy is refused, whatever its type", async () => {
  const policy = { policyName: "p", policyType: "FIELD_INDEX_POLICY", policyDocument: '{"Fields":["a"]}' };
  const put = (change: object) => refusal(logs.putAccountPolicy({ ...policy, ...change } as never));
  expect(await put({ policyName: "aws/p" })).toContain('cannot start with "aws/"');
  expect(await put({ policyName: "p:q" })).toContain("policy name");
  expect(await put({ dryRun: true })).toContain("RETENTION_POLICY");
  expect(await put({ selectionCriteria: `LogGroupNamePrefix IN ["${"x".repeat(25 * 1_024)}"]` })).toContain(
    "25 KB",
  );
  expect(await put({ selectionCriteria: 'LogGroupName NOT IN ["a"]' })).toContain("LogGroupNamePrefix");
  expect(
    await put({ policyType: "DATA_PROTECTION_POLICY", selectionCriteria: 'LogGroupNamePrefix IN ["a"]' }),
  ).toContain("cannot be specified");
});

test("policies for groups whose names begin alike do not stand beside each other", async () => {
  const policy = { policyType: "FIELD_INDEX_POLICY", policyDocument: '{"Fields":["a"]}' } as const;
  const put = (policyName: string, selectionCriteria: string) =>
    logs.putAccountPolicy({ ...policy, policyName, selectionCriteria });
  await put("one", 'LogGroupNamePrefix IN ["my-log"]');
  expect(await refusal(put("two", 'LogGroupNamePrefix IN ["my-logging"]'))).toContain("overlap");
  expect(await refusal(put("two", 'LogGroupNamePrefix IN ["my"]'))).toContain("overlap");
  await put("two", 'LogGroupNamePrefix IN ["other"]');
  await put("one", 'LogGroupNamePrefix IN ["my"]');
  await put("three", 'DataSourceName IN ["shop"] AND DataSourceType IN ["orders"]');
  expect(await refusal(put("four", 'DataSourceName IN ["shop"] AND DataSourceType IN ["orders"]'))).toContain(
    "overlap",
  );
  await put("four", 'DataSourceName IN ["shop"] AND DataSourceType IN ["returns"]');
  for (const policyName of ["one", "two", "three", "four"]) {
    await logs.deleteAccountPolicy({ policyName, policyType: policy.policyType });
  }
});

test("a policy for a data source stands beside that of a group, one for all groups does not", async () => {
  const group = await newLogGroup(server, logs);
  const logGroupIdentifiers = [group.logGroupName];
  const policyType = "FIELD_INDEX_POLICY" as const;
  await logs.putAccountPolicy({ policyName: "all", policyType, policyDocument: '{"Fields":["ofAll"]}' });
  await logs.putAccountPolicy({
    policyName: "source",
    policyType,
    policyDocument: '{"Fields":["ofSource"]}',
    selectionCriteria: 'DataSourceName IN ["shop"] AND DataSourceType IN ["orders"]',
  });
  const shown = async () => {
    const { fieldIndexes = [] } = await logs.describeFieldIndexes({
      logGroupIdentifiers,
      indexCategories: ["CUSTOM"],
    });
    const { indexPolicies = [] } = await logs.describeIndexPolicies({ logGroupIdentifiers });
    return [
      fieldIndexes.map(({ fieldIndexName }) => fieldIndexName),
      indexPolicies.map(({ policyName, source }) => policyName ?? source),
    ];
  };
  expect(await shown()).toEqual([["ofAll"], ["all"]]);
  await server.advance(60_000);
  await group.put([[-1, '{"ofSource":"early"}']]);
  await logs.tagLogGroup({
    logGroupName: group.logGroupName,
    tags: { "cw:datasource:name": "shop", "cw:datasource:type": "orders" },
  });
  expect(await shown()).toEqual([
    ["ofAll", "ofSource"],
    ["all", "source"],
  ]);
  expect(await rowsOf(group.logGroupName, 'filterIndex ofSource = "early" | display ofSource')).toEqual([
    "early",
  ]);
  await logs.putIndexPolicy({ logGroupIdentifier: group.logGroupName, policyDocument: '{"Fields":["own"]}' });
  expect(await shown()).toEqual([
    ["own", "ofSource"],
    ["LOG_GROUP", "source"],
  ]);
  await logs.deleteIndexPolicy({ logGroupIdentifier: group.logGroupName });
  expect((await shown())[0]).toEqual(["ofAll", "ofSource"]);
  for (const policyName of ["all", "source"]) await logs.deleteAccountPolicy({ policyName, policyType });
});

test("policies of a linked account are described, those of others are not", async () => {
  const policyType = "METRIC_EXTRACTION_POLICY" as const;
  const source = new CloudWatchLogs(server.clientConfig({ account: "444455556666" }));
  await source.putAccountPolicy({ policyName: "of-source", policyType, policyDocument: "{}" });
  const describe = (...accountIdentifiers: string[]) =>
    logs.describeAccountPolicies({ policyType, accountIdentifiers });
  expect((await describe()).accountPolicies).toEqual([]);
  expect((await describe("444455556666")).accountPolicies).toMatchObject([
    { policyName: "of-source", accountId: "444455556666", scope: "ALL" },
  ]);
  expect(await refusal(describe("999999999999"))).toContain("ResourceNotFoundException");
  expect(await refusal(describe("444455556666", "123456789012"))).toContain("Only one account");
});

test("groups tell of the data protection that they have, had and inherit", async () => {
  const { logGroupName } = await newLogGroup(server, logs);
  const shown = async () => {
    const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: logGroupName });
    return [logGroups[0]?.dataProtectionStatus, logGroups[0]?.inheritedProperties];
  };
  const DataIdentifier = ["arn:aws:dataprotection::aws:data-identifier/IpAddress"];
  const policyDocument = JSON.stringify({
    Version: "2021-06-01",
    Statement: [
      { DataIdentifier, Operation: { Audit: { FindingsDestination: {} } } },
      { DataIdentifier, Operation: { Deidentify: { MaskConfig: {} } } },
    ],
  });
  const policy = { policyName: "protect", policyType: "DATA_PROTECTION_POLICY" } as const;
  await logs.putAccountPolicy({ ...policy, policyDocument });
  expect(await shown()).toEqual([undefined, ["ACCOUNT_DATA_PROTECTION"]]);
  await logs.deleteAccountPolicy(policy);
  await logs.putDataProtectionPolicy({ logGroupIdentifier: logGroupName, policyDocument });
  expect(await shown()).toEqual(["ACTIVATED", undefined]);
  await logs.deleteDataProtectionPolicy({ logGroupIdentifier: logGroupName });
  expect(await shown()).toEqual(["DELETED", undefined]);
  expect(
    (await logs.getDataProtectionPolicy({ logGroupIdentifier: logGroupName })).policyDocument,
  ).toBeUndefined();
});

test("policies act on groups that are made behind them", async () => {
  const selectionCriteria = 'LogGroupNamePrefix IN ["later-"]';
  const DataIdentifier = ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"];
  const policies = [
    {
      policyName: "transform",
      policyType: "TRANSFORMER_POLICY",
      policyDocument: '[{"parseJSON":{}},{"addKeys":{"entries":[{"key":"added","value":"yes"}]}}]',
      selectionCriteria,
    },
    {
      policyName: "index",
      policyType: "FIELD_INDEX_POLICY",
      policyDocument: '{"Fields":["orderId"]}',
      selectionCriteria,
    },
    {
      policyName: "protect",
      policyType: "DATA_PROTECTION_POLICY",
      policyDocument: JSON.stringify({
        Version: "2021-06-01",
        Statement: [
          { DataIdentifier, Operation: { Audit: { FindingsDestination: {} } } },
          { DataIdentifier, Operation: { Deidentify: { MaskConfig: {} } } },
        ],
      }),
    },
  ] as const;
  await logs
    .deleteAccountPolicy({ policyName: "protect", policyType: "DATA_PROTECTION_POLICY" })
    .catch(() => {});
  for (const policy of policies) await logs.putAccountPolicy(policy);
  await server.advance(60_000);
  const logGroupName = await groupNamed("later-made");
  const message = '{"orderId":"o-1","who":"ann@example.com"}';
  const logEvents = [{ timestamp: server.clock.now() - 1, message }];
  await logs.putLogEvents({ logGroupName, logStreamName: "stream", logEvents });
  const found = 'filterIndex orderId = "o-1" | display concat(added, " ", who)';
  expect(await rowsOf(logGroupName, found)).toEqual(["yes ***************"]);
  for (const { policyName, policyType } of policies)
    await logs.deleteAccountPolicy({ policyName, policyType });
});
