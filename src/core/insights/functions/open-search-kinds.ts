// The kinds of functions that OpenSearch's languages have: of texts, of numbers, and of what is written.
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { Call, Expression } from "../query-tree.ts";
import { asNumber, asScalar, asText, type Value } from "../value.ts";
import { openSearchPage, type Parameter, type SpecialFunction, type SqlFunction } from "./define.ts";

/** What is no finite number, as the root of a negative one, is missing. */
export const ofNumbers = (
  count: number,
  toSql: (...values: readonly Sql[]) => Sql,
  optional: readonly Parameter[] = [],
): SqlFunction => ({
  takes: Array.from({ length: count }, () => "number" as const),
  optional,
  gives: "number",
  nullable: true,
  doc: openSearchPage,
  toSql(...values) {
    const result = toSql(...values);
    return sql`if(isFinite(ifNull(${result}, nan)), ${result}, NULL)`;
  },
});

export const ofNumber = (name: Sql): SqlFunction =>
  ofNumbers(1, (value = sql`NULL`) => sql`${name}(${value})`);

type TextFunction = Pick<SqlFunction, "toSql"> & Partial<Omit<SqlFunction, "doc">>;

/** NULL where an argument is, unless `nullable` says otherwise. */
export const ofText = (entry: TextFunction): SqlFunction => ({
  takes: ["text"],
  gives: "text",
  doc: openSearchPage,
  ...entry,
});

export const or = (value: Sql | undefined): Sql => value ?? sql`''`;

/** A whole number that is not negative. */
export const toInteger = (value: Sql | undefined): Sql => sql`toInt64(greatest(${value ?? sql`0`}, 0))`;

type ToValue = (compiler: ExpressionCompiler, call: Call, ...given: readonly Expression[]) => Value;

/** A function that looks at its arguments as they are written, of which there are so many. */
export const taking = (takes: string, counts: readonly number[], toValue: ToValue): SpecialFunction => ({
  takes,
  doc: openSearchPage,
  compile(call, compiler) {
    if (!counts.includes(call.arguments.length)) return compiler.wrongArguments(call);
    return toValue(compiler, call, ...call.arguments);
  },
});

/** The text of an argument, of any kind. */
export function textOf(compiler: ExpressionCompiler, call: Call, place: number): Value {
  const argument = call.arguments[place];
  return argument === undefined ? compiler.wrongArguments(call) : asText(asScalar(compiler.value(argument)));
}

export function numberOf(compiler: ExpressionCompiler, call: Call, place: number): Value {
  const argument = call.arguments[place];
  return argument === undefined
    ? compiler.wrongArguments(call)
    : asNumber(asScalar(compiler.value(argument)));
}

/** A text in quotation marks; undefined where the argument is left out. */
export function constantOf(compiler: ExpressionCompiler, call: Call, place: number): string | undefined {
  const argument = call.arguments[place];
  if (argument === undefined) return undefined;
  if (argument.kind !== "text") return compiler.refuse("a text in quotation marks is expected", argument);
  return argument.text;
}

/** A whole number as it is written; undefined where the argument is left out. */
export function wholeConstantOf(
  compiler: ExpressionCompiler,
  call: Call,
  place: number,
  [least, most]: readonly [number, number],
): number | undefined {
  const argument = call.arguments[place];
  if (argument === undefined) return undefined;
  const inner = argument.kind === "negative" ? argument.operand : argument;
  const digits = inner.kind === "number" ? Number(inner.text) : Number.NaN;
  const value = argument.kind === "negative" ? -digits : digits;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  return compiler.refuse(`a whole number between ${least} and ${most} is expected`, argument);
}
