// `unmask`: a field without the masks of data protection.
import { unmaskedStep } from "../discovered-fields.ts";
import { fieldName, printField } from "../print-expression.ts";
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Unmask = Extract<Command, { kind: "unmask" }>;

/** A field that another command has made is shown as it is: what it is made of is masked. */
export const unmask: CommandDefinition<Unmask> = {
  name: "unmask",
  doc: commandPage("Unmask"),
  parse: (reader, start) => ({ kind: "unmask", field: reader.field(), span: reader.spanFrom(start) }),
  print: ({ field }) => `unmask ${printField(field)}`,
  compile({ field }, compiler) {
    const name = `unmask(${fieldName(field)})`;
    const { pipeline } = compiler;
    const shown = pipeline.isDiscovered(field) ? { ...field, steps: [unmaskedStep, ...field.steps] } : field;
    pipeline.show([{ name, value: compiler.field(shown) }], false);
  },
};
