// `appendcols`: the columns of another query beside those of the rows, by their places.
import { sql } from "../../sql.ts";
import type { QueryReader } from "../query-reader.ts";
import type { AppendCols } from "../query-tree.ts";
import { shownColumns } from "../shown-columns.ts";
import { asText, type Value } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";
import { maximumRows } from "./limit.ts";

const defaultRows = 10_000;

/**
 * `appendcols [override=true|false] [max=n] (...)`: the first row gets the columns of the other query's first
 * row, and so on. Of two columns with one name the rows keep their own, but with `override` where the other
 * query has a value. Rows that it has more than these are left out.
 */
export const appendcols: CommandDefinition<AppendCols> = {
  name: "appendcols",
  doc: commandPage("Appendcols"),
  parse(reader, start) {
    let [override, max] = [false, defaultRows];
    while (!reader.isSymbol("(")) {
      const isOverride = reader.takeWord("override");
      if (!isOverride) reader.expectWord("max");
      reader.expectSymbol("=");
      if (isOverride) override = reader.boolean();
      else max = parseRows(reader);
    }
    const query = reader.subquery();
    return { kind: "appendcols", override, max, query, span: reader.spanFrom(start) };
  },
  print: ({ override, max, query }, printQuery) =>
    `appendcols override=${override} max=${max} (${printQuery(query)})`,
  compile({ override, max, query }, compiler) {
    const { pipeline } = compiler;
    const other = compiler.nested.pipeline(query);
    const shown = shownColumns(pipeline);
    const known = new Map(shown.map(({ name, value }) => [name, value]));
    const columns = shownColumns(other).filter(({ name }) => override || !known.has(name));
    if (columns.length === 0) return;
    other.take(max);
    pipeline.show(shown, false);
    pipeline.appendColumns(other, columns).forEach((appended, index) => {
      const name = columns[index]?.name ?? "";
      const own = known.get(name);
      const value = pipeline.define(name, own === undefined ? appended : firstOf(appended, own));
      pipeline.put({ name, value });
    });
  },
};

function parseRows(reader: QueryReader): number {
  const token = reader.next();
  const count = token.kind === "number" ? Number(token.text) : NaN;
  if (Number.isInteger(count) && count >= 1 && count <= maximumRows) return count;
  return reader.refuse(`max is a whole number between 1 and ${maximumRows}`, token.span);
}

function firstOf(appended: Value, own: Value): Value {
  const isSame = appended.type === own.type;
  const [one, other] = isSame ? [appended, own] : [asText(appended), asText(own)];
  const { nullable } = own;
  return { sql: sql`ifNull(${one.sql}, ${other.sql})`, type: isSame ? own.type : "field", nullable };
}
