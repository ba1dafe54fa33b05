// Queries that run by a schedule: made, changed, listed and deleted, and what their runs have come to.
import {
  ConflictException,
  ResourceNotFoundException,
  ServiceQuotaExceededException,
  ValidationException,
} from "@aws-sdk/client-cloudwatch-logs";
import { isTimeZone } from "../../core/alarms/time-zone.ts";
import { parseQuery } from "../../core/insights/query-languages.ts";
import { explainQueryError, InsightsQueryError } from "../../core/insights/query-error.ts";
import { parseScheduleExpression } from "../../core/schedules/schedule-expression.ts";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { parseToken, printToken } from "./errors.ts";
import { requireKey } from "./kms-keys.ts";
import { lookupTableArn } from "./lookup-tables.ts";
import { epochMs } from "./queries.ts";
import { queryLimits } from "./query-limits.ts";
import {
  executionScope,
  executionsIn,
  scheduledQueriesIn,
  type Destinations,
  type StoredScheduledQuery,
} from "./stored-scheduled-queries.ts";
import { scopeOf } from "./stored-groups.ts";
import { checkTags } from "./tags.ts";

const refuse = (message: string) => modelled(ValidationException, message);

const arnOf = (name: string, { call }: LogsContext) =>
  `arn:aws:logs:${call.region}:${call.account}:scheduled-query:${name}`;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateScheduledQuery.html */
export async function createScheduledQuery(
  input: Input<"CreateScheduledQuery">,
  context: LogsContext,
): Promise<Output<"CreateScheduledQuery">> {
  const tags = input.tags && servedTags(input.tags);
  const queries = scheduledQueriesIn(context.dependencies.state);
  const scope = scopeOf(context);
  if ((await queries.count(scope)) >= queryLimits.scheduledQueries) {
    throw modelled(ServiceQuotaExceededException, "The limit of scheduled queries has been reached.");
  }
  const defined = await define(input.name, input, context.call.now, context);
  const stored = tags === undefined ? defined : { ...defined, tags };
  if (!(await queries.create(scope, input.name, stored))) {
    throw modelled(ConflictException, `A scheduled query named ${input.name} already exists.`);
  }
  await context.scheduledQueries.plan(scope, stored);
  return { scheduledQueryArn: arnOf(input.name, context), state: stored.state };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UpdateScheduledQuery.html */
export async function updateScheduledQuery(
  input: Input<"UpdateScheduledQuery">,
  context: LogsContext,
): Promise<Output<"UpdateScheduledQuery">> {
  const { key, value, version } = await require(input.identifier, context);
  const { lastTriggeredAt, lastStatus, tags } = value;
  const stored: StoredScheduledQuery = {
    ...(await define(key, input, value.createdAt, context)),
    ...(lastTriggeredAt === undefined ? {} : { lastTriggeredAt }),
    ...(lastStatus === undefined ? {} : { lastStatus }),
    ...(tags === undefined ? {} : { tags }),
  };
  const queries = scheduledQueriesIn(context.dependencies.state);
  if (!(await queries.replace(scopeOf(context), key, stored, version))) {
    throw modelled(ConflictException, `The scheduled query ${key} is being changed by another call.`);
  }
  await context.scheduledQueries.plan(scopeOf(context), stored);
  return describe(stored, context);
}

type LookupTableConfiguration = NonNullable<
  NonNullable<Definition["destinationConfiguration"]>["lookupTableConfiguration"]
>;

type Definition = Pick<
  Input<"CreateScheduledQuery">,
  | "description"
  | "destinationConfiguration"
  | "endTimeOffset"
  | "executionRoleArn"
  | "logGroupIdentifiers"
  | "queryLanguage"
  | "queryString"
  | "scheduleEndTime"
  | "scheduleExpression"
  | "scheduleStartTime"
  | "startTimeOffset"
  | "state"
  | "timezone"
>;

const defaultOffset = 3_600;

async function define(
  name: string,
  input: Definition,
  createdAt: number,
  context: LogsContext,
): Promise<StoredScheduledQuery> {
  const { timezone = "UTC", startTimeOffset = defaultOffset, endTimeOffset = 0, description } = input;
  check(input, timezone);
  if (endTimeOffset < 0 || startTimeOffset <= endTimeOffset) {
    throw refuse("startTimeOffset must be greater than endTimeOffset, which must not be negative.");
  }
  const { now } = context.call;
  const startAt = input.scheduleStartTime === undefined ? createdAt : epochMs(input.scheduleStartTime);
  const endAt = input.scheduleEndTime === undefined ? undefined : epochMs(input.scheduleEndTime);
  if (endAt !== undefined && endAt <= startAt)
    throw refuse("scheduleEndTime must be after scheduleStartTime.");
  return {
    name,
    ...(description === undefined ? {} : { description }),
    queryString: input.queryString,
    queryLanguage: input.queryLanguage,
    ...(input.logGroupIdentifiers === undefined ? {} : { logGroupIdentifiers: input.logGroupIdentifiers }),
    scheduleExpression: input.scheduleExpression,
    timezone,
    startTimeOffset,
    endTimeOffset,
    destinations: await destinationsOf(input.destinationConfiguration, context),
    startAt,
    ...(endAt === undefined ? {} : { endAt }),
    state: input.state ?? "ENABLED",
    executionRoleArn: input.executionRoleArn,
    createdAt,
    updatedAt: now,
  };
}

function check({ queryLanguage, queryString, scheduleExpression }: Definition, timezone: string): void {
  if (!isTimeZone(timezone)) throw refuse(`The time zone ${timezone} is not known.`);
  if (parseScheduleExpression(scheduleExpression) === undefined) {
    throw refuse(`The schedule expression ${scheduleExpression} is not valid.`);
  }
  try {
    parseQuery(queryString, queryLanguage);
  } catch (error) {
    if (!(error instanceof InsightsQueryError)) throw error;
    throw refuse(`The query is not valid: ${explainQueryError(error, queryString)}`);
  }
}

/**
 * A bucket is a folder whose files are read as they are: nobody would open what is sealed there, so that the
 * key of a bucket's objects is refused. A lookup table is opened by whoever reads it.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_S3Configuration.html
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LookupTableConfiguration.html
 */
async function destinationsOf(
  given: Definition["destinationConfiguration"],
  context: LogsContext,
): Promise<Destinations> {
  const { s3Configuration: s3, lookupTableConfiguration: table } = given ?? {};
  if (s3?.kmsKeyId !== undefined) {
    throw refuse("kmsKeyId is not supported for buckets here: nothing would decrypt their objects.");
  }
  if (s3?.ownerAccountId !== undefined && s3.ownerAccountId !== context.call.account) {
    throw refuse("Buckets of other accounts are not supported here.");
  }
  if (table?.tags !== undefined) servedTags(table.tags);
  if (table?.kmsKeyId !== undefined) {
    await requireKey(table.kmsKeyId, lookupTableArn(table.tableName, context), context).catch(
      (error: Error) => Promise.reject(refuse(error.message)),
    );
  }
  return {
    ...(s3 === undefined ? {} : { s3: { uri: s3.destinationIdentifier, roleArn: s3.roleArn } }),
    ...(table === undefined ? {} : { lookupTable: lookupTableOf(table) }),
  };
}

function lookupTableOf({
  tableName,
  roleArn,
  description,
  kmsKeyId,
  tags,
}: LookupTableConfiguration): NonNullable<Destinations["lookupTable"]> {
  return {
    tableName,
    roleArn,
    ...(description === undefined ? {} : { description }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    ...(tags === undefined ? {} : { tags }),
  };
}

/** These operations have a `ValidationException` for what is an `InvalidParameterException` of others. */
function servedTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  try {
    return checkTags(tags);
  } catch (error) {
    throw error instanceof Error ? refuse(error.message) : error;
  }
}

async function require(identifier: string, context: LogsContext): Promise<Document<StoredScheduledQuery>> {
  const prefix = arnOf("", context);
  const name = identifier.startsWith(prefix) ? identifier.slice(prefix.length) : identifier;
  const found = await scheduledQueriesIn(context.dependencies.state).get(scopeOf(context), name);
  if (found === undefined) {
    throw modelled(ResourceNotFoundException, `The scheduled query ${identifier} does not exist.`);
  }
  return found;
}

function summarize(stored: StoredScheduledQuery, context: LogsContext) {
  return {
    scheduledQueryArn: arnOf(stored.name, context),
    name: stored.name,
    state: stored.state,
    scheduleType: "CUSTOMER_MANAGED" as const,
    lastTriggeredTime: stored.lastTriggeredAt,
    lastExecutionStatus: stored.lastStatus,
    scheduleExpression: stored.scheduleExpression,
    timezone: stored.timezone,
    ...configurationOf(stored.destinations),
    creationTime: stored.createdAt,
    lastUpdatedTime: stored.updatedAt,
  };
}

function configurationOf({ s3, lookupTable }: Destinations) {
  if (s3 === undefined && lookupTable === undefined) return {};
  const s3Configuration = s3 && { destinationIdentifier: s3.uri, roleArn: s3.roleArn };
  const lookupTableConfiguration = lookupTable && { ...lookupTable };
  return { destinationConfiguration: { s3Configuration, lookupTableConfiguration } };
}

function describe(stored: StoredScheduledQuery, context: LogsContext) {
  const { logGroupIdentifiers } = stored;
  return {
    ...summarize(stored, context),
    description: stored.description,
    queryLanguage: stored.queryLanguage,
    queryString: stored.queryString,
    ...(logGroupIdentifiers === undefined ? {} : { logGroupIdentifiers: [...logGroupIdentifiers] }),
    startTimeOffset: stored.startTimeOffset,
    endTimeOffset: stored.endTimeOffset,
    scheduleStartTime: stored.startAt,
    scheduleEndTime: stored.endAt,
    executionRoleArn: stored.executionRoleArn,
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetScheduledQuery.html */
export async function getScheduledQuery(
  input: Input<"GetScheduledQuery">,
  context: LogsContext,
): Promise<Output<"GetScheduledQuery">> {
  return describe((await require(input.identifier, context)).value, context);
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteScheduledQuery.html */
export async function deleteScheduledQuery(
  input: Input<"DeleteScheduledQuery">,
  context: LogsContext,
): Promise<Output<"DeleteScheduledQuery">> {
  const { key } = await require(input.identifier, context);
  const scope = scopeOf(context);
  await context.scheduledQueries.forget(scope, key);
  await context.dependencies.state.write([
    { kind: "delete", collection: "log-scheduled-queries", scope, key },
    { kind: "deleteScope", collection: "log-scheduled-query-runs", scope: executionScope(scope, key) },
  ]);
  return {};
}

const isKey = (value: unknown): value is string => typeof value === "string";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListScheduledQueries.html */
export async function listScheduledQueries(
  input: Input<"ListScheduledQueries">,
  context: LogsContext,
): Promise<Output<"ListScheduledQueries">> {
  if (input.scheduleType === "AWS_MANAGED") return { scheduledQueries: [] };
  const limit = input.maxResults ?? queryLimits.describePage;
  const all = await scheduledQueriesIn(context.dependencies.state).list(scopeOf(context), {
    limit: queryLimits.scheduledQueries,
    ...(input.nextToken === undefined ? {} : { after: { key: parseToken(input.nextToken, isKey) } }),
  });
  const wanted = all.filter(({ value }) => input.state === undefined || value.state === input.state);
  const page = wanted.slice(0, limit);
  return {
    scheduledQueries: page.map(({ value }) => summarize(value, context)),
    ...(wanted.length > limit ? { nextToken: printToken(page.at(-1)?.key) } : {}),
  };
}

const isPosition = (value: unknown): value is { readonly key: string; readonly rank: number } =>
  typeof value === "object" && value !== null && "key" in value && "rank" in value;

/** The newest first. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetScheduledQueryHistory.html */
export async function getScheduledQueryHistory(
  input: Input<"GetScheduledQueryHistory">,
  context: LogsContext,
): Promise<Output<"GetScheduledQueryHistory">> {
  const { key: name } = await require(input.identifier, context);
  const [from, to] = [epochMs(input.startTime), epochMs(input.endTime)];
  const limit = input.maxResults ?? queryLimits.historyPage;
  const found = await executionsIn(context.dependencies.state).list(executionScope(scopeOf(context), name), {
    order: "rank",
    descending: true,
    maxRank: to,
    limit: queryLimits.historyRuns,
    ...(input.nextToken === undefined ? {} : { after: parseToken(input.nextToken, isPosition) }),
  });
  const statuses = input.executionStatuses;
  const wanted = found.filter(
    ({ value }) => value.triggeredAt >= from && (statuses === undefined || statuses.includes(value.status)),
  );
  const page = wanted.slice(0, limit);
  const last = page.at(-1);
  return {
    name,
    scheduledQueryArn: arnOf(name, context),
    triggerHistory: page.map(({ value }) => ({
      queryId: value.queryId,
      executionStatus: value.status,
      triggeredTimestamp: value.triggeredAt,
      errorMessage: value.problem,
      destinations: [...value.destinations],
    })),
    ...(wanted.length > limit && last !== undefined
      ? { nextToken: printToken({ key: last.key, rank: last.rank ?? 0 }) }
      : {}),
  };
}
