// Functions of OpenSearch PPL and SQL about values of any kind; they are known in Logs Insights QL as well.
import { sql } from "../../sql.ts";
import { floorToPeriod } from "../periods.ts";
import { asNumber, asTruth, missing } from "../value.ts";
import { openSearchPage, type FunctionTable } from "./define.ts";
import { taking } from "./open-search-kinds.ts";

export const openSearchFunctions: FunctionTable = {
  /** What is missing. */
  nothing: taking("nothing", [0], () => missing),
  nullif: {
    takes: "two values",
    doc: openSearchPage,
    compile(call, compiler) {
      const [value, other, ...others] = call.arguments;
      if (value === undefined || other === undefined || others.length > 0)
        return compiler.wrongArguments(call);
      const equal = compiler.condition({
        kind: "binary",
        operator: "=",
        left: value,
        right: other,
        span: call.span,
      });
      const { sql: kept, type } = compiler.value(value);
      return { sql: sql`if(${equal}, NULL, ${kept})`, type, nullable: true };
    },
  },
  /** As `datefloor`, but of any period; of numbers the multiple of another one below. */
  span: {
    takes: "a timestamp and a period, or two numbers",
    doc: openSearchPage,
    compile(call, compiler) {
      const [value, width, ...others] = call.arguments;
      if (value === undefined || width === undefined || others.length > 0)
        return compiler.wrongArguments(call);
      if (width.kind === "number") {
        const { sql: number, nullable } = asNumber(compiler.value(value));
        const size = Number(width.text);
        if (!(size > 0)) return compiler.refuse("a number above 0 is expected", width);
        return { sql: sql`(floor(${number} / ${size}) * ${size})`, type: "number", nullable };
      }
      const instant = compiler.time(value);
      return { ...instant, sql: floorToPeriod(instant.sql, compiler.period(width)) };
    },
  },
  xor: taking("two conditions", [2], (compiler, call, one, other) => {
    if (one === undefined || other === undefined) return compiler.wrongArguments(call);
    const [left, right] = [asTruth(compiler.value(one)), asTruth(compiler.value(other))];
    const nullable = left.nullable || right.nullable;
    return { sql: sql`xor(${left.sql}, ${right.sql})`, type: "boolean", nullable };
  }),
};
