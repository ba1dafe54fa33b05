// Datetime functions that read and write instants as texts.
import { isTimeZone } from "../../alarms/time-zone.ts";
import { parseDatePattern, type DatePart } from "../../logs/transformers/date-pattern.ts";
import { joinSql, sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { Call, Expression, TextLiteral } from "../query-tree.ts";
import { asText, type Value } from "../value.ts";
import { documentation, type FunctionTable, type SpecialFunction } from "./define.ts";
import { strftimeSql } from "./strftime.ts";

const formatDate: SpecialFunction = {
  takes: "a timestamp, a format like that of strftime, and maybe a time zone",
  doc: documentation.datetime,
  compile(call, compiler) {
    const { subject, pattern, zone } = argumentsOf(call, compiler);
    const { sql: instant, nullable } = compiler.time(subject);
    const text = strftimeSql(instant, pattern.text, zone);
    if (typeof text === "string") return compiler.refuse(`unknown date format ${text}`, pattern);
    return { sql: text, type: "text", nullable };
  },
};

export const dateTextFunctions: FunctionTable = {
  formatDate,
  strftime: formatDate,
  /** A text that is not of the pattern, or names a day that there is not, is no instant. */
  parseDate: {
    takes: "a text, a pattern in the letters of Java's DateTimeFormatter, and maybe a time zone",
    doc: documentation.datetime,
    compile(call, compiler) {
      const { subject, pattern, zone } = argumentsOf(call, compiler);
      const text = sql`ifNull(${asText(compiler.value(subject)).sql}, '')`;
      return { sql: instantIn(text, partsOf(pattern, compiler), zone), type: "number", nullable: true };
    },
  },
};

function argumentsOf(call: Call, compiler: ExpressionCompiler) {
  const [subject, pattern, zone, ...others] = call.arguments;
  if (subject === undefined || pattern === undefined || others.length > 0)
    return compiler.wrongArguments(call);
  const timezone = zone === undefined ? "UTC" : literalOf(zone, compiler).text;
  if (zone !== undefined && !(/^[A-Za-z][\w/+-]*$/.test(timezone) && isTimeZone(timezone))) {
    return compiler.refuse(`unknown time zone ${timezone}`, zone);
  }
  return { subject, pattern: literalOf(pattern, compiler), zone: timezone };
}

function literalOf(argument: Expression, compiler: ExpressionCompiler): TextLiteral {
  if (argument.kind !== "text") return compiler.refuse("a text in quotation marks is expected", argument);
  return argument;
}

const months = "january february march april may june july august september october november december";
const weekdays = "monday tuesday wednesday thursday friday saturday sunday";

type Letters = Extract<DatePart, { letter: unknown }>;

/** @throws InsightsQueryError for a letter that is not understood. */
function partsOf(pattern: TextLiteral, compiler: ExpressionCompiler): readonly DatePart[] {
  const parts = parseDatePattern(pattern.text);
  const unknown = typeof parts === "string" ? parts : parts.map(unreadable).find((letter) => letter !== "");
  if (typeof parts === "string" || unknown !== undefined) {
    return compiler.refuse(`unknown letter ${unknown} in a date pattern`, pattern);
  }
  return parts;
}

/** The names of zones are not read: the engine takes one zone for all texts. */
const unreadable = (part: DatePart): string =>
  "letter" in part && (part.letter === "z" || part.letter === "V") ? part.letter : "";

const names = (list: string, isShort: boolean): readonly string[] =>
  list.split(" ").map((name) => (isShort ? name.slice(0, 3) : name));

function regexOf({ letter, count }: Letters): string {
  switch (letter) {
    case "y":
    case "u":
      return count === 2 ? String.raw`(\d{2})` : count > 3 ? `(\\d{${count}})` : String.raw`(\d{4,9})`;
    case "M":
    case "L":
      return count > 2 ? `(?i:(${names(months, count === 3).join("|")}))` : numberOf(count, 2);
    case "E":
      return `(?i:(${names(weekdays, count < 4).join("|")}))`;
    case "D":
      return numberOf(count, 3);
    case "S":
      return `(\\d{${Math.min(count, 9)}})`;
    case "a":
      return "(?i:(am|pm))";
    case "Z":
    case "X":
    case "x":
      return String.raw`(Z|[+-]\d{2}(?::?\d{2})?)`;
    default:
      return numberOf(count, 2);
  }
}

const numberOf = (count: number, longest: number): string =>
  count > 1 ? `(\\d{${count}})` : `(\\d{1,${longest}})`;

/** Epoch milliseconds of a text: the parts of the pattern become groups of an expression. */
function instantIn(text: Sql, parts: readonly DatePart[], zone: string): Sql {
  const letters = parts.filter((part) => "letter" in part);
  const regex = parts.map((part) => ("letter" in part ? regexOf(part) : escaped(part.literal))).join("");
  const groups = sql`extractGroups(${text}, ${`^${regex}$`})`;
  const group = (
    ...wanted: readonly string[]
  ): { readonly text: Sql; readonly count: number } | undefined => {
    const index = letters.findIndex(({ letter }) => wanted.includes(letter));
    return index < 0 ? undefined : { text: sql`${groups}[${index + 1}]`, count: letters[index]?.count ?? 1 };
  };
  const number = (otherwise: number, ...wanted: readonly string[]): Sql => {
    const found = group(...wanted);
    return found === undefined ? sql`${otherwise}` : sql`toInt32OrZero(${found.text})`;
  };
  const year = group("y", "u")?.count === 2 ? sql`2000 + ${number(0, "y", "u")}` : number(1970, "y", "u");
  const month = monthOf(group("M", "L"));
  const dayOfYear = group("D");
  const [minute, second] = [number(0, "m"), number(0, "s")];
  const day = dayOfYear === undefined ? number(1, "d") : sql`1`;
  const hour = hourOf(group, number);
  const fraction = group("S");
  const milliseconds =
    fraction === undefined ? sql`0` : sql`toInt32OrZero(substring(rpad(${fraction.text}, 3, '0'), 1, 3))`;
  const offset = group("Z", "X", "x");
  const place = offset === undefined ? zone : "UTC";
  const clock = sql`${hour}, ${minute}, ${second}, ${milliseconds}, 3, ${place}`;
  const local = sql`makeDateTime64(${year}, ${dayOfYear === undefined ? month : sql`1`}, ${day}, ${clock})`;
  const shifted =
    dayOfYear === undefined ? local : sql`addDays(${local}, toInt32OrZero(${dayOfYear.text}) - 1)`;
  const isDay = sql`toDayOfMonth(makeDate32(${year}, ${month}, ${day})) = ${day}`;
  const checks = [
    sql`notEmpty(${groups})`,
    sql`${year} BETWEEN 1900 AND 2299`,
    sql`${month} BETWEEN 1 AND 12`,
    sql`${isDay}`,
    sql`${hour} <= 23 AND ${minute} <= 59 AND ${second} <= 59`,
  ];
  const instant = sql`toFloat64(toUnixTimestamp64Milli(${shifted}))${offsetOf(offset?.text)}`;
  return sql`if(${joinSql(checks, " AND ")}, ${instant}, NULL)`;
}

function monthOf(group: { readonly text: Sql; readonly count: number } | undefined): Sql {
  if (group === undefined) return sql`1`;
  if (group.count < 3) return sql`toInt32OrZero(${group.text})`;
  return sql`toInt32(indexOf(${names(months, group.count === 3)}, lower(${group.text})))`;
}

function hourOf(
  group: (...wanted: readonly string[]) => { readonly text: Sql } | undefined,
  number: (otherwise: number, ...wanted: readonly string[]) => Sql,
): Sql {
  const hour = number(0, "H", "k", "h", "K");
  const half = group("a");
  if (group("H") !== undefined) return hour;
  if (group("k") !== undefined) return sql`${hour} % 24`;
  const twelve = group("h") === undefined ? hour : sql`${hour} % 12`;
  return half === undefined ? twelve : sql`(${twelve} + if(lower(${half.text}) = 'pm', 12, 0))`;
}

/** What is taken away from an instant that the clock of the offset shows. */
function offsetOf(text: Value["sql"] | undefined): Sql {
  if (text === undefined) return sql``;
  const digits = sql`replaceRegexpAll(${text}, '[^0-9]', '')`;
  const part = (start: number) => sql`toInt32OrZero(substring(${digits}, ${start}, 2))`;
  const minutes = sql`(${part(1)} * 60 + ${part(3)})`;
  return sql` - if(startsWith(${text}, '-'), -60000, 60000) * ${minutes}`;
}

const escaped = (literal: string): string => literal.replace(/[\\^$.|?+*()[\]{}]/g, "\\$&");
