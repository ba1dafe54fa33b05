// Retention policies of the account: what is in effect when, in which groups, and what a dry run tells.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const data = mkdtempSync(join(tmpdir(), "groundwatch-retention-"));
const dayMs = 86_400_000;
const policyType = "RETENTION_POLICY" as const;
let server: TestServer;
let logs: CloudWatchLogs;

beforeAll(async () => {
  server = await startTestServer({ data });
  logs = new CloudWatchLogs(server.clientConfig());
});

afterAll(async () => {
  await server?.stop();
  rmSync(data, { recursive: true, force: true });
});

beforeEach(async () => {
  const { accountPolicies = [] } = await logs.describeAccountPolicies({ policyType });
  for (const { policyName } of accountPolicies) await logs.deleteAccountPolicy({ policyName, policyType });
});

function put(
  policyName: string,
  retentionInDays: number | "NEVER_EXPIRE",
  { mode = "RETROACTIVE", prefix = "", dryRun = false } = {},
) {
  return logs.putAccountPolicy({
    policyName,
    policyType,
    policyDocument: JSON.stringify({ retentionInDays, enforcementMode: mode }),
    dryRun,
    ...(prefix === "" ? {} : { selectionCriteria: `LogGroupNamePrefix IN ["${prefix}"]` }),
  });
}

async function shown(logGroupNamePrefix: string) {
  const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix });
  return logGroups.map(({ retentionInDays, retentionPolicyName }) => [retentionInDays, retentionPolicyName]);
}

test("a policy takes effect a day after it was put or changed, and ends at once", async () => {
  const logGroupName = "/a/one";
  await logs.createLogGroup({ logGroupName });
  await logs.putRetentionPolicy({ logGroupName, retentionInDays: 7 });
  await put("all", 90);
  await server.advance(dayMs - 1);
  expect(await shown("/a/")).toEqual([[7, undefined]]);
  await server.advance(1);
  expect(await shown("/a/")).toEqual([[90, "all"]]);
  await logs.createLogGroup({ logGroupName: "/a/two" });
  expect(await shown("/a/two")).toEqual([[90, "all"]]);
  await put("all", 30);
  await server.advance(dayMs - 1);
  expect(await shown("/a/one")).toEqual([[90, "all"]]);
  await server.advance(1);
  expect(await shown("/a/one")).toEqual([[30, "all"]]);
  // What a group has itself is kept for later.
  await logs.putRetentionPolicy({ logGroupName, retentionInDays: 14 });
  expect(await shown("/a/one")).toEqual([[30, "all"]]);
  await logs.deleteAccountPolicy({ policyName: "all", policyType });
  expect(await shown("/a/")).toEqual([
    [14, undefined],
    [undefined, undefined],
  ]);
});

test("of several the longest counts; one for new groups leaves those alone that were there", async () => {
  await logs.createLogGroup({ logGroupName: "/b/old" });
  await logs.createLogGroup({ logGroupName: "/b/old-delivery", logGroupClass: "DELIVERY" });
  await put("baseline", 30);
  await put("longer", 365, { prefix: "/b/" });
  await put("exempt", "NEVER_EXPIRE", { prefix: "/b/new", mode: "NEW_ONLY" });
  await server.advance(dayMs);
  await logs.createLogGroup({ logGroupName: "/b/new" });
  await logs.createLogGroup({ logGroupName: "/c/new" });
  expect(await shown("/b/")).toEqual([
    [undefined, "exempt"],
    [365, "longer"],
    [1, undefined],
  ]);
  expect(await shown("/c/")).toEqual([[30, "baseline"]]);
});

test("events are read and refused by what is in effect", async () => {
  const place = { logGroupName: "/d/events", logStreamName: "stream" };
  await logs.createLogGroup(place);
  await logs.createLogStream(place);
  await logs.putRetentionPolicy({ ...place, retentionInDays: 1 });
  const putOld = () =>
    logs.putLogEvents({
      ...place,
      logEvents: [{ timestamp: server.clock.now() - 3 * dayMs, message: "old" }],
    });
  expect((await putOld()).rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
  await put("keep", 30, { prefix: "/d/" });
  await server.advance(dayMs);
  expect((await putOld()).rejectedLogEventsInfo).toBeUndefined();
  const read = async () => (await logs.getLogEvents({ ...place, startFromHead: true })).events?.length;
  expect(await read()).toBe(1);
  await logs.deleteAccountPolicy({ policyName: "keep", policyType });
  expect(await read()).toBe(0);
});

test("a dry run counts the groups and changes nothing", async () => {
  const names = ["/e/short", "/e/long", "/e/same", "/e/for-ever"];
  for (const logGroupName of names) await logs.createLogGroup({ logGroupName });
  const own = [7, 365, 60];
  for (const [index, retentionInDays] of own.entries()) {
    await logs.putRetentionPolicy({ logGroupName: names[index], retentionInDays });
  }
  const counts = {
    totalMatchedLogGroups: 4,
    increasedRetentionLogGroupCount: 1,
    decreasedRetentionLogGroupCount: 2,
    unchangedRetentionLogGroupCount: 1,
    failedAnalysisCount: 0,
  };
  const { accountPolicy, dryRunResult } = await put("e", 60, { prefix: "/e/", dryRun: true });
  expect(accountPolicy).toBeUndefined();
  expect(dryRunResult).toMatchObject(counts);
  expect(dryRunResult?.topLogGroupsImpacted).toContainEqual({
    logGroupName: "/e/for-ever",
    currentRetention: "NEVER_EXPIRE",
    proposedRetention: "60",
    storedBytes: 0,
  });
  expect((await logs.describeAccountPolicies({ policyType })).accountPolicies).toEqual([]);
  await put("e", 60, { prefix: "/e/" });
  await server.advance(dayMs);
  const deletion = await logs.deleteAccountPolicy({ policyName: "e", policyType, dryRun: true });
  expect(deletion.dryRunResult).toMatchObject({
    ...counts,
    increasedRetentionLogGroupCount: 2,
    decreasedRetentionLogGroupCount: 1,
  });
  expect(await shown("/e/long")).toEqual([[60, "e"]]);
});

test("a policy that was waiting takes effect after a restart", async () => {
  await logs.createLogGroup({ logGroupName: "/f/waiting" });
  await put("f", 90, { prefix: "/f/" });
  await server.stop();
  server = await startTestServer({ data }, { startAt: server.clock.now() + 3_600_000 });
  logs = new CloudWatchLogs(server.clientConfig());
  await server.advance(dayMs - 3_600_000 - 1);
  expect(await shown("/f/")).toEqual([[undefined, undefined]]);
  await server.advance(1);
  expect(await shown("/f/")).toEqual([[90, "f"]]);
});

test("documents that cannot be are refused", async () => {
  expect(await refusal(put("x", 7))).toContain("retentionInDays must be NEVER_EXPIRE or one of 30");
  expect(await refusal(put("x", 30, { mode: "LATER" }))).toContain("enforcementMode");
});
