// `sort`: the order of the rows.
import { parseDirection } from "../over-grammar.ts";
import { parseExpression } from "../parse-expression.ts";
import { printSortKey } from "../print-expression.ts";
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Sort = Extract<Command, { kind: "sort" }>;

/** Numbers by their size, before texts in the order of their characters; a missing value comes last. */
export const sort: CommandDefinition<Sort> = {
  name: "sort",
  doc: commandPage("Sort"),
  parse(reader, start) {
    reader.takeWord("by");
    const keys = reader.list(() => {
      const from = reader.offset;
      const expression = parseExpression(reader);
      const { end } = reader.spanFrom(from);
      return { expression, text: reader.text.slice(from, end), ...parseDirection(reader) };
    });
    return { kind: "sort", keys, span: reader.spanFrom(start) };
  },
  print: ({ keys }, printQuery) => `sort ${keys.map((key) => printSortKey(key, printQuery)).join(", ")}`,
  compile({ keys }, compiler) {
    compiler.pipeline.sort(
      keys.map(({ expression, text, descending, missing }) => ({
        value: compiler.pipeline.columnNamed(text) ?? compiler.value(expression),
        descending,
        missing,
      })),
    );
  },
};
