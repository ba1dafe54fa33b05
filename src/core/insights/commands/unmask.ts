// `unmask`: a field without the masks of data protection.
import { unmasked } from "../functions/general.ts";
import { fieldName, printField } from "../print-expression.ts";
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Unmask = Extract<Command, { kind: "unmask" }>;

export const unmask: CommandDefinition<Unmask> = {
  name: "unmask",
  doc: commandPage("Unmask"),
  parse: (reader, start) => ({ kind: "unmask", field: reader.field(), span: reader.spanFrom(start) }),
  print: ({ field }) => `unmask ${printField(field)}`,
  compile({ field }, compiler) {
    const name = `unmask(${fieldName(field)})`;
    compiler.pipeline.show([{ name, value: unmasked(field, compiler) }], false);
  },
};
