// Explanations: the script that operators read, bands and few samples, the tree of a rule.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isRuleProblem, parseRule } from "../composite-rule/parse.ts";
import { evaluateAlarm, type AlarmPeriod, type AlarmRule } from "../evaluate-alarm.ts";
import { missingDataTreatments, type AlarmState } from "../alarm-state.ts";
import { explainEvaluation } from "./explain-evaluation.ts";
import { explainRule } from "./explain-rule.ts";

const script = readFileSync(new URL("../testdata/explanations.txt", import.meta.url), "utf8").split("\n");
const startAt = Date.parse("2026-11-02T12:00:00Z");

function ruleOf(line: string): AlarmRule | undefined {
  const [, operator, threshold, periods, toAlarm, treatment] =
    /^alarm (\w+) (\S+), (\d+) periods(?:, (\d+) to alarm)?, missing data (\w+)$/.exec(line) ?? [];
  if (operator !== "GreaterThanThreshold" && operator !== "LessThanThreshold") return undefined;
  return {
    comparisonOperator: operator,
    threshold: Number(threshold),
    evaluationPeriods: Number(periods),
    ...(toAlarm === undefined ? {} : { datapointsToAlarm: Number(toAlarm) }),
    treatMissingData: missingDataTreatments.find((one) => one === treatment)!,
  };
}

describe("the script of explanations", () => {
  let rule: AlarmRule | undefined;
  for (const [index, line] of script.entries()) {
    rule = ruleOf(line) ?? rule;
    const [, before, values = "", after] = /^from (\w+): (.+) => (\w+)$/.exec(line) ?? [];
    if (rule === undefined || before === undefined) continue;
    const found = rule;
    test(`line ${index + 1}: ${line}`, () => {
      const periods = values.split(" ").map((one, place): AlarmPeriod => ({
        startAt: startAt + place * 60_000,
        ...(one === "-" ? {} : { datapoint: { value: Number(one) } }),
      }));
      const evaluation = evaluateAlarm(found, periods, before as AlarmState);
      const explained = explainEvaluation(found, evaluation);
      const wanted = script.slice(index + 1, index + 2 + periods.length);
      expect(evaluation.state).toBe(after);
      expect([
        ...explained.periods.map(({ sentence }) => `> ${sentence}`),
        `= ${explained.decision}`,
      ]).toEqual(wanted);
    });
  }
});

test("a band and too few samples have words of their own", () => {
  const base = { threshold: 0, evaluationPeriods: 1, treatMissingData: "missing" } as const;
  const outside = { ...base, comparisonOperator: "LessThanLowerOrGreaterThanUpperThreshold" } as const;
  const at = { startAt, datapoint: { value: 9, band: { lower: 1.5, upper: 4 } } };
  expect(explainEvaluation(outside, evaluateAlarm(outside, [at], "OK")).periods[0]?.sentence).toBe(
    "9 is outside the band from 1.5 to 4: breaching",
  );
  const few = { ...base, comparisonOperator: "GreaterThanThreshold", significantSamples: 1_000 } as const;
  const thin = { startAt, datapoint: { value: 9, sampleCount: 3 } };
  const explained = explainEvaluation(few, evaluateAlarm(few, [thin], "OK"));
  expect(explained.periods[0]?.sentence).toBe(
    "9 is greater than 0, but of 3 samples only, where 1000 are needed",
  );
  expect(explained.decision).toBe("The percentile is of too few samples to count: it stays in OK.");
});

test("the tree of a rule tells what each part comes to", () => {
  const rule = parseRule('ALARM(a) AND (NOT OK("b") OR AT_LEAST(2, ALARM, (a, c, d)))');
  if (isRuleProblem(rule)) throw new Error("the rule is right");
  const states: Readonly<Record<string, AlarmState>> = { a: "ALARM", b: "OK", c: "INSUFFICIENT_DATA" };
  const lines = explainRule(rule, (name) => states[name]).map(
    ({ depth, holds, sentence }) => `${"  ".repeat(depth)}${holds ? "+" : "-"} ${sentence}`,
  );
  expect(lines).toEqual([
    "- 1 of 2 hold, all must",
    "  + a is in ALARM",
    "  - 0 of 2 hold, one must",
    "    - what follows holds",
    "      + b is in OK",
    "    - 1 of 3 are in ALARM",
    "      + a is in ALARM",
    "      - c is in INSUFFICIENT_DATA",
    "      - d does not exist",
  ]);
});
