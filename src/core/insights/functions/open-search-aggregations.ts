// Aggregations of OpenSearch PPL and SQL that Logs Insights QL has not.
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { Call } from "../query-tree.ts";
import { asNumber, asText, numberOfText, type Value } from "../value.ts";
import { openSearchPage, type Aggregation } from "./define.ts";
import { asJson } from "./open-search-json.ts";
import { wholeConstantOf } from "./open-search-kinds.ts";

/** As many elements as a list has at most. */
const mostElements = 10_000;

function valueAt(call: Call, place: number, rows: ExpressionCompiler): Value {
  const argument = call.arguments[place];
  return argument === undefined ? rows.wrongArguments(call) : rows.value(argument);
}

const numberAt = (call: Call, place: number, rows: ExpressionCompiler): Sql =>
  asNumber(valueAt(call, place, rows)).sql;

/** What has no finite result, as the deviation of one value, is missing. */
const ofNumbers = (count: number, toSql: (...numbers: readonly Sql[]) => Sql): Aggregation => ({
  arguments: [count, count],
  doc: openSearchPage,
  compile(call, rows) {
    const numbers = call.arguments.map((_, place) => numberAt(call, place, rows));
    const found = toSql(...numbers);
    return { sql: sql`if(isFinite(ifNull(${found}, nan)), ${found}, NULL)`, type: "number", nullable: true };
  },
});

const ofOne = (name: Sql): Aggregation => ofNumbers(1, (value = sql`NULL`) => sql`${name}(${value})`);

/** Rows in which one of the two is missing do not count. */
const ofTwo = (name: Sql): Aggregation =>
  ofNumbers(2, (one = sql`NULL`, other = sql`NULL`) => {
    const areThere = sql`isNotNull(${one}) AND isNotNull(${other})`;
    return sql`${name}If(ifNull(${one}, 0), ifNull(${other}, 0), ${areThere})`;
  });

const ofTruths = (toSql: (condition: Sql) => Sql): Aggregation => ({
  arguments: [1, 1],
  doc: openSearchPage,
  compile(call, rows) {
    const [argument] = call.arguments;
    if (argument === undefined) return rows.wrongArguments(call);
    return { sql: toSql(rows.condition(argument)), type: "truth", nullable: true };
  },
});

/** The values as a list, those that are missing not. */
const listing = (name: "groupArray" | "groupUniqArray"): Aggregation => ({
  arguments: [1, 2],
  doc: openSearchPage,
  compile(call, rows) {
    const value = valueAt(call, 0, rows);
    const count = wholeConstantOf(rows, call, 1, [1, mostElements]) ?? mostElements;
    const aggregate = { groupArray: sql`groupArrayIf`, groupUniqArray: sql`groupUniqArrayIf` }[name];
    const elements = sql`${aggregate}(${count})(${asJson(value)}, isNotNull(${value.sql}))`;
    const ordered = name === "groupUniqArray" ? sql`arraySort(${elements})` : elements;
    const list = sql`concat('[', arrayStringConcat(${ordered}, ','), ']')`;
    return { sql: list, type: "structure", nullable: false };
  },
});

/** The value of the first or last event, or of any row where there are no events. */
const atEdge = (isLast: boolean, ignoresMissing: boolean): Aggregation => ({
  arguments: [1, 1],
  doc: openSearchPage,
  compile(call, rows) {
    const value = valueAt(call, 0, rows);
    const type = value.type === "text" ? "field" : value.type;
    const name = isLast ? sql`argMax` : sql`argMin`;
    if (!rows.pipeline.hasEvents) {
      const any = isLast
        ? sql`anyLast${ignoresMissing ? sql`` : sql`_respect_nulls`}`
        : sql`any${ignoresMissing ? sql`` : sql`_respect_nulls`}`;
      return { sql: sql`${any}(toNullable(${value.sql}))`, type, nullable: true };
    }
    const given = ignoresMissing ? sql`${value.sql}` : sql`tuple(toNullable(${value.sql}))`;
    const edge = sql`${name}(${given}, (timestamp, sequence))`;
    return { sql: ignoresMissing ? edge : sql`tupleElement(${edge}, 1)`, type, nullable: true };
  },
});

/** The value in the row in which another one is the greatest or least. */
const atExtreme = (name: Sql): Aggregation => ({
  arguments: [2, 2],
  doc: openSearchPage,
  compile(call, rows) {
    const value = valueAt(call, 0, rows);
    const by = valueAt(call, 1, rows);
    const key = by.type === "field" ? sql`(${numberOfText(by.sql)}, ${by.sql})` : by.sql;
    const whole = sql`tuple(toNullable(${value.sql}))`;
    const found = sql`tupleElement(${name}If(${whole}, ${key}, isNotNull(${by.sql})), 1)`;
    return { sql: found, type: value.type === "text" ? "field" : value.type, nullable: true };
  },
});

/** A percentile by a part of one, exact: between two values, or the value itself that it falls on. */
const exactPercentile = (toSql: (value: Sql, level: number) => Sql): Aggregation => ({
  arguments: [2, 2],
  doc: openSearchPage,
  compile(call, rows) {
    const [, level] = call.arguments;
    const part = level?.kind === "number" ? Number(level.text) : Number.NaN;
    if (!(part >= 0 && part <= 1)) return rows.refuse("a number between 0 and 1 is expected", level ?? call);
    const found = toSql(numberAt(call, 0, rows), part);
    return { sql: sql`if(isFinite(ifNull(${found}, nan)), ${found}, NULL)`, type: "number", nullable: true };
  },
});

/** The value behind which so large a part of all stands, in the order of their sizes. */
const discrete = (value: Sql, level: number, isDescending: boolean): Sql => {
  const values = sql`groupArray(${value})`;
  const sorted = isDescending ? sql`arrayReverseSort(${values})` : sql`arraySort(${values})`;
  return sql`arrayElementOrNull(${sorted}, greatest(toInt64(ceil(${level} * count(${value}))), 1))`;
};

export const openSearchAggregations: Readonly<Record<string, Aggregation>> = {
  any_value: atEdge(false, false),
  avg_distinct: ofOne(sql`avgDistinctOrNull`),
  bool_and: ofTruths((condition) => sql`minOrNull(${condition})`),
  bool_or: ofTruths((condition) => sql`maxOrNull(${condition})`),
  collect_list: listing("groupArray"),
  collect_set: listing("groupUniqArray"),
  corr: ofTwo(sql`corr`),
  count_if: {
    arguments: [1, 1],
    doc: openSearchPage,
    compile(call, rows) {
      const [argument] = call.arguments;
      if (argument === undefined) return rows.wrongArguments(call);
      return { sql: sql`toFloat64(countIf(${rows.condition(argument)}))`, type: "number", nullable: false };
    },
  },
  covar_pop: ofTwo(sql`covarPop`),
  covar_samp: ofTwo(sql`covarSamp`),
  first_value: atEdge(false, false),
  first_value_present: atEdge(false, true),
  kurtosis: ofNumbers(1, (value = sql`NULL`) => sql`(kurtPop(${value}) - 3)`),
  last_value: atEdge(true, false),
  last_value_present: atEdge(true, true),
  max_by: atExtreme(sql`argMax`),
  min_by: atExtreme(sql`argMin`),
  mode: {
    arguments: [1, 1],
    doc: openSearchPage,
    compile(call, rows) {
      const value = valueAt(call, 0, rows);
      const text = sql`assumeNotNull(${asText(value).sql})`;
      const frequent = sql`topKWeighted(1, 65536)(${text}, toUInt64(isNotNull(${value.sql})))`;
      return { sql: sql`arrayElementOrNull(${frequent}, 1)`, type: "field", nullable: true };
    },
  },
  percentile_cont: exactPercentile((value, level) => sql`quantileExactInclusive(${level})(${value})`),
  percentile_disc: exactPercentile((value, level) => discrete(value, level, false)),
  percentile_disc_desc: exactPercentile((value, level) => discrete(value, 1 - level, true)),
  skewness: ofOne(sql`skewPop`),
  stddev_samp: ofOne(sql`stddevSampOrNull`),
  sum_distinct: ofOne(sql`sumDistinctOrNull`),
  /** Some of the values, in no order. */
  take: {
    ...listing("groupArray"),
    compile(call, rows) {
      const ten = { kind: "number", text: "10", span: call.span } as const;
      const given = call.arguments.length === 1 ? { ...call, arguments: [...call.arguments, ten] } : call;
      return listing("groupArray").compile(given, rows);
    },
  },
  var_pop: ofOne(sql`varPopOrNull`),
  var_samp: ofOne(sql`varSampOrNull`),
};
