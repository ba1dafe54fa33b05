// `diff`: the patterns of the query's span of time against those of an earlier one.
import type { TimeSpan } from "../event-conditions.ts";
import type { Command, ComparedPeriod } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";
import { comparePatterns } from "./pattern.ts";

type Diff = Extract<Command, { kind: "diff" }>;

const periods: readonly ComparedPeriod[] = ["previousHour", "previousDay", "previousWeek", "previousMonth"];

/**
 * Without a period the span of the same length before the query's own. It stands behind `pattern`; without
 * that it finds the patterns of `@message` itself.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_Compare.html
 */
export const diff: CommandDefinition<Diff> = {
  name: "diff",
  doc: commandPage("Diff"),
  parse(reader, start) {
    const period = periods.find((name) => reader.takeWord(name));
    return { kind: "diff", period, span: reader.spanFrom(start) };
  },
  print: ({ period }) => (period === undefined ? "diff" : `diff ${period}`),
  compile({ period, span }, compiler) {
    comparePatterns(compiler, span, earlierSpan(compiler.pipeline.scope, period));
  },
};

const hourMs = 3_600_000;

function earlierSpan({ from, to }: TimeSpan, period: ComparedPeriod | undefined): TimeSpan {
  const shift = (ms: number): TimeSpan => ({ from: from - ms, to: to - ms });
  switch (period) {
    case undefined:
      return shift(to - from + 1);
    case "previousHour":
      return shift(hourMs);
    case "previousDay":
      return shift(24 * hourMs);
    case "previousWeek":
      return shift(7 * 24 * hourMs);
    case "previousMonth":
      return shift(from - monthBefore(from));
  }
}

/** The same day of the month before, or that month's last one. */
function monthBefore(at: number): number {
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - 1);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
}
