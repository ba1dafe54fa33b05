// What PutMetricAlarm, PutCompositeAlarm and SetAlarmState refuse, and that nothing is left of it.
import {
  CloudWatch,
  type MetricDataQuery,
  type PutCompositeAlarmInput,
  type PutMetricAlarmInput,
} from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadAlarm } from "../support/load-alarm.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let cloudwatch: CloudWatch;

const alarm: PutMetricAlarmInput = {
  AlarmName: "busy",
  ...loadAlarm,
};
const load: MetricDataQuery = {
  Id: "m1",
  MetricStat: { Metric: { Namespace: "Shop", MetricName: "Load" }, Period: 60, Stat: "Average" },
};
const band = { Id: "band", Expression: "ANOMALY_DETECTION_BAND(m1, 2)" };
const onMetrics = (Metrics: MetricDataQuery[], more: Partial<PutMetricAlarmInput> = {}) => ({
  Namespace: undefined,
  MetricName: undefined,
  Statistic: undefined,
  Period: undefined,
  Metrics,
  ...more,
});
const doubled = (index: number) => ({ Id: `e${index}`, Expression: "m1 * 2", ReturnData: false });
const scaling =
  "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:autoScalingGroupName/g:policyName/p";
const onBand = { Threshold: undefined, ThresholdMetricId: "band" };

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  await cloudwatch.putMetricAlarm({ ...alarm, AlarmName: "there" });
});
afterAll(() => server?.stop());

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
describe("PutMetricAlarm refuses", () => {
  test.each<[Partial<PutMetricAlarmInput>, string]>([
    [{ ExtendedStatistic: "p99" }, "Only one of Statistic and ExtendedStatistic may be specified"],
    [{ Statistic: undefined }, "Either Statistic or ExtendedStatistic must be specified"],
    [{ Statistic: undefined, ExtendedStatistic: "p101" }, "p101 for parameter ExtendedStatistic"],
    [{ Period: undefined }, "Period must not be null"],
    [{ Period: 15 }, "Period must be 10, 20, 30 or a multiple of 60"],
    [{ EvaluationPeriods: 1_441 }, "across more than a day"],
    [{ Period: 10, EvaluationPeriods: 8_641 }, "across more than a day"],
    [{ Period: 3_600, EvaluationPeriods: 169 }, "across more than a week"],
    [{ EvaluationPeriods: 2, DatapointsToAlarm: 3 }, "DatapointsToAlarm must be less than or equal to"],
    [{ TreatMissingData: "zero" }, "The value zero is not supported for TreatMissingData"],
    [{ EvaluateLowSampleCountPercentile: "never" }, "Option never is not supported"],
    [{ Threshold: undefined }, "Threshold must not be null"],
    [{ ComparisonOperator: "LessThanLowerThreshold" }, "ThresholdMetricId must not be null"],
    [{ ThresholdMetricId: "band" }, "cannot be used with the comparison operator GreaterThanThreshold"],
    [{ AlarmName: "x".repeat(256) }, "length less than or equal to 255"],
    [{ AlarmDescription: "x".repeat(1_025) }, "length less than or equal to 1024"],
    [{ AlarmActions: Array(6).fill("arn:aws:sns:us-east-1:1:t") }, "length less than or equal to 5"],
    [
      { Dimensions: Array.from({ length: 31 }, () => ({ Name: "d", Value: "v" })) },
      "length less than or equal to 30",
    ],
    [
      { Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: "v" })) },
      "at most 50 tags",
    ],
    [{ Tags: [{ Key: "aws:mine", Value: "v" }] }, "Tag keys that begin with aws: are reserved"],
    [{ Metrics: [load] }, "Metrics cannot be used with MetricName"],
    [
      onMetrics([{ ...load, ReturnData: false }]),
      "Exactly one element of the metrics list should return data",
    ],
    [onMetrics([load, { Id: "e", Expression: "m1 * 2" }]), "Exactly one element of the metrics list"],
    [
      onMetrics(
        Array.from({ length: 11 }, (_, index) => ({ ...load, Id: `m${index}`, ReturnData: index === 0 })),
      ),
      "must not have more than 10 elements with MetricStat",
    ],
    [
      onMetrics([load, ...Array.from({ length: 11 }, (_, index) => doubled(index))]),
      "must not have more than 10 elements with Expression",
    ],
    [
      onMetrics([load, band], {
        ...onBand,
        ComparisonOperator: "GreaterThanUpperThreshold",
        AlarmActions: [scaling],
      }),
      "Alarms based on anomaly detection models cannot have Auto Scaling actions",
    ],
    [
      onMetrics([load], { AlarmActions: ["arn:aws:automate:us-east-1:ec2:stop"] }),
      "only be used if the alarm is monitoring an EC2 instance",
    ],
    [onMetrics([{ ...load, Id: "M1" }]), "The value M1 for parameter Id does not match the pattern"],
    [onMetrics([{ Id: "e", Expression: "m2 * 2" }]), "Undefined id 'm2'"],
    [
      onMetrics([load, band], { ...onBand, ComparisonOperator: "LessThanLowerThreshold", Threshold: 1 }),
      "Threshold must not be specified when ThresholdMetricId is specified",
    ],
  ])("%j", async (changes, words) => {
    expect(await refusal(cloudwatch.putMetricAlarm({ ...alarm, ...changes }))).toContain(words);
    expect((await cloudwatch.describeAlarms({ AlarmNames: ["busy"] })).MetricAlarms).toEqual([]);
  });

  test.each<[Partial<PutMetricAlarmInput>]>([
    [{ Period: 10, EvaluationPeriods: 8_640 }],
    [{ Period: 3_600, EvaluationPeriods: 168 }],
    [{ EvaluationPeriods: 3, DatapointsToAlarm: 3, TreatMissingData: "ignore" }],
    [{ Statistic: undefined, ExtendedStatistic: "TM(10%:90%)", EvaluateLowSampleCountPercentile: "ignore" }],
    [onMetrics([load, band], { ...onBand, ComparisonOperator: "LessThanLowerOrGreaterThanUpperThreshold" })],
  ])("not %j", async (changes) => {
    await cloudwatch.putMetricAlarm({ ...alarm, ...changes, AlarmName: "fine" });
    const { MetricAlarms } = await cloudwatch.describeAlarms({ AlarmNames: ["fine"] });
    const described = Object.entries(changes).filter(([, value]) => value !== undefined);
    expect(MetricAlarms).toMatchObject([Object.fromEntries(described)]);
  });
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
test.each<[Partial<PutCompositeAlarmInput>, string]>([
  [{ AlarmRule: " TRUE" }, "must not contain leading or trailing whitespace"],
  [{ AlarmRule: "ALARM(there) AND" }, "Invalid AlarmRule"],
  [{ AlarmRule: "ALARM(nowhere) OR OK(there)" }, "alarms [nowhere] in the alarm rule do not exist"],
  [
    { AlarmRule: "OK(there) OR ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:there)" },
    "alarms [arn:aws:cloudwatch:eu-west-1:123456789012:alarm:there] in the alarm rule do not exist",
  ],
  [
    { AlarmRule: "ALARM(arn:aws:cloudwatch:us-east-1:999999999999:alarm:there)" },
    "alarms [arn:aws:cloudwatch:us-east-1:999999999999:alarm:there] in the alarm rule do not exist",
  ],
  [
    {
      ActionsSuppressor: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:there",
      ActionsSuppressorWaitPeriod: 1,
      ActionsSuppressorExtensionPeriod: 1,
    },
    "its actions suppressor does not exist",
  ],
  [{ AlarmName: "there" }, "already in use by an alarm of the type MetricAlarm"],
  [
    { ActionsSuppressor: "there" },
    "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must be",
  ],
  [
    { ActionsSuppressor: "nowhere", ActionsSuppressorWaitPeriod: 1, ActionsSuppressorExtensionPeriod: 1 },
    "its actions suppressor does not exist",
  ],
  [{ ActionsSuppressorWaitPeriod: 1 }, "need an ActionsSuppressor"],
])("PutCompositeAlarm refuses %j", async (changes, words) => {
  const input = { AlarmName: "composite", AlarmRule: "ALARM(there)", ...changes };
  expect(await refusal(cloudwatch.putCompositeAlarm(input))).toContain(words);
});

test("a percentile of few samples is evaluated, or leaves the state, as the alarm says", async () => {
  const policies = ["evaluate", "ignore"];
  for (const EvaluateLowSampleCountPercentile of policies) {
    await cloudwatch.putMetricAlarm({
      ...alarm,
      AlarmName: EvaluateLowSampleCountPercentile,
      MetricName: "Latency",
      Statistic: undefined,
      ExtendedStatistic: "p99",
      EvaluateLowSampleCountPercentile,
    });
  }
  const after = async (samples: number, value: number) => {
    const MetricData = [{ MetricName: "Latency", Values: [value], Counts: [samples] }];
    await cloudwatch.putMetricData({ Namespace: "Shop", MetricData });
    await server.advance(60_000);
    const { MetricAlarms = [] } = await cloudwatch.describeAlarms({ AlarmNames: policies });
    return MetricAlarms.map(({ StateValue }) => StateValue);
  };
  // Of p99, 1,000 samples: 10 / (1 - 0.99).
  expect(await after(999, 5)).toEqual(["ALARM", "INSUFFICIENT_DATA"]);
  expect(await after(1_000, 5)).toEqual(["ALARM", "ALARM"]);
  expect(await after(999, 0.5)).toEqual(["OK", "ALARM"]);
});

test("PutMetricAlarm takes ten metrics with ten expressions", async () => {
  const metrics = Array.from({ length: 10 }, (_, index) => ({ ...load, Id: `m${index}`, ReturnData: false }));
  const expressions = Array.from({ length: 10 }, (_, index) => ({
    Id: `e${index}`,
    Expression: `m${index} * 2`,
    ReturnData: index === 0,
  }));
  await cloudwatch.putMetricAlarm({
    ...alarm,
    ...onMetrics([...metrics, ...expressions]),
    AlarmName: "many",
  });
  const { MetricAlarms } = await cloudwatch.describeAlarms({ AlarmNames: ["many"] });
  expect(MetricAlarms?.[0]?.Metrics).toHaveLength(20);
});
