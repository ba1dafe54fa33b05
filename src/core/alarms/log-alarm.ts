// What a log alarm asks of CloudWatch Logs, and how the answers of its runs become what it sees.
import { fieldName } from "../insights/print-expression.ts";
import { parseInsightsQuery } from "../insights/parse-query.ts";
import { InsightsQueryError } from "../insights/query-error.ts";
import { hash64 } from "../metrics/metric-identity.ts";
import type { ContributorIdentity, LogQuery, MetricAlarm } from "./alarm.ts";
import type { AlarmReading, ContributorReading } from "./alarm-reading.ts";
import type { AlarmDatapoint } from "./alarm-state.ts";
import { periodsOf, type AlarmWindow } from "./alarm-window.ts";

/** A row of an answer: its fields in order. */
export type LogQueryRow = readonly (readonly [field: string, value: string])[];

/** Groups of an aggregation that one run is read for. */
export const maximumLogContributors = 500;

export interface Aggregation {
  readonly stats: string;
  /** The fields that the rows are grouped by: as the rows name them, and as they are written. */
  readonly by: readonly { readonly name: string; readonly text: string }[];
  readonly sort?: "asc" | "desc";
}

const functions: ReadonlySet<string> = new Set(["count", "avg", "sum", "min", "max"]);
const maximumGroupFields = 5;

/**
 * Undefined for what is no aggregation: `count(*)`, `avg(latency) by host | sort desc`. There is one function
 * of five, and groups are by fields.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-log.html
 */
export function parseAggregation(text: string): Aggregation | undefined {
  const [, stats = "", sort] = /^([^|]*?)(?:\|\s*sort\s+(asc|desc)\s*)?$/i.exec(text.trim()) ?? [];
  try {
    const [command, further] = parseInsightsQuery(`stats ${stats}`).commands;
    if (command?.kind !== "stats" || further !== undefined) return undefined;
    const [item, another] = command.items;
    if (item?.expression.kind !== "call" || another !== undefined) return undefined;
    const isOfFields = command.by.every(({ expression }) => expression.kind === "field");
    if (!functions.has(item.expression.name) || !isOfFields || command.by.length > maximumGroupFields) {
      return undefined;
    }
    const by = command.by.map(({ alias, expression, text: written }) => ({
      name: alias ?? (expression.kind === "field" ? fieldName(expression) : written),
      text: written,
    }));
    const order = sort?.toLowerCase();
    return { stats, by, ...(order === "asc" || order === "desc" ? { sort: order } : {}) };
  } catch (error) {
    if (error instanceof InsightsQueryError) return undefined;
    throw error;
  }
}

/** `rate(5 minutes)` in seconds; undefined for anything else. */
export function parseRate(expression: string): number | undefined {
  const [, count, unit = ""] = /^rate\(\s*(\d{1,4})\s+(minute|hour|day)s?\s*\)$/.exec(expression) ?? [];
  const seconds = Number(count) * { minute: 60, hour: 3_600, day: 86_400 }[unit as "minute" | "hour" | "day"];
  return count === undefined || seconds < 60 || seconds > 604_800 ? undefined : seconds;
}

/** The query of each run: what was given, and the aggregation behind it. */
export function queryOfLogAlarm({ queryString, aggregation }: LogQuery): string {
  const stats = `stats ${parseAggregation(aggregation)?.stats ?? aggregation}`;
  return queryString.trim() === "" ? stats : `${queryString} | ${stats}`;
}

/** `runs` has the rows of each run by its instant; a run that was not made, or gave nothing, is missing. */
export function readingOfRuns(
  { logs }: MetricAlarm,
  window: AlarmWindow,
  runs: ReadonlyMap<number, readonly LogQueryRow[]>,
): AlarmReading {
  const aggregation = logs === undefined ? undefined : parseAggregation(logs.aggregation);
  const nothing = { window, periods: periodsOf(window, new Map()) };
  if (aggregation === undefined) return { ...nothing, problem: "The aggregation expression cannot be read." };
  const { sort } = aggregation;
  const by = aggregation.by.map(({ name }) => name);
  if (by.length === 0) {
    const datapoints = new Map<number, AlarmDatapoint>();
    for (const [at, [row]] of runs) {
      const value = row === undefined ? undefined : valueOf(row, by);
      if (value !== undefined) datapoints.set(at, { value });
    }
    return { window, periods: periodsOf(window, datapoints) };
  }
  const found = new Map<string, { identity: ContributorIdentity; datapoints: Map<number, AlarmDatapoint> }>();
  let isPartial = false;
  for (const [at, rows] of runs) {
    const values = sorted(rows, by, sort);
    isPartial ||= values.length > maximumLogContributors;
    for (const { row, value } of values.slice(0, maximumLogContributors)) {
      const identity = identityOf(row, by);
      const known = found.get(identity.id) ?? { identity, datapoints: new Map<number, AlarmDatapoint>() };
      found.set(identity.id, known);
      known.datapoints.set(at, { value });
    }
  }
  const contributors = [...found.values()].map(({ identity, datapoints }): ContributorReading => {
    return { identity, periods: periodsOf(window, datapoints) };
  });
  return { ...nothing, contributors, ...(isPartial ? { isPartial } : {}) };
}

/** Rows with a number, in the order that is asked for, else of their groups: which of too many count. */
function sorted(rows: readonly LogQueryRow[], by: readonly string[], sort: Aggregation["sort"]) {
  const sign = sort === "asc" ? 1 : -1;
  const found = rows.flatMap((row) => {
    const value = valueOf(row, by);
    return value === undefined ? [] : [{ row, value, group: groupOf(row, by) }];
  });
  return found.toSorted((one, other) =>
    sort === undefined ? (one.group < other.group ? -1 : 1) : sign * (one.value - other.value),
  );
}

const groupOf = (row: LogQueryRow, by: readonly string[]) =>
  by.map((name) => row.find(([field]) => field === name)?.[1] ?? "").join("\u0000");

function valueOf(row: LogQueryRow, by: readonly string[]): number | undefined {
  const [, text] = row.find(([field]) => !by.includes(field) && field !== "@ptr") ?? [];
  const value = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function identityOf(row: LogQueryRow, by: readonly string[]): ContributorIdentity {
  const attributes = Object.fromEntries(row.filter(([field]) => by.includes(field)));
  return { id: hash64(JSON.stringify(attributes)).toString(16).padStart(16, "0"), attributes };
}
