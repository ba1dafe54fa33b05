// Runs scheduled queries when they are due, and delivers what they find.
import { randomUUID } from "node:crypto";
import { CloudWatchLogsServiceException } from "@aws-sdk/client-cloudwatch-logs";
import { parseQuery } from "../../core/insights/query-languages.ts";
import { explainQueryError, InsightsQueryError } from "../../core/insights/query-error.ts";
import { every, type Cancel } from "../../core/clock.ts";
import { leaseMs } from "../../storage/leases.ts";
import type { Document } from "../../storage/state.ts";
import type { CallContext } from "../../wire/request.ts";
import type { LogsContext } from "./context.ts";
import { putLookupTable, tableOfRows } from "./lookup-tables.ts";
import { queryLimits } from "./query-limits.ts";
import type { ResultRow } from "./query-answers.ts";
import { resultKey } from "./kms-keys.ts";
import { notedName } from "./prepared-queries.ts";
import { groupsOf, scopeOfQuery } from "./query-scope.ts";
import {
  dueKey,
  dueQueriesIn,
  executionScope,
  executionsIn,
  nextRunAt,
  scheduledQueriesIn,
  type DueQuery,
  type ExecutionStatus,
  type StoredExecution,
  type StoredScheduledQuery,
} from "./stored-scheduled-queries.ts";

const retryMs = 60_000;

/**
 * A run that was missed while no server ran is made up for once. What is due is put off to its next time
 * before it runs, so that a server that dies meanwhile runs it no second time, and of several that share a
 * store one does; each looks now and then for what those that died have planned.
 */
export class ScheduledQueryRuns {
  readonly #contextOf: (call: CallContext) => LogsContext;
  readonly #base: Pick<LogsContext, "dependencies" | "queries">;
  /** One for each query that is due some time, by its key. */
  readonly #timers = new Map<string, Cancel>();

  constructor(
    base: Pick<LogsContext, "dependencies" | "queries">,
    contextOf: (call: CallContext) => LogsContext,
  ) {
    this.#base = base;
    this.#contextOf = contextOf;
    const { clock, state } = base.dependencies;
    const resume = () => {
      this.#resume().catch(() => clock.schedule(this.#now() + retryMs, resume));
    };
    resume();
    clock.onSetBack?.(resume);
    if (state.node !== undefined) every(clock, leaseMs, () => this.#runAllDue().catch(() => undefined));
  }

  /** Call it when a query was stored; undefined when it is not due any more. */
  async plan(scope: string, query: StoredScheduledQuery): Promise<void> {
    const due = dueQueriesIn(this.#base.dependencies.state);
    const key = dueKey(scope, query.name);
    const dueAt = nextRunAt(query, this.#now());
    if (dueAt === undefined) {
      await due.delete("", key);
      return;
    }
    await due.put("", key, { scope, name: query.name }, dueAt);
    this.#at(dueAt, { scope, name: query.name });
  }

  async forget(scope: string, name: string): Promise<void> {
    await dueQueriesIn(this.#base.dependencies.state).delete("", dueKey(scope, name));
  }

  async #resume(): Promise<void> {
    const planned = await dueQueriesIn(this.#base.dependencies.state).list("", {
      order: "rank",
      limit: queryLimits.scheduledQueries,
    });
    for (const document of planned) this.#at(await this.#nextOf(document), document.value);
  }

  /** As the schedule has it: earlier than it is planned when the clock was set back since. */
  async #nextOf({ key, value, version, rank = 0 }: Document<DueQuery>): Promise<number> {
    const { state } = this.#base.dependencies;
    const now = this.#now();
    const found = rank > now ? await scheduledQueriesIn(state).get(value.scope, value.name) : undefined;
    const nextAt = found === undefined ? undefined : nextRunAt(found.value, now);
    if (nextAt === undefined || nextAt >= rank) return rank;
    await dueQueriesIn(state).replace("", key, value, version, nextAt);
    return nextAt;
  }

  async #runAllDue(): Promise<void> {
    const due = await dueQueriesIn(this.#base.dependencies.state).list("", {
      order: "rank",
      maxRank: this.#now(),
      limit: queryLimits.scheduledQueries,
    });
    for (const { value } of due) await this.#runDue(value);
  }

  #now(): number {
    return this.#base.dependencies.clock.now();
  }

  #at(dueAt: number, query: DueQuery): void {
    const key = dueKey(query.scope, query.name);
    this.#timers.get(key)?.();
    const run = () => {
      this.#timers.delete(key);
      return this.#runDue(query);
    };
    this.#timers.set(key, this.#base.dependencies.clock.schedule(dueAt, run));
  }

  async #runDue({ scope, name }: DueQuery): Promise<void> {
    const { state } = this.#base.dependencies;
    const due = await dueQueriesIn(state).get("", dueKey(scope, name));
    // It was deleted, or put off: somebody else has run it, or the clock was set back.
    if (due?.rank === undefined) return;
    if (due.rank > this.#now()) return this.#at(due.rank, { scope, name });
    const found = await scheduledQueriesIn(state).get(scope, name);
    const nextAt = found && nextRunAt(found.value, this.#now());
    const isMine =
      nextAt === undefined
        ? await dueQueriesIn(state).delete("", due.key, due.version)
        : await dueQueriesIn(state).replace("", due.key, due.value, due.version, nextAt);
    if (!isMine || found === undefined) return;
    if (nextAt !== undefined) this.#at(nextAt, { scope, name });
    const execution = await this.#execute(scope, found.value, due.rank);
    await executionsIn(state).put(executionScope(scope, name), execution.key, execution.value, due.rank);
    await this.#note(scope, name, due.rank, execution.value.status);
    await this.#deleteOld(scope, name);
  }

  async #note(scope: string, name: string, at: number, status: ExecutionStatus): Promise<void> {
    const queries = scheduledQueriesIn(this.#base.dependencies.state);
    for (let attempt = 0; attempt < 10; attempt++) {
      const found = await queries.get(scope, name);
      if (found === undefined) return;
      const value = { ...found.value, lastTriggeredAt: at, lastStatus: status };
      if (await queries.replace(scope, name, value, found.version)) return;
    }
  }

  async #execute(
    scope: string,
    query: StoredScheduledQuery,
    triggeredAt: number,
  ): Promise<{ readonly key: string; readonly value: StoredExecution }> {
    const key = randomUUID();
    const failed = (status: ExecutionStatus, problem: string, queryId?: string) => ({
      key,
      value: {
        status,
        triggeredAt,
        problem,
        destinations: [],
        ...(queryId === undefined ? {} : { queryId }),
      },
    });
    const context = this.#contextOf(callOf(scope, triggeredAt));
    try {
      await this.#start(context, key, query, triggeredAt);
    } catch (error) {
      if (error instanceof InsightsQueryError)
        return failed("InvalidQuery", explainQueryError(error, query.queryString));
      return failed("Failed", error instanceof Error ? error.message : String(error));
    }
    const run = await context.queries.finished(scope, key);
    if (run.status !== "Complete") {
      const status = run.status === "Timeout" ? "Timeout" : "Failed";
      return failed(status, run.problem ?? `The query is ${run.status}.`, key);
    }
    const rows = await context.queries.results(scope, key, run.status);
    const destinations = await deliver(context, query, key, rows);
    return { key, value: { queryId: key, status: "Complete", triggeredAt, destinations } };
  }

  async #start(context: LogsContext, queryId: string, stored: StoredScheduledQuery, triggeredAt: number) {
    const { queryString, queryLanguage, logGroupIdentifiers, name } = stored;
    const query = parseQuery(queryString, queryLanguage);
    const named = logGroupIdentifiers === undefined ? {} : { logGroupIdentifiers: [...logGroupIdentifiers] };
    const request = { queryString, startTime: 0, endTime: 0, ...named };
    const groups = await groupsOf(request, query, context);
    const span = {
      from: triggeredAt - stored.startTimeOffset * 1_000,
      to: triggeredAt - stored.endTimeOffset * 1_000 - 1,
    };
    const read = await scopeOfQuery(groups, span, query, queryString, queryLimits.defaultRows, context);
    const scope = `${context.call.account}/${context.call.region}`;
    await context.queries.start(scope, queryId, query, read.scope, {
      queryString,
      queryLanguage,
      logGroupNames: groups.map((group) => notedName(group, context)),
      userIdentity: `${stored.executionRoleArn}/${name}`,
      ...(await resultKey(read, context)),
    });
  }

  async #deleteOld(scope: string, name: string): Promise<void> {
    const runs = executionsIn(this.#base.dependencies.state);
    const old = await runs.list(executionScope(scope, name), {
      order: "rank",
      maxRank: this.#now() - queryLimits.historyMs,
      limit: queryLimits.expiredPerStart,
    });
    for (const { key } of old) await runs.delete(executionScope(scope, name), key);
  }
}

/** The call that the query stands for. */
function callOf(scope: string, now: number): CallContext {
  const [account = "", region = ""] = scope.split("/");
  return {
    operation: "StartQuery",
    account,
    region,
    principal: { account, accessKeyId: "", arn: `arn:aws:iam::${account}:root`, userName: undefined },
    now,
    requestId: randomUUID(),
    sourceAddress: "logs.amazonaws.com",
    userAgent: "logs.amazonaws.com",
    isSecure: true,
    signal: new AbortController().signal,
  };
}

type Delivered = StoredExecution["destinations"][number];

async function deliver(
  context: LogsContext,
  { destinations: { s3, lookupTable } }: StoredScheduledQuery,
  queryId: string,
  rows: readonly ResultRow[],
): Promise<readonly Delivered[]> {
  const delivered: Delivered[] = [];
  if (s3 !== undefined) {
    const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(s3.uri) ?? [];
    const key = `${prefix === "" ? "" : `${prefix}/`}${queryId}.json`;
    const body = Buffer.from(JSON.stringify({ queryId, results: rows.map(fieldsOf) }));
    const put = async () => {
      await context.dependencies.blobs.put(bucket, key, body);
      return `s3://${bucket}/${key}`;
    };
    delivered.push(await outcome({ destinationType: "S3", destinationIdentifier: s3.uri }, put));
  }
  if (lookupTable !== undefined) {
    const { tableName } = lookupTable;
    const put = () => putLookupTable(tableName, tableOfRows(rows), lookupTable, context);
    const destination = { destinationType: "LOOKUP_TABLE", destinationIdentifier: tableName } as const;
    delivered.push(await outcome(destination, put));
  }
  return delivered;
}

const fieldsOf = (row: ResultRow) => row.map(([field, value]) => ({ field, value }));

/** One destination that fails does not keep the others from what was found. */
async function outcome(destination: Delivered, put: () => Promise<string>): Promise<Delivered> {
  try {
    return { ...destination, status: "COMPLETE", processedIdentifier: await put() };
  } catch (error) {
    const status =
      error instanceof CloudWatchLogsServiceException && error.$fault === "client"
        ? "CLIENT_ERROR"
        : "FAILED";
    return { ...destination, status, errorMessage: error instanceof Error ? error.message : String(error) };
  }
}
