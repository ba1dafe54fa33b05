// Logs Insights: start, stop and describe queries, and get their results.
import { randomUUID } from "node:crypto";
import { LimitExceededException, ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter, parseToken, printToken } from "./errors.ts";
import { queryLimits } from "./query-limits.ts";
import type { StoredRun } from "./query-runs.ts";
import { explained, notedName, prepareQuery, type PreparedQuery } from "./prepared-queries.ts";
import { resultKey } from "./kms-keys.ts";
import { scopeOf } from "./stored-groups.ts";

/**
 * A query that is wrong is refused here; one that is right runs behind the answer.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
 */
export async function startQuery(
  input: Input<"StartQuery">,
  context: LogsContext,
): Promise<Output<"StartQuery">> {
  const span = { from: epochMs(input.startTime), to: epochMs(input.endTime) + lastMsOf(input.endTime) };
  if (span.from > span.to) throw invalidParameter("End time should not be before start time.");
  const leave = await context.queries.place(scopeOf(context));
  if (leave === undefined) throw tooManyQueries();
  try {
    const queryId = randomUUID();
    await startPrepared(await prepareQuery(input, span, context), queryId, context);
    return { queryId };
  } finally {
    leave();
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export function tooManyQueries(): Error {
  const limit = queryLimits.concurrentQueries;
  return modelled(LimitExceededException, `Account maximum query concurrency limit of [${limit}] reached.`);
}

async function startPrepared(prepared: PreparedQuery, queryId: string, context: LogsContext): Promise<void> {
  const { query, queryString, queryLanguage, groups, allGroups, tableKeys, scope } = prepared;
  try {
    await context.queries.start(scopeOf(context), queryId, query, scope, {
      queryString,
      queryLanguage,
      logGroupNames: groups.map((group) => notedName(group, context)),
      userIdentity: context.call.principal.arn,
      ...(await resultKey({ groups: allGroups, tableKeys }, context)),
    });
  } catch (error) {
    throw explained(error, queryString);
  }
}

/** The SDKs document seconds; milliseconds, which AWS takes as well, are told by their size. */
export function epochMs(time: number): number {
  return isMs(time) ? time : time * 1_000;
}

const isMs = (time: number) => time >= 100_000_000_000;

/** The end belongs to the span, with the whole second. */
const lastMsOf = (time: number) => (isMs(time) ? 0 : 999);

const isPosition = (value: unknown): value is number => typeof value === "number" && value >= 0;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html */
export async function getQueryResults(
  input: Input<"GetQueryResults">,
  context: LogsContext,
): Promise<Output<"GetQueryResults">> {
  const run = await requireRun(input.queryId, context);
  const rows = await context.queries.results(scopeOf(context), input.queryId, run.status);
  const from = input.nextToken === undefined ? 0 : parseToken(input.nextToken, isPosition);
  const to =
    from + (input.maxItems === undefined || input.maxItems === 0 ? queryLimits.pageRows : input.maxItems);
  return {
    queryLanguage: run.queryLanguage ?? "CWLI",
    results: rows.slice(from, to).map((row) => row.map(([field, value]) => ({ field, value }))),
    statistics: statisticsOf(run),
    status: run.status,
    ...(to < rows.length ? { nextToken: printToken(to) } : {}),
  };
}

function statisticsOf({ statistics }: StoredRun): Output<"GetQueryResults">["statistics"] {
  const { recordsSkipped = 0, bytesSkipped = 0, ...scanned } = statistics;
  return { ...scanned, estimatedRecordsSkipped: recordsSkipped, estimatedBytesSkipped: bytesSkipped };
}

/** @throws ResourceNotFoundException */
export async function requireRun(queryId: string, context: LogsContext): Promise<StoredRun> {
  const run = await context.queries.find(scopeOf(context), queryId);
  if (run === undefined) throw modelled(ResourceNotFoundException, `Query ${queryId} does not exist.`);
  return run;
}

/**
 * The engine is told to stop before this answers, and stops a moment later; a query that another node runs is
 * stopped within a second.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StopQuery.html
 */
export async function stopQuery(
  input: Input<"StopQuery">,
  context: LogsContext,
): Promise<Output<"StopQuery">> {
  await requireRun(input.queryId, context);
  if (!(await context.queries.stop(scopeOf(context), input.queryId))) {
    throw invalidParameter(`Query ${input.queryId} is not running, it has already ended.`);
  }
  return { success: true };
}

interface Position {
  readonly key: string;
  readonly rank: number;
}

const isListPosition = (value: unknown): value is Position =>
  typeof value === "object" && value !== null && "key" in value && "rank" in value;

/** The newest first. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueries.html */
export async function describeQueries(
  input: Input<"DescribeQueries">,
  context: LogsContext,
): Promise<Output<"DescribeQueries">> {
  const limit = input.maxResults ?? queryLimits.describePage;
  const oldest = context.call.now - queryLimits.keptMs;
  const queries: NonNullable<Output<"DescribeQueries">["queries"]> = [];
  let after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isListPosition);
  for (;;) {
    const page = await context.queries.runs.list(scopeOf(context), {
      order: "rank",
      descending: true,
      limit: queryLimits.describePage,
      ...(after === undefined ? {} : { after }),
    });
    for (const { key, value, rank = 0 } of page) {
      const run = await context.queries.present(scopeOf(context), key, value);
      if (run.startedAt < oldest) return { queries };
      if (isAskedFor(run, input)) queries.push(describe(key, run));
      after = { key, rank };
      if (queries.length === limit) return { queries, nextToken: printToken(after) };
    }
    if (page.length < queryLimits.describePage) return { queries };
  }
}

function isAskedFor(run: StoredRun, input: Input<"DescribeQueries">): boolean {
  const { logGroupName, status, queryLanguage } = input;
  if (queryLanguage !== undefined && queryLanguage !== (run.queryLanguage ?? "CWLI")) return false;
  if (logGroupName !== undefined && !run.logGroupNames.includes(logGroupName)) return false;
  return status === undefined || run.status === status;
}

function describe(queryId: string, run: StoredRun) {
  const [logGroupName] = run.logGroupNames;
  return {
    queryLanguage: run.queryLanguage ?? "CWLI",
    queryId,
    queryString: run.queryString,
    status: run.status,
    createTime: run.startedAt,
    bytesScanned: run.statistics.bytesScanned,
    userIdentity: run.userIdentity,
    ...(run.durationMs === undefined ? {} : { queryDuration: run.durationMs }),
    ...(logGroupName === undefined ? {} : { logGroupName }),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroupsForQuery.html */
export async function listLogGroupsForQuery(
  input: Input<"ListLogGroupsForQuery">,
  context: LogsContext,
): Promise<Output<"ListLogGroupsForQuery">> {
  const { account, region } = context.call;
  const run = await requireRun(input.queryId, context);
  const from = input.nextToken === undefined ? 0 : parseToken(input.nextToken, isPosition);
  const to = from + (input.maxResults ?? queryLimits.logGroups);
  const names = run.logGroupNames.slice(from, to);
  return {
    logGroupIdentifiers: names.map((name) =>
      name.startsWith("arn:") ? name : logGroupArn(account, region, name),
    ),
    ...(to < run.logGroupNames.length ? { nextToken: printToken(to) } : {}),
  };
}
