// The functions that look at the rows around a row.
import { sql, type Sql } from "../../sql.ts";
import type { ExpressionCompiler } from "../compile-expression.ts";
import type { Call } from "../query-tree.ts";
import { asNumber, asText, type Value } from "../value.ts";

export interface WindowArguments {
  readonly call: Call;
  readonly compiler: ExpressionCompiler;
  readonly values: readonly Value[];
  /** `OVER (...)`, with the frame that the query says or another one, in its order or the other way round. */
  readonly window: (frame?: string, reversed?: boolean) => Sql;
  readonly hasFrame: boolean;
}

interface WindowFunction {
  /** How many arguments there are, at least and at most. */
  readonly arguments: readonly [number, number];
  readonly needsOrder?: boolean;
  readonly compile: (given: WindowArguments) => Value;
  /** With IGNORE NULLS. */
  readonly ignoring?: (given: WindowArguments) => Value;
}

const wholePartition = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
const rowsBefore = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING";

const number = (value: Sql, nullable = false): Value => ({ sql: value, type: "number", nullable });

/** A function that numbers the rows of a partition, whatever the frame is. */
const ranking = (name: Sql): WindowFunction => ({
  arguments: [0, 0],
  needsOrder: true,
  compile: ({ window }) => number(sql`toFloat64(${name}() ${window("")})`),
});

const ofNumbers = (name: Sql): WindowFunction => ({
  arguments: [1, 1],
  compile: ({ values: [value], window }) => number(sql`${name}(${numberOf(value)}) ${window()}`, true),
});

const numberOf = (value: Value | undefined): Sql => (value === undefined ? sql`NULL` : asNumber(value).sql);

/** As a number where all values are numbers, as a text in the order of texts otherwise. */
const extreme = (name: Sql): WindowFunction => ({
  arguments: [1, 1],
  compile({ values, window, call, compiler }) {
    const [value] = values;
    if (value === undefined) return compiler.wrongArguments(call);
    if (value.type !== "field") {
      return { sql: sql`${name}(toNullable(${value.sql})) ${window()}`, type: value.type, nullable: true };
    }
    const asNumbers = sql`${name}(${numberOf(value)}) ${window()}`;
    const areNumbers = sql`count(${numberOf(value)}) ${window()} = count(${value.sql}) ${window()}`;
    const texts = sql`${name}(${value.sql}) ${window()}`;
    return { sql: sql`if(${areNumbers}, toString(${asNumbers}), ${texts})`, type: "field", nullable: true };
  },
});

/** So many rows before or after; a value for rows that there are not. */
const shifted = (isAfter: boolean): WindowFunction => ({
  arguments: [1, 3],
  needsOrder: true,
  compile(given) {
    const [value, , otherwise] = given.values;
    const count = wholeNumber(given, 1) ?? 1;
    if (value === undefined) return given.compiler.wrongArguments(given.call);
    const name = isAfter ? sql`leadInFrame` : sql`lagInFrame`;
    const shown = otherwise === undefined || otherwise.type === value.type ? value : asText(value);
    const fallback = otherwise === undefined ? undefined : shown === value ? otherwise : asText(otherwise);
    const rest = fallback === undefined ? sql`` : sql`, toNullable(${fallback.sql})`;
    const all = sql`${name}(toNullable(${shown.sql}), ${count}${rest}) ${given.window(wholePartition)}`;
    return { sql: all, type: shown.type === "text" ? "field" : shown.type, nullable: true };
  },
  ignoring(given) {
    const [value] = given.values;
    const count = wholeNumber(given, 1) ?? 1;
    if (value === undefined || given.values.length > 2) return given.compiler.wrongArguments(given.call);
    if (count === 0) return { ...value, nullable: true };
    const last = sql`groupArrayLast(${count})(${value.sql}) ${given.window(rowsBefore, isAfter)}`;
    return atPlace(last, sql`length(${last}) - ${count - 1}`, value);
  },
});

/** Undefined where no argument is; what is no whole number is refused. */
function wholeNumber({ call, compiler }: WindowArguments, place: number): number | undefined {
  const argument = call.arguments[place];
  if (argument === undefined) return undefined;
  const count = argument.kind === "number" ? Number(argument.text) : Number.NaN;
  if (Number.isInteger(count) && count >= 0 && count <= 100_000) return count;
  return compiler.refuse("a whole number between 0 and 100000 is expected", argument);
}

/** An element of a list, counted from one; NULL outside of it. */
function atPlace(list: Sql, place: Sql, { type }: Value): Value {
  const found = sql`arrayElementOrNull(${list}, greatest(${place}, 1))`;
  return {
    sql: sql`if(${place} < 1, NULL, ${found})`,
    type: type === "text" ? "field" : type,
    nullable: true,
  };
}

const atEdge = (keeping: Sql, ignoring: Sql): WindowFunction => {
  const compile =
    (name: Sql) =>
    ({ values: [value], window, call, compiler }: WindowArguments): Value =>
      value === undefined
        ? compiler.wrongArguments(call)
        : {
            sql: sql`${name}(toNullable(${value.sql})) ${window()}`,
            type: value.type === "text" ? "field" : value.type,
            nullable: true,
          };
  return { arguments: [1, 1], compile: compile(keeping), ignoring: compile(ignoring) };
};

/** All numbers are Float64, all others texts or epoch milliseconds, each of them NULL where missing. */
export const windowFunctions: Readonly<Record<string, WindowFunction>> = {
  row_number: ranking(sql`row_number`),
  rank: ranking(sql`rank`),
  dense_rank: ranking(sql`dense_rank`),
  percent_rank: ranking(sql`percent_rank`),
  cume_dist: ranking(sql`cume_dist`),
  ntile: {
    arguments: [1, 1],
    needsOrder: true,
    compile(given) {
      const count = wholeNumber(given, 0);
      if (count === undefined || count === 0) return given.compiler.wrongArguments(given.call);
      return number(sql`toFloat64(ntile(${count}) ${given.window(wholePartition)})`);
    },
  },
  lag: shifted(false),
  lead: shifted(true),
  first_value: atEdge(sql`first_value_respect_nulls`, sql`first_value`),
  last_value: atEdge(sql`last_value_respect_nulls`, sql`last_value`),
  nth_value: {
    arguments: [2, 2],
    compile(given) {
      const [value] = given.values;
      const place = wholeNumber(given, 1);
      if (value === undefined || place === undefined) return given.compiler.wrongArguments(given.call);
      const found = sql`nth_value(toNullable(${value.sql}), ${Math.max(place, 1)}) ${given.window()}`;
      return { sql: found, type: value.type === "text" ? "field" : value.type, nullable: true };
    },
    ignoring(given) {
      const [value] = given.values;
      const place = wholeNumber(given, 1);
      if (value === undefined || place === undefined) return given.compiler.wrongArguments(given.call);
      const first = sql`groupArray(${Math.max(place, 1)})(${value.sql}) ${given.window()}`;
      return atPlace(first, sql`${Math.max(place, 1)}`, value);
    },
  },
  count: {
    arguments: [0, 1],
    compile: ({ values: [value], window }) =>
      number(sql`toFloat64(count(${value?.sql ?? sql`1`}) ${window()})`),
  },
  sum: ofNumbers(sql`sumOrNull`),
  avg: ofNumbers(sql`avgOrNull`),
  stddev: ofNumbers(sql`stddevPopOrNull`),
  stddev_samp: ofNumbers(sql`stddevSampOrNull`),
  var_pop: ofNumbers(sql`varPopOrNull`),
  var_samp: ofNumbers(sql`varSampOrNull`),
  min: extreme(sql`min`),
  max: extreme(sql`max`),
};
