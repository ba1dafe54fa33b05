// Subscriptions of whole accounts.
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
  logs = new CloudWatchLogs(server.clientConfig());
});

afterAll(async () => {
  await server?.stop();
  await receiver?.stop();
});

async function delivered() {
  await server.advance(1_000);
  return receiver.payloads();
}

const stream = `arn:aws:kinesis:${testRegion}:${testAccount}:stream/events`;
const policyType = "SUBSCRIPTION_FILTER_POLICY" as const;
const policyDocument = JSON.stringify({ DestinationArn: stream, FilterPattern: "ERROR", RoleArn: "role" });

test("a policy delivers from all groups, also later ones, but those that are left out", async () => {
  const groups = [await newLogGroup(server, logs), await newLogGroup(server, logs)] as const;
  const selectionCriteria = `LogGroupName NOT IN ["${groups[1].logGroupName}"]`;
  const policy = { policyName: "p", policyType, policyDocument, selectionCriteria };
  const { accountPolicy } = await logs.putAccountPolicy(policy);
  expect(accountPolicy).toEqual({
    ...policy,
    scope: "ALL",
    accountId: testAccount,
    lastUpdatedTime: server.clock.now(),
  });
  const later = await newLogGroup(server, logs);
  for (const group of [...groups, later]) {
    await group.put([
      [0, "ERROR"],
      [1, "fine"],
    ]);
  }
  const payloads = await delivered();
  expect(payloads).toMatchObject(
    [groups[0], later].map(({ logGroupName }) => ({
      logGroup: logGroupName,
      subscriptionFilters: ["p"],
      policyLevel: "ACCOUNT_LEVEL_POLICY",
      logEvents: [{ message: "ERROR" }],
    })),
  );
  expect(await refusal(logs.putAccountPolicy({ ...policy, policyName: "q" }))).toContain("LimitExceeded");
  expect((await logs.describeAccountPolicies({ policyType })).accountPolicies).toHaveLength(1);
  await logs.deleteAccountPolicy({ policyName: "p", policyType });
  await later.put([[0, "ERROR"]]);
  expect(await delivered()).toHaveLength(2);
  expect(await refusal(logs.deleteAccountPolicy({ policyName: "p", policyType }))).toContain("NotFound");
});

test.each<[string, object, string]>([
  ["other criteria", { selectionCriteria: "LogGroupName = a" }, "NOT IN"],
  ["no document", { policyDocument: "{}" }, "DestinationArn"],
])("a policy is refused: %s", async (_what, options, message) => {
  const policy = { policyName: "p", policyType, policyDocument, ...options };
  expect(await refusal(logs.putAccountPolicy(policy))).toContain(message);
});
