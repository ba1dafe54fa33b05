// The aggregations of the stats command that are about change and distribution: rate and histogram.
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import { durationMs } from "../periods.ts";
import type { Expression } from "../query-tree.ts";
import { asNumber } from "../value.ts";
import { documentation, type Aggregation } from "./define.ts";

/** AWS documents no limit. */
const mostBuckets = 1_000;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-timeseries-functions.html */
export const timeSeriesAggregations: Readonly<Record<string, Aggregation>> = {
  /**
   * How much a number changes in an interval: the last one less the first one, by the time between their
   * events. Of events that all came at once there is none.
   */
  rate: {
    arguments: [2, 2],
    doc: documentation.timeSeries,
    compile(call, rows) {
      const [field, interval] = call.arguments;
      if (field === undefined || interval === undefined) return rows.wrongArguments(call);
      if (!rows.pipeline.hasEvents) rows.refuse(`${call.name} needs the timestamps of log events`, call);
      const intervalMs = durationMs(rows.period(interval));
      if (intervalMs === undefined) {
        return rows.refuse(`the interval of ${call.name} is at most weeks`, interval);
      }
      const { sql: value } = asNumber(rows.value(field));
      const place = sql`(timestamp, sequence)`;
      const change = sql`(argMax(${value}, ${place}) - argMin(${value}, ${place}))`;
      const at = sql`if(isNull(${value}), NULL, toUnixTimestamp64Milli(timestamp))`;
      const elapsedMs = sql`nullIf(max(${at}) - min(${at}), 0)`;
      return { sql: sql`(${change} * ${intervalMs} / ${elapsedMs})`, type: "number", nullable: true };
    },
  },
  /**
   * A map from ranges of the same width, which reach from the least number to the greatest, to how many
   * numbers are in each: `{"[0,5)":2,"[5,10]":1}`. Numbers that are all the same are one range.
   */
  histogram: {
    arguments: [2, 2],
    doc: documentation.timeSeries,
    compile(call, rows) {
      const [field, buckets] = call.arguments;
      if (field === undefined || buckets === undefined) return rows.wrongArguments(call);
      const { sql: value } = asNumber(rows.value(field));
      const isNumber = sql`isFinite(ifNull(${value}, nan))`;
      const values = sql`groupArrayIf(assumeNotNull(${value}), ${isNumber})`;
      return { sql: distribution(values, countOf(buckets, rows)), type: "structure", nullable: true };
    },
  },
};

function countOf(buckets: Expression, rows: ExpressionCompiler): number {
  const count = buckets.kind === "number" ? Number(buckets.text) : NaN;
  if (Number.isInteger(count) && count >= 1 && count <= mostBuckets) return count;
  return rows.refuse(`the number of buckets is a whole number from 1 to ${mostBuckets}`, buckets);
}

/** An array of one element gives a name to what is computed once. */
const withName = (name: Sql, value: Sql, body: Sql): Sql => sql`arrayMap(${name} -> ${body}, [${value}])[1]`;

function distribution(values: Sql, count: number): Sql {
  const position = sql`least(toInt64(floor((one - low) / (high - low) * ${count})), ${count - 1})`;
  const positions = sql`arrayMap(one -> if(high = low, toInt64(0), ${position}), list)`;
  const ranges = sql`if(high = low, 1, ${count})`;
  const counts = sql`arrayReduce(${`countResample(0, ${count}, 1)`}, ${positions})`;
  const numbers = sql`arraySlice(${counts}, 1, ${ranges})`;
  const edge = (index: Sql) => sql`toString(low + (high - low) * ${index} / ${count})`;
  const end = sql`if(place = ${ranges}, concat(toString(high), ']'), concat(${edge(sql`place`)}, ')'))`;
  const pair = sql`concat('"[', ${edge(sql`(place - 1)`)}, ',', ${end}, '":', toString(number))`;
  const pairs = sql`arrayMap((number, place) -> ${pair}, numbers, arrayEnumerate(numbers))`;
  const map = sql`concat('{', arrayStringConcat(${pairs}, ','), '}')`;
  const ofSome = withName(sql`numbers`, numbers, map);
  const ofList = withName(sql`low`, sql`arrayMin(list)`, withName(sql`high`, sql`arrayMax(list)`, ofSome));
  return withName(sql`list`, values, sql`if(empty(list), NULL, ${ofList})`);
}
