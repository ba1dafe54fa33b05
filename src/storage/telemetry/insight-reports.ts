// What the contributors of a rule of Contributor Insights did, computed from stored log events when asked
// for.
import { compileRule } from "../../core/contributor-insights/compile-rule.ts";
import type { InsightRule } from "../../core/contributor-insights/rule.ts";
import { joinSql, rawSql, sql, type Sql } from "../../core/sql.ts";
import type { ActiveTime, RuleGroup } from "../insight-rules.ts";
import type { QueryOptions, Telemetry } from "../telemetry.ts";
import { blockConditions, requireReadable, type LogEventSource } from "./log-event-source.ts";

export interface ReportQuestion {
  readonly source: LogEventSource;
  readonly rule: InsightRule;
  readonly groups: readonly RuleGroup[];
  readonly active: readonly ActiveTime[];
  readonly appliesOnTransformed: boolean;
  /** Events may be there twice: the engine then keeps all their numbers in memory. */
  readonly takeOnce: boolean;
  /** By the time of the events, in epoch milliseconds; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly periodSeconds: number;
}

export interface ReportTotals {
  readonly contributors: number;
  readonly value: number;
}

export interface ReportContributor {
  readonly keys: readonly string[];
  readonly value: number;
  /** Periods by their number, with the value of each, in the order of time. */
  readonly periods: readonly (readonly [period: number, value: number])[];
}

/** A period in which the rule matched something. */
export interface ReportPeriod {
  readonly period: number;
  readonly contributors: number;
  readonly highestContributor: number;
  readonly samples: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

const timeoutMs = 60_000;

/** The first contributors by the sum or by the largest single value, each with its periods. */
export async function readContributors(
  telemetry: Telemetry,
  question: ReportQuestion,
  order: "Sum" | "Maximum",
  limit: number,
  options?: QueryOptions,
): Promise<readonly ReportContributor[]> {
  if (isEmpty(question)) return [];
  await requireReadable(telemetry, question.source, [placesOf(question)], options);
  const rank = rawSql(order === "Sum" ? "total" : "most");
  const rows = await telemetry.query<{ keys: string[]; total: number; periods: [number, number][] }>(
    sql`
    SELECT keys, toFloat64(sum(subtotal)) AS total, max(highest) AS most,
      arraySort(groupArray((toFloat64(period), toFloat64(subtotal)))) AS periods
    FROM (
      SELECT keys, period, sum(value) AS subtotal, max(value) AS highest
      FROM (${matches(question)}) GROUP BY keys, period
    )
    GROUP BY keys
    ORDER BY ${rank} DESC, keys
    LIMIT ${limit}`,
    { timeoutMs, ...options },
  );
  return rows.map(({ keys, total, periods }) => ({
    keys,
    value: total,
    periods,
  }));
}

interface RawSummary extends ReportPeriod {
  readonly isTotal: number;
}

/**
 * What all contributors have together, and period by period; periods in which the rule matched nothing are
 * not among them. It is one reading of the events.
 */
export async function readSummary(
  telemetry: Telemetry,
  question: ReportQuestion,
  options?: QueryOptions,
): Promise<{ readonly totals: ReportTotals; readonly periods: readonly ReportPeriod[] }> {
  if (isEmpty(question)) return { totals: { contributors: 0, value: 0 }, periods: [] };
  await requireReadable(telemetry, question.source, [placesOf(question)], options);
  const rows = await telemetry.query<RawSummary>(
    sql`
    SELECT toFloat64(grouping(p)) AS isTotal, toFloat64(p) AS period,
      toFloat64(uniq(keys)) AS contributors, toFloat64(max(subtotal)) AS highestContributor,
      toFloat64(sum(events)) AS samples, toFloat64(sum(subtotal)) AS sum,
      toFloat64(min(lowest)) AS minimum, toFloat64(max(highest)) AS maximum
    FROM (
      SELECT keys, period AS p, sum(value) AS subtotal, count() AS events, min(value) AS lowest,
        max(value) AS highest
      FROM (${matches(question)}) GROUP BY keys, p
    )
    GROUP BY GROUPING SETS ((p), ())
    ORDER BY isTotal, p`,
    { timeoutMs, ...options },
  );
  const total = rows.find(({ isTotal }) => isTotal === 1);
  return {
    totals: { contributors: total?.contributors ?? 0, value: total?.sum ?? 0 },
    periods: rows.filter(({ isTotal }) => isTotal === 0),
  };
}

const isEmpty = ({ groups, active }: ReportQuestion) => groups.length === 0 || active.length === 0;

/** One row for each event that counts, whose copies during a move to another retention count once. */
function matches(question: ReportQuestion): Sql {
  const { rule, from, periodSeconds, appliesOnTransformed, takeOnce } = question;
  const compiled = compileRule(rule, rawSql("text"));
  const text = rawSql(appliesOnTransformed ? "if(transformed = '', message, transformed)" : "message");
  return sql`
    SELECT ${compiled.keys} AS keys, assumeNotNull(${compiled.value}) AS value,
      intDiv(at - ${from}, ${periodSeconds * 1_000}) AS period
    FROM (
      SELECT ${text} AS text, toUnixTimestamp64Milli(log_events.timestamp) AS at
      FROM ${question.source.table}
      WHERE ${wherePart(question)}
      ${rawSql(takeOnce ? "LIMIT 1 BY sequence" : "")}
    )
    WHERE ${compiled.condition}`;
}

/** The conditions that need nothing of the texts. */
const placesOf = (question: ReportQuestion) => wherePart({ ...question, appliesOnTransformed: false });

function wherePart(question: ReportQuestion): Sql {
  const { groups, active, from, to, appliesOnTransformed } = question;
  const visible = groups.map(({ id, visibleFrom, isTransformed }) => {
    // Events whose transformation failed are not looked at.
    const failed = appliesOnTransformed && isTransformed ? sql` AND transformed != ''` : rawSql("");
    return sql`(group_id = ${id} AND log_events.timestamp >= ${instant(visibleFrom)}${failed})`;
  });
  const arrived = active.map(({ from: since, to: until }) => {
    const end = until === undefined ? rawSql("") : sql` AND ingested_at < ${instant(until)}`;
    return sql`(ingested_at >= ${instant(since)}${end})`;
  });
  return joinSql(
    [
      sql`group_id IN ${groups.map(({ id }) => id)}`,
      sql`log_events.timestamp >= ${instant(from)} AND log_events.timestamp < ${instant(to)}`,
      ...blockConditions(question.source, { from, to }),
      sql`(${joinSql(visible, " OR ")})`,
      sql`(${joinSql(arrived, " OR ")})`,
    ],
    " AND ",
  );
}

const instant = (at: number): Sql => sql`fromUnixTimestamp64Milli(${BigInt(Math.trunc(Math.max(0, at)))})`;
