// More functions of dates of OpenSearch PPL and SQL: months, zones, parts, spans between two instants.
import { isTimeZone } from "../../alarms/time-zone.ts";
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { Call, Expression } from "../query-tree.ts";
import type { FunctionTable, SpecialFunction } from "./define.ts";
import { dateTime, dateTimeOf, dayText, instant, unitOf, wholeWithin } from "./open-search-dates.ts";
import { constantOf, numberOf, ofNumbers, taking } from "./open-search-kinds.ts";

/** So many of a unit are added at most: enough for all years that the engine knows. */
const mostAdded = 100_000_000_000;

const wholeOf = (compiler: ExpressionCompiler, call: Call, place: number): Sql =>
  wholeWithin(numberOf(compiler, call, place).sql, mostAdded);

const adders: Readonly<Record<string, Sql>> = {
  year: sql`addYears`,
  quarter: sql`addQuarters`,
  month: sql`addMonths`,
  week: sql`addWeeks`,
  day: sql`addDays`,
  hour: sql`addHours`,
  minute: sql`addMinutes`,
  second: sql`addSeconds`,
  millisecond: sql`addMilliseconds`,
};

const scaled = (factor: number): SpecialFunction =>
  taking("a number", [1], (compiler, call) => {
    const count = numberOf(compiler, call, 0).sql;
    return {
      sql: wholeWithin(sql`floor(${count} * ${factor})`, 253_402_300_799_999),
      type: "time",
      nullable: true,
    };
  });

const epoch = (factor: number): SpecialFunction =>
  taking("a timestamp", [1], (compiler, call, at) => {
    if (at === undefined) return compiler.wrongArguments(call);
    return {
      sql: sql`floor(toFloat64(${instant(at, compiler)}) * ${factor})`,
      type: "number",
      nullable: true,
    };
  });

const nameOfDay = (format: string): SpecialFunction =>
  taking("a timestamp", [1], (compiler, call) => ({
    sql: sql`formatDateTime(${dateTimeOf(call, compiler)}, ${format})`,
    type: "text",
    nullable: true,
  }));

function zoneOf(compiler: ExpressionCompiler, call: Call, place: number): string {
  const zone = constantOf(compiler, call, place) ?? compiler.wrongArguments(call);
  const known = abbreviations[zone.toUpperCase()] ?? zone;
  if (/^[A-Za-z][\w/+-]*$/.test(known) && isTimeZone(known)) return known;
  return compiler.refuse(`unknown time zone ${zone}`, call.arguments[place] ?? call);
}

/** https://docs.oracle.com/javase/8/docs/api/java/time/ZoneId.html#SHORT_IDS */
const abbreviations: Readonly<Record<string, string>> = {
  CET: "Europe/Paris",
  CST: "America/Chicago",
  EST: "Etc/GMT+5",
  HST: "Pacific/Honolulu",
  JST: "Asia/Tokyo",
  MST: "Etc/GMT+7",
  PST: "America/Los_Angeles",
  Z: "UTC",
};

/** Epoch milliseconds of the instant at which the clocks of a zone show what those of UTC show at another. */
const inZone = (at: Sql, zone: string): Sql => {
  const shown = sql`formatDateTime(fromUnixTimestamp64Milli(${at}, 'UTC'), '%Y-%m-%d %H:%i:%S')`;
  return sql`(toUnixTimestamp64Milli(toDateTime64OrNull(${shown}, 3, ${zone})) + ${at} % 1000)`;
};

/** What the clocks of a zone show at an instant, as the instant at which those of UTC do. */
const shownIn = (at: Sql, zone: string): Sql =>
  sql`(${at} + timezoneOffset(fromUnixTimestamp64Milli(${at}, ${zone})) * 1000)`;

const dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Whole numbers from 1 at most to as many as there are; others are no date. */
function dayOf(compiler: ExpressionCompiler, call: Call): { readonly day: Sql; readonly isDay: Sql } {
  const [year, month, day] = [0, 1, 2].map(
    (place) => sql`toInt32(ifNull(${wholeOf(compiler, call, place)}, 0))`,
  );
  const [y, m, d] = [year ?? sql`0`, month ?? sql`0`, day ?? sql`0`];
  const made = sql`makeDate32(${y}, ${m}, ${d})`;
  const isDay = sql`(${y} BETWEEN 1900 AND 2299 AND ${m} BETWEEN 1 AND 12 AND toDayOfMonth(${made}) = ${d})`;
  return { day: made, isDay };
}

const makeTimestamp = taking("six numbers and maybe a time zone", [6, 7], (compiler, call) => {
  const zone = call.arguments.length === 7 ? zoneOf(compiler, call, 6) : "UTC";
  const { day, isDay } = dayOf(compiler, call);
  const second = sql`ifNull(${numberOf(compiler, call, 5).sql}, -1)`;
  const [hour, minute] = [3, 4].map((place) => sql`ifNull(${wholeOf(compiler, call, place)}, -1)`);
  const isHour = sql`${hour ?? sql`0`} BETWEEN 0 AND 23 AND ${minute ?? sql`0`} BETWEEN 0 AND 59`;
  const isTime = sql`${isHour} AND ${second} BETWEEN 0 AND 60`;
  const midnight = sql`toUnixTimestamp64Milli(toDateTime64(${day}, 3, 'UTC'))`;
  const within = sql`(${hour ?? sql`0`} * 3600000 + ${minute ?? sql`0`} * 60000 + toInt64(${second} * 1000))`;
  const local = sql`(${midnight} + ${within})`;
  const at = zone === "UTC" ? local : inZone(local, zone);
  return { sql: sql`if(${isDay} AND ${isTime}, ${at}, NULL)`, type: "time", nullable: true };
});

export const openSearchCalendar: FunctionTable = {
  add_months: taking("a date and a number", [2], (compiler, call) =>
    dayText(sql`addMonths(toDate32(${dateTimeOf(call, compiler)}), ${wholeOf(compiler, call, 1)})`),
  ),
  convert_timezone: taking("maybe a time zone, another one, and a timestamp", [2, 3], (compiler, call) => {
    const place = call.arguments.length - 1;
    const from = place === 1 ? "UTC" : zoneOf(compiler, call, 0);
    const at = instantAt(compiler, call, place);
    return {
      sql: shownIn(from === "UTC" ? at : inZone(at, from), zoneOf(compiler, call, place - 1)),
      type: "time",
      nullable: true,
    };
  }),
  current_timezone: taking("nothing", [0], () => ({ sql: sql`'UTC'`, type: "text", nullable: false })),
  date_from_unix_date: taking("a number of days", [1], (compiler, call) =>
    dayText(sql`addDays(toDate32('1970-01-01'), ${wholeOf(compiler, call, 0)})`),
  ),
  dayname: nameOfDay("%W"),
  monthname: nameOfDay("%M"),
  from_utc_timestamp: taking("a timestamp and a time zone", [2], (compiler, call) => ({
    sql: shownIn(instantAt(compiler, call, 0), zoneOf(compiler, call, 1)),
    type: "time",
    nullable: true,
  })),
  to_utc_timestamp: taking("a timestamp and a time zone", [2], (compiler, call) => ({
    sql: inZone(instantAt(compiler, call, 0), zoneOf(compiler, call, 1)),
    type: "time",
    nullable: true,
  })),
  make_date: taking("three numbers", [3], (compiler, call) => {
    const { day, isDay } = dayOf(compiler, call);
    return { sql: sql`if(${isDay}, toString(${day}), NULL)`, type: "text", nullable: true };
  }),
  make_timestamp: makeTimestamp,
  /** Months of 31 days, unless both are the same day of a month, or the last one. */
  months_between: taking(
    "two timestamps, and maybe whether to round",
    [2, 3],
    (compiler, call, later, earlier, rounds) => {
      if (later === undefined || earlier === undefined) return compiler.wrongArguments(call);
      if (rounds !== undefined && rounds.kind !== "boolean")
        compiler.refuse("true or false is expected", rounds);
      const [one, other] = [dateTime(later, compiler), dateTime(earlier, compiler)];
      const months = sql`((toYear(${one}) - toYear(${other})) * 12 + toMonth(${one}) - toMonth(${other}))`;
      const isLast = (at: Sql) => sql`toDayOfMonth(${at}) = toDayOfMonth(toLastDayOfMonth(toDate32(${at})))`;
      const areLast = sql`(${isLast(one)} AND ${isLast(other)})`;
      const areSame = sql`toDayOfMonth(${one}) = toDayOfMonth(${other}) OR ${areLast}`;
      const seconds = (at: Sql) =>
        sql`(toDayOfMonth(${at}) * 86400 + toHour(${at}) * 3600 + toMinute(${at}) * 60 + toSecond(${at}))`;
      const rest = sql`(${seconds(one)} - ${seconds(other)}) / 2678400`;
      const exact = sql`if(${areSame}, toFloat64(${months}), ${months} + ${rest})`;
      const isExact = rounds?.kind === "boolean" && !rounds.value;
      return { sql: isExact ? exact : sql`round(${exact}, 8)`, type: "number", nullable: true };
    },
  ),
  next_day: taking("a date and a day of the week", [2], (compiler, call) => {
    const name = (constantOf(compiler, call, 1) ?? "").toLowerCase();
    const wanted = dayNames.findIndex(
      (day) => name === day.slice(0, 2) || (name.length > 2 && name.startsWith(day)),
    );
    if (wanted < 0) return compiler.refuse("a day of the week is expected", call.arguments[1] ?? call);
    const day = sql`toDate32(${dateTimeOf(call, compiler)})`;
    const ahead = sql`((${wanted} + 7 - toDayOfWeek(${day}, 1)) % 7)`;
    return dayText(sql`addDays(${day}, if(${ahead} = 0, 7, ${ahead}))`);
  }),
  second_fraction: taking("a timestamp", [1], (compiler, call, at) => {
    if (at === undefined) return compiler.wrongArguments(call);
    return { sql: sql`(toFloat64(${instant(at, compiler)} % 60000) / 1000)`, type: "number", nullable: true };
  }),
  /** The time of the day as a text. */
  time: taking("a timestamp", [1], (compiler, call) => ({
    sql: sql`formatDateTime(${dateTimeOf(call, compiler)}, '%H:%i:%S')`,
    type: "text",
    nullable: true,
  })),
  time_of_day: taking("a timestamp", [1], (compiler, call, at) => {
    if (at === undefined) return compiler.wrongArguments(call);
    return { sql: sql`toFloat64(${instant(at, compiler)} % 86400000)`, type: "number", nullable: true };
  }),
  timestamp_micros: scaled(0.001),
  timestamp_millis: scaled(1),
  timestamp_seconds: scaled(1_000),
  timestampadd: taking("a unit, a number and a timestamp", [3], (compiler, call, unit, _count, at) => {
    if (at === undefined) return compiler.wrongArguments(call);
    const adder = adders[unitOf(unit, compiler, call)] ?? sql`addDays`;
    const later = sql`${adder}(${dateTime(at, compiler)}, ${wholeOf(compiler, call, 1)})`;
    return { sql: sql`toUnixTimestamp64Milli(${later})`, type: "time", nullable: true };
  }),
  /** How many whole units lie between the two. */
  timestampdiff: taking("a unit and two timestamps", [3], (compiler, call, unit, from, to) => {
    if (from === undefined || to === undefined) return compiler.wrongArguments(call);
    const name = unitOf(unit, compiler, call);
    const between = sql`age(${name}, ${dateTime(from, compiler)}, ${dateTime(to, compiler)})`;
    return { sql: sql`toFloat64(${between})`, type: "number", nullable: true };
  }),
  /** The first day of a month, quarter, week or year. */
  trunc: taking("a date and a unit", [2], (compiler, call, at, unit) => {
    if (at === undefined) return compiler.wrongArguments(call);
    const name = unitOf(unit, compiler, call);
    return dayText(sql`toDate32(dateTrunc(${name}, toDate32(${dateTime(at, compiler)})))`);
  }),
  unix_date: taking("a date", [1], (compiler, call, at) => {
    if (at === undefined) return compiler.wrongArguments(call);
    return {
      sql: sql`floor(toFloat64(${instant(at, compiler)}) / 86400000)`,
      type: "number",
      nullable: true,
    };
  }),
  unix_micros: epoch(1_000),
  unix_millis: epoch(1),
  unix_seconds: epoch(0.001),
  /** The instant of the digits YYMMDD, YYYYMMDD, YYMMDDhhmmss or YYYYMMDDhhmmss. */
  unix_of_digits: ofNumbers(1, (digits = sql`0`) => {
    const text = sql`toString(toInt64(${digits}))`;
    const century = sql`if(${text} < '7', '20', '19')`;
    const whole = sql`if(length(${text}) IN (6, 12), concat(${century}, ${text}), ${text})`;
    const isKnown = sql`length(${text}) IN (6, 8, 12, 14)`;
    const parsed = sql`parseDateTimeOrNull(rpad(${whole}, 14, '0'), '%Y%m%d%H%i%S', 'UTC')`;
    return sql`if(${isKnown}, toFloat64(toUnixTimestamp(${parsed})), NULL)`;
  }),
};

function instantAt(compiler: ExpressionCompiler, call: Call, place: number): Sql {
  const argument: Expression | undefined = call.arguments[place];
  return argument === undefined ? compiler.wrongArguments(call) : instant(argument, compiler);
}
