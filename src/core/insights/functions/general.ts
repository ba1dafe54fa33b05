// General functions.
import { joinSql, sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import { unmaskedStep } from "../discovered-fields.ts";
import type { Expression, FieldReference } from "../query-tree.ts";
import { asText, type Value, type ValueType } from "../value.ts";
import { documentation, type FunctionTable, type SpecialFunction } from "./define.ts";

/** How many conditions `case` has at most. */
const maximumBranches = 10;

/** A field that a command has made is shown as it is: what it is made of is masked. */
export function unmasked(field: FieldReference, compiler: ExpressionCompiler): Value {
  const isDiscovered = compiler.pipeline.isDiscovered(field);
  return compiler.field(isDiscovered ? { ...field, steps: [unmaskedStep, ...field.steps] } : field);
}

export const generalFunctions: FunctionTable = {
  ispresent: {
    takes: ["any"],
    gives: "boolean",
    nullable: false,
    doc: documentation.general,
    toSql: (value = sql`NULL`) => sql`isNotNull(${value})`,
  },
  coalesce: {
    takes: "fields",
    doc: documentation.general,
    compile(call, compiler) {
      if (call.arguments.length === 0) return compiler.wrongArguments(call);
      const { values, type } = alike(call.arguments, compiler);
      const list = joinSql(
        values.map((value) => value.sql),
        ", ",
      );
      return { sql: sql`coalesce(${list})`, type, nullable: values.every(({ nullable }) => nullable) };
    },
  },
  case: {
    takes: "conditions, each with a value behind it, and maybe a value for all others",
    doc: documentation.general,
    compile(call, compiler) {
      const branches = Math.floor(call.arguments.length / 2);
      if (branches === 0) return compiler.wrongArguments(call);
      if (branches > maximumBranches) compiler.refuse(`case has at most ${maximumBranches} branches`, call);
      return chosen(call.arguments, compiler);
    },
  },
  if: {
    takes: "a condition, a value for when it is true, and one for when it is not",
    doc: documentation.general,
    compile(call, compiler) {
      if (call.arguments.length !== 3) return compiler.wrongArguments(call);
      return chosen(call.arguments, compiler);
    },
  },
  unmask: {
    takes: "a field",
    doc: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data-viewunmasked.html",
    compile(call, compiler) {
      const [field, ...more] = call.arguments;
      if (field?.kind !== "field" || more.length > 0) return compiler.wrongArguments(call);
      return unmasked(field, compiler);
    },
  },
  isNumeric: {
    takes: ["number"],
    gives: "boolean",
    nullable: false,
    doc: documentation.general,
    toSql: (value = sql`NULL`) => sql`isFinite(ifNull(${value}, nan))`,
  },
  messageSize: {
    takes: ["text"],
    gives: "number",
    doc: documentation.general,
    toSql: (text = sql`''`) => sql`toFloat64(length(${text}))`,
  },
  queryStartTime: ofSpan(({ from }) => from),
  queryEndTime: ofSpan(({ end }) => end),
  queryTimeRange: ofSpan(({ from, end }) => end - from),
};

/** Conditions and values one after the other; a last one without a condition is for all other rows. */
function chosen(given: readonly Expression[], compiler: ExpressionCompiler): Value {
  const isValue = (index: number) => index % 2 === 1 || index === given.length - 1;
  const results = alike(
    given.filter((_, index) => isValue(index)),
    compiler,
  );
  const hasDefault = given.length % 2 === 1;
  let next = 0;
  const pieces: readonly Sql[] = [
    ...given.map((expression, index) =>
      isValue(index) ? (results.values[next++]?.sql ?? sql`NULL`) : compiler.condition(expression),
    ),
    ...(hasDefault ? [] : [sql`NULL`]),
  ];
  const nullable = !hasDefault || results.values.some((value) => value.nullable);
  return { sql: sql`multiIf(${joinSql(pieces, ", ")})`, type: results.type, nullable };
}

/** Values of one type: that of all of them, or else texts. */
function alike(
  expressions: readonly Expression[],
  compiler: ExpressionCompiler,
): { readonly values: readonly Value[]; readonly type: ValueType } {
  const values = expressions.map((expression) => compiler.value(expression));
  const types = new Set(values.map(({ type }) => type));
  const [only = "field"] = types;
  return types.size === 1 ? { values, type: only } : { values: values.map(asText), type: "field" };
}

/** Epoch milliseconds; a span whose end was given in seconds goes on to the last millisecond of that one. */
function ofSpan(choose: (span: { readonly from: number; readonly end: number }) => number): SpecialFunction {
  return {
    takes: "nothing",
    doc: documentation.general,
    compile(call, compiler) {
      if (call.arguments.length > 0) return compiler.wrongArguments(call);
      const { from, to } = compiler.pipeline.scope;
      const end = to % 1_000 === 999 ? to - 999 : to;
      return { sql: sql`toFloat64(${choose({ from, end })})`, type: "number", nullable: false };
    },
  };
}
