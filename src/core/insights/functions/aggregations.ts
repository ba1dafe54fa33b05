// The aggregations of the stats command.
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import { asNumber, asText, type Value } from "../value.ts";
import type { Call, Expression } from "../query-tree.ts";
import { documentation, type Aggregation } from "./define.ts";
import { openSearchAggregations } from "./open-search-aggregations.ts";
import { timeSeriesAggregations } from "./time-series.ts";

const ofNumbers = (toSql: (value: Sql) => Sql): Aggregation => ({
  arguments: [1, 1],
  doc: documentation.stats,
  compile: (call, rows) => ({
    sql: toSql(asNumber(rows.value(first(call, rows))).sql),
    type: "number",
    nullable: true,
  }),
});

/** The extreme value: as a number where all values are numbers, as a text in the order of texts otherwise. */
const extreme = (name: "min" | "max"): Aggregation => ({
  arguments: [1, 1],
  doc: documentation.stats,
  compile(call, rows) {
    const value = rows.value(first(call, rows));
    const aggregate = orMissing({ min: sql`min`, max: sql`max` }[name], value);
    if (value.type !== "field") {
      return { sql: sql`${aggregate}(${value.sql})`, type: value.type, nullable: true };
    }
    const number = asNumber(value).sql;
    const text = sql`${aggregate}(${value.sql})`;
    const areNumbers = sql`count(${number}) = count(${value.sql})`;
    return {
      sql: sql`if(${areNumbers}, toString(${aggregate}(${number})), ${text})`,
      type: "field",
      nullable: true,
    };
  },
});

/** The value of the event that came first or last; events without the field do not count. */
const atEdge = (name: "argMin" | "argMax"): Aggregation => ({
  arguments: [1, 1],
  doc: documentation.stats,
  compile(call, rows) {
    const value = rows.value(first(call, rows));
    if (!rows.pipeline.hasEvents) rows.refuse(`${call.name} needs the timestamps of log events`, call);
    const aggregate = orMissing({ argMin: sql`argMin`, argMax: sql`argMax` }[name], value);
    const edge = sql`${aggregate}(${value.sql}, (timestamp, sequence))`;
    return { sql: edge, type: value.type, nullable: true };
  },
});

const inOrder = (name: "min" | "max"): Aggregation => ({
  arguments: [1, 1],
  doc: documentation.stats,
  compile(call, rows) {
    const text = asText(rows.value(first(call, rows)));
    const aggregate = orMissing({ min: sql`min`, max: sql`max` }[name], text);
    return { ...text, sql: sql`${aggregate}(${text.sql})`, nullable: true };
  },
});

function percentile(level: number, value: Value): Value {
  const number = asNumber(value);
  const aggregate = orMissing(sql`quantileTDigest`, number);
  return { sql: sql`${aggregate}(${level})(${number.sql})`, type: "number", nullable: true };
}

/** Of no events there is none: of what is never missing the engine would answer 0, 1970 or an empty text. */
function orMissing(aggregate: Sql, { nullable }: Value): Sql {
  return nullable ? aggregate : sql`${aggregate}OrNull`;
}

function first(call: Call, rows: ExpressionCompiler): Expression {
  const [argument] = call.arguments;
  return argument ?? rows.wrongArguments(call);
}

const sum = ofNumbers((value) => sql`sumOrNull(${value})`);

const count: Aggregation = {
  arguments: [0, 1],
  doc: documentation.stats,
  compile(call, rows) {
    const [counted] = call.arguments;
    const all = counted === undefined || counted.kind === "star";
    const count = all ? sql`count()` : sql`count(${rows.value(counted).sql})`;
    return { sql: sql`toFloat64(${count})`, type: "number", nullable: false };
  },
};

const overTime: Readonly<Record<string, Aggregation>> = {
  count_over_time: count,
  countovertime: count,
  sum_over_time: sum,
  sumovertime: sum,
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html */
export const aggregations: Readonly<Record<string, Aggregation>> = {
  ...openSearchAggregations,
  ...overTime,
  ...timeSeriesAggregations,
  avg: ofNumbers((value) => sql`avgOrNull(${value})`),
  sum,
  stddev: ofNumbers((value) => sql`stddevPopOrNull(${value})`),
  min: extreme("min"),
  max: extreme("max"),
  earliest: atEdge("argMin"),
  latest: atEdge("argMax"),
  sortsfirst: inOrder("min"),
  sortslast: inOrder("max"),
  median: {
    arguments: [1, 1],
    doc: documentation.stats,
    compile: (call, rows) => percentile(0.5, rows.value(first(call, rows))),
  },
  pct: {
    arguments: [2, 2],
    doc: documentation.stats,
    compile(call, rows) {
      const [value, percent] = call.arguments;
      if (value === undefined || percent?.kind !== "number") return rows.wrongArguments(call);
      const level = Number(percent.text) / 100;
      if (!(level >= 0 && level <= 1)) rows.refuse("a percentile is between 0 and 100", percent);
      return percentile(level, rows.value(value));
    },
  },
  count,
  /** Exact, but for values of which 64 bits of a hash are the same. */
  count_distinct: {
    arguments: [1, 1],
    doc: documentation.stats,
    compile(call, rows) {
      const { sql: value } = asText(rows.value(first(call, rows)));
      const count = sql`uniqExactIf(cityHash64(ifNull(${value}, '')), isNotNull(${value}))`;
      return { sql: sql`toFloat64(${count})`, type: "number", nullable: false };
    },
  },
};

export function aggregationNamed(name: string): Aggregation | undefined {
  return Object.hasOwn(aggregations, name.toLowerCase()) ? aggregations[name.toLowerCase()] : undefined;
}
