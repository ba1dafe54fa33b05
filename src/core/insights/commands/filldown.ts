// `filldown`: the last value of a field stands for those that are missing behind it.
import { sql } from "../../sql.ts";
import { fieldName, printField } from "../print-expression.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { OutputColumn } from "../output-columns.ts";
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Filldown = Extract<Command, { kind: "filldown" }>;

/** `filldown [host cpu* ...]`, in the order of the rows; a star and no fields mean those that are shown. */
export const filldown: CommandDefinition<Filldown> = {
  name: "filldown",
  doc: commandPage("Filldown"),
  parse(reader, start) {
    const fields: Filldown["fields"][number][] = [];
    while (!reader.atCommandEnd()) fields.push({ field: reader.field(), isPrefix: reader.takeSymbol("*") });
    return { kind: "filldown", fields, span: reader.spanFrom(start) };
  },
  print({ fields }) {
    const printed = fields.map(({ field, isPrefix }) => `${printField(field)}${isPrefix ? "*" : ""}`);
    return `filldown ${printed.join(" ")}`.trim();
  },
  compile(command, compiler) {
    for (const { name, value } of filled(command, compiler)) {
      const isShown = compiler.pipeline.output.some((column) => column.name === name);
      const made = compiler.pipeline.defineInOrder(name, (order) => ({
        sql: sql`anyLast(toNullable(${value.sql})) OVER (${order} ROWS UNBOUNDED PRECEDING)`,
        type: value.type,
        nullable: true,
      }));
      if (isShown) compiler.pipeline.put({ name, value: made });
    }
  },
};

function filled({ fields }: Filldown, compiler: ExpressionCompiler): readonly OutputColumn[] {
  const { output } = compiler.pipeline;
  if (fields.length === 0) return output;
  return fields.flatMap(({ field, isPrefix }) => {
    const name = fieldName(field);
    if (isPrefix) return output.filter((column) => column.name.startsWith(name));
    return [{ name, value: compiler.field(field) }];
  });
}
