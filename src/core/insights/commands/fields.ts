// `fields`: columns to show, and new fields made by expressions.
import { parseNamedExpression } from "../parse-expression.ts";
import { fieldName, printNamed } from "../print-expression.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { OutputColumn } from "../output-columns.ts";
import type { Command, NamedExpression } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Fields = Extract<Command, { kind: "fields" }>;

/** Several `fields` show all their columns together. */
export const fields: CommandDefinition<Fields> = {
  name: "fields",
  doc: commandPage("Fields"),
  parse(reader, start) {
    const items = reader.list(() => parseNamedExpression(reader));
    return { kind: "fields", items, span: reader.spanFrom(start) };
  },
  print: ({ items }, printQuery) => `fields ${items.map((item) => printNamed(item, printQuery)).join(", ")}`,
  compile({ items }, compiler) {
    compiler.pipeline.show(compileNamed(items, compiler), false);
  },
};

/** A field without an alias stands for itself; everything else becomes a new field of the rows. */
export function compileNamed(
  items: readonly NamedExpression[],
  compiler: ExpressionCompiler,
): readonly OutputColumn[] {
  return items.map(({ expression, alias, text }) => {
    if (expression.kind === "field" && alias === undefined) {
      return { name: fieldName(expression), value: compiler.field(expression) };
    }
    const made = compiler.pipeline.columnNamed(text);
    if (made !== undefined && alias === undefined) return { name: text, value: made };
    const name = alias ?? text;
    return { name, value: compiler.pipeline.define(name, compiler.value(expression)) };
  });
}
