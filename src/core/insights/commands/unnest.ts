// `unnest`: a row for each element of a list.
import { listOrValue } from "../discovered-lists.ts";
import { printField, printName } from "../print-expression.ts";
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Unnest = Extract<Command, { kind: "unnest" }>;

/** What is no list counts as a list of one element. */
export const unnest: CommandDefinition<Unnest> = {
  name: "unnest",
  doc: commandPage("Unnest"),
  parse(reader, start) {
    const list = reader.field();
    reader.expectWord("into");
    return { kind: "unnest", list, into: reader.alias(), span: reader.spanFrom(start) };
  },
  print: ({ list, into }) => `unnest ${printField(list)} into ${printName(into)}`,
  compile({ list, into }, compiler) {
    compiler.pipeline.expand(listOrValue(list, compiler.pipeline), into);
  },
};
