// `display`: the columns to show, in the place of all others.
import { parseNamedExpression } from "../parse-expression.ts";
import { printNamed } from "../print-expression.ts";
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";
import { compileNamed } from "./fields.ts";

type Display = Extract<Command, { kind: "display" }>;

/** Of several `display` the last one counts. */
export const display: CommandDefinition<Display> = {
  name: "display",
  doc: commandPage("Display"),
  parse(reader, start) {
    const items = reader.list(() => parseNamedExpression(reader));
    return { kind: "display", items, span: reader.spanFrom(start) };
  },
  print: ({ items }, printQuery) => `display ${items.map((item) => printNamed(item, printQuery)).join(", ")}`,
  compile({ items }, compiler) {
    compiler.pipeline.show(compileNamed(items, compiler), true);
  },
};
