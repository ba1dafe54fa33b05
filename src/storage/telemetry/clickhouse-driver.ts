// The driver of a ClickHouse server or cluster: the same blocks and statements over its HTTP interface.
import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { ClickHouseLogLevel, createClient } from "@clickhouse/client";
import type { ClickHouseClient } from "@clickhouse/client";
import { TelemetryError } from "../telemetry.ts";
import { telemetryErrorOf } from "./clickhouse-errors.ts";
import type { BlockInsert, Driver, StatementBounds } from "./driver.ts";
import { telemetryLimits } from "./limits.ts";
import { clause, commandText, insertSettings, selectText } from "./statements.ts";

/** The longest time that a timer takes: every statement has an end of its own. */
const noTimeoutMs = 2 ** 31 - 1;

/**
 * Each insert is a batch already, so the server's own batching (`async_insert`) is off; an answer is sent
 * when it is whole (`wait_end_of_query`), so an error always has its status; a connection that closes cancels
 * its query. Nothing comes on a connection while a query runs, so the silence of one says nothing: inserts
 * alone have connections that end by it. https://clickhouse.com/docs/interfaces/http
 *
 * @param url `http(s)://user:password@host:8123/database`
 */
export function createClickHouseDriver(
  url: string,
  { insertTimeoutMs }: { readonly insertTimeoutMs: number } = telemetryLimits,
): Driver {
  const { insertSessions, querySessions } = telemetryLimits;
  const inserting = connect(url, insertSessions, insertTimeoutMs);
  const client = connect(url, querySessions, noTimeoutMs);
  let lastTag = 0;
  const nextTag = () => `groundwatch-${process.pid}-${++lastTag}`;

  return {
    opened: untilAnswered(() => execute(inserting, "SELECT 1", undefined)),
    pace: telemetryLimits.insertPace,
    insert: (seal) => {
      const insert = seal();
      return untilStored(() => sendBlock(inserting, insert));
    },
    discard: () => Promise.resolve(), // what is inserted is seen at once
    async query(text, bounds) {
      return withinBounds(bounds, (signal) =>
        againWhenLost(signal, () => execute(client, selectText(text, bounds, nextTag()), signal)),
      );
    },
    async execute(text, bounds) {
      await withinBounds(bounds, (signal) => execute(client, commandText(text, bounds, nextTag()), signal));
    },
    statistics: () => ({ engineRestarts: 0, engineResidentBytes: 0, journalRows: 0, journalBytes: 0 }),
    async close() {
      await Promise.all([inserting.close(), client.close()]);
    },
  };
}

function connect(url: string, connections: number, silentMs: number): ClickHouseClient {
  return createClient({
    url,
    application: "groundwatch",
    log: { level: ClickHouseLogLevel.OFF }, // every error is thrown as well
    request_timeout: silentMs,
    max_open_connections: connections,
    clickhouse_settings: {
      async_insert: 0,
      distributed_foreground_insert: 1,
      wait_end_of_query: 1,
      cancel_http_readonly_queries_on_client_close: 1,
      session_timezone: "UTC",
    },
  });
}

async function sendBlock(client: ClickHouseClient, insert: BlockInsert): Promise<void> {
  const settings = clause(insertSettings(insert, telemetryLimits.insertTimeoutMs));
  const { stream } = await client.exec({
    query: `INSERT INTO ${insert.table} (${insert.columns.join(", ")}) ${settings} FORMAT Native`,
    values: Readable.from([insert.block], { objectMode: false }),
  });
  await buffer(stream);
}

async function execute(
  client: ClickHouseClient,
  query: string,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const { stream } = await client.exec({ query, ...(signal === undefined ? {} : { abort_signal: signal }) });
  return buffer(stream);
}

/** The token makes every further attempt safe, whatever became of the ones before. */
async function untilStored(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (cause) {
      const error = problemOf(cause);
      const mayHelp = ["MemoryLimit", "Unavailable", "Overloaded"].includes(error.problem);
      if (!mayHelp || attempt >= telemetryLimits.insertAttempts) throw error;
      await pause(50 * 2 ** attempt);
    }
  }
}

/** A SELECT changes nothing, so one whose connection broke is asked once more. */
async function againWhenLost<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (signal.aborted || problemOf(cause).problem !== "Unavailable") throw cause;
    return work();
  }
}

/** A server that is being started beside us gets some seconds. */
async function untilAnswered(work: () => Promise<unknown>): Promise<void> {
  await untilStored(async () => {
    await work();
  });
}

async function withinBounds<Result>(
  { signal, timeoutMs }: StatementBounds,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const end = new AbortController();
  let ended: TelemetryError | undefined;
  const endWith = (error: TelemetryError) => {
    ended = error;
    end.abort();
  };
  const cancelled = () => endWith(new TelemetryError("Cancelled", "the query was cancelled"));
  const timer = setTimeout(() => {
    endWith(new TelemetryError("Timeout", `the query took longer than ${timeoutMs} ms`));
  }, timeoutMs);
  signal?.addEventListener("abort", cancelled, { once: true });
  if (signal?.aborted === true) cancelled();
  try {
    end.signal.throwIfAborted();
    return await work(end.signal);
  } catch (cause) {
    throw ended ?? problemOf(cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancelled);
  }
}

/** An answer of the server has a code; everything else that fails here is the way to it. */
function problemOf(cause: unknown): TelemetryError {
  if (cause instanceof TelemetryError) return cause;
  const { message, code } = cause as { readonly message?: string; readonly code?: string };
  if (code !== undefined && /^\d+$/.test(code)) return telemetryErrorOf(`Code: ${code}. ${message}`, cause);
  return new TelemetryError("Unavailable", `ClickHouse does not answer: ${message ?? String(cause)}`, {
    cause,
  });
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}
