// `stats`: aggregations, over all rows or by groups.
import { ExpressionCompiler } from "../compile-expression.ts";
import { aggregationNamed } from "../functions/aggregations.ts";
import { parseNamedExpression } from "../parse-expression.ts";
import type { OutputColumn } from "../pipeline.ts";
import { fieldName, printExpression, printNamed } from "../print-expression.ts";
import type { Call, Command, FieldReference } from "../query-tree.ts";
import type { Value } from "../value.ts";
import { commandPage, type CommandDefinition } from "./define.ts";

type Stats = Extract<Command, { kind: "stats" }>;

/** The columns are the groups' first, then the aggregations. */
export const stats: CommandDefinition<Stats> = {
  name: "stats",
  doc: commandPage("Stats"),
  parse(reader, start) {
    const items = reader.list(() => parseNamedExpression(reader));
    const by = reader.takeWord("by") ? reader.list(() => parseNamedExpression(reader)) : [];
    return { kind: "stats", items, by, span: reader.spanFrom(start) };
  },
  print({ items, by }, printQuery) {
    const groups = by.length === 0 ? "" : ` by ${by.map((item) => printNamed(item, printQuery)).join(", ")}`;
    return `stats ${items.map((item) => printNamed(item, printQuery)).join(", ")}${groups}`;
  },
  compile({ items, by }, compiler) {
    const keys = by.map(({ expression, alias, text }) => ({
      name: alias ?? (expression.kind === "field" ? fieldName(expression) : text),
      value: compiler.pipeline.columnNamed(text) ?? compiler.value(expression),
    }));
    const aggregates = new AggregateCompiler(compiler, keys);
    const columns = items.map(({ expression, alias, text }) => {
      const column = { name: alias ?? text, value: aggregates.value(expression) };
      aggregates.know(column);
      return column;
    });
    compiler.pipeline.aggregate(keys, columns);
  },
};

/** Inside an aggregation there are rows; outside there are the groups and the items before this one. */
class AggregateCompiler extends ExpressionCompiler {
  readonly #rows: ExpressionCompiler;
  readonly #known: Map<string, Value>;

  constructor(rows: ExpressionCompiler, keys: readonly OutputColumn[]) {
    super(rows.pipeline, {
      ...rows.nested,
      set: (membership) => rows.refuse("a subquery is not allowed in stats", membership),
    });
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
