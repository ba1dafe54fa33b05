// Alarms that stay in ALARM notify again when a tag says so, and alarms live through clocks that jump.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatch, type PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const topic = `arn:aws:sns:${testRegion}:${testAccount}:operators`;
const tag = "groundwatch:renotify-minutes";

const data = mkdtempSync(join(tmpdir(), "groundwatch-reminders-"));
let server: TestServer;
let cloudwatch: CloudWatch;
let groundwatch: GroundwatchClient;

async function startServer(startAt: number): Promise<void> {
  server = await startTestServer({ data }, { startAt });
  cloudwatch = new CloudWatch(server.clientConfig());
  groundwatch = new GroundwatchClient(server.clientConfig());
}

beforeAll(() => startServer(testStartAt));
afterAll(async () => {
  await server.stop();
  rmSync(data, { recursive: true, force: true });
});

/** Missing data counts, so that the alarm is in ALARM without any. */
const silent: PutMetricAlarmCommandInput = {
  AlarmName: "silent",
  Namespace: "Shop",
  MetricName: "Orders",
  Statistic: "Sum",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: "LessThanThreshold",
  TreatMissingData: "breaching",
  AlarmActions: [topic],
};

async function notifications(AlarmName: string): Promise<number> {
  const { Actions } = await groundwatch.explainAlarm({ AlarmName });
  return Actions.filter(({ ActionArn, Outcome }) => ActionArn === topic && Outcome !== "NotPerformed").length;
}

const stateOf = async (name: string) => {
  const { MetricAlarms = [] } = await cloudwatch.describeAlarms({ AlarmNames: [name] });
  return MetricAlarms[0]?.StateValue;
};

test("an alarm with the tag notifies again for as long as it is in ALARM, one without does not", async () => {
  await cloudwatch.putMetricAlarm({ ...silent, AlarmName: "once" });
  await cloudwatch.putMetricAlarm({ ...silent, Tags: [{ Key: tag, Value: "10" }] });
  await cloudwatch.putCompositeAlarm({
    AlarmName: "shop",
    AlarmRule: "ALARM(silent)",
    AlarmActions: [topic],
    Tags: [{ Key: tag, Value: "15" }],
  });
  await server.advance(10 * minuteMs);
  expect(await notifications("silent")).toBe(1);
  await server.advance(minuteMs);
  expect(await notifications("silent")).toBe(2);
  await server.advance(20 * minuteMs);
  expect(await notifications("silent")).toBe(4);
  expect(await notifications("shop")).toBe(3);
  expect(await notifications("once")).toBe(1);
});

test("reminders stop with the tag, while the actions are disabled, and when the alarm is OK", async () => {
  const ResourceARN = `arn:aws:cloudwatch:${testRegion}:${testAccount}:alarm:silent`;
  await cloudwatch.untagResource({ ResourceARN, TagKeys: [tag] });
  await server.advance(20 * minuteMs);
  expect(await notifications("silent")).toBe(4);
  await cloudwatch.tagResource({ ResourceARN, Tags: [{ Key: tag, Value: "10" }] });
  await cloudwatch.disableAlarmActions({ AlarmNames: ["silent"] });
  await server.advance(20 * minuteMs);
  expect(await notifications("silent")).toBe(4);
  await cloudwatch.enableAlarmActions({ AlarmNames: ["silent"] });
  await server.advance(minuteMs);
  expect(await notifications("silent")).toBe(5);
});

test("a tag that is no number of minutes is refused", async () => {
  for (const Value of ["0", "often", "1.5", "10081"]) {
    const Tags = [{ Key: tag, Value }];
    expect(await refusal(cloudwatch.putMetricAlarm({ ...silent, AlarmName: "wrong", Tags }))).toBe(
      `ValidationException: The value of the tag ${tag} must be a number of minutes from 1 to 10080.`,
    );
  }
});

test("a clock that jumps forward, or back, leaves alarms that are evaluated", async () => {
  await cloudwatch.putMetricAlarm({ ...silent, AlarmName: "clocked", TreatMissingData: "missing" });
  const put = () =>
    cloudwatch.putMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "Orders", Value: 5 }] });
  await put();
  await server.advance(minuteMs);
  expect(await stateOf("clocked")).toBe("OK");
  const before = server.clock.now();
  for (const now of [before + 26 * hourMs, before - 2 * hourMs]) {
    await server.stop();
    await startServer(now);
    expect(await stateOf("clocked")).toBe("OK");
    await server.advance(minuteMs);
    expect(await stateOf("clocked")).toBe("INSUFFICIENT_DATA");
    await put();
    await server.advance(minuteMs);
    expect(await stateOf("clocked")).toBe("OK");
  }
});
