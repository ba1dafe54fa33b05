// The SQL statement of a query while commands add to it, one after the other.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import { jsonField, jsonPart } from "./discovered-fields.ts";
import type { FieldReference } from "./query-tree.ts";
import type { TimeSpan } from "./event-conditions.ts";
import { EventSelect } from "./event-select.ts";
import type { QueryScope } from "./scope.ts";
import { joinSelects, lookUpSelect, type JoinKey, type LookupKey } from "./join-selects.ts";
import type { TableCells } from "./join-selects.ts";
import type { PatternStage, ReplacedColumn, ReplacedRows } from "./pattern-stage.ts";
import { firstOfEach, newestFirst, orderClause, orderKeys, type OrderKey } from "./row-order.ts";
import { summaryValue, withSummary } from "./summary-row.ts";
import { columnValue, missing, type Value } from "./value.ts";

export interface OutputColumn {
  readonly name: string;
  readonly value: Value;
}

/** Makes a SELECT of the SELECT of the events, which is known last. */
type Around = (events: Sql) => Sql;

const itself: Around = (events) => events;

/**
 * Commands work on rows one by one (filter, fields, parse) or on all of them (stats, limit, dedup). The first
 * kind adds conditions and columns to the SELECT at hand; the second closes it and goes on around it:
 *
 *     SELECT ... FROM (SELECT *, <new columns> FROM (<events>) WHERE <conditions>) GROUP BY ...
 *
 * The innermost SELECT has the events and each discovered field once, under the names d0, d1, ...; columns
 * that commands make are c0, c1, ... The engine drops those that nothing reads. A field is looked up in the
 * columns that commands have made, and found in the event's text otherwise; behind an aggregation there is
 * no event.
 */
export class Pipeline {
  readonly scope: QueryScope;
  readonly #events: EventSelect;
  readonly #fields = new Map<string, Value>();
  #conditions: Sql[] = [];
  #columns: Sql[] = [];
  #closed: Around = itself;
  #order: readonly OrderKey[] = [];
  #columnCount = 0;
  #hasEvents = true;
  /** Counts the rows before the first command that is not about single rows. */
  #matched: Around | undefined;
  #matchedColumns = 0;
  #output: readonly OutputColumn[] = [];
  #isDisplayed = false;
  #limit: number | undefined;
  #patterns: PatternStage | undefined;
  readonly #joined = new Map<string, { readonly pipeline: Pipeline; readonly side: string }>();
  readonly #exported = new Map<string, Value>();
  #name: string | undefined;

  constructor(scope: QueryScope) {
    this.scope = scope;
    this.#events = new EventSelect(scope);
  }

  /** Whether the rows are still log events. */
  get hasEvents(): boolean {
    return this.#hasEvents;
  }

  /** Whether nothing but filters decides how many rows there are. */
  get rowsAreMatches(): boolean {
    return this.#matched === undefined;
  }

  get output(): readonly OutputColumn[] {
    return this.#output;
  }

  get limit(): number | undefined {
    return this.#limit;
  }

  /** Whether a field is found in the event's text, rather than made by a command. */
  isDiscovered(reference: FieldReference): boolean {
    const [first] = reference.steps;
    const isOfSide = first === this.#name || this.#joined.has(String(first));
    return this.#hasEvents && !isOfSide && this.#made(reference) === undefined;
  }

  resolve(given: FieldReference): Value {
    const [alias = "", ...rest] = given.steps;
    const joined = rest.length === 0 ? undefined : this.#joined.get(String(alias));
    if (joined !== undefined) return joined.pipeline.#export({ ...given, steps: rest }, joined.side);
    const reference = this.#name === alias && rest.length > 0 ? { ...given, steps: rest } : given;
    const made = this.#made(reference);
    if (made !== undefined) return made;
    return this.#hasEvents ? this.#events.field(reference.steps) : missing;
  }

  /** A part of a structure, as JSON, for commands that take lists. */
  resolveStructure(reference: FieldReference): Value {
    const found = this.#structure(reference);
    if (found === undefined) return this.resolve(reference);
    const { value, path } = found;
    if (path.length === 0) return value;
    return { sql: jsonPart(value.sql, path), type: "structure", nullable: true };
  }

  /** The column that an expression was given by its text, such as `count(*)`. */
  columnNamed(name: string): Value | undefined {
    return this.#fields.get(name);
  }

  #made(reference: FieldReference): Value | undefined {
    const whole = this.#fields.get(reference.steps.join("."));
    if (whole !== undefined) return whole;
    const found = this.#structure(reference);
    if (found === undefined) return undefined;
    return { sql: jsonField(found.value.sql, found.path), type: "field", nullable: true };
  }

  /** The longest beginning of a reference that is a structure, and the way from there. */
  #structure({ steps }: FieldReference) {
    for (let length = steps.length; length > 0; length--) {
      const value = this.#fields.get(steps.slice(0, length).join("."));
      if (value?.type === "structure") return { value, path: steps.slice(length) };
    }
    return undefined;
  }

  /** Gives a value a column, and the column a name that later commands know. */
  define(name: string, value: Value): Value {
    const made = this.#column(value);
    this.#fields.set(name, made);
    return made;
  }

  #column(value: Value): Value {
    const column = `c${this.#columnCount++}`;
    this.#columns.push(sql`${value.sql} AS ${rawSql(column)}`);
    return columnValue(column, value);
  }

  filter(condition: Sql): void {
    this.#conditions.push(condition);
  }

  /** A condition on the events themselves, which the store may use to skip parts. */
  filterEvents(condition: Sql): void {
    this.#events.filter(condition);
  }

  sort(keys: readonly { readonly value: Value; readonly descending: boolean }[]): void {
    this.#order = keys.flatMap(({ value, descending }) => orderKeys(this.#column(value), descending));
  }

  #wholeOrder(): readonly OrderKey[] {
    return this.#hasEvents ? [...this.#order, ...newestFirst] : this.#order;
  }

  #orderBy(): Sql {
    return orderClause(this.#wholeOrder());
  }

  take(count: number): void {
    const order = this.#orderBy();
    this.#limit = count;
    this.#close((select) => sql`SELECT * FROM (${select})${order} LIMIT ${count}`);
  }

  /**
   * The first row, in the order of the rows, of each combination; rows that lack one of the values all
   * stay.
   */
  takeOneBy(values: readonly Value[]): void {
    const keys = values.map((value) => this.#column(value).sql);
    const order = this.#orderBy();
    this.#close((select) => firstOfEach(select, order, keys));
  }

  /** A new field by a window over the rows; `make` gets the order of the rows as it stands in a window. */
  defineInOrder(name: string, make: (order: Sql) => Value): Value {
    this.#close(itself);
    const value = this.define(name, make(this.#orderBy()));
    this.#close(itself);
    return value;
  }

  /** One row for each element of a JSON list. */
  expand(list: Value, name: string): void {
    const text = sql`ifNull(${list.sql}, '')`;
    const elements = sql`if(startsWith(${text}, '['), JSONExtractArrayRaw(${text}), [${text}])`;
    const column = `c${this.#columnCount++}`;
    this.#columns.push(sql`nullIf(arrayJoin(${elements}), '') AS ${rawSql(column)}`);
    this.#close((select) => select);
    this.#fields.set(name, { sql: rawSql(column), type: "structure", nullable: true });
  }

  /**
   * Puts the groups of the rows in the place of the rows; the caller has compiled both lists against them.
   */
  aggregate(keys: readonly OutputColumn[], items: readonly OutputColumn[]): void {
    this.#close((select) => select);
    const named = [...keys, ...items].map(({ name, value }) => ({
      name,
      value,
      column: `c${this.#columnCount++}`,
    }));
    const groupBy = named.slice(0, keys.length).map(({ column }) => rawSql(column));
    const columns = [
      ...named.map(({ value, column }) => sql`${value.sql} AS ${rawSql(column)}`),
      this.#countMatched(),
    ];
    const grouping = keys.length === 0 ? rawSql("") : sql` GROUP BY ${joinSql(groupBy, ", ")}`;
    const inner = this.#closed;
    this.#closed = (events) => sql`SELECT ${joinSql(columns, ", ")} FROM (${inner(events)})${grouping}`;
    this.#fields.clear();
    this.#hasEvents = false;
    this.#output = named.map(({ name, value, column }) => ({ name, value: columnValue(column, value) }));
    for (const { name, value } of this.#output) this.#fields.set(name, value);
    this.#order = this.#output
      .slice(0, keys.length)
      .flatMap(({ value }) => orderKeys(value, value.type === "time"));
    this.#isDisplayed = false;
  }

  /** Shows a column in the place of the one with its name, or behind the others. */
  put(column: OutputColumn): void {
    const shown = this.#output.map((other) => (other.name === column.name ? column : other));
    this.#output = shown.includes(column) ? shown : [...shown, column];
  }

  /** A row behind all others with the sums of columns; what is not shown is not there any more. */
  addSummary(summed: readonly OutputColumn[]): void {
    if (this.#limit === undefined) this.take(this.scope.limit);
    const sums = summed.map((sum) => ({ ...sum, column: `c${this.#columnCount++}` }));
    const last = `c${this.#columnCount++}`;
    this.#order = [{ column: rawSql(last), descending: false }, ...this.#wholeOrder()];
    this.#close((select) => withSummary(select, sums, last));
    this.#hasEvents = false;
    this.#fields.clear();
    this.#output = this.#output.map(({ name, value }) => {
      return { name, value: this.define(name, summaryValue(name, value, sums, last)) };
    });
  }

  /** Puts other rows in the place of the events; the SELECT of them counts the events as `m0`. */
  replaceRows(around: Around, { columns, order, patterns }: ReplacedRows): void {
    this.#close(around);
    this.#matchedColumns = 1;
    this.#hasEvents = false;
    this.#patterns = patterns;
    this.#replaceColumns(columns, order);
  }

  get patterns(): PatternStage | undefined {
    return this.#patterns;
  }

  /** Of the rows of `pattern` come others, with these columns. */
  changePatterns(columns: readonly ReplacedColumn[]): void {
    this.#replaceColumns(columns, this.#patterns?.order ?? []);
  }

  #replaceColumns(columns: readonly ReplacedColumn[], order: readonly OrderKey[]): void {
    this.#fields.clear();
    this.#output = columns.map(({ name, column, type, nullable = false }) => {
      return { name, value: { sql: rawSql(column), type, nullable } };
    });
    for (const { name, value } of this.#output) this.#fields.set(name, value);
    this.#order = order;
    this.#isDisplayed = false;
  }

  /** Reads the events of one span of time more; commands tell them apart by their timestamps. */
  readAlso(earlier: TimeSpan): void {
    this.#events.readAlso(earlier);
  }

  /** Rows with those of another query; `name` is in front of the fields of this one. */
  join(
    type: "inner" | "left",
    name: string,
    other: { readonly name: string; readonly pipeline: Pipeline },
    on: readonly { readonly own: Value; readonly other: Value }[],
  ): void {
    const side = `j${this.#joined.size}`;
    const keys: readonly JoinKey[] = on.map((key) => ({
      own: this.#column(key.own).sql,
      other: other.pipeline.#column(key.other).sql,
    }));
    this.#close((select) =>
      joinSelects(type, select, other.pipeline.#rows(), keys, [...other.pipeline.#exported.values()], side),
    );
    this.#name = name;
    this.#joined.set(other.name, { pipeline: other.pipeline, side });
  }

  /** A field of this pipeline's rows for the one that they are joined to. */
  #export(reference: FieldReference, side: string): Value {
    const name = reference.steps.join(".");
    const known = this.#exported.get(name) ?? this.#column(this.resolve(reference));
    this.#exported.set(name, known);
    const type = known.type === "text" ? "field" : known.type;
    return { sql: sql`${rawSql(`${side}_`)}${known.sql}`, type, nullable: true };
  }

  #rows(): Sql {
    return this.#selectAt()(this.#events.select());
  }

  /** New fields with the cells of a table's first row that has these values. */
  lookUp(on: readonly LookupKey[], output: readonly TableCells[]): void {
    const keys = on.map(({ value }) => this.#column(value).sql);
    const names = output.map(() => `c${this.#columnCount++}`);
    this.#close((select) => lookUpSelect(select, keys, on, names, output));
    output.forEach(({ name }, index) => {
      this.#fields.set(name, { sql: rawSql(names[index] ?? ""), type: "field", nullable: true });
    });
  }

  /** The events that all groups together were made of, carried along as a column of every row. */
  #countMatched(): Sql {
    const before = this.#matchedColumns++;
    const count = before === 0 ? sql`sum(count()) OVER ()` : sql`any(${rawSql(`m${before - 1}`)})`;
    return sql`${count} AS ${rawSql(`m${before}`)}`;
  }

  /** The column of a row that says how many events matched; undefined as long as the rows are events. */
  get matchedColumn(): Sql | undefined {
    return this.#matchedColumns === 0 ? undefined : rawSql(`m${this.#matchedColumns - 1}`);
  }

  /** Closes the SELECT at hand, as far as it goes, and lets `around` make one of it. */
  #close(around: Around): void {
    const select = this.#selectAt();
    this.#matched ??= select;
    this.#closed = (events) => around(select(events));
    this.#conditions = [];
    this.#columns = [];
  }

  #selectAt(): Around {
    const inner = this.#closed;
    const [columns, conditions] = [[...this.#columns], [...this.#conditions]];
    if (columns.length === 0 && conditions.length === 0) return inner;
    const selected = joinSql([rawSql("*"), ...columns], ", ");
    const where = conditions.length === 0 ? rawSql("") : sql` WHERE ${joinSql(conditions, " AND ")}`;
    return (events) => sql`SELECT ${selected} FROM (${inner(events)})${where}`;
  }

  /** Adds to the columns that are answered; `display` replaces what came before. */
  show(columns: readonly OutputColumn[], instead: boolean): void {
    if (this.#isDisplayed && !instead) return;
    const before = instead ? [] : this.#output;
    const names = new Set(columns.map(({ name }) => name));
    this.#output = [...before.filter(({ name }) => !names.has(name)), ...columns];
    if (instead) this.#isDisplayed = true;
  }

  /** The whole statement: the output columns as r0, r1, ..., all texts. */
  statement(columns: readonly Sql[], limit: number): Sql {
    const select = this.#selectAt()(this.#events.select());
    const order = this.#orderBy();
    return sql`SELECT ${joinSql(columns, ", ")} FROM (${select})${order} LIMIT ${limit}`;
  }

  /** The events that passed the filters, in front of the first command that looks at more than one row. */
  matchedRows(): Sql {
    const select = this.#matched ?? this.#selectAt();
    return select(this.#events.select());
  }

  scannedConditions(): readonly Sql[] {
    return this.#events.scannedConditions();
  }
}
