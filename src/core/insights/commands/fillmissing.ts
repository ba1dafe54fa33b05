// `fillmissing`: rows for the time bins in which there are none.
import type { ExpressionCompiler } from "../compile-expression.ts";
import { binCount, type TimeBins } from "../missing-bins.ts";
import { parseExpression } from "../parse-expression.ts";
import type { OutputColumn } from "../output-columns.ts";
import { fieldName, printExpression } from "../print-expression.ts";
import { InsightsQueryError } from "../query-error.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Expression, FillMissing } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";
import { maximumRows } from "./limit.ts";

/**
 * `fillmissing [with 0 for field, ...]` behind `stats ... by bin()`: the bins are those of the query's time.
 * What no constant is given for is missing in the rows that are put in.
 */
export const fillmissing: CommandDefinition<FillMissing> = {
  name: "fillmissing",
  doc: commandPage("Fillmissing"),
  parse(reader, start) {
    const fills = reader.takeWord("with") ? reader.list(() => parseFill(reader)) : [];
    return { kind: "fillmissing", fills, span: reader.spanFrom(start) };
  },
  print({ fills }, printQuery) {
    const printed = fills.map(
      ({ constant, expression }) =>
        `${printExpression(constant, printQuery)} for ${printExpression(expression, printQuery)}`,
    );
    return printed.length === 0 ? "fillmissing" : `fillmissing with ${printed.join(", ")}`;
  },
  compile({ fills, span }, compiler) {
    const { pipeline } = compiler;
    const { bins } = pipeline;
    if (bins === undefined) {
      throw new InsightsQueryError("fillmissing must stand behind stats with one bin() behind by", span);
    }
    if ((binCount(bins, pipeline.scope) ?? 0) > maximumRows) {
      throw new InsightsQueryError(`there are more than ${maximumRows} bins in the query's time`, span);
    }
    const constants = fills.map((fill) => {
      return [targetOf(fill, bins, compiler), compiler.value(fill.constant)] as const;
    });
    pipeline.fillBins(bins, new Map(constants));
  },
};

type Fill = FillMissing["fills"][number];

function parseFill(reader: QueryReader): Fill {
  const constant = parseExpression(reader);
  if (!isConstant(constant))
    reader.refuse("a number or a text in quotation marks is expected", constant.span);
  reader.expectWord("for");
  const start = reader.offset;
  const expression = parseExpression(reader);
  return { constant, expression, text: reader.text.slice(start, reader.spanFrom(start).end) };
}

function isConstant(expression: Expression): boolean {
  if (expression.kind === "negative") return expression.operand.kind === "number";
  return expression.kind === "number" || expression.kind === "text" || expression.kind === "boolean";
}

/** The name of the column, which may be the text of an aggregation such as `count(*)`. */
function targetOf({ expression, text }: Fill, { groups }: TimeBins, compiler: ExpressionCompiler): string {
  const name = expression.kind === "field" ? fieldName(expression) : text;
  const isNamed = (column: OutputColumn) => column.name === name;
  if (groups.some(isNamed)) compiler.refuse(`the rows are grouped by ${name}`, expression);
  if (!compiler.pipeline.output.some(isNamed)) compiler.refuse(`there is no column ${name}`, expression);
  return name;
}
