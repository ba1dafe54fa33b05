// Changes of alarms: what is performed and what waits, the history, the event, and what actions are told.
import { describe, expect, test } from "vitest";
import { actionMessage } from "./action-message.ts";
import { ruleOf, type Alarm, type CompositeAlarm, type MetricAlarm } from "./alarm.ts";
import { changeState, reconsiderHeld, type Circumstances } from "./alarm-change.ts";
import { configurationChangeEvent, stateChangeEvent } from "./alarm-event.ts";
import { actionItem } from "./alarm-history.ts";
import { alarmWindow, isWarmingUp, periodsOf } from "./alarm-window.ts";
import { decideComposite } from "./composite-decision.ts";
import { isRuleProblem, parseRule } from "./composite-rule/parse.ts";

const at = Date.parse("2019-10-02T17:04:40.989Z");
const topic = "arn:aws:sns:us-east-1:123456789012:operators";
const lambda = "arn:aws:lambda:us-east-1:123456789012:function:repair";
const base = {
  actionsEnabled: true,
  okActions: [],
  alarmActions: [topic, lambda],
  insufficientDataActions: [],
  tags: {},
  createdAt: at - 600_000,
  configuredAt: at - 600_000,
  state: {
    value: "OK",
    reason: "fine",
    reasonData: '{"version":"1.0","threshold":50.0}',
    updatedAt: at - 60_000,
    transitionedAt: at - 60_000,
  },
} as const;

const cpu: MetricAlarm = {
  ...base,
  type: "MetricAlarm",
  name: "ServerCpuTooHigh",
  arn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:ServerCpuTooHigh",
  description: "Goes into alarm when server CPU utilization is too high!",
  metric: {
    namespace: "AWS/EC2",
    name: "CPUUtilization",
    dimensions: [{ name: "InstanceId", value: "i-12345678901234567" }],
    periodSeconds: 300,
    statistic: "Average",
  },
  metricId: "30b6c6b2-a864-43a2-4877-c09a1afc3b87",
  comparisonOperator: "GreaterThanThreshold",
  threshold: 50,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
};

const composite: CompositeAlarm = {
  ...base,
  type: "CompositeAlarm",
  name: "Service",
  arn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:Service",
  rule: "ALARM(ServerCpuTooHigh)",
  suppressor: { alarm: "Maintenance", waitPeriodSeconds: 60, extensionPeriodSeconds: 120 },
};

const free: Circumstances = { now: at, isMuted: false, suppressorInAlarm: false };
const alarmState = {
  value: "ALARM",
  reason: "too high",
  reasonData: '{"version":"1.0","threshold":50.0}',
} as const;
const place = { account: "123456789012", region: "us-east-1" };

test("a transition performs the actions of its new state and is written down with the old one", () => {
  const change = changeState(cpu, alarmState, free);
  expect(change.after.state).toEqual({ ...alarmState, updatedAt: at, transitionedAt: at });
  expect(change.actions).toEqual([topic, lambda]);
  expect(change.history).toEqual([
    {
      alarmName: "ServerCpuTooHigh",
      alarmType: "MetricAlarm",
      at,
      itemType: "StateUpdate",
      summary: "Alarm updated from OK to ALARM",
      data:
        '{"version":"1.0","oldState":{"stateValue":"OK","stateReason":"fine","stateReasonData":' +
        '{"version":"1.0","threshold":50.0}},"newState":{"stateValue":"ALARM","stateReason":"too high",' +
        '"stateReasonData":{"version":"1.0","threshold":50.0}}}',
    },
  ]);
});

test("the same state again is no transition, and disabled actions are not performed", () => {
  expect(changeState(cpu, { value: "OK", reason: "still" }, free)).toMatchObject({
    isTransition: false,
    history: [],
    actions: [],
    after: { state: { reason: "still", transitionedAt: at - 60_000 } },
  });
  expect(changeState({ ...cpu, actionsEnabled: false }, alarmState, free).actions).toEqual([]);
});

describe("muted alarms", () => {
  const muted = changeState(cpu, alarmState, { ...free, isMuted: true });

  test("change their state and hold their actions until the window ends", () => {
    expect(muted).toMatchObject({
      isTransition: true,
      actions: [],
      after: { held: { by: "Mute", from: "OK" } },
    });
    expect(reconsiderHeld(muted.after, { ...free, isMuted: true })).toBeUndefined();
    const released = reconsiderHeld(muted.after, free);
    expect(released).toMatchObject({ isTransition: false, actions: [topic, lambda], history: [] });
    expect(released?.after.held).toBeUndefined();
  });

  test("say nothing when they are back in their state by then", () => {
    const back = changeState(
      { ...muted.after, okActions: [topic] },
      { value: "OK", reason: "" },
      { ...free, isMuted: true },
    );
    expect(reconsiderHeld(back.after, free)).toMatchObject({ actions: [] });
  });
});

test("a composite alarm waits for its suppressor, then for the extension, and is muted at last", () => {
  const waiting = changeState(composite, alarmState, free);
  expect(waiting.after.held).toEqual({ by: "WaitPeriod", untilAt: at + 60_000 });
  const suppressed = reconsiderHeld(waiting.after, { ...free, now: at + 1_000, suppressorInAlarm: true });
  expect(suppressed?.after.held).toEqual({ by: "Alarm" });
  const extended = reconsiderHeld(suppressed?.after ?? composite, { ...free, now: at + 2_000 });
  expect(extended?.after.held).toEqual({ by: "ExtensionPeriod", untilAt: at + 122_000 });
  const after = extended?.after ?? composite;
  expect(reconsiderHeld(after, { ...free, now: at + 121_999 })).toBeUndefined();
  expect(reconsiderHeld(after, { ...free, now: at + 122_000 })).toMatchObject({ actions: [topic, lambda] });
  // A clock that is set back by an hour does not make it wait an hour longer.
  const setBack = { ...free, now: at - 3_600_000 };
  const again = reconsiderHeld(after, setBack);
  expect(again?.after.held).toEqual({ by: "ExtensionPeriod", untilAt: setBack.now + 120_000 });
  const event = JSON.parse(stateChangeEvent(waiting, { ...place, eventId: "1", now: at }).event) as {
    detail: { state: object };
  };
  expect(event.detail.state).toMatchObject({ actionsSuppressedBy: "WaitPeriod" });
});

test("the event is AWS's", () => {
  const { event, ...indexed } = stateChangeEvent(changeState(cpu, alarmState, free), {
    ...place,
    eventId: "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
    now: at,
  });
  expect(indexed).toMatchObject({
    source: "aws.cloudwatch",
    detailType: "CloudWatch Alarm State Change",
    timestamp: at,
  });
  expect(JSON.parse(event)).toEqual({
    version: "0",
    id: "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
    "detail-type": "CloudWatch Alarm State Change",
    source: "aws.cloudwatch",
    account: "123456789012",
    time: "2019-10-02T17:04:40Z",
    region: "us-east-1",
    resources: ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:ServerCpuTooHigh"],
    detail: {
      alarmName: "ServerCpuTooHigh",
      configuration: {
        description: "Goes into alarm when server CPU utilization is too high!",
        metrics: [
          {
            id: "30b6c6b2-a864-43a2-4877-c09a1afc3b87",
            metricStat: {
              metric: {
                dimensions: { InstanceId: "i-12345678901234567" },
                name: "CPUUtilization",
                namespace: "AWS/EC2",
              },
              period: 300,
              stat: "Average",
            },
            returnData: true,
          },
        ],
      },
      previousState: {
        reason: "fine",
        reasonData: '{"version":"1.0","threshold":50.0}',
        timestamp: "2019-10-02T17:03:40.989+0000",
        value: "OK",
      },
      state: {
        reason: "too high",
        reasonData: '{"version":"1.0","threshold":50.0}',
        timestamp: "2019-10-02T17:04:40.989+0000",
        value: "ALARM",
      },
    },
  });
});

test("events name the mute rule that is active, and for how long it is", () => {
  const mutedBy = { ruleArn: "arn:rule", from: at - 1_000, until: at + 1_000 };
  const change = changeState(cpu, alarmState, { ...free, isMuted: true, mutedBy });
  const { detail } = JSON.parse(stateChangeEvent(change, { ...place, eventId: "1", now: at }).event);
  expect(detail.muteDetail).toEqual({
    mutedByArn: "arn:rule",
    muteWindowStart: "2019-10-02T17:04:39.989+0000",
    muteWindowEnd: "2019-10-02T17:04:41.989+0000",
  });
});

test("a change of the definition tells what holds actions back", () => {
  const held = { by: "WaitPeriod", untilAt: at } as const;
  const event = configurationChangeEvent(
    "delete",
    { ...composite, held },
    { ...place, eventId: "1", now: at },
  );
  expect(JSON.parse(event.event).detail.state).toMatchObject({ actionsSuppressedBy: "WaitPeriod" });
});

test("a change of the definition is an event with the definition before", () => {
  const changed: Alarm = { ...composite, rule: "FALSE" };
  const event = configurationChangeEvent("update", changed, { ...place, eventId: "1", now: at }, composite);
  expect(JSON.parse(event.event)).toMatchObject({
    "detail-type": "CloudWatch Alarm Configuration Change",
    detail: {
      operation: "update",
      configuration: { alarmRule: "FALSE", actionsSuppressor: "Maintenance" },
      previousConfiguration: { alarmRule: "ALARM(ServerCpuTooHigh)" },
    },
  });
});

test("a topic is told CloudWatch's notification, a function its event", () => {
  const change = changeState(cpu, alarmState, free);
  const notification = actionMessage(topic, change, place);
  expect(notification.subject).toBe('ALARM: "ServerCpuTooHigh" in US East (N. Virginia)');
  expect(JSON.parse(notification.body)).toMatchObject({
    AlarmName: "ServerCpuTooHigh",
    NewStateValue: "ALARM",
    OldStateValue: "OK",
    StateChangeTime: "2019-10-02T17:04:40.989+0000",
    Region: "US East (N. Virginia)",
    Trigger: {
      MetricName: "CPUUtilization",
      Statistic: "AVERAGE",
      Period: 300,
      Threshold: 50,
      TreatMissingData: "missing",
    },
  });
  expect(JSON.parse(actionMessage(lambda, change, place).body)).toMatchObject({
    source: "aws.cloudwatch",
    accountId: "123456789012",
    alarmData: { alarmName: "ServerCpuTooHigh", state: { value: "ALARM" }, previousState: { value: "OK" } },
  });
});

test("what became of an action is an item of the history", () => {
  const done = actionItem(cpu, { actionArn: topic, stateUpdatedAt: at, message: '{"a":1.0}' }, at + 1);
  expect(done).toMatchObject({
    itemType: "Action",
    summary: `Successfully executed action ${topic}`,
    data:
      `{"actionState":"Succeeded","stateUpdateTimestamp":${at},"notificationResource":"${topic}",` +
      '"publishedMessage":{"a":1.0}}',
  });
  const failed = actionItem(cpu, { actionArn: topic, stateUpdatedAt: at, error: "no such topic" }, at + 1);
  expect(failed.summary).toBe(`Failed to execute action ${topic}. Received error: "no such topic"`);
});

describe("the decision of a composite alarm", () => {
  const decide = (rule: string, children: readonly Alarm[], alarm: Partial<CompositeAlarm> = {}) => {
    const expression = parseRule(rule);
    if (isRuleProblem(expression)) throw new Error(expression.problem);
    const found = new Map(children.map((child) => [child.name, child]));
    return decideComposite({ ...composite, ...alarm }, expression, (name) => found.get(name));
  };
  const inAlarm = {
    ...cpu,
    state: { ...cpu.state, value: "ALARM", transitionedAt: Date.parse("2022-10-30T20:47:35.671Z") },
  } as const;

  test("names the child that changed, by its name or its ARN", () => {
    const state = {
      value: "ALARM",
      reason: `${cpu.arn} transitioned to ALARM at Sunday 30 October, 2022 20:47:35 UTC`,
      reasonData:
        `{"triggeringAlarms":[{"arn":"${cpu.arn}","state":` +
        '{"value":"ALARM","timestamp":"2022-10-30T20:47:35.671+0000"}}]}',
    };
    expect(decide("ALARM(ServerCpuTooHigh)", [inAlarm])).toEqual(state);
    expect(decide(`ALARM("${cpu.arn}")`, [inAlarm])).toEqual(state);
    expect(decide("ALARM(ServerCpuTooHigh)", [cpu])).toBeUndefined();
  });

  test("names its rule when it is new", () => {
    const insufficient = { ...composite.state, value: "INSUFFICIENT_DATA" } as const;
    const created = decide("ALARM(ServerCpuTooHigh)", [cpu], { pending: "created", state: insufficient });
    expect(created).toMatchObject({
      value: "OK",
      reason: `${composite.arn} was created and its alarm rule evaluates to OK`,
    });
    const updated = decide("TRUE", [], { pending: "updated" });
    expect(updated?.reason).toBe(`${composite.arn} was updated and its new alarm rule evaluates to ALARM`);
  });
});

describe("the periods of an alarm", () => {
  const noon = Date.parse("2026-11-02T12:07:30Z");

  test("slide with the minutes, and lie on the clock of a place when they are told to", () => {
    expect(alarmWindow(cpu, noon)).toEqual({
      from: Date.parse("2026-11-02T11:52:00Z"),
      to: Date.parse("2026-11-02T12:07:00Z"),
      periodSeconds: 300,
      count: 3,
    });
    expect(new Date(alarmWindow({ ...cpu, wallClock: {} }, noon).to).toISOString()).toBe(
      "2026-11-02T12:05:00.000Z",
    );
    const of = (periodSeconds: number, timezone: string) => {
      const metric = { ...cpu.metric!, periodSeconds };
      return new Date(alarmWindow({ ...cpu, metric, wallClock: { timezone } }, noon).to).toISOString();
    };
    expect(of(86_400, "Asia/Tokyo")).toBe("2026-11-01T15:00:00.000Z");
    expect(of(604_800, "UTC")).toBe("2026-11-02T00:00:00.000Z");
    expect(of(3_600, "+05:30")).toBe("2026-11-02T11:30:00.000Z");
  });

  test("move on by the hour when they are of more than a day", () => {
    const ofHours = (evaluationPeriods: number) => {
      const metric = { ...cpu.metric!, periodSeconds: 3_600 };
      return new Date(alarmWindow({ ...cpu, metric, evaluationPeriods }, noon).to).toISOString();
    };
    expect(ofHours(24)).toBe("2026-11-02T12:07:00.000Z");
    expect(ofHours(25)).toBe("2026-11-02T12:00:00.000Z");
  });

  test("warm up until the time is over, or until there is data enough", () => {
    const warm = { ...cpu, createdAt: noon, warmUp: { minutes: 30, waitsForEnd: false } };
    const now = noon + 600_000;
    const window = alarmWindow(warm, now);
    const empty = periodsOf(window, new Map());
    const full = periodsOf(window, new Map([[window.to - 300_000, { value: 1 }]]));
    expect(isWarmingUp(warm, empty, now)).toBe(true);
    expect(isWarmingUp(warm, full, now)).toBe(false);
    expect(isWarmingUp({ ...warm, warmUp: { minutes: 30, waitsForEnd: true } }, full, now)).toBe(true);
    expect(isWarmingUp(warm, empty, noon + 1_800_000)).toBe(false);
    expect(isWarmingUp(cpu, empty, now)).toBe(false);
  });

  test("metrics of DynamoDB ignore missing data, and percentiles need samples only when told so", () => {
    expect(
      ruleOf({
        ...cpu,
        metric: { ...cpu.metric!, namespace: "AWS/DynamoDB" },
        treatMissingData: "breaching",
      }),
    ).toMatchObject({
      treatMissingData: "ignore",
    });
    const p99 = { ...cpu, metric: { ...cpu.metric!, statistic: "p99" } };
    expect(ruleOf(p99).significantSamples).toBeUndefined();
    const strict = ruleOf({ ...p99, evaluateLowSampleCountPercentile: "ignore" });
    expect(strict.significantSamples).toBeCloseTo(1_000);
  });
});
