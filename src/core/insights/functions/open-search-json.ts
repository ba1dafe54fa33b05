// JSON functions of OpenSearch PPL and SQL.
import { joinSql, sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import { jsonPart } from "../discovered-fields.ts";
import { listOrValue } from "../discovered-lists.ts";
import type { Call, Expression, FieldStep } from "../query-tree.ts";
import { asText, type Value } from "../value.ts";
import { openSearchPage, type FunctionTable } from "./define.ts";
import { constantOf, ofText, or, taking } from "./open-search-kinds.ts";

/** The text of the JSON document that an argument is; empty where it is missing. */
export function documentText(
  argument: Expression | undefined,
  call: Call,
  compiler: ExpressionCompiler,
): Sql {
  if (argument === undefined) return compiler.wrongArguments(call);
  const value =
    argument.kind === "field" ? listOrValue(argument, compiler.pipeline) : compiler.value(argument);
  return sql`ifNull(${value.type === "structure" ? value.sql : asText(value).sql}, '')`;
}

export const openSearchJson: FunctionTable = {
  /** The members of a text of JSON that the schema names, those that are missing as null. */
  from_json: taking("a text of JSON and a schema", [2, 3], (compiler, call, document, schema) => {
    const text = documentText(document, call, compiler);
    const names = namesOf(constantOf(compiler, call, 1) ?? "");
    if (names === undefined)
      return compiler.refuse("a schema such as 'a INT, b STRING' is expected", schema ?? call);
    if (call.arguments.length === 3) compiler.refuse("options of from_json are not supported", call);
    const valid = sql`isValidJSON(${text})`;
    if (names.length === 0)
      return { sql: sql`if(${valid}, ${text}, NULL)`, type: "structure", nullable: true };
    const members = names.map((name, index) => {
      const raw = sql`JSONExtractRaw(${text}, ${name})`;
      return sql`${`${index === 0 ? "" : ","}${JSON.stringify(name)}:`}, if(${raw} = '', 'null', ${raw})`;
    });
    const whole = sql`concat('{', ${joinSql([...members, sql`'}'`], ", ")})`;
    return { sql: sql`if(${valid}, ${whole}, NULL)`, type: "structure", nullable: true };
  }),
  /** The text itself where it is JSON. */
  json_text: taking("a text of JSON", [1], (compiler, call, document) => {
    const text = documentText(document, call, compiler);
    return { sql: sql`if(isValidJSON(${text}), ${text}, NULL)`, type: "structure", nullable: true };
  }),
  json_keys: taking("a text of JSON", [1], (compiler, call, document) => {
    const text = documentText(document, call, compiler);
    const isObject = sql`isValidJSON(${text}) AND toString(JSONType(${text})) = 'Object'`;
    const keys = sql`toJSONString(JSONExtractKeys(${text}))`;
    return { sql: sql`if(${isObject}, ${keys}, NULL)`, type: "structure", nullable: true };
  }),
  json_array: {
    takes: "values",
    doc: openSearchPage,
    compile: (call, compiler) => ({
      sql: listOf(call.arguments.map((argument) => asJson(compiler.value(argument)))),
      type: "structure",
      nullable: false,
    }),
  },
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
  to_json: taking("a value", [1, 2], (compiler, call, value) => {
    if (value === undefined) return compiler.wrongArguments(call);
    if (call.arguments.length === 2) compiler.refuse("options of to_json are not supported", call);
    const given = value.kind === "field" ? listOrValue(value, compiler.pipeline) : compiler.value(value);
    return { sql: asJson(given), type: "text", nullable: false };
  }),
  /** A path like `$.users[0].name`, `$.users[*].name` for a list of all; all of the document is `$`. */
  json_extract: taking(
    "a text of JSON and a path in quotation marks",
    [2],
    (compiler, call, document, path) => {
      const steps = stepsOf(constantOf(compiler, call, 1) ?? "");
      if (steps === undefined || document === undefined) {
        return compiler.refuse("a path such as $.name is expected", path ?? call);
      }
      const [first = [], ...others] = steps;
      const source =
        document.kind === "field" ? compiler.pipeline.resolveStructure(document) : compiler.value(document);
      const text = sql`ifNull(${source.type === "structure" ? source.sql : asText(source).sql}, '')`;
      const part = first.length === 0 && others.length > 0 ? text : jsonPart(text, first);
      return { sql: partsOf(part, others), type: "structure", nullable: true };
    },
  ),
};

/** Behind a star the list of what each element has there; elements without it are left out. */
function partsOf(document: Sql, stars: readonly (readonly FieldStep[])[]): Sql {
  const [steps, ...others] = stars;
  if (steps === undefined) return document;
  const text = sql`ifNull(${document}, '')`;
  const inner =
    steps.length === 0 ? sql`element` : sql`JSONExtractRaw(element, ${joinSql(steps.map(stepSql), ", ")})`;
  const mapped = sql`arrayMap(element -> ${inner}, JSONExtractArrayRaw(${text}))`;
  const parts = sql`arrayFilter(part -> part != '', ${mapped})`;
  const list = sql`if(empty(${parts}), NULL, ${listOfParts(parts)})`;
  return partsOf(list, others);
}

/** The engine counts elements from one. */
const stepSql = (step: FieldStep): Sql => (typeof step === "number" ? sql`${step + 1}` : sql`${step}`);

const listOfParts = (parts: Sql): Sql => sql`concat('[', arrayStringConcat(${parts}, ','), ']')`;

export function listOf(elements: readonly Sql[]): Sql {
  return elements.length === 0 ? sql`'[]'` : listOfParts(sql`[${joinSql(elements, ", ")}]`);
}

/** Never NULL: what is missing is null. */
export function asJson(value: Value): Sql {
  if (value.type === "structure") return sql`ifNull(${value.sql}, 'null')`;
  if (value.type === "boolean" || value.type === "truth") {
    return sql`ifNull(toJSONString(toBool(${value.sql})), 'null')`;
  }
  const scalar = value.type === "number" ? value.sql : asText(value).sql;
  const json = sql`ifNull(toJSONString(${scalar}), 'null')`;
  // What a field of an event holds is a number where its text is one.
  return value.type === "field"
    ? sql`if(ifNull(match(${scalar}, ${jsonNumber}), 0), ${scalar}, ${json})`
    : json;
}

const jsonNumber = String.raw`^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$`;

/** The ways between the stars of a path; undefined for what is no path. */
function stepsOf(path: string): readonly (readonly FieldStep[])[] | undefined {
  if (!/^\$(?:\.?[\w@-]+|\[(?:\d{1,6}|\*)\]|\['[^']+'\])*$/.test(path)) return undefined;
  return path
    .split("[*]")
    .map((way) =>
      [...way.replace(/^\$/, "").matchAll(/\.?([\w@-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
        ([, name, index, quoted]) => (index === undefined ? (name ?? quoted ?? "") : Number(index)),
      ),
    );
}

/** The names that a schema such as `a INT, b ARRAY<STRING>` has at its top; none for a list. */
function namesOf(schema: string): readonly string[] | undefined {
  const text = schema.trim();
  if (/^(?:array|map)\s*</i.test(text)) return [];
  const inside = /^struct\s*<(.*)>$/is.exec(text)?.[1] ?? text;
  let depth = 0;
  let flat = "";
  for (const character of inside) {
    if (character === ">" || character === ")") depth -= 1;
    if (depth === 0) flat += character;
    if (character === "<" || character === "(") depth += 1;
  }
  const names = flat.split(",").map((part) => /^\s*`?([\w@.-]+)`?\s*(?::|\s)\s*[a-z]/i.exec(part)?.[1]);
  return names.every((name) => name !== undefined) ? names : undefined;
}
