// What `lookup` and `cidrlookup` have in common: the table, and the fields that its cells become.
import type { ExpressionCompiler } from "./compile-expression.ts";
import { printName } from "./print-expression.ts";
import { InsightsQueryError, type Span } from "./query-error.ts";
import type { QueryReader } from "./query-reader.ts";
import type { LookupOutput } from "./query-tree.ts";
import type { LookupTable } from "./scope.ts";
import { sql } from "../sql.ts";
import { asText, type Value } from "./value.ts";

/** `OUTPUT column [as name], ...`, or `OUTPUTNEW` for the fields that have no value. */
export function parseLookupOutput(reader: QueryReader): LookupOutput {
  const keepsValues = reader.takeWord("outputnew");
  if (!keepsValues) reader.expectWord("output");
  const output = reader.list(() => {
    const column = reader.alias();
    return { column, alias: reader.takeWord("as") ? reader.alias() : undefined };
  });
  return { output, keepsValues };
}

export function printLookupOutput({ output, keepsValues }: LookupOutput): string {
  const columns = output.map(({ column, alias }) =>
    alias === undefined ? printName(column) : `${printName(column)} as ${printName(alias)}`,
  );
  return `${keepsValues ? "OUTPUTNEW" : "OUTPUT"} ${columns.join(", ")}`;
}

interface NamedTable {
  readonly table: string;
  readonly span: Span;
}

/** @throws InsightsQueryError when there is no such table. */
export function tableOf(command: NamedTable, { pipeline }: ExpressionCompiler): LookupTable {
  const table = pipeline.scope.lookupTables.get(command.table);
  if (table === undefined) {
    throw new InsightsQueryError(`the lookup table ${command.table} does not exist`, command.span);
  }
  return table;
}

/** @throws InsightsQueryError when the table has no such column. */
export function cellsOf(table: LookupTable, column: string, command: NamedTable): readonly string[] {
  const index = table.columns.indexOf(column);
  if (index < 0) {
    throw new InsightsQueryError(`the lookup table ${command.table} has no column ${column}`, command.span);
  }
  return table.rows.map((row) => row[index] ?? "");
}

/**
 * Makes fields of what was found; `find` defines them, one for each column of the output. With `OUTPUTNEW` a
 * value that is there stays, and an empty one where nothing was found.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Lookup.html
 */
export function fillFields(
  command: LookupOutput & NamedTable,
  compiler: ExpressionCompiler,
  find: () => readonly Value[],
): void {
  const { pipeline } = compiler;
  const { output, keepsValues, span } = command;
  const names = output.map(({ column, alias = column }) => alias);
  const before = keepsValues
    ? names.map((name) => asText(compiler.field({ kind: "field", steps: name.split("."), span })))
    : [];
  find().forEach((found, index) => {
    const [name = "", own] = [names[index], before[index]];
    const value = own === undefined ? found : pipeline.define(name, unlessPresent(own, found));
    if (pipeline.output.length > 0) pipeline.put({ name, value });
  });
}

const unlessPresent = (own: Value, found: Value): Value => ({
  sql: sql`if(ifNull(${own.sql}, '') = '', ifNull(${found.sql}, ${own.sql}), ${own.sql})`,
  type: "field",
  nullable: true,
});
