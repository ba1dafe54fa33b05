// Log groups, listed: by their names, classes and tags, page by page.
import type { LogGroup, LogGroupClass } from "@aws-sdk/client-cloudwatch-logs";
import { isOfDataSources } from "../../core/logs/data-source.ts";
import { compileNamePattern, compileTagFilters } from "../../core/logs/log-group-filter.ts";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import { logLimits } from "../../core/logs/limits.ts";
import { accountPoliciesIn } from "../../storage/log-subscriptions.ts";
import type { Document } from "../../storage/state.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter, parseToken, printToken } from "./errors.ts";
import { policyKey, protectionPoliciesIn } from "./group-policies.ts";
import { groupsThatIndex } from "./index-policies.ts";
import { isOfClass } from "./log-classes.ts";
import { accountOf, groupsIn, readablePlace, sizesIn, type StoredGroup } from "./stored-groups.ts";

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
  const { logGroupNamePattern: pattern, logGroupTags: tags = [], fieldIndexNames: indexes } = input;
  const matchesName = pattern === undefined ? () => true : compileNamePattern(pattern);
  const matchesTags = compileTagFilters(tags.map(({ key, values = [] }) => ({ key, values })));
  const page = await pageOfGroups(input, context, {
    accepts: ({ key, value }) =>
      matchesName(key) && matchesTags(value.tags) && isOfDataSources(value.tags, input.dataSources),
    ...(indexes === undefined
      ? {}
      : { narrow: (groups, scope) => groupsThatIndex(indexes, groups, scope, context) }),
  });
  return {
    logGroups: page.groups.map((group) => ({
      logGroupName: group.key,
      logGroupArn: logGroupArn(accountOf(group), context.call.region, group.key),
      logGroupClass: group.value.logGroupClass,
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
  /** Which of the groups of an account and region are wanted. */
  readonly narrow?: (groups: Groups, scope: string) => Promise<Groups>;
}

type Groups = readonly Document<StoredGroup>[];

interface GroupPage {
  readonly groups: readonly Document<StoredGroup>[];
  readonly nextToken: string | undefined;
}

/** Behind a group of an account. */
type Position = readonly [account: string, name: string];

const isPosition = (value: unknown): value is Position =>
  Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string");

/** The caller's account first, then those that are linked as its sources; each by name. */
async function pageOfGroups(
  input: ListingInput,
  context: LogsContext,
  filter: GroupFilter,
): Promise<GroupPage> {
  const limit = input.limit ?? logLimits.describePage;
  const accounts = accountsOf(input, context);
  const start = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isPosition);
  const from = start === undefined ? 0 : accounts.indexOf(start[0]);
  if (from < 0) throw invalidParameter("The specified nextToken is invalid.");
  const groups: Document<StoredGroup>[] = [];
  for (const account of accounts.slice(from)) {
    const after = account === start?.[0] ? start[1] : undefined;
    const wanted = limit + 1 - groups.length;
    groups.push(
      ...(await groupsOfAccount(`${account}/${context.call.region}`, wanted, after, input, context, filter)),
    );
    if (groups.length > limit) break;
  }
  const page = groups.slice(0, limit);
  const last = page.at(-1);
  const isMore = groups.length > limit && last !== undefined;
  return { groups: page, nextToken: isMore ? printToken([accountOf(last), last.key]) : undefined };
}

/** At most so many of one account and region. */
async function groupsOfAccount(
  scope: string,
  wanted: number,
  start: string | undefined,
  input: ListingInput,
  context: LogsContext,
  { prefix, contains, only, accepts = () => true, narrow = async (all) => all }: GroupFilter,
): Promise<readonly Document<StoredGroup>[]> {
  const places = only?.map((identifier) => readablePlace(context, identifier));
  const names = places && new Set(places.flatMap((place) => (place.scope === scope ? [place.name] : [])));
  const collection = groupsIn(context.dependencies.state);
  const atOnce = Math.max(wanted, logLimits.listedGroups);
  const groups: Document<StoredGroup>[] = [];
  for (let after = start; ;) {
    const found = await collection.list(scope, {
      limit: atOnce,
      ...(prefix === undefined ? {} : { prefix }),
      ...(contains === undefined ? {} : { contains }),
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    const accepted = found.filter((group) => {
      if (names?.has(group.key) === false) return false;
      return isOfClass(input.logGroupClass, group.value.logGroupClass) && accepts(group);
    });
    groups.push(...(await narrow(accepted, scope)));
    after = found.at(-1)?.key;
    if (found.length < atOnce || groups.length >= wanted) return groups.slice(0, wanted);
  }
}

/**
 * Whose groups are listed: of the accounts that are named, those that the caller may read.
 * @throws InvalidParameterException
 */
export function accountsOf(
  {
    includeLinkedAccounts = false,
    accountIdentifiers = [],
  }: Pick<ListingInput, "includeLinkedAccounts" | "accountIdentifiers">,
  { call, dependencies }: LogsContext,
): readonly string[] {
  if (accountIdentifiers.length > 0 && !includeLinkedAccounts) {
    throw invalidParameter("accountIdentifiers can be specified only when includeLinkedAccounts is true.");
  }
  if (!includeLinkedAccounts) return [call.account];
  const readable = [call.account, ...dependencies.linkedAccounts.sourcesOf(call.account)];
  return accountIdentifiers.length === 0
    ? readable
    : readable.filter((account) => accountIdentifiers.includes(account));
}

function identify({ call }: LogsContext, group: Document<StoredGroup>) {
  const { key, value } = group;
  const arn = `${logGroupArn(accountOf(group), call.region, key)}:*`;
  return { logGroupName: key, creationTime: value.createdAt, arn };
}

async function describeWhole(context: LogsContext, groups: readonly Document<StoredGroup>[]) {
  await context.activity.flush();
  const ids = groups.map(({ value }) => String(value.id));
  const found = await sizesIn(context.dependencies.state).getMany("", ids);
  const sizes = new Map(found.map(({ key, value }) => [key, value.storedBytes] as const));
  const protection = await protectionOf(context, groups);
  return groups.map((group) => {
    const { key, value } = group;
    return {
      ...identify(context, group),
      ...(value.retentionDays === undefined ? {} : { retentionInDays: value.retentionDays }),
      ...(value.accountRetention === undefined
        ? {}
        : { retentionPolicyName: value.accountRetention.policyName }),
      ...(value.kmsKeyId === undefined ? {} : { kmsKeyId: value.kmsKeyId }),
      metricFilterCount: value.metricFilters ?? 0,
      logGroupArn: logGroupArn(accountOf(group), context.call.region, key),
      logGroupClass: value.logGroupClass,
      deletionProtectionEnabled: value.deletionProtection,
      bearerTokenAuthenticationEnabled: value.bearerTokens ?? false,
      storedBytes: sizes.get(String(value.id)) ?? 0,
      ...protection(group),
    };
  });
}

/** Whether groups have, or had, a data protection policy, and whether that of the account is for them. */
async function protectionOf({ dependencies }: LogsContext, groups: readonly Document<StoredGroup>[]) {
  const { state } = dependencies;
  const found = await protectionPoliciesIn(state).getMany(
    "",
    groups.map(({ value }) => policyKey(value.id)),
  );
  const policies = new Map(found.map(({ key, value }) => [key, value]));
  const protectedScopes = new Set<string>();
  for (const scope of new Set(groups.map((group) => group.scope))) {
    const [policy] = await accountPoliciesIn(state).list(scope, {
      prefix: "DATA_PROTECTION_POLICY:",
      limit: 1,
    });
    if (policy !== undefined) protectedScopes.add(scope);
  }
  return ({
    scope,
    value,
  }: Document<StoredGroup>): Pick<LogGroup, "dataProtectionStatus" | "inheritedProperties"> => {
    const policy = policies.get(policyKey(value.id));
    const inherits = protectedScopes.has(scope) && value.logGroupClass !== "DELIVERY";
    return {
      ...(policy === undefined
        ? {}
        : { dataProtectionStatus: policy.document === undefined ? "DELETED" : "ACTIVATED" }),
      ...(inherits ? { inheritedProperties: ["ACCOUNT_DATA_PROTECTION"] } : {}),
    };
  };
}
