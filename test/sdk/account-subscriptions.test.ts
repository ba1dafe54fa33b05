// Subscriptions of whole accounts.
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, onTestFinished, test, vi } from "vitest";
import { withDeliveryServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import type { Receiver } from "../support/receiver.ts";
import { refusal } from "../support/refusal.ts";
import { testAccount, testRegion, type TestServer } from "../support/server.ts";

let receiver: Receiver;
let server: TestServer;
let logs: CloudWatchLogs;

withDeliveryServer((started) => ({ receiver, server, logs } = started));

async function delivered() {
  await server.advance(1_000);
  return receiver.payloads();
}

const stream = `arn:aws:kinesis:${testRegion}:${testAccount}:stream/events`;
const policyType = "SUBSCRIPTION_FILTER_POLICY" as const;
const document = (members: object) =>
  JSON.stringify({ DestinationArn: stream, FilterPattern: "ERROR", RoleArn: "role", ...members });
const policyDocument = document({});

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

const putPolicy = (members: object = {}, options: object = {}) =>
  logs.putAccountPolicy({
    policyName: "p",
    policyType,
    policyDocument: document({ FilterPattern: "", ...members }),
    ...options,
  });
const deletePolicy = () => logs.deleteAccountPolicy({ policyName: "p", policyType });

test("a policy leaves out the group of the function that it delivers to", async () => {
  const put = async (logGroupName: string) => {
    await logs.createLogGroup({ logGroupName });
    const place = { logGroupName, logStreamName: "stream" };
    await logs.createLogStream(place);
    await logs.putLogEvents({ ...place, logEvents: [{ timestamp: server.clock.now(), message: "event" }] });
  };
  const DestinationArn = `arn:aws:lambda:${testRegion}:${testAccount}:function:own:live`;
  await putPolicy({ DestinationArn, RoleArn: undefined, Distribution: "Random" });
  for (const name of ["/aws/lambda/own", "/aws/lambda/owner"]) await put(name);
  expect(await delivered()).toMatchObject([{ logGroup: "/aws/lambda/owner" }]);
  await deletePolicy();
});

test("a policy is for groups of the Standard class", async () => {
  const logGroupName = "seldom-read";
  await logs.createLogGroup({ logGroupName, logGroupClass: "INFREQUENT_ACCESS" });
  const place = { logGroupName, logStreamName: "stream" };
  await logs.createLogStream(place);
  await putPolicy();
  await logs.putLogEvents({ ...place, logEvents: [{ timestamp: server.clock.now(), message: "event" }] });
  const { put } = await newLogGroup(server, logs);
  await put([[0, "event"]]);
  expect(await delivered()).toHaveLength(1);
  await deletePolicy();
});

test("what came while a group was left out is not delivered later", async () => {
  const { logGroupName, put } = await newLogGroup(server, logs);
  await putPolicy({}, { selectionCriteria: `LogGroupName NOT IN ["${logGroupName}"]` });
  await put([[0, "left out"]]);
  expect(await delivered()).toEqual([]);
  await putPolicy();
  await put([[0, "taken in"]]);
  await delivered();
  const messages = receiver.payloads().flatMap(({ logEvents }) => logEvents.map(({ message }) => message));
  expect(messages).toEqual(["taken in"]);
  await deletePolicy();
});

/** Lets another call come between what the next one has read of the policies and what it writes. */
function meanwhile(call: () => Promise<unknown>): void {
  const { state } = server.dependencies;
  const write = state.write.bind(state);
  let isOver = false;
  const spy = vi.spyOn(state, "write").mockImplementation(async (changes) => {
    if (isOver || !changes.some(({ collection }) => collection === "log-account-policies")) {
      return write(changes);
    }
    isOver = true;
    await call();
    return write(changes);
  });
  onTestFinished(() => spy.mockRestore());
}

test("a policy that is put while it is deleted delivers", async () => {
  const { put } = await newLogGroup(server, logs);
  await putPolicy();
  meanwhile(deletePolicy);
  await putPolicy();
  await put([[0, "event"]]);
  expect(await delivered()).toHaveLength(1);
  await deletePolicy();
});

test("of policies that are put at once an account has one", async () => {
  meanwhile(() => putPolicy());
  expect(await refusal(putPolicy({}, { policyName: "q" }))).toContain("LimitExceeded");
  expect((await logs.describeAccountPolicies({ policyType })).accountPolicies).toHaveLength(1);
  await deletePolicy();
});

test.each<[string, object, string]>([
  ["a long pattern", { policyDocument: document({ FilterPattern: "a".repeat(1_025) }) }, "1024 characters"],
  ["other criteria", { selectionCriteria: "LogGroupName = a" }, "NOT IN"],
  ["no document", { policyDocument: "{}" }, "DestinationArn"],
])("a policy is refused: %s", async (_what, options, message) => {
  const policy = { policyName: "p", policyType, policyDocument, ...options };
  expect(await refusal(logs.putAccountPolicy(policy))).toContain(message);
});
