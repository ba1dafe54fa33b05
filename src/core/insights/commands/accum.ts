// `accum`: the running sum of a field.
import { sql } from "../../sql.ts";
import { fieldName, printField, printName } from "../print-expression.ts";
import type { Command } from "../query-tree.ts";
import { asNumber } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Accum = Extract<Command, { kind: "accum" }>;

/** In the order of the rows; what is no number adds nothing. Without an alias it is in the field's place. */
export const accum: CommandDefinition<Accum> = {
  name: "accum",
  doc: commandPage("Accum"),
  parse(reader, start) {
    const field = reader.field();
    const alias = reader.takeWord("as") ? reader.alias() : undefined;
    return { kind: "accum", field, alias, span: reader.spanFrom(start) };
  },
  print: ({ field, alias }) =>
    `accum ${printField(field)}${alias === undefined ? "" : ` as ${printName(alias)}`}`,
  compile({ field, alias }, compiler) {
    const number = asNumber(compiler.field(field)).sql;
    const name = alias ?? fieldName(field);
    const value = compiler.pipeline.defineInOrder(name, (order) => ({
      sql: sql`sum(${number}) OVER (${order} ROWS UNBOUNDED PRECEDING)`,
      type: "number",
      nullable: true,
    }));
    compiler.pipeline.put({ name, value });
  },
};
