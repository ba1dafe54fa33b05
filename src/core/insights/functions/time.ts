// Datetime functions.
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import { ceilToPeriod, floorToPeriod, roundingPeriod } from "../periods.ts";
import type { Call, PeriodLiteral } from "../query-tree.ts";
import type { Value } from "../value.ts";
import { documentation, type FunctionTable, type SpecialFunction } from "./define.ts";

const rounding = (round: (instant: Sql, period: PeriodLiteral) => Sql): SpecialFunction => ({
  takes: "a timestamp and a period",
  doc: documentation.datetime,
  compile(call, compiler) {
    const [instant, period] = call.arguments;
    if (instant === undefined || period === undefined || call.arguments.length > 2)
      return compiler.wrongArguments(call);
    const value = compiler.time(instant);
    return { ...value, sql: round(value.sql, roundingPeriod(compiler.period(period))) };
  },
});

/** `bin(5m)`, as if every event had come so much later. */
export function compileBin(call: Call, compiler: ExpressionCompiler, shiftMs: number): Value {
  const [period] = call.arguments;
  if (period === undefined || call.arguments.length > 1) return compiler.wrongArguments(call);
  const value = compiler.time({ kind: "field", steps: ["@timestamp"], span: call.span });
  const instant = shiftMs === 0 ? value.sql : sql`(${value.sql} + ${shiftMs})`;
  return { ...value, sql: floorToPeriod(instant, roundingPeriod(compiler.period(period))) };
}

export const timeFunctions: FunctionTable = {
  datefloor: rounding(floorToPeriod),
  dateceil: rounding(ceilToPeriod),
  /** `@timestamp` rounded down; the period alone is what is written. */
  bin: {
    takes: "a period",
    doc: documentation.datetime,
    compile: (call, compiler) => compileBin(call, compiler, 0),
  },
  fromMillis: {
    takes: ["number"],
    gives: "time",
    doc: documentation.datetime,
    toSql: (millis = sql`0`) => sql`toInt64(${millis})`,
  },
  toMillis: {
    takes: ["time"],
    gives: "number",
    doc: documentation.datetime,
    toSql: (instant = sql`0`) => sql`toFloat64(${instant})`,
  },
  now: {
    takes: "nothing",
    doc: documentation.datetime,
    compile(call, compiler) {
      if (call.arguments.length > 0) return compiler.wrongArguments(call);
      const seconds = Math.floor(compiler.pipeline.scope.now / 1_000);
      return { sql: sql`toFloat64(${seconds})`, type: "number", nullable: false };
    },
  },
};
