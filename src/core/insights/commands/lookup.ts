// `lookup`: values out of a table that was uploaded, by the values of fields.
import { cellsOf, fillFields, parseLookupOutput, printLookupOutput, tableOf } from "../lookup-output.ts";
import { printField, printName } from "../print-expression.ts";
import type { Lookup } from "../query-tree.ts";
import { asText } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

/** `lookup table column as field OUTPUT column, ...`: cases matter, and the first row that fits counts. */
export const lookup: CommandDefinition<Lookup> = {
  name: "lookup",
  doc: commandPage("Lookup"),
  parse(reader, start) {
    const table = reader.alias();
    const on = reader.list(() => {
      const from = reader.field();
      const column = from.steps.join(".");
      return { column, field: reader.takeWord("as") ? reader.field() : from };
    });
    return { kind: "lookup", table, on, ...parseLookupOutput(reader), span: reader.spanFrom(start) };
  },
  print(command) {
    const keys = command.on.map(({ column, field }) => `${printName(column)} as ${printField(field)}`);
    return `lookup ${printName(command.table)} ${keys.join(", ")} ${printLookupOutput(command)}`;
  },
  compile(command, compiler) {
    const table = tableOf(command, compiler);
    const on = command.on.map(({ column, field }) => ({
      value: asText(compiler.field(field)),
      cells: cellsOf(table, column, command),
    }));
    const output = command.output.map(({ column, alias = column }) => ({
      name: alias,
      cells: cellsOf(table, column, command),
    }));
    fillFields(command, compiler, () => compiler.pipeline.lookUp(on, output));
  },
};
