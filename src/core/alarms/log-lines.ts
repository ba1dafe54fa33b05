// The log lines that a notification of a log alarm carries: which they are, and how many of them fit.
import { printText } from "../insights/print-expression.ts";
import type { ContributorIdentity, LogQuery } from "./alarm.ts";
import { parseAggregation, type LogQueryRow } from "./log-alarm.ts";

/** The fields of an event that the query shows; of one that names none, its time and message. */
export type LogLine = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const maximumMessageBytes = 262_144;

/**
 * The query of a run without its aggregation: it shows the events that are aggregated, of one group only
 * those of that group.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-log.html
 */
export function linesQueryOf(
  { queryString, aggregation }: LogQuery,
  contributor: ContributorIdentity | undefined,
): string {
  const groups = contributor === undefined ? [] : (parseAggregation(aggregation)?.by ?? []);
  const filters = groups.map(({ name, text }) => {
    const value = contributor?.attributes[name] ?? "";
    if (value === "") return `filter not ispresent(${text}) or ${text} = ""`;
    return `filter ${text} = ${printText(value)}`;
  });
  const commands = [queryString.trim(), ...filters].filter((command) => command !== "");
  return commands.length === 0 ? "fields @timestamp, @message" : commands.join(" | ");
}

/** The pointer to an event is of no use to who reads its text. */
export const lineOf = (row: LogQueryRow): LogLine =>
  Object.fromEntries(row.filter(([field]) => field !== "@ptr"));

/** The first lines, as many as there is room for beside `message`, which is JSON. */
export function fittingLines(message: string, lines: readonly LogLine[]): readonly LogLine[] {
  let left = maximumMessageBytes - bytesOf(message) - bytesOf(',"LogLines":[]');
  const tooMany = lines.findIndex((line) => (left -= bytesOf(JSON.stringify(line)) + 1) < 0);
  return tooMany < 0 ? lines : lines.slice(0, tooMany);
}

/** In UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
