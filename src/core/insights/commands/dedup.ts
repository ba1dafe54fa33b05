// `dedup`: one row of all that have the same values in some fields.
import { printField } from "../print-expression.ts";
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Dedup = Extract<Command, { kind: "dedup" }>;

/** The first in the order of the rows stays, the newest event when nothing was sorted. */
export const dedup: CommandDefinition<Dedup> = {
  name: "dedup",
  doc: commandPage("Dedup"),
  parse(reader, start) {
    return { kind: "dedup", fields: reader.list(() => reader.field()), span: reader.spanFrom(start) };
  },
  print: ({ fields }) => `dedup ${fields.map(printField).join(", ")}`,
  compile({ fields }, compiler) {
    compiler.pipeline.takeOneBy(fields.map((field) => compiler.field(field)));
  },
};
