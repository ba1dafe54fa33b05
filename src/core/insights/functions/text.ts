// String functions.
import { joinSql, sql, type Sql } from "../../sql.ts";
import { documentation, type FunctionTable, type Parameter, type SqlFunction } from "./define.ts";

type TextFunction = Pick<SqlFunction, "toSql"> & Partial<Omit<SqlFunction, "doc">>;

const define = (entry: TextFunction): SqlFunction => ({
  takes: ["text"],
  gives: "text",
  doc: documentation.text,
  ...entry,
});

const or = (value: Sql | undefined): Sql => value ?? sql`''`;

/** The second argument is a set of characters; without it white space is taken away. */
const trimming = (side: "Left" | "Right" | "Both"): SqlFunction => {
  const optional: readonly Parameter[] = ["constant"];
  const name = { Left: sql`trimLeft`, Right: sql`trimRight`, Both: sql`trimBoth` }[side];
  const blanks = { Left: sql`'^\\s+'`, Right: sql`'\\s+$'`, Both: sql`'^\\s+|\\s+$'` }[side];
  return define({
    optional,
    toSql: (text, characters) =>
      characters === undefined
        ? sql`replaceRegexpAll(${or(text)}, ${blanks}, '')`
        : sql`${name}(${or(text)}, ${characters})`,
  });
};

const hashPage =
  "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-hash-functions.html";

const hashing = (toHash: (text: Sql) => Sql): SqlFunction => ({
  ...define({ toSql: (text) => sql`lower(hex(${toHash(or(text))}))` }),
  doc: hashPage,
});

export const textFunctions: FunctionTable = {
  md5: hashing((text) => sql`MD5(${text})`),
  sha256: hashing((text) => sql`SHA256(${text})`),
  isempty: define({
    gives: "boolean",
    nullable: false,
    toSql: (text) => sql`(ifNull(${or(text)}, '') = '')`,
  }),
  isblank: define({
    gives: "boolean",
    nullable: false,
    toSql: (text) => sql`match(ifNull(${or(text)}, ''), '^\\s*$')`,
  }),
  concat: define({
    rest: "text",
    nullable: false,
    toSql: (...texts) =>
      sql`concat('', ${joinSql(
        texts.map((text) => sql`ifNull(${text}, '')`),
        ", ",
      )})`,
  }),
  ltrim: trimming("Left"),
  rtrim: trimming("Right"),
  trim: trimming("Both"),
  strlen: define({ gives: "number", toSql: (text) => sql`toFloat64(lengthUTF8(${or(text)}))` }),
  toupper: define({ toSql: (text) => sql`upperUTF8(${or(text)})` }),
  tolower: define({ toSql: (text) => sql`lowerUTF8(${or(text)})` }),
  substr: define({
    takes: ["text", "number"],
    optional: ["number"],
    toSql: (text, start, length) => {
      const from = sql`toInt64(greatest(${start ?? sql`0`}, 0)) + 1`;
      return length === undefined
        ? sql`substringUTF8(${or(text)}, ${from})`
        : sql`substringUTF8(${or(text)}, ${from}, toInt64(greatest(${length}, 0)))`;
    },
  }),
  replace: define({
    takes: ["text", "constant", "text"],
    toSql: (text, what, by) => sql`replaceAll(${or(text)}, ${or(what)}, ${or(by)})`,
  }),
  strcontains: define({
    takes: ["text", "text"],
    gives: "number",
    toSql: (text, part) => sql`toFloat64(position(${or(text)}, ${or(part)}) > 0)`,
  }),
};
