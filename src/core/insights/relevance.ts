// In which fields the events that fulfil a condition differ from the others: the rows of `relevantfields`.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import type { ReplacedColumn, ReplacedRows } from "./pattern-stage.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-RelevantFields.html */
const columns: readonly ReplacedColumn[] = [
  { name: "@fieldName", column: "f_name", type: "text" },
  { name: "@relevanceScore", column: "f_score", type: "number" },
  { name: "@topRelevanceContributors", column: "f_contributors", type: "text", nullable: true },
  { name: "@conditionalMedian", column: "f_median", type: "number", nullable: true },
  { name: "@baselineMedian", column: "f_baseMedian", type: "number", nullable: true },
];

export const relevanceRows: ReplacedRows = {
  columns,
  order: [
    { column: sql`f_score`, descending: true },
    { column: sql`f_name`, descending: false },
  ],
};

/** So many values of a field are counted, the most frequent ones, and so many characters of each. */
const countedValues = 500;
const countedCharacters = 200;

/** The values of a field that have shifted most. */
const contributors = 5;

/** A pair for each field of an event: an array of (name, text that may be NULL). */
type Pairs = Sql;

/**
 * Every field gets the largest difference, from 0 to 1, between how its values are distributed in the events
 * that fulfil the condition and in the others:
 *
 * - of texts, half the sum of the differences of all shares (the total variation distance), where having no
 *   value is a value too, and all beyond the frequent ones count as one;
 * - of numbers, the largest difference of the shares below any value (the statistic of Kolmogorov and
 *   Smirnov), on a hundred quantiles of each side, or that of the shares of events with the field.
 *
 * One pass over the events counts each field in bounded memory; a pair without a name stands for each event.
 */
export function relevanceSelect(events: Sql, isWanted: Sql, pairs: Pairs): Sql {
  const each = sql`SELECT f_wanted, f_pair.1 AS f_name,
      substringUTF8(f_pair.2, 1, ${countedCharacters}) AS f_value, toFloat64OrNull(f_value) AS f_number
    FROM (SELECT ${isWanted} AS f_wanted, arrayJoin(arrayPushBack(${pairs}, ('', ''))) AS f_pair
      FROM (${events}))`;
  return sql`SELECT *, ${score} AS f_score, ${contributorsText} AS f_contributors,
      if(f_areNumbers AND NOT isNaN(f_quantiles[50]), f_quantiles[50], NULL) AS f_median,
      if(f_areNumbers AND NOT isNaN(f_baseQuantiles[50]), f_baseQuantiles[50], NULL) AS f_baseMedian
    FROM (SELECT *, ${shifts} AS f_shifts
      FROM (SELECT *, ${totals} FROM (${counted(each)})) WHERE f_name != '')`;
}

function counted(each: Sql): Sql {
  const levels = rawSql(Array.from({ length: 99 }, (_, index) => (index + 1) / 100).join(", "));
  const side = (condition: Sql, count: Sql, top: Sql, quantiles: Sql) => [
    sql`countIf(${condition}) AS ${count}`,
    sql`approx_top_countIf(${countedValues}, ${countedValues * 4})(f_value, ${condition}) AS ${top}`,
    sql`quantilesTDigestIf(${levels})(ifNull(f_number, 0),
      ${condition} AND isNotNull(f_number)) AS ${quantiles}`,
  ];
  const columns = [
    ...side(sql`f_wanted`, sql`f_count`, sql`f_top`, sql`f_quantiles`),
    ...side(sql`NOT f_wanted`, sql`f_baseCount`, sql`f_baseTop`, sql`f_baseQuantiles`),
    sql`count(f_number) = count() AS f_areNumbers`,
  ];
  return sql`SELECT f_name, ${joinSql(columns, ", ")} FROM (${each}) GROUP BY f_name`;
}

const totals = sql`maxIf(f_count, f_name = '') OVER () AS f_all,
  maxIf(f_baseCount, f_name = '') OVER () AS f_baseAll,
  f_all + f_baseAll AS m0`;

/** What an approximate count may be too high by is taken off, so that rare values count nothing. */
const timesOf = (top: Sql) => sql`arraySum(entry -> if(entry.1 = value, entry.2 - entry.3, 0), ${top})`;

const share = (top: Sql, all: Sql) => sql`toFloat64(${timesOf(top)}) / greatest(${all}, 1)`;

/**
 * (value, share among the wanted, share among the others) of values that come more than once, the largest
 * shift first: what is in one event only, as identifiers are, says nothing.
 */
const shifts = sql`arraySort(shift -> (-abs(shift.2 - shift.3), shift.1), arrayMap(
  value -> (value, ${share(sql`f_top`, sql`f_all`)}, ${share(sql`f_baseTop`, sql`f_baseAll`)}),
  arrayFilter(value -> ${timesOf(sql`f_top`)} + ${timesOf(sql`f_baseTop`)} > 1,
    arrayDistinct(arrayConcat(f_top.1, f_baseTop.1)))))`;

const presence = sql`abs(f_count / greatest(f_all, 1) - f_baseCount / greatest(f_baseAll, 1))`;

const below = (quantiles: Sql) => sql`arrayCount(other -> other <= value, ${quantiles})`;

const largestGap = sql`if(f_count = 0 OR f_baseCount = 0, 0, arrayMax(
  value -> abs(toFloat64(${below(sql`f_quantiles`)}) - ${below(sql`f_baseQuantiles`)}) / 99,
  arrayConcat(f_quantiles, f_baseQuantiles)))`;

const rare = (position: Sql, count: Sql, all: Sql) =>
  sql`(${count} / greatest(${all}, 1) - arraySum(shift -> shift.${position}, f_shifts))`;

const variation = sql`(arraySum(shift -> abs(shift.2 - shift.3), f_shifts)
  + abs(${rare(sql`2`, sql`f_count`, sql`f_all`)} - ${rare(sql`3`, sql`f_baseCount`, sql`f_baseAll`)})
  + ${presence}) / 2`;

const score = sql`if(f_all = 0 OR f_baseAll = 0, 0,
  round(if(f_areNumbers, greatest(${largestGap}, ${presence}), ${variation}), 4))`;

const contributorsText = sql`if(f_areNumbers, NULL, concat('[', arrayStringConcat(arrayMap(
  shift -> concat('{"value":', toJSONString(shift.1), ',"conditional":',
    toString(round(shift.2, 4)), ',"baseline":', toString(round(shift.3, 4)), '}'),
  arraySlice(arrayFilter(shift -> shift.2 != shift.3, f_shifts), 1, ${contributors})), ','), ']'))`;
