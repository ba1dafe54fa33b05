// `autoregress`: the values that a field had some rows before.
import { sql } from "../../sql.ts";
import { fieldName, printField, printName } from "../print-expression.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Autoregress = Extract<Command, { kind: "autoregress" }>;

/** AWS documents no limit. */
const deepest = 100;

/** `autoregress field [as alias] [p=first[-last]]`: makes `field_p1` and so on; one alone has the alias. */
export const autoregress: CommandDefinition<Autoregress> = {
  name: "autoregress",
  doc: commandPage("Autoregress"),
  parse(reader, start) {
    const field = reader.field();
    const alias = reader.takeWord("as") ? reader.alias() : undefined;
    if (!reader.takeWord("p")) {
      return { kind: "autoregress", field, alias, first: 1, last: 1, span: reader.spanFrom(start) };
    }
    reader.expectSymbol("=");
    const first = parseDepth(reader, 1);
    const last = reader.takeSymbol("-") ? parseDepth(reader, first) : first;
    return { kind: "autoregress", field, alias, first, last, span: reader.spanFrom(start) };
  },
  print({ field, alias, first, last }) {
    const printed = alias === undefined ? "" : ` as ${printName(alias)}`;
    return `autoregress ${printField(field)}${printed} p=${first}-${last}`;
  },
  compile({ field, alias, first, last }, compiler) {
    const { pipeline } = compiler;
    const { sql: value, type } = compiler.field(field);
    for (let depth = first; depth <= last; depth++) {
      const name = alias !== undefined && first === last ? alias : `${alias ?? fieldName(field)}_p${depth}`;
      const earlier = pipeline.defineInOrder(name, (order) => ({
        sql: sql`lagInFrame(toNullable(${value}), ${depth}) OVER (${order} ROWS UNBOUNDED PRECEDING)`,
        type,
        nullable: true,
      }));
      pipeline.put({ name, value: earlier });
    }
  },
};

function parseDepth(reader: QueryReader, least: number): number {
  const { kind, span } = reader.peek();
  const depth = Number(reader.text.slice(span.start, span.end));
  if (kind !== "number" || !Number.isInteger(depth) || depth < least || depth > deepest) {
    return reader.refuse(`a whole number from ${least} to ${deepest} is expected`, span);
  }
  reader.next();
  return depth;
}
