// `relevantfields`: in which fields the events that fulfil a condition differ from the others.
import type { ExpressionCompiler } from "../compile-expression.ts";
import { documentPairs } from "../document-pairs.ts";
import { parseExpression } from "../parse-expression.ts";
import { fieldName, printExpression, printField } from "../print-expression.ts";
import { InsightsQueryError } from "../query-error.ts";
import type { FieldReference, RelevantFields } from "../query-tree.ts";
import { relevanceRows, relevanceSelect } from "../relevance.ts";
import { joinSql, sql, type Sql } from "../../sql.ts";
import { asText } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

/** `relevantfields [field, ...] where condition`: without fields all of JSON but those of the condition. */
export const relevantfields: CommandDefinition<RelevantFields> = {
  name: "relevantfields",
  doc: commandPage("RelevantFields"),
  parse(reader, start) {
    const fields = reader.isWord("where") ? [] : reader.list(() => reader.field());
    reader.expectWord("where");
    const condition = parseExpression(reader);
    return { kind: "relevantfields", fields, condition, span: reader.spanFrom(start) };
  },
  print({ fields, condition }, printQuery) {
    const printed = fields.length === 0 ? "" : `${fields.map(printField).join(", ")} `;
    return `relevantfields ${printed}where ${printExpression(condition, printQuery)}`;
  },
  compile({ fields, condition, span }, compiler) {
    const { pipeline } = compiler;
    if (!pipeline.hasEvents) {
      throw new InsightsQueryError("relevant fields are found in log events", span);
    }
    const test = { sql: compiler.condition(condition), type: "boolean", nullable: false } as const;
    const isWanted = pipeline.define("@isWanted", test);
    const pairs =
      fields.length > 0
        ? pairsOf(fields, compiler)
        : documentPairs(pipeline.scope, fieldsIn(condition).map(fieldName));
    pipeline.replaceRows((events) => relevanceSelect(events, isWanted.sql, pairs), relevanceRows);
  },
};

function pairsOf(fields: readonly FieldReference[], compiler: ExpressionCompiler): Sql {
  const pairs = fields.map(
    (field) => sql`(${fieldName(field)}, ifNull(${asText(compiler.field(field)).sql}, ''))`,
  );
  const present = fields.map((field) => sql`isNotNull(${compiler.field(field).sql})`);
  const lists = sql`[${joinSql(pairs, ", ")}], [${joinSql(present, ", ")}]`;
  return sql`arrayFilter((pair, isPresent) -> isPresent, ${lists})`;
}

/** Whatever a condition mentions differs by itself. */
function fieldsIn(part: unknown): readonly FieldReference[] {
  if (typeof part !== "object" || part === null) return [];
  if (isField(part)) return [part];
  return Object.values(part).flatMap(fieldsIn);
}

const isField = (part: object): part is FieldReference => "kind" in part && part.kind === "field";
