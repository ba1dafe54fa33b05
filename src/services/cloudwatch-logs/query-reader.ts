// Queries for the own service: rows as a stream, the histogram of a query, and what it has cost.
import { compileInsightsQuery, rowsOfSingleEvents, sourceOf } from "../../core/insights/compile-query.ts";
import { binsWithin, chooseBinMs, histogramBins } from "../../core/insights/histogram.ts";
import { parseQuery } from "../../core/insights/query-languages.ts";
import { KeyUnavailableError } from "../../storage/encryption/key-errors.ts";
import { estimateRead, type EstimatedRead } from "../../storage/telemetry/log-queries.ts";
import { TelemetryError } from "../../storage/telemetry.ts";
import { WireError } from "../../wire/errors.ts";
import type { CallContext } from "../../wire/request.ts";
import type {
  AskedLogQuery,
  HistogramFineness,
  LogQueryEvent,
  LogQueryHistogram,
  LogQueryReader,
} from "../log-query-reader.ts";
import type { LogsContext } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { prepareQuery, type PreparedQuery } from "./prepared-queries.ts";
import { requireRun, tooManyQueries } from "./queries.ts";
import { answerQuery, noStatistics, runBounds, type ResultRow } from "./query-answers.ts";
import { meterQuery, type QueryMeter } from "./query-costs.ts";
import { queryLimits } from "./query-limits.ts";
import { problemOf, statusOf } from "./query-problems.ts";
import type { StoredRun } from "./query-runs.ts";
import { rowSlices, type RowSlice } from "./row-slices.ts";
import { scopeOf } from "./stored-groups.ts";

export function createQueryReader(contextOf: (call: CallContext) => LogsContext): LogQueryReader {
  return {
    async stream(call, asked, fineness) {
      const context = contextOf(call);
      if ("queryId" in asked) {
        const run = await requireRun(asked.queryId, context);
        const ofHistogram = fineness && histogramWith(fineness, await prepare(asked, context), context);
        return withHistogram(rowsOfRun(asked.queryId, run, context), ofHistogram);
      }
      const prepared = await prepare(asked, context);
      const ofHistogram = fineness && histogramWith(fineness, prepared, context);
      const leave = await context.queries.place(scopeOf(context));
      if (leave === undefined) throw tooManyQueries();
      leave(); // it is counted from when it is read
      return withHistogram(rowsOfQuery(prepared, context), ofHistogram);
    },
    async histogram(call, asked, fineness) {
      const context = contextOf(call);
      return histogramWith(fineness, await prepare(asked, context), context)();
    },
    async cost(call, queryId) {
      const { cost, problem } = await requireRun(queryId, contextOf(call));
      return { cost, problem };
    },
  };
}

async function prepare(asked: AskedLogQuery, context: LogsContext): Promise<PreparedQuery> {
  if (!("queryId" in asked)) {
    if (asked.from > asked.to) throw invalidParameter("End time should not be before start time.");
    return prepareQuery(asked, asked, context);
  }
  const run = await requireRun(asked.queryId, context);
  const { from, to, queryString, queryLanguage = "CWLI" } = run;
  if (from === undefined || to === undefined) {
    throw invalidParameter(`The query ${asked.queryId} was started by a server that did not note its time.`);
  }
  const namesGroups = sourceOf(parseQuery(queryString, queryLanguage)) !== undefined;
  const groups = namesGroups ? {} : { logGroupIdentifiers: [...run.logGroupNames] };
  return prepareQuery({ queryString, queryLanguage, limit: run.limit, ...groups }, { from, to }, context);
}

/**
 * What counts the events. Too many bins are refused at once, and not when all rows have been read.
 * @throws InvalidParameterException
 */
function histogramWith(
  fineness: HistogramFineness,
  { query, scope }: PreparedQuery,
  context: LogsContext,
): () => Promise<LogQueryHistogram> {
  const binMs = "binMs" in fineness ? fineness.binMs : chooseBinMs(scope, fineness.bins);
  if (binsWithin(scope, binMs) > queryLimits.histogramBins) {
    throw invalidParameter(`A histogram has at most ${queryLimits.histogramBins} bins: take wider ones.`);
  }
  const { signal } = context.call;
  const statement = compileInsightsQuery(query, scope).histogramStatement(binMs);
  return async () => {
    const counted = await inTurn(context, () =>
      context.dependencies.telemetry.query<{ bin: number; events: number }>(statement, runBounds(signal)),
    );
    return { from: scope.from, to: scope.to, binMs, bins: histogramBins(scope, binMs, counted) };
  };
}

/** A statement takes its turn with those of other queries, and gives it back while the reader is slow. */
async function inTurn<Result>(context: LogsContext, work: () => Promise<Result>): Promise<Result> {
  const release = await context.queries.turn(context.call.signal);
  try {
    return await work();
  } finally {
    release();
  }
}

/** The histogram is asked for when the rows are there, and told before the end. */
async function* withHistogram(
  events: AsyncIterable<LogQueryEvent>,
  ofHistogram: (() => Promise<LogQueryHistogram>) | undefined,
): AsyncGenerator<LogQueryEvent> {
  for await (const event of events) {
    const isComplete = event.kind === "end" && event.status === "Complete";
    if (isComplete && ofHistogram !== undefined) {
      yield { kind: "histogram", histogram: await ofHistogram() };
    }
    yield event;
  }
}

/** What StartQuery has started is waited for, and goes on when nobody reads it. */
async function* rowsOfRun(
  queryId: string,
  begun: StoredRun,
  context: LogsContext,
): AsyncGenerator<LogQueryEvent> {
  const scope = scopeOf(context);
  if (begun.status === "Running" || begun.status === "Scheduled") {
    yield { kind: "progress", statistics: begun.statistics, searchedFrom: begun.to ?? context.call.now };
  }
  const { signal } = context.call;
  const ended = await unlessAborted(context.queries.finished(scope, queryId, signal), signal);
  if (ended === undefined) return;
  yield* chunks(await context.queries.results(scope, queryId, ended.status).catch(sayWhichKey));
  yield {
    kind: "end",
    status: ended.status,
    ...(ended.problem === undefined ? {} : { problem: ended.problem }),
    statistics: ended.statistics,
    ...(ended.cost === undefined ? {} : { cost: ended.cost }),
  };
}

/** In the middle of a stream only an error that the wire knows is told to the client. */
function sayWhichKey(error: unknown): never {
  throw error instanceof KeyUnavailableError ? new WireError("AccessDeniedException", error.message) : error;
}

/** What the engine cannot answer ends the stream as it ends a query of StartQuery. */
async function* rowsOfQuery(prepared: PreparedQuery, context: LogsContext): AsyncGenerator<LogQueryEvent> {
  const leave = context.queries.host(scopeOf(context));
  const meter = meterQuery(context.dependencies.telemetry);
  let statistics = noStatistics;
  try {
    const limit = rowsOfSingleEvents(prepared.query, prepared.scope);
    const answers: AsyncIterable<StreamedAnswer> =
      limit === undefined
        ? wholeAnswer(prepared, meter, context)
        : rowSlices(meter.telemetry, prepared.query, prepared.scope, {
            limit,
            bounds: runBounds(context.call.signal),
            inTurn: (work) => inTurn(context, work),
          });
    let searchedFrom = prepared.scope.to + 1;
    let read: EstimatedRead | undefined;
    for await (const answer of answers) {
      yield* chunks(answer.rows);
      ({ statistics, searchedFrom, read } = answer);
      if (searchedFrom > prepared.scope.from) yield { kind: "progress", statistics, searchedFrom };
    }
    if (limit !== undefined) read = await readBySlices(prepared, searchedFrom, context);
    yield { kind: "end", status: "Complete", statistics, cost: await meter.cost(read) };
  } catch (error) {
    if (!(error instanceof TelemetryError)) throw error;
    yield { kind: "end", status: statusOf(error), problem: problemOf(error), statistics };
  } finally {
    leave();
  }
}

interface StreamedAnswer extends RowSlice {
  readonly read?: EstimatedRead | undefined;
}

/** Rows that depend on each other come together. */
async function* wholeAnswer(
  { query, scope }: PreparedQuery,
  meter: QueryMeter,
  context: LogsContext,
): AsyncGenerator<StreamedAnswer> {
  const { signal } = context.call;
  const answer = await inTurn(context, () =>
    answerQuery(meter.telemetry, query, scope, { signal, onPartial: () => undefined }),
  );
  yield { ...answer, searchedFrom: scope.from };
}

/** The slices together are one span of time, in which a part of the table counts once. */
function readBySlices(
  { query, scope }: PreparedQuery,
  searchedFrom: number,
  { call, dependencies }: LogsContext,
): Promise<EstimatedRead | undefined> {
  const { statement } = compileInsightsQuery(query, { ...scope, from: searchedFrom });
  return estimateRead(dependencies.telemetry, statement, runBounds(call.signal));
}

function* chunks(rows: readonly ResultRow[]): Generator<LogQueryEvent> {
  for (let from = 0; from < rows.length; from += queryLimits.streamedRows) {
    yield { kind: "rows", rows: rows.slice(from, from + queryLimits.streamedRows) };
  }
}

/** Undefined when the caller has gone before. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const leave = () => resolve(undefined);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
