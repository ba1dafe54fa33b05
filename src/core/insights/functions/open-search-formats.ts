// Functions of OpenSearch PPL and SQL that write dates and numbers by a pattern, and read them.
import { parseDatePattern, type DatePart } from "../../logs/transformers/date-pattern.ts";
import { joinSql, sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { Call } from "../query-tree.ts";
import { openSearchPage, type FunctionTable } from "./define.ts";
import { dateTimeOf } from "./open-search-dates.ts";
import { constantOf, numberOf, taking, textOf } from "./open-search-kinds.ts";
import { parseNumberFormat, readNumber, writeNumber } from "./number-formats.ts";

/** Letters of Java's patterns as those of the engine, by how often they stand there. */
const letters: Readonly<Record<string, (count: number, at: Sql) => Sql>> = {
  y: yearOf,
  u: yearOf,
  M: monthOf,
  L: monthOf,
  d: (count, at) => padded(sql`toDayOfMonth(${at})`, count),
  D: (count, at) => padded(sql`toDayOfYear(${at})`, count),
  E: (count, at) => sql`formatDateTime(${at}, ${count < 4 ? "%a" : "%W"})`,
  H: (count, at) => padded(sql`toHour(${at})`, count),
  k: (count, at) => padded(sql`if(toHour(${at}) = 0, 24, toHour(${at}))`, count),
  h: (count, at) => padded(sql`((toHour(${at}) + 11) % 12 + 1)`, count),
  K: (count, at) => padded(sql`(toHour(${at}) % 12)`, count),
  m: (count, at) => padded(sql`toMinute(${at})`, count),
  s: (count, at) => padded(sql`toSecond(${at})`, count),
  S: (count, at) => sql`substring(rpad(formatDateTime(${at}, '%f'), ${count}, '0'), 1, ${count})`,
  a: (_count, at) => sql`formatDateTime(${at}, '%p')`,
  Z: (count) => (count === 5 ? sql`'Z'` : count === 4 ? sql`'GMT'` : sql`'+0000'`),
  X: () => sql`'Z'`,
  x: (count) => sql`${{ 1: "+00", 3: "+00:00", 5: "+00:00" }[count] ?? "+0000"}`,
  z: () => sql`'UTC'`,
  V: () => sql`'UTC'`,
};

function padded(number: Sql, count: number): Sql {
  return count === 1 ? sql`toString(${number})` : sql`leftPad(toString(${number}), ${count}, '0')`;
}

function yearOf(count: number, at: Sql): Sql {
  return count === 2 ? sql`formatDateTime(${at}, '%y')` : padded(sql`toYear(${at})`, count);
}

function monthOf(count: number, at: Sql): Sql {
  if (count > 2) return sql`formatDateTime(${at}, ${count === 3 ? "%b" : "%M"})`;
  return padded(sql`toMonth(${at})`, count);
}

function partsOf(compiler: ExpressionCompiler, call: Call, place: number): readonly DatePart[] {
  const pattern = constantOf(compiler, call, place) ?? "yyyy-MM-dd HH:mm:ss";
  const parts = parseDatePattern(pattern);
  if (typeof parts !== "string") return parts;
  return compiler.refuse(`unknown letter ${parts} in a date pattern`, call.arguments[place] ?? call);
}

/** https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html */
const dateFormat = taking("a timestamp and a pattern in Java's letters", [1, 2], (compiler, call) => {
  const at = dateTimeOf(call, compiler);
  const pieces = partsOf(compiler, call, 1).map((part) =>
    "letter" in part ? (letters[part.letter]?.(part.count, at) ?? sql`''`) : sql`${part.literal}`,
  );
  return { sql: sql`concat('', ${joinSql(pieces, ", ")})`, type: "text", nullable: true };
});

/** The number in groups of three digits. */
const grouped = (digits: Sql): Sql =>
  sql`reverse(trimRight(replaceRegexpAll(reverse(${digits}), '([0-9]{3})', '\\\\1,'), ','))`;

const decimals = (number: Sql, count: number): Sql =>
  count === 0
    ? sql`toString(toInt64(roundBankers(${number})))`
    : sql`toDecimalString(roundBankers(${number}, ${count}), ${count})`;

/** As many decimals as it says, or by a pattern such as `#,##0.00`. */
const formatNumber = taking(
  "a number, and how many decimals or a pattern",
  [2],
  (compiler, call, _value, form) => {
    const { sql: number } = numberOf(compiler, call, 0);
    const isCount = form?.kind === "number" && /^\d{1,2}$/.test(form.text);
    const pattern = isCount
      ? `#,##0.${"0".repeat(Number(form.text))}`
      : (constantOf(compiler, call, 1) ?? "");
    if (!/^[#,]*0*(?:\.0*#*)?$/.test(pattern)) {
      return compiler.refuse("a pattern such as #,##0.00 is expected", form ?? call);
    }
    const [, fraction = ""] = pattern.split(".");
    const text = decimals(sql`abs(${number})`, fraction.length);
    const whole = sql`splitByChar('.', ${text})[1]`;
    const shown = pattern.includes(",") ? grouped(whole) : whole;
    const behind = sql`splitByChar('.', ${text})[2]`;
    const least = fraction.replaceAll("#", "").length;
    const short = sql`trimRight(${behind}, '0')`;
    const kept = sql`rpad(${short}, greatest(length(${short}), ${least}), '0')`;
    const end = fraction === "" ? sql`''` : sql`if(${kept} = '', '', concat('.', ${kept}))`;
    const sign = sql`if(${number} < 0, '-', '')`;
    return {
      sql: sql`if(isNull(${number}), NULL, concat(${sign}, ${shown}, ${end}))`,
      type: "text",
      nullable: true,
    };
  },
);

const hexOf = (number: Sql): Sql => sql`replaceRegexpOne(hex(toInt64(${number})), '^0+(.)', '\\\\1')`;

/** `%s`, `%d`, `%f`, `%x` with widths and decimals, and `%%`. */
const formatString = {
  takes: "a format in quotation marks, and values",
  doc: openSearchPage,
  compile(call: Call, compiler: ExpressionCompiler) {
    const format = constantOf(compiler, call, 0) ?? compiler.wrongArguments(call);
    let place = 1;
    const pieces: Sql[] = [];
    for (const [found, flags = "", width, precision, kind] of format.matchAll(
      /[^%]+|%([-0,]*)(\d{1,3})?(?:\.(\d{1,2}))?([sdfxX%])|%/g,
    )) {
      if (kind === "%") pieces.push(sql`'%'`);
      else if (kind !== undefined) pieces.push(piece(place++, kind, flags, width, precision));
      else if (found === "%") compiler.refuse("%s, %d, %f, %x or %% is expected", call.arguments[0] ?? call);
      else pieces.push(sql`${found}`);
    }
    if (place !== call.arguments.length) compiler.wrongArguments(call);
    return { sql: sql`concat('', ${joinSql(pieces, ", ")})`, type: "text", nullable: true } as const;

    function piece(index: number, letter: string, flag: string, size?: string, fraction = "6"): Sql {
      const number = () => numberOf(compiler, call, index).sql;
      const kinds: Readonly<Record<string, () => Sql>> = {
        s: () => sql`ifNull(${textOf(compiler, call, index).sql}, 'null')`,
        d: () => (flag.includes(",") ? grouped(decimals(number(), 0)) : decimals(number(), 0)),
        f: () => decimals(number(), Number(fraction)),
        x: () => sql`lower(${hexOf(number())})`,
        X: () => hexOf(number()),
      };
      const text = kinds[letter]?.() ?? sql`''`;
      if (size === undefined) return text;
      const [side, pad] = flag.includes("-")
        ? [sql`rightPadUTF8`, " "]
        : [sql`leftPadUTF8`, flag.includes("0") ? "0" : " "];
      return sql`${side}(${text}, greatest(lengthUTF8(${text}), ${Number(size)}), ${pad})`;
    }
  },
};

export const openSearchFormats: FunctionTable = {
  date_format: dateFormat,
  format_number: formatNumber,
  format_string: formatString,
  /** A number by a format such as `99,999.99`. */
  to_char: taking("a number and a format", [2], (compiler, call, _value, written) => {
    const format = parseNumberFormat(constantOf(compiler, call, 1) ?? "");
    if (format === undefined)
      return compiler.refuse("a format such as 99,999.99 is expected", written ?? call);
    return { sql: writeNumber(numberOf(compiler, call, 0).sql, format), type: "text", nullable: true };
  }),
  /** What is not of the format is missing. */
  to_number: taking("a text and a format", [2], (compiler, call, _value, written) => {
    const format = parseNumberFormat(constantOf(compiler, call, 1) ?? "");
    if (format === undefined)
      return compiler.refuse("a format such as 99,999.99 is expected", written ?? call);
    return { sql: readNumber(textOf(compiler, call, 0).sql, format), type: "number", nullable: true };
  }),
};
