// Log groups, listed: by their names, classes and tags, page by page.
import type { LogGroupClass } from "@aws-sdk/client-cloudwatch-logs";
import { compileNamePattern, compileTagFilters } from "../../core/logs/log-group-filter.ts";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import { logLimits } from "../../core/logs/limits.ts";
import type { Document } from "../../storage/state.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter, parseToken, printToken } from "./errors.ts";
import { groupName, groupsIn, scopeOf, sizesIn, type StoredGroup } from "./stored-groups.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
export async function describeLogGroups(
  input: Input<"DescribeLogGroups">,
  context: LogsContext,
): Promise<Output<"DescribeLogGroups">> {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupIdentifiers: only } = input;
  if (prefix !== undefined && pattern !== undefined) {
    throw invalidParameter(
      "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
    );
  }
  if (only !== undefined && (prefix ?? pattern ?? input.logGroupClass) !== undefined) {
    throw invalidParameter("LogGroup identifiers cannot be combined with a prefix, a pattern or a class.");
  }
  const page = await pageOfGroups(input, context, {
    ...(prefix === undefined ? {} : { prefix }),
    ...(pattern === undefined ? {} : { contains: pattern }),
    ...(only === undefined ? {} : { only }),
  });
  // With a pattern AWS answers nothing else.
  const described =
    pattern === undefined
      ? await describeWhole(context, page.groups)
      : page.groups.map((group) => identify(context, group));
  return {
    logGroups: [...described],
    ...(page.nextToken === undefined ? {} : { nextToken: page.nextToken }),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html */
export async function listLogGroups(
  input: Input<"ListLogGroups">,
  context: LogsContext,
): Promise<Output<"ListLogGroups">> {
  if (input.dataSources !== undefined || input.fieldIndexNames !== undefined) {
    throw invalidParameter("Filtering by data sources or field indexes is not supported here.");
  }
  const { logGroupNamePattern: pattern, logGroupTags: tags = [] } = input;
  const matchesName = pattern === undefined ? () => true : compileNamePattern(pattern);
  const matchesTags = compileTagFilters(tags.map(({ key, values = [] }) => ({ key, values })));
  const page = await pageOfGroups(input, context, {
    accepts: ({ key, value }) => matchesName(key) && matchesTags(value.tags),
  });
  const { account, region } = context.call;
  return {
    logGroups: page.groups.map(({ key, value }) => ({
      logGroupName: key,
      logGroupArn: logGroupArn(account, region, key),
      logGroupClass: value.logGroupClass,
    })),
    ...(page.nextToken === undefined ? {} : { nextToken: page.nextToken }),
  };
}

interface ListingInput {
  readonly limit?: number | undefined;
  readonly nextToken?: string | undefined;
  readonly logGroupClass?: LogGroupClass | undefined;
  readonly includeLinkedAccounts?: boolean | undefined;
  readonly accountIdentifiers?: readonly string[] | undefined;
}

interface GroupFilter {
  readonly prefix?: string;
  readonly contains?: string;
  readonly only?: readonly string[];
  readonly accepts?: (group: Document<StoredGroup>) => boolean;
}

interface GroupPage {
  readonly groups: readonly Document<StoredGroup>[];
  readonly nextToken: string | undefined;
}

const isName = (value: unknown): value is string => typeof value === "string";

/** By name, in the order of its characters. */
async function pageOfGroups(
  input: ListingInput,
  context: LogsContext,
  { prefix, contains, only, accepts = () => true }: GroupFilter,
): Promise<GroupPage> {
  if (!includesOwnAccount(input, context)) return { groups: [], nextToken: undefined };
  const limit = input.limit ?? logLimits.describePage;
  let after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isName);
  const names =
    only === undefined ? undefined : new Set(only.map((identifier) => groupName(context, identifier)));
  const collection = groupsIn(context.dependencies.state);
  const atOnce = Math.max(limit + 1, logLimits.listedGroups);
  const groups: Document<StoredGroup>[] = [];
  for (;;) {
    const found = await collection.list(scopeOf(context), {
      limit: atOnce,
      ...(prefix === undefined ? {} : { prefix }),
      ...(contains === undefined ? {} : { contains }),
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    for (const group of found) {
      if (names?.has(group.key) === false) continue;
      if (input.logGroupClass !== undefined && group.value.logGroupClass !== input.logGroupClass) continue;
      if (accepts(group)) groups.push(group);
    }
    after = found.at(-1)?.key;
    if (found.length < atOnce || groups.length > limit) break;
  }
  const page = groups.slice(0, limit);
  return { groups: page, nextToken: groups.length > limit ? printToken(page.at(-1)?.key) : undefined };
}

/**
 * No account is linked to another one here, so that of all the accounts asked for only the caller's counts.
 */
function includesOwnAccount(
  { includeLinkedAccounts, accountIdentifiers = [] }: ListingInput,
  { call }: LogsContext,
): boolean {
  if (accountIdentifiers.length === 0) return true;
  if (includeLinkedAccounts !== true) {
    throw invalidParameter("accountIdentifiers can be specified only when includeLinkedAccounts is true.");
  }
  return accountIdentifiers.includes(call.account);
}

function identify({ call }: LogsContext, { key, value }: Document<StoredGroup>) {
  const arn = `${logGroupArn(call.account, call.region, key)}:*`;
  return { logGroupName: key, creationTime: value.createdAt, arn };
}

async function describeWhole(context: LogsContext, groups: readonly Document<StoredGroup>[]) {
  await context.activity.flush();
  const ids = groups.map(({ value }) => String(value.id));
  const found = await sizesIn(context.dependencies.state).getMany("", ids);
  const sizes = new Map(found.map(({ key, value }) => [key, value.storedBytes] as const));
  const { account, region } = context.call;
  return groups.map((group) => {
    const { key, value } = group;
    return {
      ...identify(context, group),
      ...(value.retentionDays === undefined ? {} : { retentionInDays: value.retentionDays }),
      ...(value.kmsKeyId === undefined ? {} : { kmsKeyId: value.kmsKeyId }),
      metricFilterCount: value.metricFilters ?? 0,
      logGroupArn: logGroupArn(account, region, key),
      logGroupClass: value.logGroupClass,
      deletionProtectionEnabled: value.deletionProtection,
      bearerTokenAuthenticationEnabled: value.bearerTokens ?? false,
      storedBytes: sizes.get(String(value.id)) ?? 0,
    };
  });
}
