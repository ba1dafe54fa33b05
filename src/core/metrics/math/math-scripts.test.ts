// Runs the scripts in testdata: series, expressions and what they give.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { MathQuery } from "./needs.ts";
import { isPlanProblem, planQueries } from "./plan.ts";
import { evaluatePlan } from "./queries.ts";
import type { Series } from "./series.ts";

const from = Date.UTC(2026, 10, 2, 12);
const periodSeconds = 60;
const folder = new URL("./testdata/", import.meta.url);

interface Case {
  readonly kind: "eval" | "fail";
  readonly text: string;
  readonly expected: string[];
}

function readScript(text: string): { series: Map<string, string[]>; cases: Case[] } {
  const series = new Map<string, string[]>();
  const cases: Case[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    if (line.startsWith("  ")) {
      cases.at(-1)!.expected.push(line.trim());
      continue;
    }
    const [, word, rest] = /^(\w+) (.*)$/.exec(line) ?? [];
    if (word === "series") {
      const [id, ...values] = rest!.split(/\s+/);
      series.set(id!, values);
    } else if (word === "eval" || word === "fail") {
      cases.push({ kind: word, text: rest!, expected: [] });
    } else {
      throw new Error(`what is ${line}`);
    }
  }
  return { series, cases };
}

function seriesOf(label: string, cells: readonly string[]): Series {
  const points = cells.flatMap((cell, index) =>
    cell === "_" ? [] : [{ at: from + index * periodSeconds * 1_000, value: Number(cell) }],
  );
  return {
    label,
    periodSeconds,
    timestamps: points.map(({ at }) => at),
    values: points.map(({ value }) => value),
  };
}

function print({ timestamps, values }: Series, periods: number): string {
  const cells = Array.from({ length: periods }, (_, index) => {
    const place = timestamps.indexOf(from + index * periodSeconds * 1_000);
    return place < 0 ? "_" : String(values[place]! + 0);
  });
  return cells.join(" ");
}

function run(series: Map<string, string[]>, text: string): readonly string[] {
  const queries: MathQuery[] = [...series.keys()].map((id) => ({
    id,
    returnData: false,
    metric: { namespace: "n", name: id, dimensions: [], statistic: "Average", periodSeconds },
  }));
  const plan = planQueries([...queries, { id: "e", returnData: true, expression: text }]);
  if (isPlanProblem(plan)) return [plan.problem];
  const periods = Math.max(...[...series.values()].map((cells) => cells.length));
  const [result] = evaluatePlan(
    plan,
    new Map([...series].map(([id, cells]) => [id, [seriesOf(id, cells)]])),
    {
      rangeOf: () => ({ from, to: from + periods * periodSeconds * 1_000 }),
      labels: { account: "1", region: "r", now: from, offsetMinutes: 0 },
    },
  );
  if (plan.types.get("e") === "TS") return result!.series.map((one) => print(one, periods));
  return result!.series.map((one) => `${one.label}: ${print(one, periods)}`);
}

describe.each(readdirSync(folder).filter((name) => name.endsWith(".txt")))("%s", (name) => {
  const { series, cases } = readScript(readFileSync(new URL(name, folder), "utf8"));
  test.each(cases)("$text", ({ text, expected }) => {
    expect(run(series, text)).toEqual(expected);
  });
});
