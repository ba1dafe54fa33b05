// The e-mail of an alarm, as people read it.
import { expect, test } from "vitest";
import { mailText } from "./mail-text.ts";

const notification = {
  AlarmName: "busy",
  AlarmDescription: null,
  AWSAccountId: "123456789012",
  NewStateValue: "ALARM",
  NewStateReason: "Threshold Crossed",
  StateChangeTime: "2026-11-02T12:06:00.000+0000",
  Region: "EU (Ireland)",
  AlarmArn: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:busy",
  OldStateValue: "OK",
};

test("of an alarm on a metric", () => {
  const Trigger = {
    MetricName: "Load",
    Namespace: "Shop",
    Dimensions: [{ name: "host", value: "web-1" }],
    Period: 60,
    Statistic: "AVERAGE",
    ComparisonOperator: "GreaterThanThreshold",
    Threshold: 90,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
  };
  expect(mailText(JSON.stringify({ ...notification, AlarmDescription: "look here", Trigger }))).toBe(
    `The alarm "busy" in EU (Ireland) is in the state ALARM.

Alarm:       busy
Description: look here
State:       OK -> ALARM
Reason:      Threshold Crossed
Time:        2026-11-02T12:06:00.000+0000
Account:     123456789012
ARN:         arn:aws:cloudwatch:eu-west-1:123456789012:alarm:busy
Threshold:   GreaterThanThreshold 90 for 2 of 3 periods
Metric:      Shop Load, AVERAGE over 60 seconds
Dimensions:  host = web-1
`,
  );
});

test("of a composite alarm, which has a rule and no metric", () => {
  const text = mailText(JSON.stringify({ ...notification, AlarmRule: "ALARM(a) OR ALARM(b)" }));
  expect(text).toContain("Rule:        ALARM(a) OR ALARM(b)\n");
  expect(text).not.toMatch(/Description|Metric|Threshold:/);
});

test("of a time series of a PromQL alarm, its labels and the query", () => {
  const Trigger = { EvaluationCriteria: { PromQLCriteria: { Query: "cpu > 80", PendingPeriod: 0 } } };
  const AlarmContributorAttributes = { host: "web", zone: "a" };
  const text = mailText(JSON.stringify({ ...notification, AlarmContributorAttributes, Trigger }));
  expect(text).toContain("Contributor: host = web, zone = a\nQuery:       cpu > 80\n");
  expect(text).not.toMatch(/Metric|Threshold:/);
});

test("log lines stand below, each as the query shows it", () => {
  const LogLines = [
    { "@timestamp": "2026-11-02 12:00:00.000", "@message": "out of memory" },
    { host: "b", latency: "250" },
  ];
  expect(mailText(JSON.stringify({ ...notification, LogLines }))).toContain(
    "\n\nLog lines:\n2026-11-02 12:00:00.000 out of memory\nb 250\n",
  );
});
