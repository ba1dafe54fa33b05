// Queries of logs: their rows as a stream, their histogram, and what they cost.
import { modelled } from "../../wire/service.ts";
import type {
  AskedLogQuery,
  HistogramFineness,
  LogQueryCost,
  LogQueryEvent,
  LogQueryHistogram,
  LogQueryStatistics,
} from "../log-query-reader.ts";
import { ResourceNotFoundException, ValidationException } from "./errors.ts";
import type { GroundwatchHandler } from "./handlers.ts";
import { defaultBins } from "./limits-queries.ts";
import type { OperationInput, OperationOutput } from "./schema-types.ts";

type StreamInput = OperationInput<"StreamQueryResults">;
type StreamEvent =
  OperationOutput<"StreamQueryResults">["Results"] extends AsyncIterable<infer Event> ? Event : never;

/**
 * Rows of single events come as they are found, the newest first; those that depend on others when all is
 * known.
 * The stream ends with the event `End`. A query that is run for this call alone stops when its reader leaves.
 */
export const streamQueryResults: GroundwatchHandler<"StreamQueryResults"> = async (
  input,
  { call, logQueries },
) => {
  const wantsHistogram = input.Bins !== undefined || input.BinMilliseconds !== undefined;
  const fineness = wantsHistogram ? finenessOf(input) : undefined;
  const events = await logQueries.stream(call, askedQuery(input), fineness);
  return { Results: shownEvents(events) };
};

/** How many events match over time, in front of the first command that looks at more than one event. */
export const getQueryHistogram: GroundwatchHandler<"GetQueryHistogram"> = async (
  input,
  { call, logQueries },
) => shownHistogram(await logQueries.histogram(call, askedQuery(input), finenessOf(input)));

/** What a query that is complete has cost the engine. */
export const getQueryCost: GroundwatchHandler<"GetQueryCost"> = async ({ QueryId }, { call, logQueries }) => {
  const { cost, problem } = await logQueries.cost(call, QueryId);
  if (cost !== undefined) return shownCost(cost);
  const unknown = `The query ${QueryId} is not complete, so its cost is not known`;
  throw modelled(
    ResourceNotFoundException,
    problem === undefined ? `${unknown}.` : `${unknown}. Why it ended: ${problem}`,
  );
};

function askedQuery(input: Omit<StreamInput, "Bins" | "BinMilliseconds">): AskedLogQuery {
  const { QueryId, QueryString, QueryLanguage, LogGroupIdentifiers, From, To, Limit } = input;
  const described = [QueryString, QueryLanguage, LogGroupIdentifiers, From, To, Limit];
  if (QueryId !== undefined) {
    if (described.every((one) => one === undefined)) return { queryId: QueryId };
    throw modelled(ValidationException, "QueryId stands alone: the query that it names has all the rest.");
  }
  if (QueryString === undefined || From === undefined || To === undefined) {
    throw modelled(ValidationException, "Either QueryId, or QueryString, From and To must be given.");
  }
  return {
    queryString: QueryString,
    queryLanguage: languages.find((language) => language === QueryLanguage),
    logGroupIdentifiers: LogGroupIdentifiers,
    from: From,
    to: To,
    limit: Limit,
  };
}

const languages = ["CWLI", "PPL", "SQL"] as const;

function finenessOf({
  Bins: bins,
  BinMilliseconds: binMs,
}: Pick<StreamInput, "Bins" | "BinMilliseconds">): HistogramFineness {
  if (bins !== undefined && binMs !== undefined) {
    throw modelled(ValidationException, "Bins and BinMilliseconds are mutually exclusive.");
  }
  return binMs === undefined ? { bins: bins ?? defaultBins } : { binMs };
}

async function* shownEvents(events: AsyncIterable<LogQueryEvent>): AsyncGenerator<StreamEvent> {
  for await (const event of events) yield shownEvent(event);
}

function shownEvent(event: LogQueryEvent): StreamEvent {
  switch (event.kind) {
    case "rows":
      return {
        Rows: { Rows: event.rows.map((row) => row.map(([Field, Value]) => ({ Field, Value }))) },
      };
    case "progress":
      return {
        Progress: { Statistics: shownStatistics(event.statistics), SearchedFrom: event.searchedFrom },
      };
    case "histogram":
      return { Histogram: shownHistogram(event.histogram) };
    case "end":
      return {
        End: {
          Status: event.status,
          Statistics: shownStatistics(event.statistics),
          Problem: event.problem,
          Cost: event.cost && shownCost(event.cost),
        },
      };
  }
}

function shownStatistics(statistics: LogQueryStatistics) {
  return {
    RecordsMatched: statistics.recordsMatched,
    RecordsScanned: statistics.recordsScanned,
    BytesScanned: statistics.bytesScanned,
    RecordsSkipped: statistics.recordsSkipped ?? 0,
    BytesSkipped: statistics.bytesSkipped ?? 0,
    LogGroupsScanned: statistics.logGroupsScanned,
  };
}

function shownHistogram({ from, to, binMs, bins }: LogQueryHistogram): OperationOutput<"GetQueryHistogram"> {
  return {
    From: from,
    To: to,
    BinMilliseconds: binMs,
    Bins: bins.map((bin) => ({ From: bin.from, Count: bin.events })),
  };
}

function shownCost(cost: LogQueryCost): OperationOutput<"GetQueryCost"> {
  return {
    Statements: cost.statements,
    RowsRead: cost.rowsRead,
    BytesRead: cost.bytesRead,
    EngineMilliseconds: cost.engineMs,
    PartsTotal: cost.partsTotal,
    GranulesTotal: cost.granulesTotal,
    PartsRead: cost.partsRead,
    GranulesRead: cost.granulesRead,
    MemoryPeakBytes: cost.memoryPeakBytes,
  };
}
