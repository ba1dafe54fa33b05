// Subscription filters: put, described and deleted. What they match is delivered by a worker.
import {
  LimitExceededException,
  ResourceNotFoundException,
  type SubscriptionFilter,
} from "@aws-sdk/client-cloudwatch-logs";
import { logLimits } from "../../core/logs/limits.ts";
import { subscriptionLimits } from "../../core/logs/subscription-payload.ts";
import {
  cursorChange,
  cursorDeletion,
  filterCursorKey,
  subscriptionCollections,
  subscriptionFiltersIn,
  type StoredSubscriptionFilter,
} from "../../storage/log-subscriptions.ts";
import { settledSequence } from "../../storage/telemetry/log-events.ts";
import type { Change, Document, State } from "../../storage/state.ts";
import { untilWritten } from "../../storage/until-written.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { aborted, invalidParameter, parseToken, printToken } from "./errors.ts";
import { checkSelection, checkTransformed } from "./filter-options.ts";
import { compilePattern } from "./filter-patterns.ts";
import { requireStandardClass } from "./log-classes.ts";
import { collectionNames, requireGroup, scopeOf, type StoredGroup } from "./stored-groups.ts";
import { filterKey, parseFilterKey } from "./stored-metric-filters.ts";
import { tryDestination } from "./subscription-destinations.ts";

const systemFields: readonly string[] = ["@aws.account", "@aws.region", "@source.log"];

/**
 * What is put from then on is delivered, when the destination took a test message. A filter of the same name
 * is replaced and goes on where it was.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
 */
export async function putSubscriptionFilter(
  input: Input<"PutSubscriptionFilter">,
  context: LogsContext,
): Promise<Output<"PutSubscriptionFilter">> {
  const { state, clock } = context.dependencies;
  const filter = checkFilter(input);
  requireStandardClass(await requireGroup(context, input.logGroupName));
  await checkTransformed(context, input.logGroupName, input.applyOnTransformedLogs);
  await tryDestination(context, input, "logs:PutSubscriptionFilter");
  return untilWritten(async () => {
    const group = await requireGroup(context, input.logGroupName);
    const filters = await subscriptionFiltersOf(state, group.scope, group.key);
    const key = filterKey(group.key, input.filterName);
    const before = filters.find((other) => other.key === key);
    if (before === undefined && filters.length >= subscriptionLimits.filtersPerGroup) {
      throw modelled(LimitExceededException, "Resource limit exceeded.");
    }
    const createdAt = before?.value.createdAt ?? context.call.now;
    const value: StoredSubscriptionFilter = { ...filter, groupId: group.value.id, createdAt };
    const { filters: collection } = subscriptionCollections;
    const put = { kind: "put", collection, scope: group.scope, key, value } as const;
    const cursor = cursorChange(filterCursorKey(group.scope, key), settledSequence(clock.now()));
    const count = filters.length + (before === undefined ? 1 : 0);
    const changes = before === undefined ? [put, cursor] : [put];
    return (await writeFilter(context, group, count, changes)) ? {} : undefined;
  }, aborted);
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteSubscriptionFilter.html */
export async function deleteSubscriptionFilter(
  input: Input<"DeleteSubscriptionFilter">,
  context: LogsContext,
): Promise<Output<"DeleteSubscriptionFilter">> {
  return untilWritten(async () => {
    const group = await requireGroup(context, input.logGroupName);
    const filters = await subscriptionFiltersOf(context.dependencies.state, group.scope, group.key);
    const found = filters.find(({ key }) => key === filterKey(group.key, input.filterName));
    if (found === undefined) {
      throw modelled(ResourceNotFoundException, "The specified subscription filter does not exist.");
    }
    const isWritten = await writeFilter(context, group, filters.length - 1, deletionsOf(found));
    return isWritten ? {} : undefined;
  }, aborted);
}

const isKey = (value: unknown): value is string => typeof value === "string";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeSubscriptionFilters.html */
export async function describeSubscriptionFilters(
  input: Input<"DescribeSubscriptionFilters">,
  context: LogsContext,
): Promise<Output<"DescribeSubscriptionFilters">> {
  const group = await requireGroup(context, input.logGroupName);
  const limit = input.limit ?? logLimits.describePage;
  const after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isKey);
  const found = await subscriptionFiltersIn(context.dependencies.state).list(scopeOf(context), {
    prefix: filterKey(group.key, input.filterNamePrefix ?? ""),
    limit: limit + 1,
    ...(after === undefined ? {} : { after: { key: after } }),
  });
  const page = found.slice(0, limit);
  return {
    subscriptionFilters: page.map(describe),
    ...(found.length > limit ? { nextToken: printToken(page.at(-1)?.key) } : {}),
  };
}

/** To be written in one with the deletion of the group; tell of it with `LogSubscriptionsChanged`. */
export async function subscriptionDeletions(
  state: State,
  scope: string,
  logGroupName: string,
): Promise<readonly Change[]> {
  return (await subscriptionFiltersOf(state, scope, logGroupName)).flatMap(deletionsOf);
}

function subscriptionFiltersOf(state: State, scope: string, logGroupName: string) {
  const limit = subscriptionLimits.filtersPerGroup;
  return subscriptionFiltersIn(state).list(scope, { prefix: filterKey(logGroupName, ""), limit });
}

function deletionsOf({ scope, key }: Document<StoredSubscriptionFilter>): readonly Change[] {
  return [
    { kind: "delete", collection: subscriptionCollections.filters, scope, key },
    cursorDeletion(filterCursorKey(scope, key)),
  ];
}

/** The number of filters is kept with the group, whose version makes two changes one after the other. */
async function writeFilter(
  context: LogsContext,
  { scope, key, value, version }: Document<StoredGroup>,
  count: number,
  changes: readonly Change[],
): Promise<boolean> {
  const { state, facts } = context.dependencies;
  const group: StoredGroup = { ...value, subscriptionFilters: count };
  const written = await state.write([
    { kind: "replace", collection: collectionNames.groups, scope, key, value: group, version },
    ...changes,
  ]);
  if (written) facts.publish({ kind: "LogSubscriptionsChanged" });
  return written;
}

/** @throws InvalidParameterException */
function checkFilter(
  input: Input<"PutSubscriptionFilter">,
): Omit<StoredSubscriptionFilter, "groupId" | "createdAt"> {
  const { filterPattern, destinationArn, roleArn, distribution, emitSystemFields } = input;
  const unknown = emitSystemFields?.find((name) => !systemFields.includes(name));
  if (unknown !== undefined) {
    throw invalidParameter(`Invalid system field: ${unknown}. Valid are ${systemFields.join(", ")}.`);
  }
  compilePattern(filterPattern);
  checkSelection(input.fieldSelectionCriteria);
  return {
    filterPattern,
    destinationArn,
    distribution: distribution ?? "ByLogStream",
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(emitSystemFields === undefined ? {} : { emitSystemFields: [...new Set(emitSystemFields)] }),
    ...(input.applyOnTransformedLogs === true ? { isOnTransformed: true } : {}),
    ...(input.fieldSelectionCriteria === undefined
      ? {}
      : { fieldSelectionCriteria: input.fieldSelectionCriteria }),
  };
}

function describe({ key, value }: Document<StoredSubscriptionFilter>): SubscriptionFilter {
  const { groupId: _groupId, createdAt, emitSystemFields, isOnTransformed = false, ...shown } = value;
  return {
    ...parseFilterKey(key),
    ...shown,
    creationTime: createdAt,
    applyOnTransformedLogs: isOnTransformed,
    ...(emitSystemFields === undefined ? {} : { emitSystemFields: [...emitSystemFields] }),
  };
}
