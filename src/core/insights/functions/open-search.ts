// Functions of OpenSearch PPL and SQL that Logs Insights QL has not; they are known there as well.
import { joinSql, sql, type Sql } from "../../sql.ts";
import { jsonPart } from "../discovered-fields.ts";
import { floorToPeriod } from "../periods.ts";
import type { FieldStep } from "../query-tree.ts";
import { asText, type Value } from "../value.ts";
import { openSearchPage, type FunctionTable, type SqlFunction } from "./define.ts";

/** What is no finite number, as the root of a negative one, is missing. */
const ofNumbers = (count: number, toSql: (...values: readonly Sql[]) => Sql): SqlFunction => ({
  takes: Array.from({ length: count }, () => "number" as const),
  gives: "number",
  nullable: true,
  doc: openSearchPage,
  toSql(...values) {
    const result = toSql(...values);
    return sql`if(isFinite(ifNull(${result}, nan)), ${result}, NULL)`;
  },
});

const ofNumber = (name: Sql): SqlFunction => ofNumbers(1, (value = sql`NULL`) => sql`${name}(${value})`);

type TextFunction = Pick<SqlFunction, "toSql"> & Partial<Omit<SqlFunction, "doc">>;

const ofText = (entry: TextFunction): SqlFunction => ({
  takes: ["text"],
  gives: "text",
  doc: openSearchPage,
  ...entry,
});

const or = (value: Sql | undefined): Sql => value ?? sql`''`;

const toInteger = (value: Sql | undefined): Sql => sql`toInt64(greatest(${value ?? sql`0`}, 0))`;

export const openSearchFunctions: FunctionTable = {
  acos: ofNumber(sql`acos`),
  asin: ofNumber(sql`asin`),
  atan: ofNumber(sql`atan`),
  cbrt: ofNumber(sql`cbrt`),
  cos: ofNumber(sql`cos`),
  cot: ofNumbers(1, (value = sql`NULL`) => sql`(1 / tan(${value}))`),
  degrees: ofNumber(sql`degrees`),
  e: ofNumbers(0, () => sql`e()`),
  exp: ofNumber(sql`exp`),
  log10: ofNumber(sql`log10`),
  log2: ofNumber(sql`log2`),
  mod: ofNumbers(2, (value = sql`NULL`, divisor = sql`NULL`) => sql`(${value} % nullIf(${divisor}, 0))`),
  pi: ofNumbers(0, () => sql`pi()`),
  pow: ofNumbers(2, (value = sql`NULL`, exponent = sql`NULL`) => sql`pow(${value}, ${exponent})`),
  radians: ofNumber(sql`radians`),
  sign: ofNumbers(1, (value = sql`NULL`) => sql`toFloat64(sign(${value}))`),
  sin: ofNumber(sql`sin`),
  tan: ofNumber(sql`tan`),
  concat_ws: ofText({
    takes: ["constant", "text"],
    rest: "text",
    nullable: false,
    toSql(separator, ...texts) {
      const present = sql`arrayFilter(text -> isNotNull(text), [${joinSql(texts, ", ")}])`;
      return sql`arrayStringConcat(arrayMap(text -> ifNull(text, ''), ${present}), ${or(separator)})`;
    },
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
  /** Counts characters from one; nothing is found at 0. */
  locate: ofText({
    takes: ["text", "text"],
    gives: "number",
    toSql: (part, text) => sql`toFloat64(positionUTF8(${or(text)}, ${or(part)}))`,
  }),
  nullif: {
    takes: "two values",
    doc: openSearchPage,
    compile(call, compiler) {
      const [value, other, ...others] = call.arguments;
      if (value === undefined || other === undefined || others.length > 0)
        return compiler.wrongArguments(call);
      const equal = compiler.condition({
        kind: "binary",
        operator: "=",
        left: value,
        right: other,
        span: call.span,
      });
      const { sql: kept, type } = compiler.value(value);
      return { sql: sql`if(${equal}, NULL, ${kept})`, type, nullable: true };
    },
  },
  reverse: ofText({ toSql: (text) => sql`reverseUTF8(${or(text)})` }),
  sha1: ofText({ toSql: (text) => sql`lower(hex(SHA1(${or(text)})))` }),
  /** As `datefloor`, but of any period. */
  span: {
    takes: "a timestamp and a period",
    doc: openSearchPage,
    compile(call, compiler) {
      const [instant, period, ...others] = call.arguments;
      if (instant === undefined || period === undefined || others.length > 0)
        return compiler.wrongArguments(call);
      const value = compiler.time(instant);
      return { ...value, sql: floorToPeriod(value.sql, compiler.period(period)) };
    },
  },
  toText: ofText({ toSql: (text) => or(text) }),
  /** The elements are texts. */
  json_array: ofText({
    takes: [],
    rest: "text",
    gives: "structure",
    nullable: false,
    toSql: (...texts) => sql`toJSONString([${joinSql(texts, ", ")}])`,
  }),
  /** Keys as they are written, each with a value behind it; what is missing is null. */
  json_object: {
    takes: "names in quotation marks, each with a value behind it",
    doc: openSearchPage,
    compile(call, compiler) {
      if (call.arguments.length % 2 === 1) return compiler.wrongArguments(call);
      const members = call.arguments.map((given, index) => {
        if (index % 2 === 1) return asJson(compiler.value(given));
        if (given.kind !== "text") return compiler.refuse("a name in quotation marks is expected", given);
        return sql`${`${index === 0 ? "" : ","}${JSON.stringify(given.text)}:`}`;
      });
      return {
        sql: sql`concat('{', ${joinSql([...members, sql`'}'`], ", ")})`,
        type: "structure",
        nullable: false,
      };
    },
  },
  json_valid: ofText({
    gives: "boolean",
    nullable: false,
    toSql: (text) => sql`isValidJSON(ifNull(${or(text)}, ''))`,
  }),
  /** A path like `$.users[0].name`; all of the document is `$`. */
  json_extract: {
    takes: "a text of JSON and a path in quotation marks",
    doc: openSearchPage,
    compile(call, compiler) {
      const [document, path, ...others] = call.arguments;
      if (document === undefined || path?.kind !== "text" || others.length > 0) {
        return compiler.wrongArguments(call);
      }
      const steps = stepsOf(path.text);
      if (steps === undefined) return compiler.refuse("a path such as $.name is expected", path);
      const source =
        document.kind === "field" ? compiler.pipeline.resolveStructure(document) : compiler.value(document);
      const text = sql`ifNull(${source.type === "structure" ? source.sql : asText(source).sql}, '')`;
      return { sql: jsonPart(text, steps), type: "structure", nullable: true };
    },
  },
};

/** Never NULL. */
function asJson(value: Value): Sql {
  if (value.type === "structure") return sql`ifNull(${value.sql}, 'null')`;
  if (value.type === "boolean") return sql`ifNull(toJSONString(toBool(${value.sql})), 'null')`;
  const scalar = value.type === "number" ? value.sql : asText(value).sql;
  return sql`ifNull(toJSONString(${scalar}), 'null')`;
}

function stepsOf(path: string): readonly FieldStep[] | undefined {
  if (!/^\$(?:\.[\w@-]+|\[\d{1,6}\]|\['[^']+'\])*$/.test(path)) return undefined;
  return [...path.matchAll(/\.([\w@-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(([, name, index, quoted]) =>
    index === undefined ? (name ?? quoted ?? "") : Number(index),
  );
}
