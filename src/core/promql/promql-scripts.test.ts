// Runs the scripts in testdata: series, expressions and what they give.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileRe2 as compileRegex } from "../../storage/re2-regex.ts";
import { aggregators } from "./aggregators.ts";
import { readDuration } from "./durations.ts";
import { evaluatePromql } from "./evaluate.ts";
import { promqlFunctions } from "./functions.ts";
import { promqlLabelsText } from "./labels.ts";
import { compileMatchers } from "./matchers.ts";
import { numberIn, numberText } from "./numeric.ts";
import { parsePromql } from "./parse.ts";
import { PromqlError } from "./promql-error.ts";
import type { PromqlLabels, PromqlSeries, PromqlValue } from "./series.ts";

const folder = new URL("./testdata/", import.meta.url);

interface Case {
  readonly kind: "eval" | "ordered" | "fail";
  readonly at: number;
  readonly text: string;
  readonly series: readonly PromqlSeries[];
  readonly expected: string[];
}

function readScript(text: string): readonly Case[] {
  const cases: Case[] = [];
  let series: PromqlSeries[] = [];
  let stepMs = 60_000;
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [word, ...rest] = line.trim().split(" ");
    if (line.startsWith("  ")) {
      cases.at(-1)!.expected.push(line.trim());
    } else if (word === "load") {
      stepMs = readDuration(rest[0]!)!;
      series = [];
    } else if (word === "series") {
      series = [...series, readSeries(rest.join(" "), stepMs)];
    } else if (word === "eval" || word === "ordered" || word === "fail") {
      const at = rest[0] === "0" ? 0 : readDuration(rest[0]!)!;
      cases.push({ kind: word, at, text: rest.slice(1).join(" "), series, expected: [] });
    } else {
      throw new Error(`what is ${line}`);
    }
  }
  return cases;
}

function labelsIn(text: string): PromqlLabels {
  if (text === "{}") return {};
  const selector = parsePromql(text, compileRegex);
  if (selector.kind !== "selector") throw new Error(`${text} is no series`);
  return Object.fromEntries(selector.matchers.map(({ label, value }) => [label, value]));
}

/** `1 2 _ 4`: a value for each step; `0+10x3` stands for 0 10 20 30, `5x2` for 5 5 5. */
function readSeries(line: string, stepMs: number): PromqlSeries {
  const [, name, cells] = /^(.*?[\w}])\s+([^"}]*)$/.exec(line)!;
  const values = cells!.split(/\s+/).flatMap((cell) => {
    const [, from, by = "0", times] = /^(-?[\d.]+)([+-][\d.]+)?x(\d+)$/.exec(cell) ?? [];
    if (times === undefined) return [cell === "_" ? undefined : numberIn(cell)!];
    return Array.from({ length: Number(times) + 1 }, (_, index) => Number(from) + index * Number(by));
  });
  const samples = values.flatMap((value, index) =>
    value === undefined ? [] : [{ at: index * stepMs, value }],
  );
  return { labels: labelsIn(name!), samples };
}

/** Enough digits to see the meaning, few enough not to see the rounding. */
const printValue = (value: number): string =>
  numberText(Number.isFinite(value) ? Number(value.toPrecision(11)) + 0 : value);

function print(value: PromqlValue): readonly string[] {
  switch (value.kind) {
    case "scalar":
      return [printValue(value.value)];
    case "string":
      return [JSON.stringify(value.text)];
    case "vector":
      return value.vector.map((one) => `${promqlLabelsText(one.labels)} ${printValue(one.value)}`);
    case "matrix":
      return value.matrix.map(({ labels, samples }) => {
        const points = samples.map((sample) => `${printValue(sample.value)}@${sample.at / 1_000}`);
        return `${promqlLabelsText(labels)} ${points.join(" ")}`;
      });
  }
}

function run({ text, at, series }: Case): readonly string[] {
  return print(
    evaluatePromql(
      parsePromql(text, compileRegex),
      at,
      ({ matchers, fromMs, toMs }) => {
        const matches = compileMatchers(matchers, compileRegex);
        // Nothing beyond what was asked for, so that an evaluation that needs more is seen.
        return series
          .filter(({ labels }) => matches(labels))
          .map(({ labels, samples }) => ({
            labels,
            samples: samples.filter((sample) => sample.at > fromMs && sample.at <= toMs),
          }));
      },
      compileRegex,
    ),
  );
}

function outcome(one: Case): readonly string[] {
  if (one.kind !== "fail") return one.kind === "ordered" ? run(one) : [...run(one)].sort();
  try {
    return run(one);
  } catch (error) {
    if (error instanceof PromqlError) return [error.message];
    throw error;
  }
}

const scripts = readdirSync(folder).filter((name) => name.endsWith(".txt"));

const readText = (name: string): string => readFileSync(new URL(name, folder), "utf8");

describe.each(scripts)("%s", (name) => {
  const cases = readScript(readText(name));
  test.each(cases)("$at $text", (one) => {
    expect(outcome(one)).toEqual(one.kind === "eval" ? [...one.expected].sort() : one.expected);
  });
});

describe("functions and aggregations", () => {
  const examples = scripts.flatMap((name) =>
    readScript(readText(name)).filter(({ kind }) => kind !== "fail"),
  );
  const all = [...promqlFunctions.values(), ...aggregators.values()];

  test.each(all.filter(({ refusal }) => refusal === undefined))("$name has an example", ({ name }) => {
    const call = new RegExp(`\\b${name}( by| without)? ?\\(`);
    expect(examples.some(({ text, expected }) => call.test(text) && expected.length > 0)).toBe(true);
  });

  test.each(all.filter(({ refusal }) => refusal !== undefined))(
    "$name is refused by its name",
    ({ name }) => {
      const given = aggregators.has(name) ? "1, m" : "m";
      expect(() => parsePromql(`abs(${name}(${given}))`, compileRegex)).toThrow(
        new RegExp(`^1:5: parse error: .*\\b${name}\\b.*not (enabled|supported)`),
      );
    },
  );
});
