// `json`: a value out of the JSON in a field.
import { sql } from "../../sql.ts";
import { jsonField } from "../discovered-fields.ts";
import { printField, printName, printText } from "../print-expression.ts";
import type { Command, FieldStep } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Json = Extract<Command, { kind: "json" }>;

/**
 * `json field=payload "user.name" as username`: the field may be a text of JSON, or an object in the JSON of
 * the event. The page of `parse` describes it.
 */
export const json: CommandDefinition<Json> = {
  name: "json",
  doc: commandPage("Parse"),
  parse(reader, start) {
    reader.expectWord("field");
    reader.expectSymbol("=");
    const field = reader.field();
    const path = reader.textLiteral();
    if (path.text === "") reader.refuse("the way to a value is expected", path.span);
    reader.expectWord("as");
    return { kind: "json", field, path, alias: reader.alias(), span: reader.spanFrom(start) };
  },
  print: ({ field, path, alias }) =>
    `json field=${printField(field)} ${printText(path.text)} as ${printName(alias)}`,
  compile({ field, path, alias }, compiler) {
    const { pipeline } = compiler;
    const steps = stepsOf(path.text);
    const text = sql`ifNull(${pipeline.resolveStructure(field).sql}, '')`;
    const inText = jsonField(text, steps);
    const isInEvent = pipeline.isDiscovered(field);
    const inEvent = isInEvent
      ? compiler.field({ ...field, steps: [...field.steps, ...steps] }).sql
      : sql`NULL`;
    const value = isInEvent ? sql`coalesce(${inEvent}, ${inText})` : inText;
    pipeline.define(alias, { sql: value, type: "field", nullable: true });
  },
};

/** `users[1].name` and `users.1.name` are the same. */
const stepsOf = (path: string): readonly FieldStep[] => path.replaceAll(/\[(\d{1,6})\]/g, ".$1").split(".");
