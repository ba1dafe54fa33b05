// `filter`: the rows for which a condition holds.
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import { defaultIndexedFields } from "../../logs/indexed-fields.ts";
import { indexedRows, isTransformed } from "../discovered-fields.ts";
import { containing } from "../match-value.ts";
import { parseExpression } from "../parse-expression.ts";
import { printExpression } from "../print-expression.ts";
import type { Command, Expression } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Filter = Extract<Command, { kind: "filter" }>;

export const filter: CommandDefinition<Filter> = {
  name: "filter",
  doc: commandPage("Filter"),
  parse(reader, start) {
    return { kind: "filter", condition: parseExpression(reader), span: reader.spanFrom(start) };
  },
  print: ({ condition }, printQuery) => `filter ${printExpression(condition, printQuery)}`,
  compile({ condition }, compiler) {
    compileFilter(condition, compiler);
  },
};

export function compileFilter(condition: Expression, compiler: ExpressionCompiler): void {
  const { pipeline } = compiler;
  // What a transformer made of an event may have texts that its message has not.
  const needles = isTransformed(pipeline.scope) ? [] : needlesOf(condition, compiler);
  for (const needle of needles) pipeline.filterEvents(sql`message LIKE ${containing(needle)}`);
  for (const possible of indexConditionsOf(condition, compiler)) pipeline.filterEvents(possible);
  compiler.pipeline.filter(compiler.condition(condition));
}

/**
 * Texts that are in every message for which the condition holds, so that the token index of the messages can
 * skip the others: those that a field of the event is compared with. A number has many spellings, and JSON
 * may write other characters with an escape.
 */
function needlesOf(condition: Expression, compiler: ExpressionCompiler): readonly string[] {
  if (condition.kind === "binary" && condition.operator === "and") {
    return [...needlesOf(condition.left, compiler), ...needlesOf(condition.right, compiler)];
  }
  const [subject, literal] = comparedTexts(condition);
  if (subject?.kind !== "field" || literal?.kind !== "text" || !compiler.pipeline.isDiscovered(subject))
    return [];
  const name = subject.steps.join(".");
  if (name.startsWith("@") && name !== "@requestId" && name !== "@xrayTraceId") return [];
  if (!/^[\w.:@ -]*[A-Za-z][\w.:@ -]*$/.test(literal.text) || isNumberLike(literal.text)) return [];
  // The map of indexed fields is read faster than messages are, unless the index can skip most of those.
  const isRare = literal.text.length >= 8 && /\d/.test(literal.text);
  return defaultIndexedFields.has(name) && !isRare ? [] : [literal.text];
}

/**
 * What the index alone says of the condition: that an event cannot fulfil it. The engine reads the index
 * first, and the messages of no event that is excluded so.
 */
function indexConditionsOf(condition: Expression, compiler: ExpressionCompiler): readonly Sql[] {
  if (condition.kind === "binary" && condition.operator === "and") {
    return [...indexConditionsOf(condition.left, compiler), ...indexConditionsOf(condition.right, compiler)];
  }
  const [subject, literals] = comparedValues(condition);
  if (subject?.kind !== "field" || !compiler.pipeline.isDiscovered(subject)) return [];
  const name = subject.steps.join(".");
  const indexed = indexedRows(name, compiler.pipeline.scope);
  // A number may be written otherwise in an event than in the query, so that only words are told.
  const words = literals.flatMap((literal) =>
    literal.kind === "text" && !isNumberLike(literal.text) ? [literal.text] : [],
  );
  if (indexed === undefined || words.length === 0 || words.length < literals.length) return [];
  return [sql`(NOT ${indexed} OR indexed[${name}] IN ${words})`];
}

function comparedValues(condition: Expression): readonly [Expression | undefined, readonly Expression[]] {
  if (condition.kind === "binary" && condition.operator === "=") return [condition.left, [condition.right]];
  if (condition.kind === "in" && !condition.negated && !("commands" in condition.set)) {
    return [condition.subject, condition.set];
  }
  return [undefined, []];
}

const isNumberLike = (text: string) => !Number.isNaN(Number(text));

function comparedTexts(condition: Expression): readonly [Expression?, Expression?] {
  if (condition.kind === "binary" && condition.operator === "=") return [condition.left, condition.right];
  if (condition.kind === "match" && !condition.negated && condition.pattern.kind === "text") {
    return [condition.subject, condition.pattern];
  }
  return [];
}
