// `cidrlookup`: values out of a table that was uploaded, by the range that an IP address is in.
import { addressDigits, rangeDigits, smallestRange } from "../address-ranges.ts";
import { cellsOf, fillFields, parseLookupOutput, printLookupOutput, tableOf } from "../lookup-output.ts";
import { fieldName, printField, printName } from "../print-expression.ts";
import { InsightsQueryError } from "../query-error.ts";
import type { CidrLookup } from "../query-tree.ts";
import type { LookupTable } from "../scope.ts";
import { sql } from "../../sql.ts";
import { asText } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

/**
 * `cidrlookup table field [as column] OUTPUT column, ...`. Of several ranges that have the address the
 * smallest one counts, and of the same range in several rows the first; AWS documents neither.
 */
export const cidrlookup: CommandDefinition<CidrLookup> = {
  name: "cidrlookup",
  doc: commandPage("Cidrlookup"),
  parse(reader, start) {
    const table = reader.alias();
    const field = reader.field();
    const column = reader.takeWord("as") ? reader.alias() : undefined;
    const output = parseLookupOutput(reader);
    return { kind: "cidrlookup", table, field, column, ...output, span: reader.spanFrom(start) };
  },
  print(command) {
    const { table, field, column } = command;
    const ranges = column === undefined ? "" : ` as ${printName(column)}`;
    return `cidrlookup ${printName(table)} ${printField(field)}${ranges} ${printLookupOutput(command)}`;
  },
  compile(command, compiler) {
    const { pipeline } = compiler;
    const table = tableOf(command, compiler);
    const ranges = rangesOf(table, command);
    const text = sql`ifNull(${asText(compiler.field(command.field)).sql}, '')`;
    const output = command.output.map(({ column, alias = column }) => ({
      name: alias,
      cells: cellsOf(table, column, command),
    }));
    fillFields(command, compiler, () => {
      const row = pipeline.define("@matchedRange", {
        sql: smallestRange(addressDigits(text), ranges),
        type: "number",
        nullable: false,
      });
      return output.map(({ name, cells }) =>
        pipeline.define(name, {
          sql: sql`if(${row.sql} = 0, NULL, ${cells}[${row.sql}])`,
          type: "field",
          nullable: true,
        }),
      );
    });
  },
};

/** The digits of each range with the number of its row, from 1. */
function rangesOf(table: LookupTable, command: CidrLookup): ReadonlyMap<string, number> {
  const column = command.column ?? rangeColumn(table, command);
  const ranges = new Map<string, number>();
  cellsOf(table, column, command).forEach((cell, index) => {
    const digits = rangeDigits(cell);
    if (digits !== undefined && !ranges.has(digits)) ranges.set(digits, index + 1);
  });
  if (ranges.size > 0) return ranges;
  const message = `the column ${column} of the lookup table ${command.table} has no CIDR ranges`;
  throw new InsightsQueryError(message, command.span);
}

/** The column with the name of the field, or the one of which every cell is a range. */
function rangeColumn({ columns, rows }: LookupTable, { table, field, span }: CidrLookup): string {
  const name = fieldName(field);
  if (columns.includes(name)) return name;
  const [only, ...others] = columns.filter((_, index) =>
    rows.every((row) => rangeDigits(row[index] ?? "") !== undefined),
  );
  if (only !== undefined && others.length === 0) return only;
  throw new InsightsQueryError(
    `the column of the lookup table ${table} with the CIDR ranges must be named by 'as'`,
    span,
  );
}
