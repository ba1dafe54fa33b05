// `dedup`: one row of all that have the same values in some fields.
import { printField } from "../print-expression.ts";
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Dedup = Extract<Command, { kind: "dedup" }>;

/**
 * The first in the order of the rows stays, the newest event when nothing was sorted. OpenSearch PPL keeps
 * more than one where a number stands in front of the fields.
 */
export const dedup: CommandDefinition<Dedup> = {
  name: "dedup",
  doc: commandPage("Dedup"),
  parse(reader, start) {
    const count = reader.count() ?? 1;
    const fields = reader.list(() => reader.field());
    return { kind: "dedup", count, fields, span: reader.spanFrom(start) };
  },
  print: ({ count, fields }) => `dedup ${count === 1 ? "" : `${count} `}${fields.map(printField).join(", ")}`,
  compile({ count, fields }, compiler) {
    const values = fields.map((field) => compiler.field(field));
    compiler.pipeline.takeSomeBy(values, count);
  },
};
