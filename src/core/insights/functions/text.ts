// String functions.
import { joinSql, sql, type Sql } from "../../sql.ts";
import type { RegexLiteral } from "../query-tree.ts";
import { engineRegex, groupNamesOf } from "../regexes.ts";
import { asText } from "../value.ts";
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

const edge = (name: Sql): SqlFunction =>
  define({
    takes: ["text", "text"],
    gives: "number",
    toSql: (text, part) => sql`toFloat64(${name}(${or(text)}, ${or(part)}))`,
  });

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
  strcontains: {
    takes: "a text, a part of it, and maybe whether capitals are the same",
    doc: documentation.text,
    compile(call, compiler) {
      const [text, part, isSame, ...others] = call.arguments;
      if (text === undefined || part === undefined || others.length > 0) return compiler.wrongArguments(call);
      if (isSame !== undefined && isSame.kind !== "boolean") {
        return compiler.refuse("true or false is expected", isSame);
      }
      const name = isSame?.value === true ? sql`positionCaseInsensitiveUTF8` : sql`position`;
      const [whole, sought] = [asText(compiler.value(text)), asText(compiler.value(part))];
      const found = sql`toFloat64(${name}(${whole.sql}, ${sought.sql}) > 0)`;
      return { sql: found, type: "number", nullable: whole.nullable || sought.nullable };
    },
  },
  startsWith: edge(sql`startsWith`),
  endsWith: edge(sql`endsWith`),
  /** `\1` in the replacement is what the first group has matched. */
  regexReplace: {
    takes: "a text, a regular expression in quotation marks, and a text in quotation marks",
    doc: documentation.text,
    compile(call, compiler) {
      const [text, pattern, replacement, ...others] = call.arguments;
      if (text === undefined || others.length > 0) return compiler.wrongArguments(call);
      if (pattern?.kind !== "text" || replacement?.kind !== "text") return compiler.wrongArguments(call);
      const groups = groupNamesOf(pattern.text).length;
      for (const [found, group = ""] of replacement.text.matchAll(/\\(.?)/gs)) {
        const isKnown = group === "\\" || (/^\d$/.test(group) && Number(group) <= groups);
        if (!isKnown) compiler.refuse(`the expression has no group for ${found}`, replacement);
      }
      const regex: RegexLiteral = { kind: "regex", source: pattern.text, span: pattern.span };
      const source = engineRegex(regex, compiler.pipeline.scope.regexProblem);
      const { sql: subject, nullable } = asText(compiler.value(text));
      const unnamed = source.replace(/\(\?P?<(?![=!])[^>]*>/g, "(");
      const replaced = sql`replaceRegexpAll(${subject}, ${unnamed}, ${replacement.text})`;
      return { sql: replaced, type: "text", nullable };
    },
  },
  split: define({
    takes: ["text", "constant"],
    gives: "structure",
    nullable: true,
    toSql: (text, delimiter) => {
      const parts = sql`toJSONString(splitByString(${or(delimiter)}, ifNull(${or(text)}, '')))`;
      return sql`if(isNull(${or(text)}), NULL, ${parts})`;
    },
  }),
};
