// A query as one ClickHouse statement.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import { compileCommand } from "./commands.ts";
import { estimateColumn } from "./commands/estimate.ts";
import { timeOfSource } from "./commands/source.ts";
import { maximumRows } from "./commands/limit.ts";
import { ExpressionCompiler, type NestedQueries } from "./compile-expression.ts";
import { withFiltersOfEvents } from "./filters-of-events.ts";
import type { OutputColumn } from "./output-columns.ts";
import { Pipeline } from "./pipeline.ts";
import { InsightsQueryError } from "./query-error.ts";
import type { Command, Membership, Query, Source, Subquery } from "./query-tree.ts";
import { histogramStatement } from "./histogram.ts";
import type { QueryScope } from "./scope.ts";
import { eventColumn, shownColumns } from "./shown-columns.ts";
import { asText, type Value } from "./value.ts";

export interface CompiledQuery {
  /** Answers rows with `r0`, `r1`, ... for the columns, texts or NULL, and `matched` where it is counted. */
  readonly statement: Sql;
  /** The names of `r0`, `r1`, ... */
  readonly columns: readonly string[];
  /** How many rows the statement answers at most. */
  readonly limit: number;
  /** Whether each row is an event that matched, as long as there are fewer than the limit. */
  readonly rowsAreMatches: boolean;
  /** Which rows of the table of events are read, in front of all filters. */
  readonly eventConditions: readonly Sql[];
  /** The same of each query inside the query. */
  readonly nestedEventConditions: readonly (readonly Sql[])[];
  /** Answers `events`: how many passed the filters. */
  readonly matchedStatement: Sql;
  /** Answers `bin`, the number of the bin since 1970, and `events`: how many that passed are in it. */
  readonly histogramStatement: (binMs: number) => Sql;
}

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 * @throws InsightsQueryError for what the language does not allow, with its position.
 */
export function compileInsightsQuery(query: Query, scope: QueryScope): CompiledQuery {
  if (query.commands.at(-1)?.kind === "estimate") return compileEstimate(query, scope);
  const nested: Pipeline[] = [];
  const pipeline = compileCommands(query, scope, nested);
  const columns = outputOf(pipeline);
  const limit = pipeline.limit === undefined ? scope.limit : maximumRows;
  const selected = columns.map(({ value }, index) => sql`${asText(value).sql} AS ${column(index)}`);
  const matched = pipeline.matchedColumn;
  const counted = matched === undefined ? [] : [sql`toString(${matched}) AS matched`];
  return {
    statement: pipeline.statement([...selected, ...counted], limit),
    columns: columns.map(({ name }) => name),
    limit,
    rowsAreMatches: pipeline.rowsAreMatches,
    eventConditions: pipeline.scannedConditions(),
    nestedEventConditions: nested.map((inner) => inner.scannedConditions()),
    matchedStatement: sql`SELECT count() AS events FROM (${pipeline.matchedRows()})`,
    histogramStatement: (binMs) => histogramStatement(pipeline.matchedRows(), scope, binMs, pipeline.shiftMs),
  };
}

/** The bytes of the messages that are read, in front of all filters. */
function compileEstimate({ commands }: Query, scope: QueryScope): CompiledQuery {
  const estimated = compileInsightsQuery({ commands: commands.slice(0, -1) }, scope);
  const { source = rawSql("log_events") } = scope;
  const conditions = joinSql(estimated.eventConditions, " AND ");
  const statement = sql`SELECT toString(sum(length(message))) AS r0 FROM ${source} WHERE ${conditions}`;
  return { ...estimated, statement, columns: [estimateColumn], limit: 1, rowsAreMatches: false };
}

function column(index: number): Sql {
  return { fragments: [`r${index}`], values: [] };
}

/** Adds the pipelines of the queries inside the query to `nested`. */
function compileCommands(query: Query, scope: QueryScope, nested: Pipeline[]): Pipeline {
  const pipeline = new Pipeline(scope);
  const compileNested = (inner: Query): Pipeline => {
    const made = compileCommands(inner, scopeOfNested(inner, scope), nested);
    nested.push(made);
    return made;
  };
  const compilers: NestedQueries = {
    set: (membership, columns) => compileSet(membership, columns, compileNested),
    value: (subquery) => compileSubquery(subquery, compileNested),
    pipeline: compileNested,
  };
  const compiler = new ExpressionCompiler(pipeline, compilers, query.knowsUnknown === true);
  const commands = query.knowsUnknown === true ? query.commands : withFiltersOfEvents(query.commands);
  commands.forEach((command, index) => {
    if (command.kind === "source" && index > 0) {
      throw new InsightsQueryError("SOURCE must be the first command", command.span);
    }
    compileCommand(command, compiler);
  });
  return pipeline;
}

/** What is shown; events have their pointer as well. */
function outputOf(pipeline: Pipeline): readonly OutputColumn[] {
  const shown = shownColumns(pipeline);
  if (!pipeline.hasEvents || shown.some(({ name }) => name === "@ptr")) return shown;
  return [...shown, eventColumn(pipeline, "@ptr")];
}

/** Rows of a subquery that one `in` may look at. */
const subqueryRows = 50_000;

/** A query in the query is over the same span of time and the same groups unless it names others. */
function scopeOfNested(query: Query, scope: QueryScope): QueryScope {
  const source = sourceOf(query);
  if (source === undefined) return scope;
  return { ...scope, ...timeOfSource(source, scope, scope.now), logGroups: scope.groupsOfSource(source) };
}

/** The columns of the query in brackets, or those that its last command names. */
function compileSet(
  { set, span }: Membership,
  count: number,
  compileNested: (query: Query) => Pipeline,
): Sql {
  if (!("commands" in set)) throw new InsightsQueryError("a subquery is expected", span);
  const pipeline = compileNested(set);
  const columns = selectedColumns(set, pipeline);
  const [only] = columns;
  if (only === undefined || columns.length !== count) {
    const problem = count === 1 ? "exactly one column" : `exactly ${count} columns`;
    throw new InsightsQueryError(`a subquery must have ${problem}`, span);
  }
  if (set.knowsUnknown !== true) {
    return pipeline.statement([sql`assumeNotNull(${asText(only.value).sql}) AS item`], subqueryRows);
  }
  const texts = columns.map(({ value }) => asText(value).sql);
  const items = texts.map((text, index) => sql`ifNull(${text}, '') AS ${rawSql(`item${index}`)}`);
  const areThere = texts.map((text) => sql`isNotNull(${text})`);
  return pipeline.statement([...items, sql`${joinSql(areThere, " AND ")} AS hasItems`], subqueryRows);
}

/** A query with more than one row where one value is wanted fails in the engine. */
function compileSubquery({ asks, query, span }: Subquery, compileNested: (query: Query) => Pipeline): Value {
  const pipeline = compileNested(query);
  if (asks === "exists") {
    const found = sql`SELECT count() FROM (${pipeline.statement([sql`1 AS found`], 1)})`;
    return { sql: sql`((${found}) > 0)`, type: "boolean", nullable: false };
  }
  const [only, ...others] = selectedColumns(query, pipeline);
  if (only === undefined || others.length > 0) {
    throw new InsightsQueryError("a subquery must have exactly one column", span);
  }
  const { sql: value, type } = only.value;
  const answered = pipeline.statement([sql`toNullable(${value}) AS item`], 2);
  return { sql: sql`(${answered})`, type: type === "text" ? "field" : type, nullable: true };
}

/**
 * Behind an aggregation `fields` selects columns for the query around this one.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Subqueries.html
 */
function selectedColumns({ commands }: Query, pipeline: Pipeline): readonly OutputColumn[] {
  const last = commands.at(-1);
  if (last?.kind !== "fields") return pipeline.output;
  const names = new Set(last.items.map(({ alias, text }) => alias ?? text));
  return pipeline.output.filter(({ name }) => names.has(name));
}

/** The SOURCE command with which a query names its log groups. */
export function sourceOf(query: Query): Source | undefined {
  const [first] = query.commands;
  return first?.kind === "source" ? first : undefined;
}

/** The SOURCE commands of the queries inside a query. */
export function nestedSources(query: Query): readonly Source[] {
  return nestedQueries(query).flatMap((nested) => {
    const source = sourceOf(nested);
    return [...(source === undefined ? [] : [source]), ...nestedSources(nested)];
  });
}

function nestedQueries(part: unknown): readonly Query[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.values(part).flatMap((value: unknown) => (isQuery(value) ? [value] : nestedQueries(value)));
}

const isQuery = (value: unknown): value is Query =>
  typeof value === "object" && value !== null && "commands" in value;

/** Whether the answer over the newest part of a span of time says something about the whole. */
export function hasPartialAnswers(query: Query): boolean {
  const whole = new Set(["anomaly", "diff", "estimate", "join", "logcompare"]);
  return !query.commands.some(({ kind }) => whole.has(kind)) && nestedQueries(query).length === 0;
}

const ofSingleEvents = new Set([
  "source",
  "fields",
  "display",
  "filter",
  "filterIndex",
  "json",
  "parse",
  "unmask",
  "lookup",
  "cidrlookup",
]);

const isOfSingleEvents = (command: Command): boolean =>
  ofSingleEvents.has(command.kind) &&
  !(command.kind === "parse" && command.pattern.kind === "regex" && command.pattern.isMulti);

/**
 * How many rows a query answers at most, when each of them is an event, the newest first: such a query over a
 * span of time is the same query over the parts of the span, from the newest to the oldest. Undefined for
 * others.
 */
export function rowsOfSingleEvents(query: Query, scope: QueryScope): number | undefined {
  const { commands } = query;
  const last = commands.at(-1);
  const limit = last?.kind === "limit" && last.offset === undefined ? last.count : undefined;
  const others = limit === undefined ? commands : commands.slice(0, -1);
  if (nestedQueries(query).length > 0 || !others.every(isOfSingleEvents)) return undefined;
  return limit ?? scope.limit;
}

/** The tables that a query looks up in, in the queries inside it as well. */
export function lookupTablesOf(query: Query): readonly string[] {
  const own = query.commands.flatMap((command) =>
    command.kind === "lookup" || command.kind === "cidrlookup" ? [command.table] : [],
  );
  return [...own, ...nestedQueries(query).flatMap(lookupTablesOf)];
}

/** Whether the query needs the names of log streams. */
export function mentionsLogStream(queryText: string): boolean {
  return queryText.includes("@logStream");
}
