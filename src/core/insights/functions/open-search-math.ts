// Mathematical functions of OpenSearch PPL and SQL that Logs Insights QL has not.
import { sql, type Sql } from "../../sql.ts";
import { asNumber, asScalar, asText } from "../value.ts";
import { openSearchPage, type FunctionTable, type SpecialFunction } from "./define.ts";
import {
  numberOf,
  ofNumber,
  ofNumbers,
  ofText,
  or,
  taking,
  textOf,
  toInteger,
  wholeConstantOf,
} from "./open-search-kinds.ts";

/** Two numbers; what has no finite result is missing. */
const ofTwo = (toSql: (one: Sql, other: Sql) => Sql) =>
  ofNumbers(2, (one = sql`NULL`, other = sql`NULL`) => toSql(one, other));

const ofOne = (toSql: (value: Sql) => Sql) => ofNumbers(1, (value = sql`NULL`) => toSql(value));

/** From 0 to 1. With a seed the row's own number, so that the same query gives the same numbers. */
const random = (toSql: (uniform: Sql) => Sql): SpecialFunction =>
  taking("maybe a seed", [0, 1], (compiler, call) => {
    const seed = wholeConstantOf(compiler, call, 0, [-2_147_483_648, 2_147_483_647]);
    const bits =
      seed === undefined ? sql`rand64()` : sql`cityHash64(${seed}, toUInt64(rowNumberInAllBlocks()))`;
    const uniform = sql`(toFloat64(bitShiftRight(${bits}, 11)) / 9007199254740992)`;
    return { sql: toSql(uniform), type: "number", nullable: false };
  });

export const openSearchMath: FunctionTable = {
  acos: ofNumber(sql`acos`),
  acosh: ofNumber(sql`acosh`),
  asin: ofNumber(sql`asin`),
  asinh: ofNumber(sql`asinh`),
  atan: ofNumber(sql`atan`),
  atan2: ofTwo((y, x) => sql`atan2(${y}, ${x})`),
  atanh: ofNumber(sql`atanh`),
  /** The digits of a whole number to the base of two. */
  binary_text: ofText({
    takes: ["number"],
    toSql: (value = sql`0`) => sql`replaceRegexpOne(bin(toInt64(${value})), '^0+(.)', '\\\\1')`,
  }),
  /** A half is rounded to what is even. */
  bround: ofNumbers(
    1,
    (value = sql`NULL`, digits = sql`0`) => {
      const factor = sql`pow(10, trunc(${digits}))`;
      return sql`(roundBankers(${value} * ${factor}) / ${factor} + 0)`;
    },
    ["number"],
  ),
  cbrt: ofNumber(sql`cbrt`),
  ceil_to: ofTwo(
    (value, digits) => sql`(ceil(${value} * pow(10, trunc(${digits}))) / pow(10, trunc(${digits})) + 0)`,
  ),
  /** Digits to a base become those to another one, of 64 bits. */
  conv: taking("digits, and two bases from 2 to 36", [3], (compiler, call) => {
    const { sql: digits, nullable } = textOf(compiler, call, 0);
    const from = wholeConstantOf(compiler, call, 1, [2, 36]) ?? 10;
    const to = wholeConstantOf(compiler, call, 2, [2, 36]) ?? 10;
    return { sql: sql`upper(conv(${digits}, ${from}, ${to}))`, type: "text", nullable };
  }),
  cos: ofNumber(sql`cos`),
  cosh: ofNumber(sql`cosh`),
  cot: ofOne((value) => sql`(1 / tan(${value}))`),
  crc32: ofText({ gives: "number", toSql: (text) => sql`toFloat64(CRC32(${or(text)}))` }),
  csc: ofOne((value) => sql`(1 / sin(${value}))`),
  degrees: ofNumber(sql`degrees`),
  div: ofTwo((value, divisor) => sql`(trunc(${value} / nullIf(${divisor}, 0)) + 0)`),
  e: ofNumbers(0, () => sql`e()`),
  exp: ofNumber(sql`exp`),
  expm1: ofOne((value) => sql`(exp(${value}) - 1)`),
  factorial: ofOne((value) => {
    const isWithin = sql`${value} >= 0 AND ${value} <= 20`;
    return sql`if(${isWithin}, toFloat64(factorial(toInt64(if(${isWithin}, ${value}, 0)))), NULL)`;
  }),
  floor_to: ofTwo(
    (value, digits) => sql`(floor(${value} * pow(10, trunc(${digits}))) / pow(10, trunc(${digits})) + 0)`,
  ),
  /** Of a number its digits to the base of sixteen, of a text those of its bytes. */
  hex: taking("a number or a text", [1], (compiler, _call, argument) => {
    if (argument === undefined) return compiler.refuse("an argument is expected", _call);
    const value = asScalar(compiler.value(argument));
    if (value.type !== "number") {
      const { sql: text, nullable } = asText(value);
      return { sql: sql`hex(${text})`, type: "text", nullable };
    }
    const digits = sql`replaceRegexpOne(hex(toInt64(${value.sql})), '^0+(.)', '\\\\1')`;
    return { sql: digits, type: "text", nullable: value.nullable };
  }),
  hypot: ofTwo((one, other) => sql`hypot(${one}, ${other})`),
  isnan: {
    takes: ["number"],
    gives: "boolean",
    nullable: false,
    doc: openSearchPage,
    toSql: (value = sql`NULL`) => sql`ifNull(isNaN(${value}), 0)`,
  },
  log10: ofNumber(sql`log10`),
  log1p: ofNumber(sql`log1p`),
  log2: ofNumber(sql`log2`),
  log_of: ofTwo((base, value) => sql`(log(${value}) / log(${base}))`),
  mod: ofTwo((value, divisor) => sql`(${value} % nullIf(${divisor}, 0))`),
  nanvl: taking("two numbers", [2], (compiler, call) => {
    const [value, other] = [numberOf(compiler, call, 0), numberOf(compiler, call, 1)];
    const isNone = sql`ifNull(isNaN(${value.sql}), 0)`;
    return { sql: sql`if(${isNone}, ${other.sql}, ${value.sql})`, type: "number", nullable: true };
  }),
  negate: ofOne((value) => sql`(0 - ${value})`),
  pi: ofNumbers(0, () => sql`pi()`),
  pmod: ofTwo((value, divisor) => {
    const by = sql`nullIf(${divisor}, 0)`;
    return sql`((${value} % ${by} + ${by}) % ${by})`;
  }),
  positive: ofOne((value) => value),
  pow: ofTwo((value, exponent) => sql`pow(${value}, ${exponent})`),
  radians: ofNumber(sql`radians`),
  rand: random((uniform) => uniform),
  randn: random(
    (uniform) => sql`(sqrt(-2 * log(greatest(${uniform}, 1e-16))) * cos(2 * pi() * randUniform(0, 1)))`,
  ),
  rint: ofOne((value) => sql`(roundBankers(${value}) + 0)`),
  sec: ofOne((value) => sql`(1 / cos(${value}))`),
  shiftleft: ofTwo((value, bits) => sql`toFloat64(bitShiftLeft(toInt64(${value}), ${toInteger(bits)} % 64))`),
  shiftright: ofTwo(
    (value, bits) => sql`toFloat64(bitShiftRight(toInt64(${value}), ${toInteger(bits)} % 64))`,
  ),
  sign: ofOne((value) => sql`toFloat64(sign(${value}))`),
  sin: ofNumber(sql`sin`),
  sinh: ofNumber(sql`sinh`),
  sum_of: ofTwo((one, other) => sql`(${one} + ${other})`),
  difference_of: ofTwo((one, other) => sql`(${one} - ${other})`),
  product_of: ofTwo((one, other) => sql`(${one} * ${other} + 0)`),
  quotient_of: ofTwo((one, other) => sql`(${one} / nullIf(${other}, 0) + 0)`),
  tan: ofNumber(sql`tan`),
  tanh: ofNumber(sql`tanh`),
  to_boolean: taking("a value", [1], (compiler, call, argument) => {
    if (argument === undefined) return compiler.wrongArguments(call);
    const value = asScalar(compiler.value(argument));
    if (value.type === "truth" || value.type === "boolean") return value;
    const word = sql`lower(ifNull(${asText(value).sql}, ''))`;
    const isYes = sql`${word} IN ('true', 't', 'yes', 'y')`;
    const isNo = sql`${word} IN ('false', 'f', 'no', 'n')`;
    const known = sql`multiIf(${isYes}, 1, ${isNo}, 0, ${asNumber(value).sql} != 0)`;
    return { sql: known, type: "boolean", nullable: true };
  }),
  unhex: ofText({ toSql: (text) => sql`unhex(${or(text)})` }),
  /** Numbers below the first bucket are in number 0, those above the last one in the one behind it. */
  width_bucket: ofNumbers(4, (value = sql`0`, least = sql`0`, most = sql`0`, count = sql`1`) => {
    const within = sql`floor((${value} - ${least}) * ${count} / nullIf(${most} - ${least}, 0)) + 1`;
    return sql`toFloat64(least(greatest(${within}, 0), ${count} + 1))`;
  }),
};
