// `join`: rows together with those of another query that have the same values.
import type { QueryReader } from "../query-reader.ts";
import { printField, printName } from "../print-expression.ts";
import type { Command, FieldReference, Join } from "../query-tree.ts";
import { asText } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

/**
 * `join type=inner left=a right=b where a.id=b.id (SOURCE "group" | ...)`. From here on the fields of the
 * other query are those with its name in front; all others are those of the rows.
 */
export const join: CommandDefinition<Extract<Command, { kind: "join" }>> = {
  name: "join",
  doc: commandPage("Join"),
  parse(reader, start) {
    const options = parseOptions(reader);
    reader.expectWord("where");
    const on = [parseEquality(reader, options)];
    while (reader.takeWord("and")) on.push(parseEquality(reader, options));
    const query = reader.subquery();
    return { kind: "join", ...options, on, query, span: reader.spanFrom(start) };
  },
  print({ type, left, right, on, query }, printQuery) {
    const sides = `left=${printName(left)} right=${printName(right)}`;
    const side = (name: string, field: FieldReference) =>
      printField({ ...field, steps: [name, ...field.steps] });
    const equalities = on.map((keys) => `${side(left, keys.left)} = ${side(right, keys.right)}`);
    return `join type=${type} ${sides} where ${equalities.join(" and ")} (${printQuery(query)})`;
  },
  compile({ type, left, right, on, query }, compiler) {
    const other = compiler.nested.pipeline(query);
    const keys = on.map((fields) => ({
      own: asText(compiler.field(fields.left)),
      other: asText(other.resolve(fields.right)),
    }));
    compiler.pipeline.join(type, left, { name: right, pipeline: other }, keys);
  },
};

type Options = Pick<Join, "type" | "left" | "right">;

function parseOptions(reader: QueryReader): Options {
  const given = { left: "left", right: "right" };
  let type: Join["type"] = "inner";
  for (;;) {
    const name = (["type", "left", "right"] as const).find((word) => reader.takeWord(word));
    if (name === undefined) return { type, ...given };
    reader.expectSymbol("=");
    const { span } = reader.peek();
    const value = reader.alias();
    if (name !== "type") given[name] = value;
    else if (value === "inner" || value === "left") type = value;
    else reader.refuse("the type of a join is inner or left", span);
  }
}

/** Either side may come first. */
export function parseEquality(
  reader: QueryReader,
  { left, right }: Pick<Join, "left" | "right">,
): Join["on"][number] {
  const one = parseSide(reader, left, right);
  reader.expectSymbol("=");
  const other = parseSide(reader, left, right);
  if (one.side === other.side)
    reader.refuse("a field of each side of the join is expected", other.field.span);
  return one.side === left
    ? { left: one.field, right: other.field }
    : { left: other.field, right: one.field };
}

function parseSide(reader: QueryReader, left: string, right: string) {
  const field = reader.field();
  const [side, ...steps] = field.steps;
  if ((side !== left && side !== right) || steps.length === 0) {
    return reader.refuse(`a field of ${left} or ${right} is expected`, field.span);
  }
  return { side, field: { ...field, steps } };
}
