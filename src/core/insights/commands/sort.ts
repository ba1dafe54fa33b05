// `sort`: the order of the rows.
import { parseExpression } from "../parse-expression.ts";
import { printExpression } from "../print-expression.ts";
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
      const descending = reader.takeWord("desc");
      if (!descending) reader.takeWord("asc");
      return { expression, text: reader.text.slice(from, end), descending };
    });
    return { kind: "sort", keys, span: reader.spanFrom(start) };
  },
  print({ keys }, printQuery) {
    const printed = keys.map(
      ({ expression, descending }) =>
        `${printExpression(expression, printQuery)} ${descending ? "desc" : "asc"}`,
    );
    return `sort ${printed.join(", ")}`;
  },
  compile({ keys }, compiler) {
    compiler.pipeline.sort(
      keys.map(({ expression, text, descending }) => ({
        value: compiler.pipeline.columnNamed(text) ?? compiler.value(expression),
        descending,
      })),
    );
  },
};
