// Labels that say something of their series.
import { expect, test } from "vitest";
import { labelProblem, renderLabel } from "./dynamic-label.ts";
import type { Series } from "./math/series.ts";

const at = Date.UTC(2026, 10, 2, 12);
const minuteMs = 60_000;
const series: Series = {
  label: "i-1",
  periodSeconds: 60,
  timestamps: [at, at + minuteMs, at + 65 * minuteMs],
  values: [2, -1.5, 12.3456789],
  metric: {
    namespace: "AWS/EC2",
    name: "CPUUtilization",
    dimensions: [{ name: "Instance Id", value: "i-1" }],
    statistic: "p99",
  },
};
const context = {
  account: "111122223333",
  region: "eu-west-1",
  now: at + 26 * 60 * minuteMs,
  offsetMinutes: 0,
};

test.each([
  ["cpu of ${LABEL}", "cpu of i-1"],
  ["${AVG} ${SUM}", "4.28189 12.8457"],
  ["${MIN} ${MAX} ${MIN_MAX_RANGE} ${MIN_MAX_TIME_RANGE}", "-1.5 12.3457 13.8457 1h 4m"],
  ["${FIRST} ${LAST} ${FIRST_LAST_RANGE} ${FIRST_LAST_TIME_RANGE}", "2 12.3457 10.3457 1h 5m"],
  ["${FIRST_TIME} ${LAST_TIME}", "2026-11-02 12:00 UTC 2026-11-02 13:05 UTC"],
  ["${MIN_TIME} ${MAX_TIME}", "2026-11-02 12:01 UTC 2026-11-02 13:05 UTC"],
  ["${FIRST_TIME_RELATIVE} ${MIN_TIME_RELATIVE}", "1d 2h 1d 1h 59m"],
  ["${LAST_TIME_RELATIVE} ${MAX_TIME_RELATIVE}", "1d 55m 1d 55m"],
  ["${DATAPOINT_COUNT}", "3"],
  ["${PROP('MetricName')} ${PROP(\"Namespace\")} ${PROP('Stat')}", "CPUUtilization AWS/EC2 p99"],
  ["${PROP('AccountId')} ${PROP('Region')} ${PROP('Period')}", "111122223333 eu-west-1 60"],
  ["[${PROP('Dim.Instance Id')}] [${PROP('Dim.Other')}]", "[i-1] []"],
  // What Grafana asks for: of its own, after `{{...}}` was translated, and with the dimensions of a search.
  ["${PROP('Period')} some words ${PROP('Dim.Instance Id')}", "60 some words i-1"],
  ["${LABEL}|&|${PROP('Dim.Instance Id')}|&|${PROP('Dim.Other')}", "i-1|&|i-1|&|"],
  ["${PROP('MetricName')}${PROP('Stat')}${PROP('Region')}${LABEL}", "CPUUtilizationp99eu-west-1i-1"],
  // Only statistics are counted.
  ["${AVG}${SUM}${MIN}${MAX}${LAST}${LABEL}${PROP('Stat')}", "4.2818912.8457-1.512.345712.3457i-1p99"],
])("%s", (label, expected) => {
  expect(labelProblem(label)).toBeUndefined();
  expect(renderLabel(label, series, context)).toBe(expected);
});

test("times are in the timezone of the call", () => {
  const label = (offsetMinutes: number) =>
    renderLabel("${FIRST_TIME}", series, { ...context, offsetMinutes });
  expect(label(330)).toBe("2026-11-02 17:30 +0530");
  expect(label(-90)).toBe("2026-11-02 10:30 -0130");
});

test("a series without datapoints has no values to tell", () => {
  const empty = { ...series, timestamps: [], values: [] };
  expect(renderLabel("[${MAX}${AVG}${LAST_TIME}] ${DATAPOINT_COUNT}", empty, context)).toBe("[] 0");
});

test.each([
  ["${MEDIAN}", "Unsupported dynamic label ${MEDIAN}"],
  ["${PROP('Colour')}", "Unsupported dynamic label ${PROP('Colour')}"],
  ["${PROP}", "Unsupported dynamic label ${PROP}"],
  ["${MAX('x')}", "Unsupported dynamic label ${MAX('x')}"],
  ["${MAX", "Invalid dynamic label ${MAX"],
  ["${max}", "Invalid dynamic label ${max}"],
  ["${LABEL}${LABEL}", "A label can have ${LABEL} only once"],
  ["${AVG}${SUM}${MIN}${MAX}${LAST}${FIRST}", "A label can have at most 5 dynamic statistics"],
])("refuses %s", (label, problem) => {
  expect(labelProblem(label)).toBe(problem);
});
