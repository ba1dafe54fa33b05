// What DescribeAlarms and DescribeAlarmsForMetric find, and which alarms DeleteAlarms leaves.
import { CloudWatch, type DescribeAlarmsInput, type PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadAlarm } from "../support/load-alarm.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

const topic = `arn:aws:sns:${testRegion}:${testAccount}:operators`;
const other = `arn:aws:sns:${testRegion}:${testAccount}:others`;

let server: TestServer;
let cloudwatch: CloudWatch;

const put = (AlarmName: string, more: Partial<PutMetricAlarmInput> = {}) =>
  cloudwatch.putMetricAlarm({ ...loadAlarm, AlarmName, ...more });

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  await put("web-1", { AlarmActions: [topic] });
  await put("web-2", { OKActions: [other], Dimensions: [{ Name: "Host", Value: "web-2" }] });
  await put("db-1", { MetricName: "Lag", Unit: "Seconds", InsufficientDataActions: [topic] });
  await put("db-2", { MetricName: "Lag", Statistic: undefined, ExtendedStatistic: "p99", Period: 300 });
  await cloudwatch.putCompositeAlarm({ AlarmName: "web", AlarmRule: "ALARM(web-1) OR ALARM(web-2)" });
  await cloudwatch.putCompositeAlarm({
    AlarmName: "all",
    AlarmRule: `ALARM(web) AND NOT OK("${arnOf("web-1")}")`,
    ActionsSuppressor: "db-1",
    ActionsSuppressorWaitPeriod: 60,
    ActionsSuppressorExtensionPeriod: 60,
  });
  await cloudwatch.setAlarmState({ AlarmName: "web-1", StateValue: "ALARM", StateReason: "tried" });
  // Composite alarms follow.
  await server.advance(0);
});
afterAll(() => server?.stop());

const arnOf = (name: string) => `arn:aws:cloudwatch:${testRegion}:${testAccount}:alarm:${name}`;

async function found(input: DescribeAlarmsInput): Promise<readonly (string | undefined)[]> {
  const { MetricAlarms = [], CompositeAlarms = [] } = await cloudwatch.describeAlarms(input);
  return [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName }) => AlarmName);
}

describe("DescribeAlarms", () => {
  test.each<[DescribeAlarmsInput, string[]]>([
    [{}, ["db-1", "db-2", "web-1", "web-2"]],
    [{ AlarmTypes: ["CompositeAlarm"] }, ["all", "web"]],
    [{ AlarmTypes: ["CompositeAlarm", "MetricAlarm"], AlarmNamePrefix: "web" }, ["web-1", "web-2", "web"]],
    [{ AlarmNamePrefix: "db" }, ["db-1", "db-2"]],
    [{ AlarmNamePrefix: "Db" }, []],
    [{ AlarmNames: ["web-2", "nowhere", "db-1", "web"] }, ["db-1", "web-2"]],
    [{ StateValue: "ALARM" }, ["web-1"]],
    [{ StateValue: "INSUFFICIENT_DATA", AlarmNamePrefix: "web" }, ["web-2"]],
    [{ ActionPrefix: topic }, ["db-1", "web-1"]],
    [{ ActionPrefix: `arn:aws:sns:${testRegion}` }, ["db-1", "web-1", "web-2"]],
    [{ ActionPrefix: "arn:aws:lambda" }, []],
    [{ ChildrenOfAlarmName: "all" }, ["web-1", "web"]],
    [{ ChildrenOfAlarmName: "web-1" }, []],
    [{ ParentsOfAlarmName: "web-1" }, ["all", "web"]],
    [{ ParentsOfAlarmName: "web" }, ["all"]],
    // To suppress is not to be a child.
    [{ ParentsOfAlarmName: "db-1" }, []],
  ])("%j", async (input, names) => {
    expect(await found(input)).toEqual(names);
  });

  test("tells of children their states, of parents their names", async () => {
    const children = await cloudwatch.describeAlarms({ ChildrenOfAlarmName: "web", MaxRecords: 1 });
    expect(children.MetricAlarms).toEqual([
      {
        AlarmName: "web-1",
        AlarmArn: arnOf("web-1"),
        StateValue: "ALARM",
        StateUpdatedTimestamp: new Date(server.clock.now()),
      },
    ]);
    const { NextToken } = children;
    expect(await found({ ChildrenOfAlarmName: "web", NextToken })).toEqual(["web-2"]);
    const { CompositeAlarms } = await cloudwatch.describeAlarms({ ParentsOfAlarmName: "web" });
    expect(CompositeAlarms).toEqual([{ AlarmName: "all", AlarmArn: arnOf("all") }]);
  });

  test("pages go on where the one before ended, whatever is filtered out", async () => {
    const AlarmTypes: DescribeAlarmsInput["AlarmTypes"] = ["MetricAlarm", "CompositeAlarm"];
    const pages: (string | undefined)[][] = [];
    let NextToken: string | undefined;
    do {
      const page = await cloudwatch.describeAlarms({
        AlarmTypes,
        StateValue: "INSUFFICIENT_DATA",
        MaxRecords: 1,
        ...(NextToken === undefined ? {} : { NextToken }),
      });
      pages.push((page.MetricAlarms ?? []).map(({ AlarmName }) => AlarmName));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(pages).toEqual([["db-1"], ["db-2"], ["web-2"]]);
  });

  test.each<[DescribeAlarmsInput, string]>([
    [
      { AlarmNames: ["a"], AlarmNamePrefix: "a" },
      "AlarmNamePrefix and AlarmNames cannot be specified together",
    ],
    [{ ChildrenOfAlarmName: "web", StateValue: "OK" }, "can only be specified with MaxRecords and NextToken"],
    [{ ChildrenOfAlarmName: "web", ParentsOfAlarmName: "web" }, "can only be specified with MaxRecords"],
    [{ ChildrenOfAlarmName: "nowhere" }, "Unknown alarm: nowhere"],
    [{ MaxRecords: 101 }, "Member must have value less than or equal to 100"],
  ])("%j is refused", async (input, words) => {
    expect(await refusal(cloudwatch.describeAlarms(input))).toContain(words);
  });
});

test.each<[object, string[]]>([
  [{ MetricName: "Load" }, ["web-1"]],
  [{ MetricName: "Load", Dimensions: [{ Name: "Host", Value: "web-2" }] }, ["web-2"]],
  [{ MetricName: "Lag" }, ["db-1", "db-2"]],
  [{ MetricName: "Lag", Statistic: "Average" }, ["db-1"]],
  [{ MetricName: "Lag", ExtendedStatistic: "p99" }, ["db-2"]],
  [{ MetricName: "Lag", Period: 300 }, ["db-2"]],
  [{ MetricName: "Lag", Unit: "Seconds" }, ["db-1"]],
  [{ MetricName: "nothing" }, []],
])("DescribeAlarmsForMetric %j", async (asked, names) => {
  const input = { Namespace: "Shop", MetricName: "", ...asked };
  const { MetricAlarms = [] } = await cloudwatch.describeAlarmsForMetric(input);
  expect(MetricAlarms.map(({ AlarmName }) => AlarmName)).toEqual(names);
});

test("DeleteAlarms deletes all or none, and nothing that a composite alarm depends on", async () => {
  const remove = (...AlarmNames: string[]) => cloudwatch.deleteAlarms({ AlarmNames });
  const everything = { AlarmTypes: ["MetricAlarm" as const, "CompositeAlarm" as const] };
  const depends = (names: string, words: string) =>
    `Cannot delete ${names} as there are composite alarm(s) depending on ${words}.`;
  expect(await refusal(remove("db-2", "nowhere"))).toContain("Unknown alarm: nowhere");
  expect(await refusal(remove("db-2", "web-1", "web-2"))).toContain(depends("web-1,web-2", "them"));
  expect(await refusal(remove("db-1"))).toContain(depends("db-1", "it"));
  expect(await refusal(remove("web"))).toContain(depends("web", "it"));
  expect(await refusal(remove("web", "all"))).toContain("at most one composite alarm");
  expect(await found(everything)).toHaveLength(6);

  await remove("all", "db-1", "db-2");
  expect(await found(everything)).toEqual(["web-1", "web-2", "web"]);
  expect(await refusal(remove("web-1"))).toContain(depends("web-1", "it"));
  await cloudwatch.putCompositeAlarm({ AlarmName: "web", AlarmRule: "ALARM(web-2) OR OK(web)" });
  await remove("web-1");
  // A cycle has to be broken first.
  expect(await refusal(remove("web"))).toContain(depends("web", "it"));
  expect(await refusal(remove("web", "web-2"))).toContain(depends("web,web-2", "them"));
  await cloudwatch.putCompositeAlarm({ AlarmName: "web", AlarmRule: "ALARM(web-2)" });
  await remove("web", "web-2");
  expect(await found(everything)).toEqual([]);
});
