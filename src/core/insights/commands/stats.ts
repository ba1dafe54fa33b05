// `stats`: aggregations, over all rows or by groups.
import { ExpressionCompiler } from "../compile-expression.ts";
import { aggregationNamed } from "../functions/aggregations.ts";
import { compileBin } from "../functions/time.ts";
import { parseNamedExpression } from "../parse-expression.ts";
import { durationMs, roundingPeriod } from "../periods.ts";
import type { GroupKey, OutputColumn } from "../output-columns.ts";
import { fieldName, printExpression, printNamed } from "../print-expression.ts";
import type { QueryReader } from "../query-reader.ts";
import type {
  Call,
  Command,
  Expression,
  FieldReference,
  Membership,
  NamedExpression,
  PeriodLiteral,
} from "../query-tree.ts";
import { missing, type Value } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Stats = Extract<Command, { kind: "stats" }>;

/**
 * The columns are the groups' first, then the aggregations. `by bin(5m) offset 1h` takes the events that came
 * an hour earlier, as if they had come now.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-timeseries-functions.html
 */
export const stats: CommandDefinition<Stats> = {
  name: "stats",
  doc: commandPage("Stats"),
  parse(reader, start) {
    const items = reader.list(() => parseNamedExpression(reader));
    const by = reader.takeWord("by") ? reader.list(() => parseNamedExpression(reader)) : [];
    const sets =
      by.length > 0 && reader.takeWord("sets") ? reader.list(() => parseSet(reader, by)) : undefined;
    const offset = by.length > 0 && reader.takeWord("offset") ? parsePeriod(reader) : undefined;
    const grouped = sets === undefined ? {} : { sets };
    return { kind: "stats", items, by, offset, ...grouped, span: reader.spanFrom(start) };
  },
  print({ items, by, offset, sets }, printQuery) {
    const groups = by.length === 0 ? "" : ` by ${by.map((item) => printNamed(item, printQuery)).join(", ")}`;
    const shift = offset === undefined ? "" : ` offset ${printExpression(offset, printQuery)}`;
    const places = sets?.map((set) => `(${set.map((place) => place + 1).join(", ")})`);
    const kinds = places === undefined ? "" : ` sets ${places.join(", ")}`;
    return `stats ${items.map((item) => printNamed(item, printQuery)).join(", ")}${groups}${kinds}${shift}`;
  },
  compile({ items, by, offset, sets }, compiler) {
    const shiftMs = offset === undefined ? 0 : shiftEvents(offset, by, compiler);
    const rows = new RowCompiler(compiler.pipeline, compiler.nested, compiler.knowsUnknown);
    const keys = by.map((item) => compileKey(item, shiftMs, rows));
    const aggregates = new AggregateCompiler(rows, keys);
    const columns = items.map(({ expression, alias, text }) => {
      const column = { name: alias ?? text, value: aggregates.value(expression) };
      aggregates.know(column);
      return column;
    });
    compiler.pipeline.aggregate(keys, columns, sets);
  },
};

/** `(1, 2)`: the places of the groups that are taken together, counted from 1. */
function parseSet(reader: QueryReader, by: readonly NamedExpression[]): readonly number[] {
  const places: number[] = [];
  reader.expectSymbol("(");
  while (!reader.takeSymbol(")")) {
    if (places.length > 0) reader.expectSymbol(",");
    const { span } = reader.peek();
    const place = reader.count();
    if (place === undefined || place > by.length)
      return reader.refuse("the place of a group is expected", span);
    places.push(place - 1);
  }
  return places;
}

function parsePeriod(reader: QueryReader): PeriodLiteral {
  const token = reader.peek();
  if (token.kind !== "period") return reader.refuse("a time period such as 1h is expected", token.span);
  reader.next();
  return token;
}

function shiftEvents(
  offset: PeriodLiteral,
  by: readonly NamedExpression[],
  compiler: ExpressionCompiler,
): number {
  if (!compiler.pipeline.hasEvents) compiler.refuse("offset shifts the bins of log events", offset);
  if (!by.some(({ expression }) => isBin(expression))) {
    compiler.refuse("offset shifts the bins of bin(), which is not among the groups", offset);
  }
  const shiftMs = durationMs(compiler.period(offset));
  if (shiftMs === undefined) return compiler.refuse("offset takes at most weeks", offset);
  compiler.pipeline.shiftEvents(shiftMs);
  return shiftMs;
}

function compileKey(
  { expression, alias, text }: NamedExpression,
  shiftMs: number,
  compiler: ExpressionCompiler,
): GroupKey {
  const name = alias ?? (expression.kind === "field" ? fieldName(expression) : text);
  // A column was made by events that are not shifted.
  const known = shiftMs === 0 ? compiler.pipeline.columnNamed(text) : undefined;
  if (!isBin(expression)) return { name, value: known ?? compiler.value(expression) };
  const [period] = expression.arguments;
  const value = known ?? compileBin(expression, compiler, shiftMs);
  return { name, value, ...(period?.kind === "period" ? { period: roundingPeriod(period) } : {}) };
}

const isBin = (expression: Expression): expression is Call =>
  expression.kind === "call" && expression.name.toLowerCase() === "bin";

/**
 * Behind another `stats` there are no fields but those that it has made, so `bin()`, which reads
 * `@timestamp`, is refused there as well. The page has the rule, and
 * https://github.com/trade-tariff/trade-tariff-backend/pull/3465 CloudWatch's words.
 */
class RowCompiler extends ExpressionCompiler {
  override field(reference: FieldReference): Value {
    const value = super.field(reference);
    if (value !== missing) return value;
    return this.refuse(`Unknown symbols found in or after stats: ${fieldName(reference)}`, reference);
  }
}

/** Inside an aggregation there are rows; outside there are the groups and the items before this one. */
class AggregateCompiler extends ExpressionCompiler {
  readonly #rows: ExpressionCompiler;
  readonly #known: Map<string, Value>;

  constructor(rows: ExpressionCompiler, keys: readonly OutputColumn[]) {
    const nested = {
      ...rows.nested,
      set: (membership: Membership) => rows.refuse("a subquery is not allowed in stats", membership),
    };
    super(rows.pipeline, nested, rows.knowsUnknown);
    this.#rows = rows;
    this.#known = new Map(keys.map(({ name, value }) => [name, value]));
  }

  know({ name, value }: OutputColumn): void {
    this.#known.set(name, value);
  }

  override field(reference: FieldReference): Value {
    const name = reference.steps.join(".");
    return (
      this.#known.get(name) ??
      this.refuse(`the field ${name} is neither aggregated nor grouped by`, reference)
    );
  }

  override call(call: Call): Value {
    const aggregation = aggregationNamed(call.name);
    if (aggregation === undefined) {
      return this.#known.get(printExpression(call, () => "")) ?? super.call(call);
    }
    const [least, most] = aggregation.arguments;
    const given = call.arguments.length;
    if (given < least || given > most) this.wrongArguments(call);
    return aggregation.compile(call, this.#rows);
  }
}
