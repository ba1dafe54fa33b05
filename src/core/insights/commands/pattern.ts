// `pattern`: what the messages have in common, and how many there are of each kind.
import { parseExpression } from "../parse-expression.ts";
import { patternColumns, Patterns } from "../patterns.ts";
import { printExpression } from "../print-expression.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { TimeSpan } from "../event-conditions.ts";
import type { Span } from "../query-error.ts";
import type { Command, Expression } from "../query-tree.ts";
import { asText } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Pattern = Extract<Command, { kind: "pattern" }>;

/** The patterns take the place of the rows, those of the most events first. */
export const pattern: CommandDefinition<Pattern> = {
  name: "pattern",
  doc: commandPage("Pattern"),
  parse(reader, start) {
    const subject = reader.atCommandEnd() ? undefined : parseExpression(reader);
    return { kind: "pattern", subject, span: reader.spanFrom(start) };
  },
  print: ({ subject }, printQuery) =>
    subject === undefined ? "pattern" : `pattern ${printExpression(subject, printQuery)}`,
  compile({ subject, span }, compiler) {
    findPatterns(compiler, subject ?? { kind: "field", steps: ["@message"], span });
  },
};

/** @throws InsightsQueryError behind an aggregation, where there are no events. */
export function findPatterns(compiler: ExpressionCompiler, subject: Expression): Patterns {
  const { pipeline } = compiler;
  if (!pipeline.hasEvents) compiler.refuse("patterns are found in log events", subject);
  const { scope } = pipeline;
  const patterns = new Patterns(asText(compiler.value(subject)).sql, scope);
  const { order } = patterns;
  pipeline.replaceRows((events) => patterns.select(events), { columns: patternColumns, order, patterns });
  return patterns;
}

/** Compares with the patterns of an earlier time; without `pattern` in front of it, those of `@message`. */
export function comparePatterns(compiler: ExpressionCompiler, span: Span, earlier: TimeSpan): void {
  const { pipeline } = compiler;
  const patterns = pipeline.patterns ?? findPatterns(compiler, { kind: "field", steps: ["@message"], span });
  pipeline.readAlso(earlier);
  pipeline.changePatterns(patterns.compareWith(earlier));
}
