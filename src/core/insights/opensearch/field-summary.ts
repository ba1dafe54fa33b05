// `fieldsummary` of PPL: a row with the statistics of each field.
import type { Span } from "../query-error.ts";
import type { QueryReader } from "../query-reader.ts";
import type { BinaryOperator, Command, Expression, FieldReference, NamedExpression } from "../query-tree.ts";
import { fieldNamed, only, type CommandParser, type Shown } from "./shown-columns.ts";

/** Each row is read once for each field. */
const mostFields = 100;

/** As many as `case` has branches. */
const mostBranches = 10;

/**
 * `fieldsummary includefields=a, b nulls=true`: rows are repeated for each field, with its value, and grouped
 * by it. With `nulls` values that are missing are zeros in AVG, MEAN and STDDEV.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_PPL.html
 */
export const fieldSummary: CommandParser = (reader, start, shown) => {
  const { fields, countsNulls } = parseOptions(reader, start, shown);
  const span = reader.spanFrom(start);
  const { field, text, call, number } = expressionsAt(span);
  const positions = fields.map((_, index) => text(String(index)));
  const define = (name: string, expression: Expression): Command => ({
    kind: "fields",
    items: [{ expression, alias: name, text: name }],
    span,
  });
  const orZero = call("if", call("ispresent", field("@value")), field("@number"), number(0));
  const position = { expression: field("@position"), text: "@position", descending: false };
  const commands: readonly Command[] = [
    define("@positions", call("json_array", ...positions)),
    { kind: "unnest", list: field("@positions"), into: "@position", span },
    define(
      "Field",
      byPosition(
        fields.map((given) => text(given.steps.join("."))),
        span,
      ),
    ),
    define(
      "@value",
      byPosition(
        fields.map((given) => call("toText", given)),
        span,
      ),
    ),
    define("@number", call("toDouble", field("@value"))),
    define("@fraction", call("nullif", field("@number"), call("floor", field("@number")))),
    define("@averaged", countsNulls ? orZero : field("@number")),
    statistics(span),
    { kind: "sort", keys: [position], span },
  ];
  const summary = only(columns, span.end);
  return { commands: [...commands, ...summary.commands], shown: summary.shown };
};

const columns = "Field COUNT COUNT_DISTINCT MIN MAX AVG MEAN STDDEV Nulls TYPEOF".split(" ");

function parseOptions(reader: QueryReader, start: number, shown: Shown) {
  let fields: readonly FieldReference[] | undefined;
  let countsNulls = false;
  while (!reader.atCommandEnd()) {
    const isList = reader.takeWord("includefields");
    if (!isList) reader.expectWord("nulls");
    reader.expectSymbol("=");
    if (isList) fields = reader.list(() => reader.field());
    else countsNulls = reader.boolean();
  }
  const span = reader.spanFrom(start);
  fields ??= shown?.map((name): FieldReference => ({ kind: "field", steps: [name], span }));
  if (fields === undefined) return reader.refuse("fieldsummary needs includefields", span);
  const different = [...new Map(fields.map((field) => [field.steps.join("."), field])).values()];
  if (different.length > mostFields) reader.refuse(`fieldsummary takes at most ${mostFields} fields`, span);
  return { fields: different, countsNulls };
}

/** The value of the field that a row is repeated for. */
function byPosition(values: readonly Expression[], span: Span): Expression {
  const { field, text, call, binary } = expressionsAt(span);
  const branches = values.map((value, index) => [
    binary(field("@position"), "=", text(String(index))),
    value,
  ]);
  const cases: Expression[] = [];
  for (let from = 0; from < branches.length; from += mostBranches) {
    cases.push(call("case", ...branches.slice(from, from + mostBranches).flat()));
  }
  return call("coalesce", ...cases);
}

function statistics(span: Span): Command {
  const { field, text, call, number, binary } = expressionsAt(span);
  const named = (alias: string, expression: Expression): NamedExpression => ({
    expression,
    alias,
    text: alias,
  });
  const count = (name: string) => call("count", field(name));
  const average = call("avg", field("@averaged"));
  const areNumbers = binary(count("@number"), "=", count("@value"));
  const extreme = (name: "min" | "max") =>
    call("if", areNumbers, call("toText", call(name, field("@number"))), call(name, field("@value")));
  const averaged = count("@averaged");
  // Of a sample, which has none when it is one value.
  const scale = call("sqrt", binary(averaged, "/", binary(averaged, "-", number(1))));
  const isMissing = binary(count("@value"), "=", number(0));
  const ofNumbers = call("if", binary(count("@fraction"), ">", number(0)), text("double"), text("int"));
  const items = [
    named("COUNT", count("@value")),
    named("COUNT_DISTINCT", call("count_distinct", field("@value"))),
    named("MIN", extreme("min")),
    named("MAX", extreme("max")),
    named("AVG", average),
    named("MEAN", average),
    named("STDDEV", binary(call("stddev", field("@averaged")), "*", scale)),
    named("Nulls", binary(call("count", { kind: "star", span }), "-", count("@value"))),
    named("TYPEOF", call("case", isMissing, text("void"), areNumbers, ofNumbers, text("string"))),
  ];
  const by = [fieldNamed("@position", span.end), fieldNamed("Field", span.end)];
  return { kind: "stats", items, by, span };
}

/** Expressions that all stand where the command does. */
function expressionsAt(span: Span) {
  return {
    field: (name: string): FieldReference => ({ kind: "field", steps: [name], span }),
    text: (value: string): Expression => ({ kind: "text", text: value, span }),
    number: (value: number): Expression => ({ kind: "number", text: String(value), span }),
    call: (name: string, ...given: readonly Expression[]): Expression => ({
      kind: "call",
      name,
      arguments: given,
      span,
    }),
    binary: (left: Expression, operator: BinaryOperator, right: Expression): Expression => ({
      kind: "binary",
      operator,
      left,
      right,
      span,
    }),
  };
}
