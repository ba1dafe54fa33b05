// `addtotals`: a column with the sums of the rows, and a last row with those of the columns.
import { joinSql, sql, type Sql } from "../../sql.ts";
import type { OutputColumn } from "../output-columns.ts";
import { fieldName, printField, printName } from "../print-expression.ts";
import { InsightsQueryError } from "../query-error.ts";
import type { QueryReader } from "../query-reader.ts";
import type { AddTotals } from "../query-tree.ts";
import { asNumber } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

/**
 * `addtotals [fieldname=Name] [row=bool] [col=bool] [field, ...]`: without fields all that are shown count,
 * as far as they are numbers. What is no number adds nothing; a row without any has no total.
 */
export const addtotals: CommandDefinition<AddTotals> = {
  name: "addtotals",
  doc: commandPage("Addtotals"),
  parse(reader, start) {
    const options = parseOptions(reader);
    const fields = reader.atCommandEnd() ? [] : reader.list(() => reader.field());
    return { kind: "addtotals", ...options, fields, span: reader.spanFrom(start) };
  },
  print({ total, ofRows, ofColumns, fields }) {
    const options = `fieldname=${printName(total)} row=${ofRows} col=${ofColumns}`;
    return `addtotals ${options} ${fields.map(printField).join(", ")}`.trim();
  },
  compile({ total, ofRows, ofColumns, fields, span }, compiler) {
    const { pipeline } = compiler;
    const given = fields.map((field) => ({ name: fieldName(field), value: compiler.field(field) }));
    const summed = (given.length > 0 ? given : pipeline.output.filter(mayBeNumber)).map(
      ({ name, value }): OutputColumn => ({ name, value: asNumber(value) }),
    );
    if (summed.length === 0) throw new InsightsQueryError("addtotals has no fields to sum", span);
    const sums = [...summed];
    if (ofRows) {
      const value = pipeline.define(total, { sql: sumOfRow(summed), type: "number", nullable: true });
      pipeline.put({ name: total, value });
      sums.push({ name: total, value });
    }
    if (ofColumns) pipeline.addSummary(sums);
  },
};

const mayBeNumber = ({ value }: OutputColumn) => value.type === "number" || value.type === "field";

function sumOfRow(summed: readonly OutputColumn[]): Sql {
  const areMissing = joinSql(
    summed.map(({ value }) => sql`isNull(${value.sql})`),
    " AND ",
  );
  const sum = joinSql(
    summed.map(({ value }) => sql`ifNull(${value.sql}, 0)`),
    " + ",
  );
  return sql`if(${areMissing}, NULL, ${sum})`;
}

function parseOptions(reader: QueryReader): Pick<AddTotals, "total" | "ofRows" | "ofColumns"> {
  let [total, ofRows, ofColumns] = ["Total", true, false];
  for (;;) {
    const [, name] = /^(fieldname|row|col)\s*=/i.exec(reader.text.slice(reader.offset)) ?? [];
    if (name === undefined) return { total, ofRows, ofColumns };
    reader.expectWord(name);
    reader.expectSymbol("=");
    if (name.toLowerCase() === "fieldname") total = reader.alias();
    else if (name.toLowerCase() === "row") ofRows = reader.boolean();
    else ofColumns = reader.boolean();
  }
}
