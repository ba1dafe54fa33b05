// Alarms through the official client, on a clock that the test moves: from data to a state, and all that
// follows.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatch, type MetricAlarm, type PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBusEvents } from "../../src/storage/telemetry/bus-events.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
const topic = `arn:aws:sns:${testRegion}:${testAccount}:operators`;

const data = mkdtempSync(join(tmpdir(), "groundwatch-alarms-"));
let server: TestServer;
let cloudwatch: CloudWatch;

async function startServer(startAt: number): Promise<void> {
  server = await startTestServer({ data }, { startAt });
  cloudwatch = new CloudWatch(server.clientConfig());
}

beforeAll(() => startServer(testStartAt));
afterAll(async () => {
  await server.stop();
  rmSync(data, { recursive: true, force: true });
});

const busy: PutMetricAlarmCommandInput = {
  AlarmName: "busy",
  Namespace: "Shop",
  MetricName: "Load",
  Dimensions: [{ Name: "Host", Value: "a" }],
  Statistic: "Average",
  Period: 60,
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  Threshold: 50,
  ComparisonOperator: "GreaterThanThreshold",
};

async function putLoad(value: number, host = "a") {
  const Dimensions = [{ Name: "Host", Value: host }];
  await cloudwatch.putMetricData({
    Namespace: "Shop",
    MetricData: [{ MetricName: "Load", Dimensions, Value: value, Unit: "Percent" }],
  });
}

async function alarmNamed(name: string): Promise<MetricAlarm> {
  const types = ["MetricAlarm", "CompositeAlarm"] as const;
  const { MetricAlarms = [], CompositeAlarms = [] } = await cloudwatch.describeAlarms({
    AlarmNames: [name],
    AlarmTypes: [...types],
  });
  const [alarm] = [...MetricAlarms, ...CompositeAlarms];
  if (alarm === undefined) throw new Error(`no alarm ${name}`);
  return alarm;
}

const stateOf = async (name: string) => (await alarmNamed(name)).StateValue;

interface AlarmBusEvent {
  readonly "detail-type": string;
  readonly detail: { readonly alarmName: string; readonly state: { readonly value: string } };
}

async function eventsOnBus(): Promise<readonly AlarmBusEvent[]> {
  const { telemetry, worlds, clock } = server.dependencies;
  const world = await worlds.numberOf(testAccount, testRegion);
  const found = await readBusEvents(telemetry, {
    world,
    bus: "default",
    from: 0,
    to: clock.now(),
    limit: 1_000,
  });
  return found.map(({ event }) => JSON.parse(event) as AlarmBusEvent);
}

const changesOnBus = async (name: string) =>
  (await eventsOnBus())
    .filter(
      (event) => event["detail-type"] === "CloudWatch Alarm State Change" && event.detail.alarmName === name,
    )
    .map(({ detail }) => detail.state.value);

test("a threshold crossed, a composite alarm follows, data stops; a restart in the middle", async () => {
  await cloudwatch.putMetricAlarm({ ...busy, AlarmActions: [topic], Tags: [{ Key: "team", Value: "shop" }] });
  await cloudwatch
    .putCompositeAlarm({ AlarmName: "shop", AlarmRule: "ALARM(busy) AND NOT ALARM(busy2)" })
    .catch(() => undefined);
  expect(
    await refusal(cloudwatch.putCompositeAlarm({ AlarmName: "shop", AlarmRule: "ALARM(nothing)" })),
  ).toBe(
    "ValidationException: Could not save the composite alarm as alarms [nothing] in the alarm rule do " +
      "not exist",
  );
  await cloudwatch.putCompositeAlarm({ AlarmName: "shop", AlarmRule: "ALARM(busy)", AlarmActions: [topic] });
  await server.advance(0);
  expect(await alarmNamed("busy")).toMatchObject({
    StateValue: "INSUFFICIENT_DATA",
    StateReason: "Unchecked: Initial alarm creation",
  });
  expect(await alarmNamed("shop")).toMatchObject({
    StateValue: "OK",
    StateReason: expect.stringMatching(/:alarm:shop was created and its alarm rule evaluates to OK$/),
  });

  for (const value of [10, 60, 10]) {
    await putLoad(value);
    await server.advance(minuteMs);
    expect(await stateOf("busy")).toBe("OK");
  }
  await putLoad(97.5);
  await server.advance(minuteMs - 1);
  expect(await stateOf("busy")).toBe("OK");
  await server.advance(1);
  expect(await alarmNamed("busy")).toMatchObject({
    StateValue: "ALARM",
    StateReason:
      "Threshold Crossed: 2 out of the last 3 datapoints [97.5 (02/11/26 12:03:00), 60.0 (02/11/26 " +
      "12:01:00)] " +
      "were greater than the threshold (50.0) (minimum 2 datapoints for OK -> ALARM transition).",
    StateTransitionedTimestamp: new Date(testStartAt + 4 * minuteMs),
  });
  expect(JSON.parse((await alarmNamed("busy")).StateReasonData ?? "")).toMatchObject({
    version: "1.0",
    queryDate: "2026-11-02T12:04:00.000+0000",
    startDate: "2026-11-02T12:01:00.000+0000",
    statistic: "Average",
    period: 60,
    recentDatapoints: [60, 10, 97.5],
    threshold: 50,
  });
  expect(await alarmNamed("shop")).toMatchObject({
    StateValue: "ALARM",
    StateReason: expect.stringMatching(
      /:alarm:busy transitioned to ALARM at Monday 02 November, 2026 12:04:00 UTC$/,
    ),
  });
  expect(await changesOnBus("busy")).toEqual(["OK", "ALARM"]);
  expect(await changesOnBus("shop")).toEqual(["OK", "ALARM"]);

  await server.stop();
  await startServer(testStartAt + 4 * minuteMs);
  expect(await stateOf("busy")).toBe("ALARM");
  const { Tags } = await cloudwatch.listTagsForResource({
    ResourceARN: (await alarmNamed("busy")).AlarmArn!,
  });
  expect(Tags).toEqual([{ Key: "team", Value: "shop" }]);
  await server.advance(4 * minuteMs);
  expect(await stateOf("busy")).toBe("ALARM");
  // The last datapoint is out of the evaluation range of five minutes then.
  await server.advance(minuteMs);
  expect(await alarmNamed("busy")).toMatchObject({
    StateValue: "INSUFFICIENT_DATA",
    StateReason: "Insufficient Data: 3 datapoints were unknown.",
  });
  expect(await stateOf("shop")).toBe("OK");
  // Meanwhile 10 and 97.5 were all there was (OK), then 97.5 alone (ALARM), as AWS's tables have it.
  expect(await changesOnBus("busy")).toEqual(["OK", "ALARM", "OK", "ALARM", "INSUFFICIENT_DATA"]);

  const { AlarmHistoryItems = [] } = await cloudwatch.describeAlarmHistory({
    AlarmName: "busy",
    ScanBy: "TimestampAscending",
  });
  const changes = AlarmHistoryItems.filter(({ HistoryItemType }) => HistoryItemType !== "Action");
  expect(changes.map(({ HistorySummary }) => HistorySummary)).toEqual([
    'Alarm "busy" created',
    "Alarm updated from INSUFFICIENT_DATA to OK",
    "Alarm updated from OK to ALARM",
    "Alarm updated from ALARM to OK",
    "Alarm updated from OK to ALARM",
    "Alarm updated from ALARM to INSUFFICIENT_DATA",
  ]);
});
