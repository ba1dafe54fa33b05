// `lookup`: values out of a table that was uploaded, by the values of fields.
import { printField, printName } from "../print-expression.ts";
import { InsightsQueryError } from "../query-error.ts";
import type { Command } from "../query-tree.ts";
import type { LookupTable } from "../scope.ts";
import { asText } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Lookup = Extract<Command, { kind: "lookup" }>;

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
    reader.expectWord("output");
    const output = reader.list(() => {
      const column = reader.alias();
      return { column, alias: reader.takeWord("as") ? reader.alias() : undefined };
    });
    return { kind: "lookup", table, on, output, span: reader.spanFrom(start) };
  },
  print({ table, on, output }) {
    const keys = on.map(({ column, field }) => `${printName(column)} as ${printField(field)}`);
    const columns = output.map(({ column, alias }) =>
      alias === undefined ? printName(column) : `${printName(column)} as ${printName(alias)}`,
    );
    return `lookup ${printName(table)} ${keys.join(", ")} OUTPUT ${columns.join(", ")}`;
  },
  compile(command, compiler) {
    const { pipeline } = compiler;
    const table = pipeline.scope.lookupTables.get(command.table);
    if (table === undefined) refuse(command, `the lookup table ${command.table} does not exist`);
    const on = command.on.map(({ column, field }) => ({
      value: asText(compiler.field(field)),
      cells: cellsOf(table, column, command),
    }));
    const output = command.output.map(({ column, alias = column }) => ({
      name: alias,
      cells: cellsOf(table, column, command),
    }));
    pipeline.lookUp(on, output);
  },
};

function refuse({ span }: Lookup, message: string): never {
  throw new InsightsQueryError(message, span);
}

function cellsOf({ columns, rows }: LookupTable, column: string, command: Lookup): readonly string[] {
  const index = columns.indexOf(column);
  if (index < 0) refuse(command, `the lookup table ${command.table} has no column ${column}`);
  return rows.map((row) => row[index] ?? "");
}
