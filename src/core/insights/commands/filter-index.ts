// `filterIndex`: a filter on indexed fields, which skips the log groups that have no such index.
import { defaultIndexedFields } from "../../logs/indexed-fields.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import { indexedRows, indexedSystemFields } from "../discovered-fields.ts";
import { parseExpression } from "../parse-expression.ts";
import { printExpression } from "../print-expression.ts";
import type { Command, Expression } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";
import { compileFilter } from "./filter.ts";

type FilterIndex = Extract<Command, { kind: "filterIndex" }>;

/** Takes `field = value` and `field in [...]`, with `and` between them. */
export const filterIndex: CommandDefinition<FilterIndex> = {
  name: "filterIndex",
  doc: commandPage("FilterIndex"),
  parse(reader, start) {
    return { kind: "filterIndex", condition: parseExpression(reader), span: reader.spanFrom(start) };
  },
  print: ({ condition }, printQuery) => `filterIndex ${printExpression(condition, printQuery)}`,
  compile({ condition }, compiler) {
    check(condition, compiler);
    compileFilter(condition, compiler);
  },
};

function check(condition: Expression, compiler: ExpressionCompiler): void {
  if (condition.kind === "binary" && condition.operator === "and") {
    check(condition.left, compiler);
    check(condition.right, compiler);
    return;
  }
  const isEquality = condition.kind === "binary" && condition.operator === "=";
  const subject = isEquality ? condition.left : condition.kind === "in" ? condition.subject : undefined;
  if (subject?.kind !== "field") compiler.refuse("filterIndex takes = and in with a field", condition);
  const name = subject.steps.join(".");
  if (defaultIndexedFields.has(name) || indexedSystemFields.has(name)) return;
  const { pipeline } = compiler;
  const indexed = indexedRows(name, pipeline.scope);
  if (indexed === undefined) compiler.refuse(`the field ${name} is not indexed`, subject);
  pipeline.filterEvents(indexed);
}
