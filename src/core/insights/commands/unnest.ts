// `unnest`: a row for each element of a list.
import { sql } from "../../sql.ts";
import { documentOf, jsonPart } from "../discovered-fields.ts";
import { printField, printName } from "../print-expression.ts";
import type { Command, FieldReference } from "../query-tree.ts";
import type { EventScope } from "../scope.ts";
import { asText, type Value } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Unnest = Extract<Command, { kind: "unnest" }>;

/** What is no list counts as a list of one element. */
export const unnest: CommandDefinition<Unnest> = {
  name: "unnest",
  doc: commandPage("Unnest"),
  parse(reader, start) {
    const list = reader.field();
    reader.expectWord("into");
    return { kind: "unnest", list, into: reader.alias(), span: reader.spanFrom(start) };
  },
  print: ({ list, into }) => `unnest ${printField(list)} into ${printName(into)}`,
  compile({ list, into }, compiler) {
    const { pipeline } = compiler;
    const value = pipeline.resolveStructure(list);
    pipeline.expand(pipeline.isDiscovered(list) ? listOr(value, list, pipeline.scope) : value, into);
  },
};

/** Lists of the event's own JSON are no fields, so that they are looked for. */
function listOr(value: Value, { steps }: FieldReference, scope: EventScope): Value {
  const part = jsonPart(documentOf(scope), steps);
  return { ...value, sql: sql`if(startsWith(ifNull(${part}, ''), '['), ${part}, ${asText(value).sql})` };
}
