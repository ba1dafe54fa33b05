// The innermost SELECT of a query: the events that it reads, and the fields that it finds in them.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import { discoveredField, eventColumns, systemField } from "./discovered-fields.ts";
import { eventConditions, type TimeSpan } from "./event-conditions.ts";
import type { FieldReference } from "./query-tree.ts";
import type { QueryScope } from "./scope.ts";
import { discoveredItems, discoveredValue, missing, type Value } from "./value.ts";

/** Each field that is looked for in the text of the events is a column of the SELECT once: d0, d1, ... */
export class EventSelect {
  readonly #scope: QueryScope;
  readonly #discovered = new Map<string, { readonly column: string; readonly value: Value }>();
  readonly #conditions: Sql[] = [];
  #spans: readonly TimeSpan[];
  /** By how much later the events count as having come. */
  #shiftMs = 0;

  constructor(scope: QueryScope) {
    this.#scope = scope;
    this.#spans = [scope];
  }

  field(steps: FieldReference["steps"]): Value {
    const system = systemField(steps.join("."), this.#scope);
    if (system !== undefined) return system;
    const known = this.#discovered.get(JSON.stringify(steps));
    if (known !== undefined) return discoveredValue(known.column, known.value);
    const found = discoveredField(steps, this.#scope);
    if (found === missing) return missing;
    const column = `d${this.#discovered.size}`;
    this.#discovered.set(JSON.stringify(steps), { column, value: found });
    return discoveredValue(column, found);
  }

  /** A condition on the events themselves, which the store may use to skip parts. */
  filter(condition: Sql): void {
    this.#conditions.push(condition);
  }

  /** Reads the events of one span of time more; commands tell them apart by their timestamps. */
  readAlso(earlier: TimeSpan): void {
    this.#spans = [this.#scope, earlier];
  }

  get shiftMs(): number {
    return this.#shiftMs;
  }

  /** Reads the events that came so much earlier in the place of those of the query's span of time. */
  shift(shiftMs: number): void {
    this.#shiftMs = shiftMs;
    this.#spans = [{ from: this.#scope.from - shiftMs, to: this.#scope.to - shiftMs }];
  }

  /** Which rows of the table of events are read, in front of all filters. */
  scannedConditions(): readonly Sql[] {
    return eventConditions(this.#scope, this.#spans);
  }

  select(): Sql {
    const { logGroups, takeOnce, source = rawSql("log_events") } = this.#scope;
    const discovered = [...this.#discovered.values()].flatMap(({ column, value }) =>
      discoveredItems(column, value),
    );
    const columns = joinSql([rawSql(eventColumns.join(", ")), ...discovered], ", ");
    const conditions = joinSql([...this.scannedConditions(), ...this.#conditions], " AND ");
    const once = takeOnce && logGroups.length > 0 ? sql` LIMIT 1 BY sequence` : rawSql("");
    return sql`SELECT ${columns} FROM ${source} WHERE ${conditions}${once}`;
  }
}
