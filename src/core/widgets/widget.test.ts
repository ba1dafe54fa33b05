// What the JSON of a widget asks for.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { instantOf, offsetMinutesOf } from "./instants.ts";
import { expandRows } from "./metric-rows.ts";
import { scaleOf, shortNumber } from "./numbers.ts";
import { fitText, textWidth } from "./text-width.ts";
import { timeTicks } from "./time-ticks.ts";
import { parseWidget } from "./widget.ts";

const now = Date.parse("2026-11-02T12:00:00Z");
const metrics = [["Shop", "Orders"]];
const parse = (widget: object) => parseWidget(JSON.stringify(widget), now);

test("what is not given has CloudWatch's defaults", () => {
  expect(parse({ metrics })).toMatchObject({
    width: 600,
    height: 400,
    view: "timeSeries",
    stacked: false,
    legend: "bottom",
    statistic: "Average",
    periodSeconds: 300,
    from: now - 3 * 3_600_000,
    to: now,
    offsetMinutes: 0,
  });
});

test.each([
  ["{", "is not JSON"],
  ["[]", "Should be object"],
  ["{}", "Should have required property 'metrics'"],
  ['{"annotations":{"alarms":[]}}', "Should have required property 'metrics'"],
  ['{"metrics":[]}', "/metrics Should NOT have less than 1 items"],
  ['{"metrics":[["Shop"]]}', "/metrics/0 Should NOT have less than 2 items"],
  [
    '{"metrics":[["Shop","Orders"]],"width":2001,"height":0}',
    "/width Should be <= 2000; /height Should be >= 1",
  ],
  ['{"metrics":[["Shop","Orders"]],"view":"table"}', "/view A table cannot be drawn as an image"],
  ['{"metrics":[["Shop","Orders"]],"start":"-PT1H","end":"-PT2H"}', "/start Should be before end"],
  ['{"annotations":{"alarms":["one","other"]}}', "/annotations/alarms Should NOT have more than 1 items"],
])("%s is refused", (json, problem) => {
  expect(parseWidget(json, now)).toEqual({ problem });
});

test.each([
  ["-PT3H", 300],
  ["-P3D", 300],
  ["-P7D", 900],
  ["-P30D", 3_600],
  ["-P1Y", 86_400],
])("from %s on the period is %i, unless the widget says another", (start, seconds) => {
  expect(parse({ metrics, start })).toMatchObject({ periodSeconds: seconds });
  expect(parse({ metrics, start, period: 60 })).toMatchObject({ periodSeconds: 60 });
});

test("what is older than two months is kept by the hour", () => {
  expect(parse({ metrics, start: "-P100D", end: "-P99D" })).toMatchObject({ periodSeconds: 3_600 });
});

test("a member that CloudWatch adds does no harm", () => {
  expect(parse({ metrics, somethingNew: true })).not.toHaveProperty("problem");
});

test("rows are written out", () => {
  const rows = expandRows([
    ["AWS/EC2", "DiskReadBytes", "InstanceId", "i-xyz", { stat: "Sum" }],
    [".", ".", ".", "i-abc"],
    ["...", "i-123", { color: "#123456" }],
    [{ expression: "SUM(METRICS())" }],
    [".", "DiskWriteBytes", ".", "."],
    ["..."],
  ]);
  expect(rows.map(({ texts }) => texts.join(" "))).toEqual([
    "AWS/EC2 DiskReadBytes InstanceId i-xyz",
    "AWS/EC2 DiskReadBytes InstanceId i-abc",
    "AWS/EC2 DiskReadBytes InstanceId i-123",
    "",
    "AWS/EC2 DiskWriteBytes InstanceId i-123",
    "AWS/EC2 DiskWriteBytes InstanceId i-123",
  ]);
  expect(rows.map(({ renderer }) => renderer)).toEqual([
    { stat: "Sum" },
    {},
    { color: "#123456" },
    { expression: "SUM(METRICS())" },
    {},
    {},
  ]);
});

test.each([
  ["-PT3H", "2026-11-02T09:00:00Z"],
  ["-P7D", "2026-10-26T12:00:00Z"],
  ["-P1W", "2026-10-26T12:00:00Z"],
  ["-P1M", "2026-10-02T12:00:00Z"],
  ["-P1Y2DT30M", "2025-10-31T11:30:00Z"],
  ["P0D", "2026-11-02T12:00:00Z"],
  ["2018-12-17T06:00:00.000Z", "2018-12-17T06:00:00Z"],
])("%s is %s", (text, instant) => {
  expect(instantOf(text, now)).toBe(Date.parse(instant));
});

test("timezones are offsets", () => {
  expect(["+0130", "-0800", "UTC"].map(offsetMinutesOf)).toEqual([90, -480, 0]);
});

describe("numbers", () => {
  test.each([
    [0, "0"],
    [-0, "0"],
    [12, "12"],
    [1_234, "1.23k"],
    [999.99, "1k"],
    [40_000, "40k"],
    [41_530, "41.5k"],
    [1_500_000, "1.5M"],
    [2_000_000_000, "2G"],
    [0.0195, "0.0195"],
    [0.5, "0.5"],
    [-73.66, "-73.7"],
    [0.000_01, "1e-5"],
    [3e20, "3e+20"],
  ])("%s is written %s", (value, written) => {
    expect(shortNumber(value)).toBe(written);
  });

  const value = fc.double({ min: -1e15, max: 1e15, noNaN: true });
  property.prop([value, value, fc.integer({ min: 1, max: 30 })])(
    "a scale holds its range, with a few round numbers on it",
    (one, other, count) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const { min, max, ticks } = scaleOf({ low, high }, count);
      const unseen = Math.max(1e-300, Math.abs(low) * 1e-9, Math.abs(high) * 1e-9);
      expect(min - unseen).toBeLessThanOrEqual(low);
      expect(max + unseen).toBeGreaterThanOrEqual(high);
      expect(max).toBeGreaterThan(min);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThanOrEqual(count + 3);
    },
  );

  test("bounds that are given stay", () => {
    expect(scaleOf({ low: 3, high: 7 }, 4, { min: 0, max: 9.5 })).toMatchObject({ min: 0, max: 9.5 });
  });
});

test("times are round in the timezone of the widget, and days where days begin", () => {
  const range = { from: Date.parse("2026-11-01T20:10:00Z"), to: Date.parse("2026-11-02T02:10:00Z") };
  const labels = (offsetMinutes: number) => timeTicks(range, 7, offsetMinutes).map(({ label }) => label);
  expect(labels(0)).toEqual(["21:00", "22:00", "23:00", "11/02", "01:00", "02:00"]);
  expect(labels(-30)).toEqual(["20:00", "21:00", "22:00", "23:00", "11/02", "01:00"]);
});

property.prop([
  fc.integer({ min: 0, max: 4e12 }),
  fc.integer({ min: 1_000, max: 1e12 }),
  fc.integer({ min: 1, max: 40 }),
])("there are never more times than there is room for", (from, length, count) => {
  expect(timeTicks({ from, to: from + length }, count, 0).length).toBeLessThanOrEqual(count + 1);
});

property.prop([fc.string({ unit: "grapheme" }), fc.integer({ min: 40, max: 400 })])(
  "a text that was cut fits, and begins as it did",
  (text, width) => {
    const fitted = fitText(text, 12, width);
    expect(textWidth(fitted, 12)).toBeLessThanOrEqual(width);
    if (fitted !== text) expect(text.startsWith(fitted.slice(0, -1))).toBe(true);
  },
);
