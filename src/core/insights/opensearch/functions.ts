// The functions of OpenSearch PPL and SQL by the names that they have in Logs Insights QL.
import type { QueryReader } from "../query-reader.ts";
import type { Call, Expression } from "../query-tree.ts";

/** Names that differ; those that are the same in both are in `shared`. */
const renamed: Readonly<Record<string, string>> = {
  ceiling: "ceil",
  character_length: "strlen",
  get_json_object: "json_extract",
  ifnull: "coalesce",
  json_array_length: "jsonArraySize",
  nvl: "coalesce",
  position: "locate",
  power: "pow",
  size: "jsonArraySize",
  array_contains: "jsonArrayContains",
  regexp_replace: "regexReplace",
  distinct_count: "count_distinct",
  dc: "count_distinct",
  isnotnull: "ispresent",
  length: "strlen",
  char_length: "strlen",
  ln: "log",
  lower: "tolower",
  lcase: "tolower",
  mean: "avg",
  percentile: "pct",
  percentile_approx: "pct",
  stddev_pop: "stddev",
  stddev: "stddev",
  ucase: "toupper",
  upper: "toupper",
  first_value: "earliest",
  last_value: "latest",
  now: "current_timestamp",
  localtimestamp: "current_timestamp",
  utc_timestamp: "current_timestamp",
  sysdate: "current_timestamp",
  curdate: "current_date",
  utc_date: "current_date",
  to_unix_timestamp: "unix_timestamp",
  to_date: "date",
  to_timestamp: "timestamp",
  date_add: "adddate",
  date_sub: "subdate",
  date_diff: "datediff",
  month_of_year: "month",
  week_of_year: "weekofyear",
  week: "weekofyear",
  dayofmonth: "day",
  day_of_month: "day",
  day_of_week: "dayofweek",
  day_of_year: "dayofyear",
  hour_of_day: "hour",
  minute_of_hour: "minute",
  second_of_minute: "second",
};

const shared = new Set(
  (
    "abs acos adddate asin atan avg cbrt ceil coalesce concat concat_ws cos cot count current_date " +
    "current_timestamp date date_trunc datediff day dayofweek dayofyear degrees e exp floor " +
    "from_unixtime greatest hour if isblank isempty json_array json_extract json_object json_valid " +
    "last_day least left locate log10 log2 ltrim max md5 median min minute mod month nullif pi pow quarter " +
    "radians replace reverse right round rtrim second sha1 sign sin sqrt subdate sum tan timestamp " +
    "trim unix_timestamp weekday weekofyear year"
  ).split(" "),
);

/** @throws InsightsQueryError for a function that is not served, with its position. */
export function translateCall(reader: QueryReader, call: Call): Expression {
  const name = call.name.toLowerCase();
  const [first, second, third] = call.arguments;
  if (name === "span") return spanOf(reader, call);
  if (name === "isnull" && first !== undefined) {
    return { kind: "not", operand: { ...call, name: "ispresent" }, span: call.span };
  }
  if (name === "cidrmatch" || name === "cidr_match") return { ...call, name: "isIpInSubnet" };
  if ((name === "substring" || name === "substr") && first !== undefined && second !== undefined) {
    // They count characters from one.
    const from: Expression = {
      kind: "binary",
      operator: "-",
      left: second,
      right: { kind: "number", text: "1", span: second.span },
      span: second.span,
    };
    return { ...call, name: "substr", arguments: third === undefined ? [first, from] : [first, from, third] };
  }
  const known = shared.has(name) ? name : Object.hasOwn(renamed, name) ? renamed[name] : undefined;
  if (known === undefined) return reader.refuse(`the function ${call.name} is not supported`, call.span);
  return { ...call, name: known };
}

/** `span(@timestamp, 5m)`, `span(5m)` and, in SQL, `date_trunc`-like intervals as periods. */
function spanOf(reader: QueryReader, call: Call): Expression {
  const [first, second] = call.arguments;
  if (first?.kind === "period" && second === undefined) {
    const timestamp: Expression = { kind: "field", steps: ["@timestamp"], span: call.span };
    return { ...call, name: "span", arguments: [timestamp, first] };
  }
  if (second?.kind === "period" && call.arguments.length === 2) return { ...call, name: "span" };
  return reader.refuse("span takes a timestamp and a period such as 5m", call.span);
}
