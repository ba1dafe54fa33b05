// The functions of OpenSearch PPL and SQL by the names that they have in Logs Insights QL.
import type { Span } from "../query-error.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Call, Expression } from "../query-tree.ts";
import { laterBy, periodIn, periodOf } from "./intervals.ts";
import { callOf, notOf, numberAt, textAt, type Language } from "./trees.ts";
import { aliases, shared, unsupported } from "./function-names.ts";
import { likeRegex } from "./predicates.ts";
import { schemaOf } from "./json-schema.ts";

type Rewrite = (call: Call, reader: QueryReader, language: Language) => Expression | undefined;

/** @throws InsightsQueryError for a function that is not served, with its position. */
export function translateCall(reader: QueryReader, call: Call, language: Language): Expression {
  const name = call.name.toLowerCase();
  const rewritten = Object.hasOwn(rewrites, name) ? rewrites[name]?.(call, reader, language) : undefined;
  if (rewritten !== undefined) return rewritten;
  const [whole = name, suffix = ""] = /^(.*?)(_present)?$/.exec(name)?.slice(1) ?? [];
  const known = shared.has(whole) ? whole : Object.hasOwn(aliases, whole) ? aliases[whole] : undefined;
  if (known === undefined || unsupported.has(whole)) {
    return reader.refuse(`the function ${call.name} is not supported`, call.span);
  }
  return { ...call, name: known + suffix };
}

const first = (call: Call): Expression => call.arguments[0] ?? call;

const renamed = (call: Call, name: string, ...given: readonly Expression[]): Call => ({
  ...call,
  name,
  arguments: given,
});

/** Another function where there are so many arguments. */
const byCount =
  (names: Readonly<Record<number, string>>): Rewrite =>
  (call) => {
    const name = names[call.arguments.length];
    return name === undefined ? undefined : { ...call, name };
  };

/** The word of a unit in Spark's many spellings. */
const units: Readonly<Record<string, string>> = {
  dd: "day",
  mm: "month",
  mon: "month",
  year: "year",
  yy: "year",
  yyyy: "year",
};

function unitText(argument: Expression | undefined, span: Span): Expression {
  const isWord = argument?.kind === "field" && argument.steps.length === 1;
  const word = argument?.kind === "text" ? argument.text : isWord ? String(argument.steps[0]) : "";
  const lower = word.toLowerCase();
  return textAt(units[lower] ?? lower.replace(/^(.{3,})s$/, "$1"), argument?.span ?? span);
}

const withUnit =
  (name: string, place: number): Rewrite =>
  (call) =>
    renamed(
      call,
      name,
      ...call.arguments.map((argument, index) =>
        index === place ? unitText(argument, call.span) : argument,
      ),
    );

/** The functions that take the parts of an instant. */
const parts: Readonly<Record<string, string>> = {
  d: "day",
  day: "day",
  dayofweek: "dayofweek",
  days: "day",
  dow: "dayofweek",
  dow_iso: "weekday_iso",
  doy: "dayofyear",
  h: "hour",
  hour: "hour",
  hours: "hour",
  hr: "hour",
  hrs: "hour",
  m: "minute",
  min: "minute",
  mins: "minute",
  minute: "minute",
  minutes: "minute",
  mon: "month",
  mons: "month",
  month: "month",
  months: "month",
  qtr: "quarter",
  quarter: "quarter",
  s: "second_fraction",
  sec: "second_fraction",
  second: "second_fraction",
  seconds: "second_fraction",
  secs: "second_fraction",
  w: "weekofyear",
  week: "weekofyear",
  weeks: "weekofyear",
  y: "year",
  year: "year",
  years: "year",
  yr: "year",
  yrs: "year",
};

function datePart(reader: QueryReader, unit: Expression | undefined, at: Expression, span: Span): Expression {
  const word = unit?.kind === "text" ? unit.text.toLowerCase() : "";
  const name = parts[word];
  if (name === undefined) return reader.refuse(`unknown unit ${word}`, unit?.span ?? span);
  return callOf(name, span, at);
}

/** `date_add(a, interval 1 day)` and `adddate(a, 1)`. */
const dayShift =
  (sign: 1 | -1): Rewrite =>
  (call) => {
    const [at, by, third] = call.arguments;
    if (third !== undefined && at !== undefined && by !== undefined) {
      return renamed(call, "timestampadd", unitText(at, call.span), by, third);
    }
    const [period, own] = (by === undefined ? undefined : periodOf(by)) ?? [];
    if (at === undefined || period === undefined)
      return { ...call, name: sign === 1 ? "adddate" : "subdate" };
    const later = laterBy(at, period, sign * (own ?? 1));
    const isOfDays = ["d", "w", "mo", "q", "y"].includes(period.unit);
    const isDate = at.kind === "call" ? at.name === "date" : at.kind === "text" && /^[\d-]+$/.test(at.text);
    return isOfDays && isDate ? callOf("date", call.span, later) : later;
  };

/** The instant of a text by a pattern. */
const parsed = (call: Call, ...given: readonly Expression[]): Expression =>
  callOf("fromMillis", call.span, callOf("parseDate", call.span, ...given));

/** Percentiles are parts of one in SQL, and of a hundred in PPL. */
const percentile: Rewrite = (call, reader, language) => {
  const [value, level] = call.arguments;
  if (value === undefined || level?.kind !== "number") {
    return reader.refuse(`invalid arguments for function ${call.name}`, call.span);
  }
  const percent =
    language === "SQL" ? Number((Number(level.text) * 100).toPrecision(12)) : Number(level.text);
  return renamed(call, "pct", value, numberAt(percent, level.span));
};

/** `\1` is what `$1` is to Java. */
const replacement = (text: Expression | undefined): Expression[] => {
  if (text === undefined) return [];
  return text.kind === "text" ? [{ ...text, text: text.text.replace(/\$(\d)/g, "\\$1") }] : [text];
};

/** Nobody can say where an address that is missing is. */
const isWithin: Rewrite = (call) =>
  callOf("case", call.span, callOf("ispresent", call.span, first(call)), { ...call, name: "isIpInSubnet" });

const rewrites: Readonly<Record<string, Rewrite>> = {
  cidr_match: isWithin,
  cidrmatch: isWithin,
  span: spanOf,
  isnull: (call) => notOf({ ...call, name: "ispresent" }, call.span),
  exists: (call) => ({ ...call, name: "ispresent" }),
  nvl2: (call) =>
    renamed(call, "if", callOf("ispresent", call.span, first(call)), ...call.arguments.slice(1)),
  adddate: dayShift(1),
  date_add: dayShift(1),
  dateadd: dayShift(1),
  subdate: dayShift(-1),
  date_sub: dayShift(-1),
  atan: byCount({ 2: "atan2" }),
  ceil: ceilingOf,
  ceiling: ceilingOf,
  floor: byCount({ 2: "floor_to" }),
  log: byCount({ 2: "log_of" }),
  sysdate: (call) => renamed(call, "current_timestamp"),
  date_part: (call, reader) => datePart(reader, call.arguments[0], call.arguments[1] ?? call, call.span),
  datepart: (call, reader) => datePart(reader, call.arguments[0], call.arguments[1] ?? call, call.span),
  date_trunc: withUnit("date_trunc", 0),
  datediff: (call, reader, language) =>
    call.arguments.length === 3 ? withUnit("timestampdiff", 0)(call, reader, language) : undefined,
  decode: (call, reader) => decodeOf(call, reader),
  encode: (call) => renamed(call, "decode_text", first(call), textAt("utf-8", call.span)),
  from_unixtime: (call) => {
    const [seconds, format] = call.arguments;
    if (seconds === undefined || format === undefined) return undefined;
    return renamed(call, "date_format", callOf("timestamp_seconds", call.span, seconds), format);
  },
  like: (call) => likeOf(call, "s"),
  ilike: (call) => likeOf(call, "si"),
  median: (call, _reader, language) =>
    language === "SQL" ? renamed(call, "percentile_cont", first(call), numberAt(0.5, call.span)) : undefined,
  percentile: (call, reader, language) =>
    language === "SQL" ? { ...call, name: "percentile_cont" } : percentile(call, reader, language),
  percentile_approx: percentile,
  approx_percentile: percentile,
  regexp_replace: (call) => {
    const [text, pattern, by, ...others] = call.arguments;
    if (text === undefined || pattern === undefined || others.length > 0) return undefined;
    return renamed(call, "regexReplace", text, pattern, ...replacement(by));
  },
  schema_of_json: (call, reader) => {
    const document = first(call);
    const schema = document.kind === "text" ? schemaOf(document.text) : undefined;
    return schema === undefined
      ? reader.refuse("a text of JSON in quotation marks is expected", call.span)
      : textAt(schema, call.span);
  },
  std: (call) => ({ ...call, name: "stddev_samp" }),
  stddev: (call, _reader, language) => ({ ...call, name: language === "SQL" ? "stddev_samp" : "stddev" }),
  timestamp: (call) => {
    const [at, time, ...others] = call.arguments;
    if (at === undefined || time === undefined || others.length > 0) return undefined;
    const milliseconds = callOf("time_of_day", call.span, time);
    return renamed(call, "timestampadd", textAt("millisecond", call.span), milliseconds, at);
  },
  timestampadd: withUnit("timestampadd", 0),
  timestampdiff: withUnit("timestampdiff", 0),
  to_date: (call) =>
    call.arguments.length === 2 ? callOf("date", call.span, parsed(call, ...call.arguments)) : undefined,
  to_timestamp: byPattern,
  to_timestamp_ltz: byPattern,
  to_timestamp_ntz: byPattern,
  try_to_timestamp: byPattern,
  trunc: withUnit("trunc", 1),
  window: windowOf,
  unix_timestamp: unixOf,
  to_unix_timestamp: unixOf,
};

/** Never the zero with a sign that the engine has. */
function ceilingOf(call: Call): Expression | undefined {
  const [value, digits, ...others] = call.arguments;
  if (value === undefined || others.length > 0) return undefined;
  return renamed(call, "ceil_to", value, digits ?? numberAt(0, call.span));
}

function byPattern(call: Call): Expression | undefined {
  return call.arguments.length === 2 ? parsed(call, ...call.arguments) : undefined;
}

/** Several arguments compare a value, as CASE does; two say how a text is written. */
function decodeOf(call: Call, reader: QueryReader): Expression {
  const [value, ...others] = call.arguments;
  if (value === undefined || others.length === 0) {
    return reader.refuse(`invalid arguments for function ${call.name}`, call.span);
  }
  if (others.length === 1) return renamed(call, "decode_text", value, textAt("utf-8", call.span));
  const { span } = call;
  const given = others.map((argument, index) => {
    const isSearch = index % 2 === 0 && index < others.length - 1;
    if (!isSearch) return argument;
    if (argument.kind === "call" && argument.name === "nothing") {
      return notOf(callOf("ispresent", span, value), span);
    }
    return { kind: "binary", operator: "=", left: value, right: argument, span } as const;
  });
  return renamed(call, "case", ...given);
}

function unixOf(call: Call): Expression | undefined {
  const [at, format] = call.arguments;
  if (at !== undefined && format !== undefined) {
    return renamed(call, "unix_timestamp", parsed(call, at, format));
  }
  return at?.kind === "number" ? renamed(call, "unix_of_digits", at) : undefined;
}

function likeOf(call: Call, flags: string): Expression | undefined {
  const [subject, pattern, escape] = call.arguments;
  if (subject === undefined || pattern?.kind !== "text") return undefined;
  const character = escape?.kind === "text" ? escape.text : "\\";
  const source = `(?${flags})^${likeRegex(pattern.text, character)}$`;
  const regex = { kind: "regex", source, span: pattern.span } as const;
  return { kind: "match", operator: "like", negated: false, subject, pattern: regex, span: call.span };
}

/** `window(a, '5 minutes')` is the time from which on there are so many of them; they do not overlap. */
function windowOf(call: Call, reader: QueryReader): Expression {
  const [at, width, ...others] = call.arguments;
  const period = width?.kind === "text" ? periodIn(width.text, width.span) : undefined;
  if (at === undefined || period === undefined || others.length > 0) {
    return reader.refuse("window takes a timestamp and a time such as '5 minutes'", call.span);
  }
  return renamed(call, "span", at, period);
}

/** `span(@timestamp, 5m)`, `span(5m)`, and `span(age, 10)` of numbers. A capital M is a month. */
function spanOf(call: Call, reader: QueryReader): Expression {
  const [one, two] = call.arguments;
  const last = two ?? one;
  const period = last?.kind === "text" ? periodIn(last.text, last.span) : last;
  if (call.arguments.length > 2 || period === undefined) {
    return reader.refuse("span takes a timestamp and a period such as 5m", call.span);
  }
  const field: Expression =
    two === undefined || one === undefined ? { kind: "field", steps: ["@timestamp"], span: call.span } : one;
  if (period.kind === "number" && two !== undefined) return renamed(call, "span", field, period);
  if (period.kind !== "period")
    return reader.refuse("span takes a timestamp and a period such as 5m", call.span);
  const isMonth = /\dM$/.test(reader.text.slice(period.span.start, period.span.end));
  return renamed(call, "span", field, isMonth ? { ...period, unit: "mo" } : period);
}
