// Windows: values of a row by the rows around it, as the engine computes them.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import type { ExpressionCompiler } from "./compile-expression.ts";
import { windowFunctions, type WindowArguments } from "./functions/windows.ts";
import type { Expression, Frame, FrameBound, Over } from "./query-tree.ts";
import { orderClause, orderKeys, type OrderKey } from "./row-order.ts";
import { asNumber, asText, type Value } from "./value.ts";

/**
 * The value gets a column of its own, since no condition may look at other rows.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-directquery-sql.html
 * @throws InsightsQueryError for what is no function of windows, with its position.
 */
export function compileOver(over: Over, compiler: ExpressionCompiler): Value {
  const { call, ignoresMissing, partition, order, frame } = over;
  const name = call.name.toLowerCase();
  const entry = Object.hasOwn(windowFunctions, name) ? windowFunctions[name] : undefined;
  if (entry === undefined) return compiler.refuse(`the function ${call.name} has no windows`, call);
  const [least, most] = entry.arguments;
  if (call.arguments.length < least || call.arguments.length > most) return compiler.wrongArguments(call);
  if (ignoresMissing && entry.ignoring === undefined) {
    return compiler.refuse(`${call.name} does not take IGNORE NULLS`, over);
  }
  if (entry.needsOrder === true && order.length === 0) {
    return compiler.refuse(`${call.name} needs ORDER BY in its window`, over);
  }
  const keys = partition.map((key) => compiler.value(key).sql);
  const sorted = order.map((key) => ({ value: compiler.value(key.expression), key }));
  const isDistance = isByDistance(frame);
  if (isDistance && order.length !== 1) return compiler.refuse("RANGE needs one ORDER BY", over);
  const orderOf = (reversed: boolean): readonly OrderKey[] =>
    sorted.flatMap(({ value, key }) => {
      const keyed = isDistance ? asNumber(value) : value;
      // The engine takes one column there, and what is missing is at no distance.
      const columns = orderKeys(keyed, key.descending, isDistance ? "last" : key.missing);
      return reversed ? columns.map((one) => ({ ...one, descending: !one.descending })) : columns;
    });
  const partitioned = keys.length === 0 ? sql`` : sql`PARTITION BY ${joinSql(keys, ", ")}`;
  const windowOf: WindowArguments["window"] = (fixed, reversed = false) => {
    const rows = fixed === undefined ? frameOf(frame) : rawSql(` ${fixed}`);
    return sql`OVER (${partitioned}${orderClause(orderOf(reversed))}${rows})`;
  };
  const given: WindowArguments = {
    call,
    compiler,
    values: call.arguments.map((argument) => argumentOf(argument, compiler)),
    window: windowOf,
    hasFrame: frame !== undefined,
  };
  const value = (ignoresMissing ? entry.ignoring : undefined)?.(given) ?? entry.compile(given);
  const { pipeline } = compiler;
  return pipeline.defineInOrder(`@window ${over.span.start}-${over.span.end} ${call.name}`, () => value);
}

/** A star is no value: it counts rows. */
function argumentOf(argument: Expression, compiler: ExpressionCompiler): Value {
  if (argument.kind === "star") return { sql: sql`1`, type: "number", nullable: false };
  const value = compiler.value(argument);
  return value.type === "structure" ? asText(value) : value;
}

const isByDistance = (frame: Frame | undefined): boolean =>
  frame?.unit === "range" &&
  [frame.from, frame.to].some((bound) => bound.kind !== "current" && bound.count !== "unbounded");

function frameOf(frame: Frame | undefined): Sql {
  if (frame === undefined) return rawSql("");
  const unit = rawSql(frame.unit === "rows" ? " ROWS" : " RANGE");
  return sql`${unit} BETWEEN ${boundOf(frame.from)} AND ${boundOf(frame.to)}`;
}

function boundOf(bound: FrameBound): Sql {
  if (bound.kind === "current") return sql`CURRENT ROW`;
  const side = rawSql(bound.kind === "preceding" ? " PRECEDING" : " FOLLOWING");
  return bound.count === "unbounded" ? sql`UNBOUNDED${side}` : sql`${bound.count}${side}`;
}
