// The evaluation of metric alarms: AWS's tables and the texts as scripts, and laws over datapoints made at
// random.
import { readFileSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  missingDataTreatments,
  type AlarmState,
  type ComparisonOperator,
  type MissingDataTreatment,
} from "./alarm-state.ts";
import { evaluateAlarm, significantSamplesOf, type AlarmPeriod, type AlarmRule } from "./evaluate-alarm.ts";
import { stateReason, stateReasonData } from "./state-reason.ts";

const firstAt = Date.parse("2026-11-02T12:00:00Z");
const script = (name: string) =>
  readFileSync(new URL(`testdata/${name}`, import.meta.url), "utf8").split("\n");

const periodsOf = (values: readonly (number | undefined)[]): readonly AlarmPeriod[] =>
  values.map((value, index) => ({
    startAt: firstAt + index * 60_000,
    ...(value === undefined ? {} : { datapoint: { value } }),
  }));

describe("the documented outcomes for missing data", () => {
  let [datapointsToAlarm, evaluationPeriods] = [1, 1];
  for (const [index, line] of script("missing-data.txt").entries()) {
    const table = /^(\d) of (\d)$/.exec(line);
    if (table !== null) [datapointsToAlarm, evaluationPeriods] = [Number(table[1]), Number(table[2])];
    const [range = "", filled, ...outcomes] = line.split("|").map((cell) => cell.trim());
    if (line.startsWith("#") || outcomes.length !== 4) continue;
    const values = range.split(" ").map((sign) => ({ "0": 0, X: 1 })[sign]);
    const rule = { comparisonOperator: "GreaterThanThreshold", threshold: 0.5 } as const;
    const counts = { datapointsToAlarm, evaluationPeriods };
    for (const [column, treatMissingData] of missingDataTreatments.entries()) {
      const expected = outcomes[column];
      test(`line ${index + 1}: ${range}, ${treatMissingData}: ${expected}`, () => {
        for (const before of ["OK", "ALARM", "INSUFFICIENT_DATA"] as const) {
          const evaluation = evaluateAlarm(
            { ...rule, ...counts, treatMissingData },
            periodsOf(values),
            before,
          );
          expect(evaluation.state).toBe(expected === "same" ? before : expected);
          expect(evaluation.isRetained).toBe(expected === "same");
          expect(evaluation.filled).toBe(Number(filled));
        }
      });
    }
  }
});

describe("the reasons of states", () => {
  let rule: AlarmRule | undefined;
  const lines = script("state-reasons.txt");
  for (const [index, line] of lines.entries()) {
    const alarm = /^alarm (\w+) (\S+), (\d+) periods(?:, (\d+) to alarm)?, missing data (\w+)$/.exec(line);
    if (alarm !== null) {
      const [, operator, threshold, periods, toAlarm, treatment] = alarm;
      rule = {
        comparisonOperator: operator as ComparisonOperator,
        threshold: Number(threshold),
        evaluationPeriods: Number(periods),
        ...(toAlarm === undefined ? {} : { datapointsToAlarm: Number(toAlarm) }),
        treatMissingData: treatment as MissingDataTreatment,
      };
    }
    const [, before, values = "", after, decidedBy] = /^from (\w+): (.+) => (\w+), (\w+)$/.exec(line) ?? [];
    if (rule === undefined || before === undefined) continue;
    const found = rule;
    test(`line ${index + 1}: ${line}`, () => {
      const periods = periodsOf(values.split(" ").map((one) => (one === "-" ? undefined : Number(one))));
      const evaluation = evaluateAlarm(found, periods, before as AlarmState);
      expect(evaluation).toMatchObject({ state: after, decidedBy });
      const next = lines[index + 1] ?? "";
      const expected = /^(Threshold|Insufficient)/.test(next) ? next : "";
      expect(evaluation.isRetained ? "" : stateReason(found, evaluation)).toBe(expected);
    });
  }
});

const averageAbove50: AlarmRule = {
  comparisonOperator: "GreaterThanThreshold",
  threshold: 50,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
  treatMissingData: "breaching",
};

test("the data of a reason has every datapoint evaluated, those that were filled in without value", () => {
  const periods: readonly AlarmPeriod[] = [
    { startAt: firstAt, datapoint: { value: 60, sampleCount: 2 } },
    { startAt: firstAt + 60_000 },
    { startAt: firstAt + 120_000, datapoint: { value: 10.5, sampleCount: 1 } },
    { startAt: firstAt + 180_000 },
  ];
  const evaluation = evaluateAlarm(averageAbove50, periods, "OK");
  const subject = { periodSeconds: 60, statistic: "Average", unit: "Percent", queriedAt: firstAt + 240_985 };
  expect(stateReasonData(averageAbove50, evaluation, subject)).toBe(
    '{"version":"1.0","queryDate":"2026-11-02T12:04:00.985+0000",' +
      '"startDate":"2026-11-02T12:00:00.000+0000",' +
      '"unit":"Percent","statistic":"Average","period":60,"recentDatapoints":[60.0,10.5],"threshold":50.0,' +
      '"evaluatedDatapoints":[{"timestamp":"2026-11-02T12:03:00.000+0000"},' +
      '{"timestamp":"2026-11-02T12:02:00.000+0000","sampleCount":1.0,"value":10.5},' +
      '{"timestamp":"2026-11-02T12:00:00.000+0000","sampleCount":2.0,"value":60.0}]}',
  );
  expect(evaluation.periods.map(({ verdict, use }) => `${verdict} ${use}`)).toEqual([
    "breaching evaluated",
    "missing notNeeded",
    "notBreaching evaluated",
    "missing filled",
  ]);
});

describe("anomaly detection bands", () => {
  const rule = {
    ...averageAbove50,
    comparisonOperator: "LessThanLowerOrGreaterThanUpperThreshold",
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
  } as const;
  const within = (value: number) => [
    { startAt: firstAt, datapoint: { value, band: { lower: 0.5, upper: 2 } } },
  ];

  test("AWS's example of a value below its band", () => {
    const evaluation = evaluateAlarm(rule, within(0), "OK");
    expect(stateReason(rule, evaluation)).toBe(
      "Thresholds Crossed: 1 out of the last 1 datapoints [0.0 (02/11/26 12:00:00)] was less than the " +
        "lower " +
        "thresholds [0.5] or greater than the upper thresholds [2.0] (minimum 1 datapoint for OK -> " +
        "ALARM transition).",
    );
    expect(stateReasonData(rule, evaluation, { periodSeconds: 60, queriedAt: firstAt })).toContain(
      '"recentDatapoints":[0.0],"recentLowerThresholds":[0.5],"recentUpperThresholds":[2.0],"evaluated',
    );
  });

  test.each([
    ["LessThanLowerThreshold", 3, "OK"],
    ["LessThanLowerThreshold", 0, "ALARM"],
    ["GreaterThanUpperThreshold", 3, "ALARM"],
    ["GreaterThanUpperThreshold", 0, "OK"],
    ["LessThanLowerOrGreaterThanUpperThreshold", 1, "OK"],
  ] as const)("%s of %d is %s", (comparisonOperator, value, state) => {
    expect(evaluateAlarm({ ...rule, comparisonOperator }, within(value), "OK").state).toBe(state);
  });
});

describe("percentiles with low samples", () => {
  test("the median needs 20 samples, p99 a thousand and p10 a hundred", () => {
    expect([0.5, 0.99, 0.1].map((share) => Math.round(significantSamplesOf(share)))).toEqual([
      20, 1_000, 100,
    ]);
  });

  test("too few samples keep the state", () => {
    const rule = { ...averageAbove50, evaluationPeriods: 1, datapointsToAlarm: 1, significantSamples: 20 };
    const of = (sampleCount: number) =>
      evaluateAlarm(rule, [{ startAt: firstAt, datapoint: { value: 99, sampleCount } }], "OK");
    expect(of(19)).toMatchObject({ state: "OK", isRetained: true, decidedBy: "lowSampleCount" });
    expect(of(20)).toMatchObject({ state: "ALARM", isRetained: false });
  });
});

const values = fc.array(fc.option(fc.constantFrom(0, 1), { nil: undefined }), { minLength: 5, maxLength: 8 });
const rules = fc
  .tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom(...missingDataTreatments),
  )
  .map(([one, other, treatMissingData]) => ({
    comparisonOperator: "GreaterThanThreshold" as const,
    threshold: 0.5,
    evaluationPeriods: Math.max(one, other),
    datapointsToAlarm: Math.min(one, other),
    treatMissingData,
  }));
const states = fc.constantFrom("OK", "ALARM", "INSUFFICIENT_DATA") as fc.Arbitrary<AlarmState>;

property.prop([rules, values, states])(
  "exactly N periods are used, and every real one that is needed",
  (rule, range, before) => {
    const { periods, filled } = evaluateAlarm(rule, periodsOf(range), before);
    const evaluated = periods.filter(({ use }) => use === "evaluated").length;
    expect(evaluated + filled).toBe(rule.evaluationPeriods);
    expect(evaluated).toBe(
      Math.min(rule.evaluationPeriods, range.filter((value) => value !== undefined).length),
    );
  },
);

property.prop([rules, values, states, fc.constantFrom(...missingDataTreatments)])(
  "with N real datapoints neither the treatment nor the state before matters",
  (rule, range, before, treatMissingData) => {
    const full = [...range, ...Array.from({ length: rule.evaluationPeriods }, (_, index) => index % 2)];
    const one = evaluateAlarm(rule, periodsOf(full), before).state;
    expect(evaluateAlarm({ ...rule, treatMissingData }, periodsOf(full), "OK").state).toBe(one);
    expect(one).not.toBe("INSUFFICIENT_DATA");
  },
);

property.prop([rules, values, states])(
  "a worse datapoint never makes an alarm better",
  (rule, range, before) => {
    const rank = (state: AlarmState) => (state === "ALARM" ? 1 : 0);
    const worse = range.map((value) => (value === 0 ? 1 : value));
    const fewerGaps = { ...rule, treatMissingData: "notBreaching" } as const;
    expect(rank(evaluateAlarm(fewerGaps, periodsOf(worse), before).state)).toBeGreaterThanOrEqual(
      rank(evaluateAlarm(fewerGaps, periodsOf(range), before).state),
    );
  },
);
