// `combine`: the rows together with those of another query, as UNION, INTERSECT and EXCEPT have it.
import { joinSql, rawSql, sql, type Sql } from "../../sql.ts";
import type { Pipeline } from "../pipeline.ts";
import type { QueryReader } from "../query-reader.ts";
import type { Combine } from "../query-tree.ts";
import { groupOrder } from "../row-order.ts";
import { shownColumns } from "../shown-columns.ts";
import { asText, type Value } from "../value.ts";
import { openSearchPage } from "../functions/define.ts";
import type { CommandDefinition } from "./define.ts";

const operations = ["union", "intersect", "except"] as const;

/**
 * `combine union all=true (...)`: columns belong together by their places, and have the names of the rows'
 * own. Without `all` rows that are the same are one. The rows come in the order of their values.
 */
export const combine: CommandDefinition<Combine> = {
  name: "combine",
  doc: openSearchPage,
  parse(reader, start) {
    const operation = parseOperation(reader);
    reader.expectWord("all");
    reader.expectSymbol("=");
    const all = reader.boolean();
    return { kind: "combine", operation, all, query: reader.subquery(), span: reader.spanFrom(start) };
  },
  print: ({ operation, all, query }, printQuery) => `combine ${operation} all=${all} (${printQuery(query)})`,
  compile({ operation, all, query, span }, compiler) {
    const { pipeline } = compiler;
    const other = compiler.nested.pipeline(query);
    const [own, others] = [shownColumns(pipeline), shownColumns(other)];
    if (own.length !== others.length) {
      compiler.refuse(`a query with ${own.length} columns is expected, not with ${others.length}`, {
        kind: "star",
        span,
      });
    }
    const sides = own.map(({ value }, index) => alike(value, others[index]?.value ?? value));
    const first = sideOf(
      pipeline,
      sides.map(([one]) => one),
      true,
    );
    const second = sideOf(
      other,
      sides.map(([, two]) => two),
      false,
    );
    const columns = own.map(({ name }, index) => {
      return { name, column: `u${index}`, type: sides[index]?.[0].type ?? "field", nullable: true };
    });
    const ordered = columns.map(({ column, type }) => ({
      value: { sql: rawSql(column), type, nullable: true },
    }));
    const names = columns.map(({ column }) => rawSql(column));
    pipeline.replaceRows((rows) => combined(operation, all, names, first(rows), second(other.rows())), {
      columns,
      order: groupOrder(ordered),
    });
  },
};

function parseOperation(reader: QueryReader): Combine["operation"] {
  return operations.find((word) => reader.takeWord(word)) ?? reader.unexpected();
}

/** Values of one type: texts where the types differ. */
function alike(own: Value, other: Value): readonly [Value, Value] {
  if (own.type === other.type) return [own, other];
  const field = (value: Value): Value => ({ ...asText(value), type: "field" });
  return [field(own), field(other)];
}

/**
 * A SELECT with the columns u0, u1, ..., with the side that a row is of, and with how many events have
 * matched on either side.
 */
function sideOf(pipeline: Pipeline, values: readonly Value[], isFirst: boolean): (rows: Sql) => Sql {
  const columns = values.map(({ sql: value }, index) => sql`toNullable(${value}) AS ${rawSql(`u${index}`)}`);
  const matched = pipeline.matchedColumn ?? sql`count() OVER ()`;
  const [own, other] = isFirst ? [matched, sql`0`] : [sql`0`, matched];
  const counts = sql`toUInt64(${own}) AS ma, toUInt64(${other}) AS mb`;
  return (rows) => sql`SELECT ${joinSql(columns, ", ")}, ${isFirst} AS side, ${counts} FROM (${rows})`;
}

/** Rows that are the same are counted on either side; each comes as often as the operation says. */
function combined(
  operation: Combine["operation"],
  all: boolean,
  names: readonly Sql[],
  first: Sql,
  second: Sql,
): Sql {
  const both = sql`SELECT * FROM (${first}) UNION ALL SELECT * FROM (${second})`;
  const list = joinSql(names, ", ");
  const matched = sql`max(max(ma)) OVER () + max(max(mb)) OVER ()`;
  const times = {
    union: all ? sql`count()` : sql`1`,
    intersect: all ? sql`least(own, other)` : sql`(own > 0 AND other > 0)`,
    except: all ? sql`own - least(own, other)` : sql`(own > 0 AND other = 0)`,
  }[operation];
  const counted = sql`countIf(side = 1) AS own, countIf(side = 0) AS other, ${times} AS times`;
  const grouped = sql`SELECT ${list}, ${counted}, ${matched} AS m0 FROM (${both}) GROUP BY ${list}`;
  return sql`SELECT ${list}, m0 FROM (${grouped}) ARRAY JOIN range(toUInt64(times)) AS copy`;
}
