// What is said of an alarm on many time series and of each of them.
import { expect, test } from "vitest";
import { alarmLimits, ruleOf, type LogQuery, type MetricAlarm } from "./alarm.ts";
import { evaluateContributors } from "./evaluate-contributors.ts";

const now = Date.parse("2026-11-02T12:03:00Z");
const alarm: MetricAlarm = {
  type: "MetricAlarm",
  name: "busy",
  arn: "arn",
  actionsEnabled: true,
  okActions: [],
  alarmActions: [],
  insufficientDataActions: [],
  tags: {},
  createdAt: 0,
  configuredAt: 0,
  state: { value: "OK", reason: "", updatedAt: 0, transitionedAt: 0 },
  metricId: "m1",
  comparisonOperator: "GreaterThanThreshold",
  threshold: 50,
  evaluationPeriods: 2,
};
const logs: LogQuery = {
  queryString: "",
  aggregation: "count(*) by host",
  logGroupIdentifiers: ["app"],
  queryArn: "",
  roleArn: "",
  scheduleExpression: "rate(1 minute)",
  rateSeconds: 60,
  startOffsetSeconds: 60,
  endOffsetSeconds: 0,
};

/** A time series of the last minutes, the newest last. */
const seriesOf = (id: string, ...values: readonly number[]) => ({
  identity: { id, attributes: { host: id } },
  periods: values.map((value, index) => ({
    startAt: now - (values.length - index) * 60_000,
    datapoint: { value },
  })),
});

const evaluate = (of: MetricAlarm, ...readings: ReturnType<typeof seriesOf>[]) =>
  evaluateContributors(of, ruleOf(of), readings, now);

test("a time series tells how many datapoints decided, and the newest of them", () => {
  const { decisions, state } = evaluate(alarm, seriesOf("a", 60, 90), seriesOf("b", 1, 2));
  expect(decisions.map(({ reason }) => reason)).toEqual([
    "Threshold Crossed: 2 datapoints were greater than the threshold (50.0). The most recent datapoints " +
      "which crossed the threshold: [90.0 (02/11/26 12:02:00)].",
    "Threshold Crossed: 2 datapoints were not greater than the threshold (50.0). The most recent " +
      "datapoints which did not cross the threshold: [2.0 (02/11/26 12:02:00)].",
  ]);
  expect(state.reason).toBe("1 out of 2 time series evaluated to ALARM");
  const single = evaluate({ ...alarm, evaluationPeriods: 1 }, seriesOf("a", 90)).decisions[0]?.reason;
  expect(single).toContain(
    "1 datapoint was greater than the threshold (50.0). The most recent datapoint which",
  );
});

test("the groups of logs are contributors", () => {
  const of = { ...alarm, logs };
  expect(evaluate(of, seriesOf("a", 60, 90)).state.reason).toBe("1 out of 1 contributors evaluated to ALARM");
  expect(evaluate(of, seriesOf("a", 1, 2)).state.reason).toBe("1 contributors evaluated to OK");
});

test("a hundred are kept in ALARM, and one that is gone is OK", () => {
  const many = Array.from({ length: 101 }, (_, index) => seriesOf(String(index), 60, 60));
  const gone = { id: "gone", attributes: {}, reason: "", transitionedAt: 0 };
  const { contributors, decisions, state } = evaluate({ ...alarm, contributors: [gone] }, ...many);
  expect(contributors).toHaveLength(alarmLimits.contributors);
  expect(state.reason).toBe("100+ time series evaluated to ALARM");
  expect(decisions.at(-1)).toMatchObject({
    identity: { id: "gone" },
    isInAlarm: false,
    changedFrom: "ALARM",
  });
});
