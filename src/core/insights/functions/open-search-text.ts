// String functions of OpenSearch PPL and SQL that Logs Insights QL has not.
import { joinSql, sql, type Sql } from "../../sql.ts";
import { asText, type Value } from "../value.ts";
import type { FunctionTable, SqlFunction } from "./define.ts";
import { constantOf, ofText, or, taking, textOf, toInteger } from "./open-search-kinds.ts";

/** The longest text that padding and repeating make. */
const mostCharacters = 100_000;

const few = (count: Sql | undefined): Sql => sql`least(${toInteger(count)}, ${mostCharacters})`;

const test = (toSql: (text: Sql, part: Sql) => Sql): SqlFunction =>
  ofText({ takes: ["text", "text"], gives: "boolean", toSql: (text, part) => toSql(or(text), or(part)) });

const padding = (name: Sql): SqlFunction =>
  ofText({
    takes: ["text", "number"],
    optional: ["text"],
    toSql: (text, count, pad = sql`' '`) => sql`${name}(${or(text)}, ${few(count)}, ${pad})`,
  });

const bytes = (factor: number): SqlFunction =>
  ofText({ gives: "number", toSql: (text) => sql`toFloat64(length(${or(text)}) * ${factor})` });

/** What cannot be decoded is missing. */
const decoders: Readonly<Record<string, (text: Sql) => Sql>> = {
  base64(text) {
    const decoded = sql`tryBase64Decode(${text})`;
    return sql`if(${text} != '' AND ${decoded} = '', NULL, ${decoded})`;
  },
  hex: (text) => sql`if(match(${text}, '^[0-9A-Fa-f]*$'), unhex(${text}), NULL)`,
  "utf-8": (text) => text,
  utf8: (text) => text,
};

const characters = (text: Sql): Sql => sql`extractAll(${text}, '(?s).')`;

/** A text or none, as it is written. */
function letterOf(...[compiler, call, place]: Parameters<typeof constantOf>): string | undefined {
  const argument = call.arguments[place];
  const isNone = argument?.kind === "call" && argument.name === "nothing";
  return isNone ? "" : constantOf(compiler, call, place);
}

export const openSearchTexts: FunctionTable = {
  ascii: ofText({ gives: "number", toSql: (text) => sql`toFloat64(ascii(${or(text)}))` }),
  bit_length: bytes(8),
  octet_length: bytes(1),
  begins_with: test((text, part) => sql`startsWith(${text}, ${part})`),
  ends_with: test((text, part) => sql`endsWith(${text}, ${part})`),
  contains: test((text, part) => sql`(position(${text}, ${part}) > 0)`),
  char: ofText({
    takes: ["number"],
    toSql(code = sql`0`) {
      const low = sql`toUInt8(if(${code} < 0, 0, toInt64(${code}) % 256))`;
      const two = sql`concat(char(192 + intDiv(${low}, 64)), char(128 + ${low} % 64))`;
      return sql`multiIf(${code} < 0, '', ${low} < 128, char(${low}), ${two})`;
    },
  }),
  /** Missing where one of the texts is. */
  concat_present: ofText({ rest: "text", toSql: (...texts) => sql`concat('', ${joinSql(texts, ", ")})` }),
  concat_ws: ofText({
    takes: ["constant"],
    rest: "text",
    nullable: false,
    toSql(separator, ...texts) {
      if (texts.length === 0) return sql`''`;
      const present = sql`arrayFilter(text -> isNotNull(text), [${joinSql(texts, ", ")}])`;
      return sql`arrayStringConcat(arrayMap(text -> ifNull(text, ''), ${present}), ${or(separator)})`;
    },
  }),
  decode_text: taking("a text, and how it is written", [1, 2], (compiler, call) => {
    const kind = (constantOf(compiler, call, 1) ?? "hex").toLowerCase();
    const decoder = Object.hasOwn(decoders, kind) ? decoders[kind] : undefined;
    const { sql: text, nullable } = textOf(compiler, call, 0);
    const decoded = decoder?.(sql`ifNull(${text}, '')`) ?? sql`NULL`;
    const present = nullable ? sql`if(isNull(${text}), NULL, ${decoded})` : decoded;
    return { sql: sql`CAST(${present}, 'Nullable(String)')`, type: "text", nullable: true };
  }),
  elt: taking("a number and texts", [2, 3, 4, 5, 6, 7, 8, 9, 10, 11], (compiler, call, place, ...given) => {
    if (place === undefined) return compiler.wrongArguments(call);
    const texts = given.map((argument) => sql`toNullable(${asText(compiler.value(argument)).sql})`);
    const list = sql`[${joinSql(texts, ", ")}]`;
    const at = sql`toInt64(ifNull(${textNumber(compiler.value(place))}, 0))`;
    const isWithin = sql`${at} >= 1 AND ${at} <= ${texts.length}`;
    return {
      sql: sql`if(${isWithin}, arrayElement(${list}, greatest(${at}, 1)), NULL)`,
      type: "field",
      nullable: true,
    };
  }),
  find_in_set: ofText({
    takes: ["text", "text"],
    gives: "number",
    toSql(text, list) {
      const place = sql`indexOf(splitByChar(',', ${or(list)}), ${or(text)})`;
      return sql`toFloat64(if(position(${or(text)}, ',') > 0, 0, ${place}))`;
    },
  }),
  initcap: ofText({
    toSql(text) {
      const word = sql`concat(upperUTF8(substringUTF8(word, 1, 1)), lowerUTF8(substringUTF8(word, 2)))`;
      return sql`arrayStringConcat(arrayMap(word -> ${word}, splitByChar(' ', ${or(text)})), ' ')`;
    },
  }),
  instr: ofText({
    takes: ["text", "text"],
    gives: "number",
    toSql: (text, part) => sql`toFloat64(positionUTF8(${or(text)}, ${or(part)}))`,
  }),
  left: ofText({
    takes: ["text", "number"],
    toSql: (text, count) => sql`substringUTF8(${or(text)}, 1, ${toInteger(count)})`,
  }),
  right: ofText({
    takes: ["text", "number"],
    toSql(text, count) {
      const start = sql`greatest(toInt64(lengthUTF8(${or(text)})) - ${toInteger(count)}, 0) + 1`;
      return sql`substringUTF8(${or(text)}, ${start})`;
    },
  }),
  levenshtein: ofText({
    takes: ["text", "text"],
    optional: ["number"],
    gives: "number",
    toSql(one, other, most) {
      const distance = sql`toFloat64(editDistanceUTF8(${or(one)}, ${or(other)}))`;
      return most === undefined ? distance : sql`if(${distance} > ${most}, -1, ${distance})`;
    },
  }),
  /** Counts characters from one; nothing is found at 0. */
  locate: ofText({
    takes: ["text", "text"],
    optional: ["number"],
    gives: "number",
    toSql(part, text, from) {
      const start = from === undefined ? sql`` : sql`, toUInt64(greatest(${from}, 1))`;
      return sql`toFloat64(positionUTF8(${or(text)}, ${or(part)}${start}))`;
    },
  }),
  lpad: padding(sql`leftPadUTF8`),
  rpad: padding(sql`rightPadUTF8`),
  luhn_check: ofText({
    gives: "boolean",
    toSql(text) {
      const digits = sql`arrayReverse(arrayMap(digit -> toUInt8(digit), extractAll(${or(text)}, '[0-9]')))`;
      const twice = sql`if(digit * 2 > 9, digit * 2 - 9, digit * 2)`;
      const own = sql`if(place % 2 = 0, ${twice}, digit)`;
      const sum = sql`arraySum((digit, place) -> ${own}, digits, arrayEnumerate(digits))`;
      const isRight = sql`arrayMap(digits -> ${sum} % 10 = 0, [${digits}])[1]`;
      return sql`(match(${or(text)}, '^[0-9]+$') AND ${isRight})`;
    },
  }),
  /** Letters and digits become others; those for which there is none stay. */
  mask: taking("a text, and what stands for its letters", [1, 2, 3, 4, 5], (compiler, call) => {
    const { sql: text, nullable } = textOf(compiler, call, 0);
    const kinds = [
      ["^[A-Z]$", "X"],
      ["^[a-z]$", "x"],
      ["^[0-9]$", "n"],
    ] as const;
    const tests = kinds.map(([kind, usual], index) => {
      const letter = letterOf(compiler, call, index + 1) ?? usual;
      return sql`match(c, ${kind}), ${letter === "" ? sql`c` : sql`${letter}`}`;
    });
    const rest = letterOf(compiler, call, 4) ?? "";
    const masked = sql`multiIf(${joinSql(tests, ", ")}, ${rest === "" ? sql`c` : sql`${rest}`})`;
    const whole = sql`arrayStringConcat(arrayMap(c -> ${masked}, ${characters(sql`ifNull(${text}, '')`)}))`;
    return { sql: nullable ? sql`if(isNull(${text}), NULL, ${whole})` : whole, type: "text", nullable };
  }),
  overlay: ofText({
    takes: ["text", "text", "number"],
    optional: ["number"],
    toSql(text, part, from = sql`1`, count) {
      const length = count === undefined ? sql`lengthUTF8(${or(part)})` : toInteger(count);
      const before = sql`substringUTF8(${or(text)}, 1, toInt64(greatest(${from}, 1)) - 1)`;
      const behind = sql`substringUTF8(${or(text)}, toInt64(greatest(${from}, 1)) + ${length})`;
      return sql`concat(${before}, ${or(part)}, ${behind})`;
    },
  }),
  repeat: ofText({
    takes: ["text", "number"],
    toSql: (text, count) => sql`repeat(${or(text)}, ${few(count)})`,
  }),
  replace_text: ofText({
    takes: ["text", "text"],
    optional: ["text"],
    toSql: (text, part, by = sql`''`) => sql`replaceAll(${or(text)}, ${or(part)}, ${by})`,
  }),
  reverse: ofText({ toSql: (text) => sql`reverseUTF8(${or(text)})` }),
  /** Of each sentence the list of its words. */
  sentences: ofText({
    gives: "structure",
    toSql(text) {
      const words = sql`arrayMap(part -> extractAll(part, ${String.raw`[\p{L}\p{N}'_-]+`}), `;
      const parts = sql`splitByRegexp('[.!?]+', ifNull(${or(text)}, '')))`;
      return sql`toJSONString(arrayFilter(list -> notEmpty(list), ${words}${parts}))`;
    },
  }),
  sha1: ofText({ toSql: (text) => sql`lower(hex(SHA1(${or(text)})))` }),
  sha2: taking("a text, and 224, 256, 384 or 512", [2], (compiler, call, _text, bits) => {
    const names = { 0: sql`SHA256`, 224: sql`SHA224`, 256: sql`SHA256`, 384: sql`SHA384`, 512: sql`SHA512` };
    const name =
      bits?.kind === "number" ? Object.entries(names).find(([key]) => key === bits.text)?.[1] : undefined;
    if (name === undefined) return compiler.wrongArguments(call);
    const { sql: text, nullable } = textOf(compiler, call, 0);
    return { sql: sql`lower(hex(${name}(${text})))`, type: "text", nullable };
  }),
  soundex: ofText({ toSql: (text) => sql`soundex(${or(text)})` }),
  space: ofText({ takes: ["number"], toSql: (count) => sql`repeat(' ', ${few(count)})` }),
  split_part: ofText({
    takes: ["text", "text", "number"],
    toSql(text, delimiter, place = sql`1`) {
      const parts = sql`splitByString(${or(delimiter)}, ${or(text)})`;
      const whole = sql`if(${or(delimiter)} = '', [${or(text)}], ${parts})`;
      return sql`arrayElement(${whole}, toInt64(if(${place} = 0, 1, ${place})))`;
    },
  }),
  /** Counts characters from one, from the end where it is negative. */
  substring: ofText({
    takes: ["text", "number"],
    optional: ["number"],
    toSql(text, from = sql`1`, count) {
      const start = sql`toInt64(if(${from} = 0, 1, ${from}))`;
      const length = count === undefined ? sql`` : sql`, ${toInteger(count)}`;
      return sql`substringUTF8(${or(text)}, ${start}${length})`;
    },
  }),
  substring_index: ofText({
    takes: ["text", "constant", "number"],
    toSql: (text, delimiter, count = sql`0`) =>
      sql`substringIndexUTF8(${or(text)}, ${or(delimiter)}, toInt64(${count}))`,
  }),
  toText: ofText({ toSql: (text) => or(text) }),
  translate: ofText({
    takes: ["text", "constant", "constant"],
    toSql: (text, from, to) => sql`translateUTF8(${or(text)}, ${or(from)}, ${or(to)})`,
  }),
};

const textNumber = (value: Value): Sql =>
  value.type === "number" ? value.sql : sql`toFloat64OrNull(${asText(value).sql})`;
