// Alarm mute rules as they are put, found and listed; alarm-suppression.test.ts has what they do to actions.
import { CloudWatch, type PutAlarmMuteRuleInput } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadAlarm } from "../support/load-alarm.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

const hourMs = 3_600_000;
let server: TestServer;
let cloudwatch: CloudWatch;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  for (const AlarmName of ["busy", "slow"]) {
    await cloudwatch.putMetricAlarm({
      AlarmName,
      ...loadAlarm,
    });
  }
});
afterAll(() => server?.stop());

const put = (Name: string, Expression: string, more: Partial<PutAlarmMuteRuleInput> = {}) =>
  cloudwatch.putAlarmMuteRule({ Name, Rule: { Schedule: { Expression, Duration: "PT2H" } }, ...more });
const ruleArn = (name: string) => `arn:aws:cloudwatch:${testRegion}:${testAccount}:alarm-mute-rule:${name}`;

test("a rule is found as it was put, and replaced as a whole", async () => {
  const rule = {
    Description: "Every night",
    Rule: { Schedule: { Expression: "cron(0 2 * * *)", Duration: "PT2H", Timezone: "Europe/Berlin" } },
    MuteTargets: { AlarmNames: ["busy", "slow"] },
    StartDate: new Date(testStartAt - hourMs),
    ExpireDate: new Date(testStartAt + 48 * hourMs),
  };
  await cloudwatch.putAlarmMuteRule({ Name: "night", ...rule, Tags: [{ Key: "team", Value: "shop" }] });
  const found = await cloudwatch.getAlarmMuteRule({ AlarmMuteRuleName: "night" });
  expect(found).toMatchObject({
    ...rule,
    Name: "night",
    AlarmMuteRuleArn: ruleArn("night"),
    Status: "SCHEDULED",
    MuteType: "RECURRING",
    LastUpdatedTimestamp: new Date(testStartAt),
  });
  const { Tags } = await cloudwatch.listTagsForResource({ ResourceARN: ruleArn("night") });
  expect(Tags).toEqual([{ Key: "team", Value: "shop" }]);

  await put("night", "cron(0 3 * * *)");
  const replaced = await cloudwatch.getAlarmMuteRule({ AlarmMuteRuleName: "night" });
  expect(replaced.Rule).toEqual({ Schedule: { Expression: "cron(0 3 * * *)", Duration: "PT2H" } });
  expect(replaced.MuteTargets).toEqual({ AlarmNames: [] });
  expect([replaced.Description, replaced.StartDate, replaced.ExpireDate]).toEqual(Array(3).fill(undefined));
});

test("rules are listed by their alarm and their status, page by page", async () => {
  const targets = (...AlarmNames: string[]) => ({ MuteTargets: { AlarmNames } });
  await put("now", "at(2026-11-02T11:00)", targets("busy"));
  await put("over", "at(2026-11-02T09:00)", targets("busy", "slow"));
  await put("soon", "at(2026-11-02T13:00)", targets("slow"));
  const list = async (asked: object) => {
    const { AlarmMuteRuleSummaries = [], NextToken } = await cloudwatch.listAlarmMuteRules(asked);
    const names = AlarmMuteRuleSummaries.map((one) => one.AlarmMuteRuleArn!.split(":").at(-1));
    return { names, NextToken, AlarmMuteRuleSummaries };
  };
  expect((await list({})).names).toEqual(["night", "now", "over", "soon"]);
  expect((await list({ AlarmName: "slow" })).names).toEqual(["over", "soon"]);
  expect((await list({ Statuses: ["ACTIVE"] })).names).toEqual(["now"]);
  expect((await list({ Statuses: ["EXPIRED", "SCHEDULED"] })).names).toEqual(["night", "over", "soon"]);
  const first = await list({ MaxRecords: 3 });
  expect(first.names).toEqual(["night", "now", "over"]);
  expect(first.AlarmMuteRuleSummaries[1]).toMatchObject({ Status: "ACTIVE", MuteType: "ONE_TIME" });
  expect((await list({ MaxRecords: 3, NextToken: first.NextToken })).names).toEqual(["soon"]);

  await server.advance(hourMs);
  expect((await list({ Statuses: ["ACTIVE"] })).names).toEqual(["soon"]);
  await cloudwatch.deleteAlarmMuteRule({ AlarmMuteRuleName: "soon" });
  expect((await list({ AlarmName: "slow" })).names).toEqual(["over"]);
  const gone = cloudwatch.getAlarmMuteRule({ AlarmMuteRuleName: "soon" });
  expect(await refusal(gone)).toContain("ResourceNotFoundException");
});

test.each<[Partial<PutAlarmMuteRuleInput>, string]>([
  [{ MuteTargets: { AlarmNames: ["nowhere"] } }, "The alarms [nowhere] do not exist"],
  [{ StartDate: new Date(2_000), ExpireDate: new Date(1_000) }, "ExpireDate must be after StartDate"],
  [{ Rule: { Schedule: { Expression: "rate(1 hour)", Duration: "PT1H" } } }, "is not valid: expected cron("],
  [{ MuteTargets: { AlarmNames: Array.from({ length: 101 }, () => "busy") } }, "less than or equal to 100"],
])("%j is refused", async (changes, words) => {
  expect(await refusal(put("refused", "cron(0 2 * * *)", changes))).toContain(words);
});
