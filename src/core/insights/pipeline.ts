// The SQL statement of a query while commands add to it, one after the other.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import { jsonPart } from "./discovered-fields.ts";
import type { FieldReference, SortKey } from "./query-tree.ts";
import type { TimeSpan } from "./event-conditions.ts";
import { EventSelect } from "./event-select.ts";
import type { QueryScope } from "./scope.ts";
import { MadeFields } from "./made-fields.ts";
import { mayBeAbsent, type GroupKey, type OutputColumn } from "./output-columns.ts";
import { itself, NestedSelect, type Around } from "./nested-select.ts";
import { filledValue, withMissingBins, type TimeBins } from "./missing-bins.ts";
import { joinedValue, joinSelects, lookUpSelect, type JoinKey, type LookupKey } from "./join-selects.ts";
import type { TableCells } from "./join-selects.ts";
import type { PatternStage, ReplacedColumn, ReplacedRows } from "./pattern-stage.ts";
import { firstOfEach, groupingClause, groupOrder, newestFirst } from "./row-order.ts";
import { orderClause, orderKeys, type OrderKey } from "./row-order.ts";
import { summaryValue, withSummary } from "./summary-row.ts";
import { columnValue, missing, type Value } from "./value.ts";

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
  readonly #fields = new MadeFields();
  readonly #select = new NestedSelect();
  #order: readonly OrderKey[] = [];
  #hasEvents = true;
  #matchedColumns = 0;
  #output: readonly OutputColumn[] = [];
  #isDisplayed = false;
  #limit: number | undefined;
  #patterns: PatternStage | undefined;
  #bins: TimeBins | undefined;
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
    return this.#select.isOpen;
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
    return this.#hasEvents && !isOfSide && this.#fields.find(reference) === undefined;
  }

  resolve(given: FieldReference): Value {
    const [alias = "", ...rest] = given.steps;
    const joined = rest.length === 0 ? undefined : this.#joined.get(String(alias));
    if (joined !== undefined) return joined.pipeline.#export({ ...given, steps: rest }, joined.side);
    const reference = this.#name === alias && rest.length > 0 ? { ...given, steps: rest } : given;
    const made = this.#fields.find(reference);
    if (made !== undefined) return made;
    return this.#hasEvents ? this.#events.field(reference.steps) : missing;
  }

  /** A part of a structure, as JSON, for commands that take lists. */
  resolveStructure(reference: FieldReference): Value {
    const found = this.#fields.structure(reference);
    if (found === undefined) return this.resolve(reference);
    const { value, path } = found;
    if (path.length === 0) return value;
    return { sql: jsonPart(value.sql, path), type: "structure", nullable: true };
  }

  /** The column that an expression was given by its text, such as `count(*)`. */
  columnNamed(name: string): Value | undefined {
    return this.#fields.named(name);
  }

  /** Gives a value a column, and the column a name that later commands know. */
  define(name: string, value: Value): Value {
    const made = this.#column(value);
    this.#fields.set(name, made);
    return made;
  }

  #column(value: Value): Value {
    const column = this.#select.newColumn();
    this.#select.addColumn(sql`${value.sql} AS ${rawSql(column)}`);
    return columnValue(column, value);
  }

  filter(condition: Sql): void {
    this.#select.filter(condition);
  }

  /** A condition on the events themselves, which the store may use to skip parts. */
  filterEvents(condition: Sql): void {
    this.#events.filter(condition);
  }

  /** Rows that are no events, such as those of `stats`, keep their order where the keys are the same. */
  sort(keys: readonly (Pick<SortKey, "descending" | "missing"> & { readonly value: Value })[]): void {
    const order = keys.flatMap((key) => orderKeys(this.#column(key.value), key.descending, key.missing));
    this.#order = this.#hasEvents ? order : [...order, ...this.#order];
  }

  #wholeOrder(): readonly OrderKey[] {
    return this.#hasEvents ? [...this.#order, ...newestFirst] : this.#order;
  }

  #orderBy(): Sql {
    return orderClause(this.#wholeOrder());
  }

  take(count: number, skipped = 0): void {
    const order = this.#orderBy();
    const offset = skipped === 0 ? rawSql("") : sql` OFFSET ${skipped}`;
    this.#limit = count;
    this.#select.close((select) => sql`SELECT * FROM (${select})${order} LIMIT ${count}${offset}`);
  }

  /**
   * The first rows, in the order of the rows, of each combination; rows that lack one of the values all
   * stay.
   */
  takeSomeBy(values: readonly Value[], count: number): void {
    const keys = values.map((value) => this.#column(value).sql);
    const order = this.#orderBy();
    this.#select.close((select) => firstOfEach(select, order, keys, count));
  }

  /** A new field by a window over the rows; `make` gets the order of the rows as it stands in a window. */
  defineInOrder(name: string, make: (order: Sql) => Value): Value {
    this.#select.close(itself);
    const value = this.define(name, make(this.#orderBy()));
    this.#select.close(itself);
    return value;
  }

  /** One row for each element of a JSON list. */
  expand(list: Value, name: string): void {
    const text = sql`ifNull(${list.sql}, '')`;
    const elements = sql`if(startsWith(${text}, '['), JSONExtractArrayRaw(${text}), [${text}])`;
    const column = this.#select.newColumn();
    this.#select.addColumn(sql`nullIf(arrayJoin(${elements}), '') AS ${rawSql(column)}`);
    this.#select.close(itself);
    this.#fields.set(name, { sql: rawSql(column), type: "structure", nullable: true });
  }

  /**
   * Puts the groups of the rows in the place of the rows; the caller has compiled both lists against them.
   */
  aggregate(
    keys: readonly GroupKey[],
    items: readonly OutputColumn[],
    sets?: readonly (readonly number[])[],
  ): void {
    this.#select.close(itself);
    const grouped = sets === undefined ? keys : keys.map(mayBeAbsent);
    const named = [...grouped, ...items].map(({ name, value }) => ({
      name,
      value,
      column: this.#select.newColumn(),
    }));
    const groupBy = named.slice(0, keys.length).map(({ column }) => rawSql(column));
    const columns = [
      ...named.map(({ value, column }) => sql`${value.sql} AS ${rawSql(column)}`),
      this.#countMatched((before) => sql`any(${before})`, sets?.length),
    ];
    const grouping = keys.length === 0 ? rawSql("") : groupingClause(groupBy, sets);
    this.#select.close((rows) => sql`SELECT ${joinSql(columns, ", ")} FROM (${rows})${grouping}`);
    this.#fields.clear();
    this.#hasEvents = false;
    this.#output = named.map(({ name, value, column }) => ({ name, value: columnValue(column, value) }));
    for (const { name, value } of this.#output) this.#fields.set(name, value);
    const groups = this.#output.slice(0, keys.length);
    this.#order = groupOrder(groups);
    this.#isDisplayed = false;
    const bins = keys.flatMap(({ period }, position) => (period ? [{ period, groups, position }] : []));
    this.#bins = bins.length === 1 ? bins[0] : undefined;
  }

  /** How the rows are grouped by time, if they are grouped by one `bin()`. */
  get bins(): TimeBins | undefined {
    return this.#bins;
  }

  /** Rows for the bins that have none, with these values or none; the newest bins come first again. */
  fillBins(bins: TimeBins, constants: ReadonlyMap<string, Value>): void {
    const filled = { instant: this.#select.newColumn(), isGiven: this.#select.newColumn() };
    this.#select.close((select) => withMissingBins(select, bins, this.scope, filled));
    for (const field of this.#fields.all()) {
      this.define(field[0], filledValue(field, constants.get(field[0]), bins, filled));
    }
    this.#select.addColumn(this.#countMatched((before) => sql`max(${before}) OVER ()`));
    this.#select.close(itself);
    const now = ({ name, value }: OutputColumn) => ({ name, value: this.#fields.named(name) ?? value });
    this.#output = this.#output.map(now);
    this.#bins = { ...bins, groups: bins.groups.map(now) };
    this.#order = groupOrder(this.#bins.groups);
  }

  /** Shows a column in the place of the one with its name, or behind the others. */
  put(column: OutputColumn): void {
    const shown = this.#output.map((other) => (other.name === column.name ? column : other));
    this.#output = shown.includes(column) ? shown : [...shown, column];
  }

  /** A row behind all others with the sums of columns; what is not shown is not there any more. */
  addSummary(summed: readonly OutputColumn[]): void {
    if (this.#limit === undefined) this.take(this.scope.limit);
    const sums = summed.map((sum) => ({ ...sum, column: this.#select.newColumn() }));
    const last = this.#select.newColumn();
    this.#order = [{ column: rawSql(last), descending: false }, ...this.#wholeOrder()];
    this.#select.close((select) => withSummary(select, sums, last));
    this.#hasEvents = false;
    this.#bins = undefined;
    this.#fields.clear();
    this.#output = this.#output.map(({ name, value }) => {
      return { name, value: this.define(name, summaryValue(name, value, sums, last)) };
    });
  }

  /** Puts other rows in the place of the events; the SELECT of them counts the events as `m0`. */
  replaceRows(around: Around, { columns, order, patterns }: ReplacedRows): void {
    this.#select.close(around);
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
    this.#bins = undefined;
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

  /** Events that came so much earlier stand for those of the query's time. */
  shiftEvents(shiftMs: number): void {
    this.#events.shift(shiftMs);
  }

  /** By how much later events count as having come. */
  get shiftMs(): number {
    return this.#events.shiftMs;
  }

  /** Columns of another query's rows, each beside the row at the same place. */
  appendColumns(other: Pipeline, columns: readonly OutputColumn[]): readonly Value[] {
    const keys = [{ own: this.#number().sql, other: other.#number().sql }];
    const appended = columns.map(({ value }) => other.#column(value));
    const side = this.#select.newColumn();
    this.#select.close((select) => joinSelects("left", select, other.rows(), keys, appended, side));
    return appended.map((value) => joinedValue(side, value));
  }

  /** The number of each row; from here on the rows are in the order of their numbers. */
  #number(): Value {
    this.#select.close(itself);
    const window = sql`row_number() OVER (${this.#orderBy()})`;
    const number = this.#column({ sql: window, type: "number", nullable: false });
    this.#select.close(itself);
    this.#order = [{ column: number.sql, descending: false }];
    return number;
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
    this.#select.close((select) =>
      joinSelects(type, select, other.pipeline.rows(), keys, [...other.pipeline.#exported.values()], side),
    );
    this.#name = name;
    this.#joined.set(other.name, { pipeline: other.pipeline, side });
  }

  /** A field of this pipeline's rows for the one that they are joined to. */
  #export(reference: FieldReference, side: string): Value {
    const name = reference.steps.join(".");
    const known = this.#exported.get(name) ?? this.#column(this.resolve(reference));
    this.#exported.set(name, known);
    return joinedValue(side, { ...known, type: known.type === "text" ? "field" : known.type });
  }

  /** The rows as far as they go, in no order. */
  rows(): Sql {
    return this.#select.around()(this.#events.select());
  }

  /** New fields with the cells of a table's first row that has these values. */
  lookUp(on: readonly LookupKey[], output: readonly TableCells[]): readonly Value[] {
    const keys = on.map(({ value }) => this.#column(value).sql);
    const names = output.map(() => this.#select.newColumn());
    this.#select.close((select) => lookUpSelect(select, keys, on, names, output));
    return output.map(({ name }, index) => {
      const value: Value = { sql: rawSql(names[index] ?? ""), type: "field", nullable: true };
      this.#fields.set(name, value);
      return value;
    });
  }

  /** A column of every row with the list of what aggregations over all rows answer. */
  aggregateAll(aggregates: readonly Sql[]): Sql {
    const column = rawSql(this.#select.newColumn());
    const list = sql`[${joinSql(aggregates, ", ")}]`;
    this.#select.close(
      (select) => sql`SELECT *, (SELECT ${list} FROM (${select})) AS ${column} FROM (${select})`,
    );
    return column;
  }

  /** The events that all groups together were made of, carried along as a column of every row. */
  #countMatched(again: (before: Sql) => Sql, times = 1): Sql {
    const before = this.matchedColumn;
    const all = times === 1 ? sql`sum(count()) OVER ()` : sql`intDiv(sum(count()) OVER (), ${times})`;
    const count = before === undefined ? all : again(before);
    return sql`${count} AS ${rawSql(`m${this.#matchedColumns++}`)}`;
  }

  /** The column of a row that says how many events matched; undefined as long as the rows are events. */
  get matchedColumn(): Sql | undefined {
    return this.#matchedColumns === 0 ? undefined : rawSql(`m${this.#matchedColumns - 1}`);
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
    return sql`SELECT ${joinSql(columns, ", ")} FROM (${this.rows()})${this.#orderBy()} LIMIT ${limit}`;
  }

  /** The events that passed the filters, in front of the first command that looks at more than one row. */
  matchedRows(): Sql {
    return this.#select.matched(this.#events.select());
  }

  scannedConditions(): readonly Sql[] {
    return this.#events.scannedConditions();
  }
}
