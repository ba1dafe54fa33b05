// What is drawn of an alarm.
import { expect, test } from "vitest";
import type { MetricAlarm } from "../alarms/alarm.ts";
import { withAlarm } from "./alarm-graph.ts";
import { parseWidget } from "./widget.ts";

const load = {
  namespace: "Shop",
  name: "Load",
  dimensions: [{ name: "Host", value: "a" }],
  periodSeconds: 60,
  statistic: "p90",
};

const alarmOf = (more: Partial<MetricAlarm>): MetricAlarm => ({
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
  comparisonOperator: "GreaterThanOrEqualToThreshold",
  threshold: 50,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
  ...more,
});

function graphOf(alarm: MetricAlarm, json = '{"annotations":{"alarms":["arn"]}}') {
  const widget = parseWidget(json, 1e12);
  if ("problem" in widget) throw new Error(widget.problem);
  return withAlarm(widget, alarm);
}

test("a metric is drawn by the alarm's period and statistic, with the line that decides", () => {
  expect(graphOf(alarmOf({ metric: load }))).toMatchObject({
    title: "busy",
    metrics: [{ texts: ["Shop", "Load", "Host", "a"], renderer: { period: 60, stat: "p90" } }],
    horizontal: [{ value: 50, label: "Load >= 50 for 2 datapoints within 3 minutes" }],
  });
});

test("a title, metrics and lines of the widget stay", () => {
  const json = JSON.stringify({
    title: "mine",
    metrics: [["A", "b"]],
    annotations: { alarms: ["arn"], horizontal: [{ value: 1 }] },
  });
  expect(graphOf(alarmOf({ metric: load }), json)).toMatchObject({
    title: "mine",
    metrics: [{ texts: ["A", "b"] }],
    horizontal: [{ value: 1 }, { value: 50 }],
  });
});

test("of expressions what gives data is shown, of a band there is no line", () => {
  const queries = [
    { id: "m", metric: { ...load, account: "222222222222", periodSeconds: 3_600 }, returnData: true },
    { id: "band", expression: "ANOMALY_DETECTION_BAND(m)", returnData: true, label: "expected" },
  ];
  const { threshold: _, ...alarm } = alarmOf({
    queries,
    thresholdMetricId: "band",
    comparisonOperator: "LessThanLowerThreshold",
  });
  const graph = graphOf(alarm);
  expect(graph?.horizontal).toEqual([]);
  expect(graph?.metrics).toMatchObject([
    { renderer: { id: "m", accountId: "222222222222", visible: true } },
    { texts: [], renderer: { id: "band", expression: "ANOMALY_DETECTION_BAND(m)", period: 3_600 } },
  ]);
  const line = graphOf(alarmOf({ queries: [{ ...queries[0]!, id: "m", returnData: true }] }))?.horizontal;
  expect(line).toEqual([{ value: 50, label: "Load >= 50 for 2 datapoints within 3 hours" }]);
});

test("an alarm on no metrics has no graph", () => {
  expect(graphOf(alarmOf({}))).toBeUndefined();
});
