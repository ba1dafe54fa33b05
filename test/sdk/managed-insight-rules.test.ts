// Managed rules of Contributor Insights through the official client.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

const Schema = { Name: "CloudWatchLogRule", Version: 1 };
const StartTime = new Date(testStartAt - 3_600_000);
const EndTime = new Date(testStartAt);

let server: TestServer;
let cloudwatch: CloudWatch;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
});
afterAll(() => server.stop());

test("rules are there for the resources that have templates", async () => {
  const ResourceARN = `arn:aws:ec2:${testRegion}:${testAccount}:vpc-endpoint-service/vpce-svc-0a1b`;
  const TemplateName = "VpcEndpointService-BytesByEndpointId-v1";
  const listed = async (MaxResults = 500) =>
    (await cloudwatch.listManagedInsightRules({ ResourceARN, MaxResults })).ManagedRules ?? [];
  expect((await listed()).map((one) => one.TemplateName)).toEqual([
    "VpcEndpointService-NewConnectionsByEndpointId-v1",
    TemplateName,
    "VpcEndpointService-RstPacketsByEndpointId-v1",
    "VpcEndpointService-ActiveConnectionsByEndpointId-v1",
  ]);
  const ManagedRules = [{ ResourceARN, TemplateName, Tags: [{ Key: "team", Value: "net" }] }];
  expect(await cloudwatch.putManagedInsightRules({ ManagedRules })).toMatchObject({ Failures: [] });
  const RuleName = `${TemplateName}-vpce-svc-0a1b`;
  const state = async () => (await listed())[1]?.RuleState;
  expect(await state()).toEqual({ RuleName, State: "ENABLED" });
  const { InsightRules = [] } = await cloudwatch.describeInsightRules({});
  expect(InsightRules.find(({ Name }) => Name === RuleName)).toMatchObject({
    ManagedRule: true,
    State: "ENABLED",
    Schema: '{"Name":"ServiceLogRule","Version":1}',
  });
  expect(await cloudwatch.getInsightRuleReport({ RuleName, StartTime, EndTime, Period: 300 })).toMatchObject({
    Contributors: [],
    ApproximateUniqueCount: 0,
  });
  const edited = cloudwatch.putInsightRule({
    RuleName,
    RuleDefinition: JSON.stringify({
      Schema,
      LogGroupNames: ["api-*"],
      LogFormat: "JSON",
      Contribution: { Keys: ["$.ip"] },
      AggregateOn: "Count",
    }),
  });
  expect(await refusal(edited)).toMatch(/^InvalidParameterValueException: .* is a managed rule\.$/);
  await cloudwatch.disableInsightRules({ RuleNames: [RuleName] });
  expect(await state()).toEqual({ RuleName, State: "DISABLED" });
  await cloudwatch.putManagedInsightRules({ ManagedRules });
  expect(await state()).toEqual({ RuleName, State: "ENABLED" });
  await cloudwatch.deleteInsightRules({ RuleNames: [RuleName] });
  expect(await state()).toBeUndefined();
  const first = await cloudwatch.listManagedInsightRules({ ResourceARN, MaxResults: 3 });
  const { NextToken } = first;
  const rest = await cloudwatch.listManagedInsightRules({ ResourceARN, NextToken });
  expect([first.ManagedRules?.length, rest.ManagedRules?.length, rest.NextToken]).toEqual([3, 1, undefined]);
});

test("rules are not there for other resources", async () => {
  const table = `arn:aws:dynamodb:${testRegion}:${testAccount}:table/orders`;
  expect(await refusal(cloudwatch.listManagedInsightRules({ ResourceARN: table }))).toMatch(
    /^InvalidParameterValueException: There are no managed rules for the resource/,
  );
  const foreign = `arn:aws:ec2:${testRegion}:222222222222:vpc-endpoint-service/vpce-svc-0a1b`;
  const own = foreign.replace("222222222222", testAccount);
  const { Failures } = await cloudwatch.putManagedInsightRules({
    ManagedRules: [
      { ResourceARN: table, TemplateName: "DynamoDBContributorInsights-PKC" },
      { ResourceARN: foreign, TemplateName: "VpcEndpointService-BytesByEndpointId-v1" },
      { ResourceARN: own, TemplateName: "VpcEndpointService-PacketsByEndpointId-v1" },
    ],
  });
  expect(Failures?.map(({ FailureResource }) => FailureResource)).toEqual([table, foreign, own]);
  expect(Failures?.every(({ FailureCode }) => FailureCode === "404")).toBe(true);
});

test("a rule of the caller's own that has the name of a managed one stays", async () => {
  const ResourceARN = `arn:aws:ec2:${testRegion}:${testAccount}:vpc-endpoint-service/vpce-svc-0c2d`;
  const TemplateName = "VpcEndpointService-BytesByEndpointId-v1";
  const RuleName = `${TemplateName}-vpce-svc-0c2d`;
  const RuleDefinition = JSON.stringify({
    Schema,
    LogGroupNames: ["api-*"],
    LogFormat: "JSON",
    Contribution: { Keys: ["$.ip"] },
    AggregateOn: "Count",
  });
  await cloudwatch.putInsightRule({ RuleName, RuleDefinition });
  expect(
    await cloudwatch.putManagedInsightRules({ ManagedRules: [{ ResourceARN, TemplateName }] }),
  ).toMatchObject({
    Failures: [{ FailureDescription: `The rule ${RuleName} exists and is no managed rule.` }],
  });
  const { InsightRules = [] } = await cloudwatch.describeInsightRules({});
  expect(InsightRules.find(({ Name }) => Name === RuleName)?.Definition).toBe(RuleDefinition);
  const { ManagedRules = [] } = await cloudwatch.listManagedInsightRules({ ResourceARN });
  expect(ManagedRules[1]?.RuleState).toBeUndefined();
});
