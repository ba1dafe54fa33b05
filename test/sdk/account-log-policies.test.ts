// Account policies for the events of all log groups: transformers, field indexes and data protection.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newLogGroup } from "../support/log-groups.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

beforeAll(async () => {
  server = await startTestServer();
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
  const document = (name: string) => {
    const DataIdentifier = [`arn:aws:dataprotection::aws:data-identifier/${name}`];
    return JSON.stringify({
      Version: "2021-06-01",
      Statement: [
        { DataIdentifier, Operation: { Audit: { FindingsDestination: {} } } },
        { DataIdentifier, Operation: { Deidentify: { MaskConfig: {} } } },
      ],
    });
  };
  const policy = { policyName: "protect", policyType: "DATA_PROTECTION_POLICY" } as const;
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
