// `outlier`: removes, clamps or marks numbers that are far from the others.
import { joinSql, sql, type Sql } from "../../sql.ts";
import { fieldName, printField } from "../print-expression.ts";
import type { QueryReader } from "../query-reader.ts";
import type { FieldReference, Outlier } from "../query-tree.ts";
import { asNumber, asText, type Value } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

/** The field that says whether a row has an outlier; AWS documents that there is one, not its name. */
const marker = "is_outlier";

/**
 * `outlier [action=remove|transform] [param=2.5] [uselower=bool] [mark=bool] field ...`: an outlier is more
 * than `param` times the distance of the quartiles beyond them. The quartiles are exact, and interpolated
 * between the two nearest values. What is no number is no outlier.
 */
export const outlier: CommandDefinition<Outlier> = {
  name: "outlier",
  doc: commandPage("Outlier"),
  parse(reader, start) {
    const options = parseOptions(reader);
    const fields: [FieldReference, ...FieldReference[]] = [reader.field()];
    while (!reader.atCommandEnd()) fields.push(reader.field());
    return { kind: "outlier", ...options, fields, span: reader.spanFrom(start) };
  },
  print({ action, multiplier, checksLower, marks, fields }) {
    const options = `action=${action} param=${multiplier} uselower=${checksLower} mark=${marks}`;
    return `outlier ${options} ${fields.map(printField).join(" ")}`;
  },
  compile({ action, multiplier, checksLower, marks, fields }, compiler) {
    const { pipeline } = compiler;
    const values = fields.map((field) => ({ name: fieldName(field), value: compiler.field(field) }));
    const quartiles = pipeline.aggregateAll(
      values.map(({ value }) => sql`quantilesExactInclusive(0.25, 0.75)(${asNumber(value).sql})`),
    );
    const checked = values.map(({ name, value }, index) => {
      const [low, high] = [sql`${quartiles}[${index + 1}][1]`, sql`${quartiles}[${index + 1}][2]`];
      const distance = sql`${Number(multiplier)} * (${high} - ${low})`;
      const [least, most] = [sql`${low} - ${distance}`, sql`${high} + ${distance}`];
      const number = sql`ifNull(${asNumber(value).sql}, 0)`;
      const isNumber = sql`isNotNull(${asNumber(value).sql})`;
      const isAbove = sql`(${isNumber} AND ${number} > ${most})`;
      const isBelow = checksLower ? sql`(${isNumber} AND ${number} < ${least})` : sql`0`;
      return { name, value, least, most, isAbove, isBelow };
    });
    const isOutlier = joinSql(
      checked.map(({ isAbove, isBelow }) => sql`${isAbove} OR ${isBelow}`),
      " OR ",
    );
    if (marks) {
      const marked = { sql: sql`(${isOutlier})`, type: "boolean", nullable: false } as const;
      pipeline.put({ name: marker, value: pipeline.define(marker, marked) });
    }
    if (action === "remove") return pipeline.filter(sql`NOT (${isOutlier})`);
    for (const { name, value, least, most, isAbove, isBelow } of checked) {
      const isShown = pipeline.output.some((column) => column.name === name);
      const clamped = sql`multiIf(${isAbove}, ${asType(value, most)}, ${isBelow}, ${asType(value, least)}`;
      const made = pipeline.define(name, { ...alike(value), sql: sql`${clamped}, ${alike(value).sql})` });
      if (isShown) pipeline.put({ name, value: made });
    }
  },
};

/** Numbers and instants stay what they are; anything else may be a text as well. */
function alike(value: Value): Value {
  return value.type === "number" || value.type === "time" ? value : { ...asText(value), type: "field" };
}

function asType({ type }: Value, bound: Sql): Sql {
  if (type === "number") return bound;
  return type === "time" ? sql`toInt64(${bound})` : sql`toString(${bound})`;
}

type Options = Pick<Outlier, "action" | "multiplier" | "checksLower" | "marks">;

function parseOptions(reader: QueryReader): Options {
  let action: Options["action"] = "transform";
  let [multiplier, checksLower, marks] = ["2.5", false, false];
  for (;;) {
    const [, name] = /^(action|param|uselower|mark)\s*=/i.exec(reader.text.slice(reader.offset)) ?? [];
    if (name === undefined) return { action, multiplier, checksLower, marks };
    reader.expectWord(name);
    reader.expectSymbol("=");
    const option = name.toLowerCase();
    if (option === "action") action = parseAction(reader);
    else if (option === "param") multiplier = parseNumber(reader);
    else if (option === "uselower") checksLower = reader.boolean();
    else marks = reader.boolean();
  }
}

function parseAction(reader: QueryReader): Outlier["action"] {
  if (reader.takeWord("remove")) return "remove";
  reader.expectWord("transform");
  return "transform";
}

function parseNumber(reader: QueryReader): string {
  const token = reader.peek();
  if (token.kind !== "number") return reader.refuse("a number is expected", token.span);
  reader.next();
  return token.text;
}
