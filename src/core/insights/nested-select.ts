// The SELECT around the SELECT of the events, while commands add columns and conditions to it.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";

/** Makes a SELECT of the SELECT of the events, which is known last. */
export type Around = (events: Sql) => Sql;

export const itself: Around = (events) => events;

/** Columns have the names c0, c1, ... */
export class NestedSelect {
  #conditions: Sql[] = [];
  #columns: Sql[] = [];
  #closed: Around = itself;
  #firstClosed: Around | undefined;
  #columnCount = 0;

  newColumn(): string {
    return `c${this.#columnCount++}`;
  }

  /** A SELECT item with its name. */
  addColumn(item: Sql): void {
    this.#columns.push(item);
  }

  filter(condition: Sql): void {
    this.#conditions.push(condition);
  }

  /** Whether nothing but columns and conditions has been added. */
  get isOpen(): boolean {
    return this.#firstClosed === undefined;
  }

  /** The rows before the first command that is not about single rows. */
  get matched(): Around {
    return this.#firstClosed ?? this.around();
  }

  /** Closes the SELECT at hand, as far as it goes, and lets `around` make one of it. */
  close(around: Around): void {
    const select = this.around();
    this.#firstClosed ??= select;
    this.#closed = (events) => around(select(events));
    this.#conditions = [];
    this.#columns = [];
  }

  /** The SELECT as far as it goes. */
  around(): Around {
    const inner = this.#closed;
    const [columns, conditions] = [[...this.#columns], [...this.#conditions]];
    if (columns.length === 0 && conditions.length === 0) return inner;
    const selected = joinSql([rawSql("*"), ...columns], ", ");
    const where = conditions.length === 0 ? rawSql("") : sql` WHERE ${joinSql(conditions, " AND ")}`;
    return (events) => sql`SELECT ${selected} FROM (${inner(events)})${where}`;
  }
}
