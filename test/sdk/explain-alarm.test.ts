// ExplainAlarm through the own client: metric alarms, composite alarms, what holds actions back.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderExplanation } from "../../src/bin/explain.ts";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

const minuteMs = 60_000;
const topic = `arn:aws:sns:${testRegion}:${testAccount}:operators`;

let server: TestServer;
let cloudwatch: CloudWatch;
let groundwatch: GroundwatchClient;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  groundwatch = new GroundwatchClient(server.clientConfig());
});
afterAll(() => server.stop());

const at = (minutes: number) => testStartAt + minutes * minuteMs;
const putLoad = (Value: number) =>
  cloudwatch.putMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "Load", Value }] });
const advance = (minutes: number) => server.advance(minutes * minuteMs);

test("names each datapoint, how the missing ones were treated, and the rule that decided", async () => {
  await cloudwatch.putMetricAlarm({
    AlarmName: "busy",
    Namespace: "Shop",
    MetricName: "Load",
    Statistic: "Average",
    Period: 60,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    Threshold: 50,
    ComparisonOperator: "GreaterThanThreshold",
    AlarmActions: [topic],
  });
  await cloudwatch
    .putCompositeAlarm({
      AlarmName: "shop",
      AlarmRule: "ALARM(busy) AND NOT ALARM(maintenance)",
    })
    .catch(() => undefined);
  await cloudwatch.putCompositeAlarm({ AlarmName: "shop", AlarmRule: "ALARM(busy) OR FALSE" });
  await putLoad(60);
  await advance(1);
  await putLoad(97.5);
  await advance(1);
  const explained = await groundwatch.explainAlarm({ AlarmName: "busy" });
  expect(explained).toMatchObject({
    State: "ALARM",
    StateBefore: "INSUFFICIENT_DATA",
    StateSince: at(2),
    EvaluatedAt: at(2),
    DecidedBy: "missingDoNotMatter",
    Decision:
      "2 of 3 must breach for ALARM; 2 of the 2 datapoints evaluated breach, so that what is missing could " +
      "not change it: ALARM.",
    Notes: ["The alarm went from INSUFFICIENT_DATA to ALARM at this evaluation."],
    WindowFrom: at(-3),
    WindowTo: at(2),
  });
  expect(explained.Datapoints?.map(({ StartAt, Sentence }) => [StartAt, Sentence])).toEqual([
    [at(-3), "missing; not needed, newer gaps are counted first"],
    [at(-2), "missing; not needed, newer gaps are counted first"],
    [at(-1), "missing; left missing, the datapoints that are there decide"],
    [at(0), "60 is greater than 50: breaching"],
    [at(1), "97.5 is greater than 50: breaching"],
  ]);
  expect(explained.Actions).toMatchObject([{ ActionArn: topic }]);
  expect(renderExplanation({ ...explained, Actions: [] })).toBe(
    [
      "busy is in ALARM since 2026-11-02T12:02:00Z, before this evaluation in INSUFFICIENT_DATA",
      "evaluated at 2026-11-02T12:02:00Z, periods of 60 s from 2026-11-02T11:57:00Z to 2026-11-02T12:02:00Z",
      "",
      "  2026-11-02T11:57:00Z  missing; not needed, newer gaps are counted first",
      "  2026-11-02T11:58:00Z  missing; not needed, newer gaps are counted first",
      "  2026-11-02T11:59:00Z  missing; left missing, the datapoints that are there decide",
      "  2026-11-02T12:00:00Z  60 is greater than 50: breaching",
      "  2026-11-02T12:01:00Z  97.5 is greater than 50: breaching",
      explained.Decision,
      ...explained.Notes,
      "",
    ].join("\n"),
  );
});

test("an evaluation of the past is explained by the states of that time", async () => {
  await advance(10);
  expect(await groundwatch.explainAlarm({ AlarmName: "busy" })).toMatchObject({
    State: "INSUFFICIENT_DATA",
    DecidedBy: "allMissing",
  });
  const explained = await groundwatch.explainAlarm({ AlarmName: "busy", At: at(1) + 30_000 });
  expect(explained).toMatchObject({
    EvaluatedAt: at(1),
    State: "INSUFFICIENT_DATA",
    DecidedBy: "tooEarly",
    Notes: [],
  });
  expect(explained.Datapoints?.at(3)).toMatchObject({ StartAt: at(-1), Verdict: "missing" });
  const shop = await groundwatch.explainAlarm({ AlarmName: "shop", At: at(2) });
  expect(shop).toMatchObject({
    AlarmType: "CompositeAlarm",
    State: "ALARM",
    Decision: "The rule holds: ALARM.",
    Notes: ["The alarm went from OK to ALARM at this evaluation."],
  });
  expect(shop.RuleParts?.map(({ Depth, Holds, Sentence }) => [Depth, Holds, Sentence])).toEqual([
    [0, true, "1 of 2 hold, one must"],
    [1, true, "busy is in ALARM"],
    [1, false, "always false"],
  ]);
  expect(renderExplanation(shop)).toContain(
    "  yes  1 of 2 hold, one must\n    yes  busy is in ALARM\n    no   always",
  );
  expect((await groundwatch.explainAlarm({ AlarmName: "shop" })).State).toBe("OK");
});

test("an evaluation before the definition was changed is explained by the one of then", async () => {
  const definition = {
    AlarmName: "queue",
    Namespace: "Shop",
    MetricName: "Queue",
    Statistic: "Average",
    Period: 60,
    EvaluationPeriods: 1,
    ComparisonOperator: "GreaterThanThreshold",
  } as const;
  const putQueue = (Value: number) =>
    cloudwatch.putMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "Queue", Value }] });
  const sentences = async (At: number) => {
    const { Datapoints } = await groundwatch.explainAlarm({ AlarmName: "queue", At });
    return Datapoints!.map(({ Sentence }) => Sentence).slice(-1);
  };
  await cloudwatch.putMetricAlarm({ ...definition, Threshold: 10, AlarmActions: [topic] });
  const start = server.clock.now();
  await putQueue(20);
  await advance(1);
  const whenItWasOne = await groundwatch.explainAlarm({ AlarmName: "queue" });
  expect(whenItWasOne).toMatchObject({ State: "ALARM", DecidedBy: "datapoints" });
  // At the very instant of the evaluation, which was made by the definition before.
  await cloudwatch.putMetricAlarm({ ...definition, Threshold: 30, Period: 300, EvaluationPeriods: 2 });
  await advance(1);
  await cloudwatch.putMetricAlarm({ ...definition, Threshold: 25 });
  await putQueue(20);
  await advance(1);
  const note = "The definition was changed at 2026-11-02T12:14:00.000Z, after this evaluation; ";
  const { Notes, ...past } = await groundwatch.explainAlarm({ AlarmName: "queue", At: start + minuteMs });
  expect({ ...past, Notes: [Notes[1]] }).toEqual(whenItWasOne);
  expect(Notes[0]).toBe(`${note}the one of then is explained.`);
  expect(past.Actions).toMatchObject([{ ActionArn: topic }]);
  expect(await sentences(start + minuteMs)).toEqual(["20 is greater than 10: breaching"]);
  const second = await groundwatch.explainAlarm({ AlarmName: "queue", At: start + 2 * minuteMs });
  expect(second).toMatchObject({ PeriodSeconds: 300, DecidedBy: "missingDoNotMatter" });
  expect(await sentences(start + 3 * minuteMs)).toEqual(["20 is not greater than 25: not breaching"]);
  const scope = `${testAccount}/${testRegion}`;
  const history = server.dependencies.state.collection("alarm-history");
  const items = await history.list(scope, { prefix: "queue", limit: 100 });
  await Promise.all(items.map(({ key }) => history.delete(scope, key)));
  const old = await groundwatch.explainAlarm({ AlarmName: "queue", At: start + minuteMs });
  expect(old.Notes[0]).toBe(`${note}the history no longer has the one of then, so today's is explained.`);
});

test("data that came later, another definition and a state set by hand are told", async () => {
  await cloudwatch.putMetricData({
    Namespace: "Shop",
    MetricData: [0, 1, 2].map((minute) => ({
      MetricName: "Load",
      Value: 1,
      Timestamp: new Date(at(8 + minute)),
    })),
  });
  const later = await groundwatch.explainAlarm({ AlarmName: "busy", At: at(11) });
  expect(later.Notes.join()).toContain("would be in OK, while it was in INSUFFICIENT_DATA");
  await cloudwatch.setAlarmState({ AlarmName: "busy", StateValue: "ALARM", StateReason: "a drill" });
  await cloudwatch.disableAlarmActions({ AlarmNames: ["busy"] });
  expect((await groundwatch.explainAlarm({ AlarmName: "busy", At: at(11) })).Notes.join()).toContain(
    "after this evaluation; the one of then is explained",
  );
});

test("what holds actions back is named", async () => {
  await cloudwatch.putAlarmMuteRule({
    Name: "night",
    Rule: { Schedule: { Expression: "cron(* * * * *)", Duration: "PT1H" } },
    MuteTargets: { AlarmNames: ["busy"] },
  });
  await cloudwatch.enableAlarmActions({ AlarmNames: ["busy"] });
  await advance(3);
  await putLoad(80);
  await advance(1);
  await putLoad(80);
  await advance(1);
  const muted = await groundwatch.explainAlarm({ AlarmName: "busy" });
  expect(muted).toMatchObject({
    State: "ALARM",
    MutedBy: ["night"],
    HeldBack: expect.stringContaining("until no mute rule is active"),
    Actions: [{ ActionArn: topic, Outcome: "NotPerformed", Sentence: "Not performed: muted by night." }],
  });
});

test("an alarm that does not exist, and the future, are refused", async () => {
  await expect(groundwatch.explainAlarm({ AlarmName: "none" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
  await expect(
    groundwatch.explainAlarm({ AlarmName: "busy", At: server.clock.now() + 1 }),
  ).rejects.toMatchObject({ name: "ValidationException" });
});
