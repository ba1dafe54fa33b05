// `countFrequent`: how often each combination of values comes, the most frequent first.
import { sql } from "../../sql.ts";
import { fieldName, printField } from "../print-expression.ts";
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type CountFrequent = Extract<Command, { kind: "countFrequent" }>;

/** The counts are exact here; AWS calls them approximate. */
export const countFrequent: CommandDefinition<CountFrequent> = {
  name: "countFrequent",
  doc: commandPage("CountFrequent"),
  parse(reader, start) {
    const fields = reader.list(() => reader.field());
    return { kind: "countFrequent", fields, span: reader.spanFrom(start) };
  },
  print: ({ fields }) => `countFrequent ${fields.map(printField).join(", ")}`,
  compile({ fields }, compiler) {
    const { pipeline } = compiler;
    const keys = fields.map((field) => ({ name: fieldName(field), value: compiler.field(field) }));
    const count = { sql: sql`toFloat64(count())`, type: "number", nullable: false } as const;
    pipeline.aggregate(keys, [{ name: "_approxcount", value: count }]);
    const order = pipeline.output.map(({ name, value }) => ({ value, descending: name === "_approxcount" }));
    pipeline.sort(order.toReversed());
  },
};
