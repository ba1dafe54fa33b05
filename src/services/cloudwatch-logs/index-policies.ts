// Field index policies: put, described and deleted, and the field indexes that follow from them.
import type { FieldIndex, IndexPolicy } from "@aws-sdk/client-cloudwatch-logs";
import {
  changeIndexSpans,
  parseIndexPolicy,
  type FieldIndexSpan,
  type PolicyField,
} from "../../core/logs/index-policy.ts";
import { defaultIndexedFields } from "../../core/logs/indexed-fields.ts";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import type { Document } from "../../storage/state.ts";
import { readIndexTimes } from "../../storage/telemetry/log-queries.ts";
import {
  policyFor,
  readAccountRules,
  shownAccountIndexesOf,
  sourcePoliciesFor,
  type AccountRules,
} from "./account-rules.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { aborted, invalidParameter, parseToken, printToken } from "./errors.ts";
import { indexPoliciesIn, policyKey, type StoredIndexPolicy } from "./group-policies.ts";
import { requireGroup, scopeOf, type StoredGroup } from "./stored-groups.ts";
import { requireStandardClass } from "./log-classes.ts";

const listPage = 50;
const attempts = 10;

/**
 * Events that come from now on are indexed; those that are there already are not.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutIndexPolicy.html
 */
export async function putIndexPolicy(
  input: Input<"PutIndexPolicy">,
  context: LogsContext,
): Promise<Output<"PutIndexPolicy">> {
  const group = await requireGroup(context, input.logGroupIdentifier);
  requireStandardClass(group);
  const fields = parseIndexPolicy(input.policyDocument);
  if (typeof fields === "string") throw invalidParameter(fields);
  const stored = await changeIndexes(context, group.value.id, fields, {
    document: input.policyDocument,
    updatedAt: context.call.now,
  });
  return { indexPolicy: describe(context, group, stored)?.[0] ?? {} };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteIndexPolicy.html */
export async function deleteIndexPolicy(
  input: Input<"DeleteIndexPolicy">,
  context: LogsContext,
): Promise<Output<"DeleteIndexPolicy">> {
  const { value } = await requireGroup(context, input.logGroupIdentifier);
  await changeIndexes(context, value.id, [], undefined);
  return {};
}

async function changeIndexes(
  context: LogsContext,
  groupId: number,
  fields: readonly PolicyField[],
  policy: StoredIndexPolicy["policy"],
): Promise<StoredIndexPolicy> {
  const policies = indexPoliciesIn(context.dependencies.state);
  const key = policyKey(groupId);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const before = await policies.get("", key);
    const spans = changeIndexSpans(before?.value.fields ?? [], fields, context.call.now);
    const stored = { fields: spans, ...(policy === undefined ? {} : { policy }) };
    const isStored =
      before === undefined
        ? await policies.create("", key, stored)
        : await policies.replace("", key, stored, before.version);
    if (!isStored) continue;
    context.ingestRules.forget(groupId);
    return stored;
  }
  throw aborted();
}

function describe(
  { call }: LogsContext,
  { key }: Document<StoredGroup>,
  { policy }: StoredIndexPolicy,
): readonly [IndexPolicy] | undefined {
  if (policy === undefined) return undefined;
  const described: IndexPolicy = {
    logGroupIdentifier: logGroupArn(call.account, call.region, key),
    lastUpdateTime: policy.updatedAt,
    policyDocument: policy.document,
    source: "LOG_GROUP",
  };
  return [described];
}

/** A group without a policy of its own has that of the account; those for data sources stand beside both. */
function describeOfAccount(
  { call }: LogsContext,
  { key, value }: Document<StoredGroup>,
  stored: StoredIndexPolicy,
  account: AccountRules,
): readonly IndexPolicy[] {
  const ofName = stored.policy === undefined ? policyFor(account.indexPolicies, key, value) : undefined;
  const found = [...(ofName === undefined ? [] : [ofName]), ...sourcePoliciesFor(account, value)];
  return found.map(({ name, policy }) => ({
    logGroupIdentifier: logGroupArn(call.account, call.region, key),
    lastUpdateTime: policy.updatedAt,
    policyDocument: policy.policyDocument,
    policyName: name,
    source: "ACCOUNT",
  }));
}

/** What is shown: a group with a policy of its own does not use those of the account for groups. */
function shownIndexes(
  account: AccountRules,
  { key, value }: Document<StoredGroup>,
  { policy, fields }: StoredIndexPolicy,
): readonly FieldIndexSpan[] {
  return [...fields, ...shownAccountIndexesOf(account, key, value, policy !== undefined)];
}

/** Groups of the call with what is stored of their indexes. */
async function groupsOf(identifiers: readonly string[], context: LogsContext) {
  const groups = await Promise.all(identifiers.map((identifier) => requireGroup(context, identifier)));
  return withIndexes(groups, context);
}

async function withIndexes(groups: readonly Document<StoredGroup>[], context: LogsContext) {
  const keys = groups.map(({ value }) => policyKey(value.id));
  const found = await indexPoliciesIn(context.dependencies.state).getMany("", keys);
  const stored = new Map(found.map(({ key, value }) => [key, value]));
  return groups.map((group): readonly [Document<StoredGroup>, StoredIndexPolicy] => [
    group,
    stored.get(policyKey(group.value.id)) ?? { fields: [] },
  ]);
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeIndexPolicies.html */
export async function describeIndexPolicies(
  input: Input<"DescribeIndexPolicies">,
  context: LogsContext,
): Promise<Output<"DescribeIndexPolicies">> {
  const groups = await groupsOf(input.logGroupIdentifiers, context);
  const account = await readAccountRules(context.dependencies.state, scopeOf(context));
  const indexPolicies = groups.flatMap(([group, stored]) => [
    ...(describe(context, group, stored) ?? []),
    ...describeOfAccount(context, group, stored, account),
  ]);
  const { items, next } = page(indexPolicies, input.nextToken);
  return { indexPolicies: items, ...next };
}

const isPosition = (value: unknown): value is number => typeof value === "number" && value >= 0;

function page<Item>(all: readonly Item[], token: string | undefined) {
  const from = token === undefined ? 0 : parseToken(token, isPosition);
  const items = all.slice(from, from + listPage);
  return { items, next: from + listPage < all.length ? { nextToken: printToken(from + listPage) } : {} };
}

/** The fields that every group indexes, and its streams, which are numbered. */
const defaultFields = ["@logStream", ...defaultIndexedFields].map((name) => ({
  name,
  type: "FIELD_INDEX" as const,
}));

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeFieldIndexes.html */
export async function describeFieldIndexes(
  input: Input<"DescribeFieldIndexes">,
  context: LogsContext,
): Promise<Output<"DescribeFieldIndexes">> {
  const { indexCategories = ["DEFAULT", "CUSTOM", "INACTIVE"] } = input;
  const { telemetry, logEncryption } = context.dependencies;
  const indexes: FieldIndex[] = [];
  const account = await readAccountRules(context.dependencies.state, scopeOf(context));
  for (const [group, stored] of await groupsOf(input.logGroupIdentifiers, context)) {
    const fields = shownIndexes(account, group, stored);
    const logGroupIdentifier = logGroupArn(context.call.account, context.call.region, group.key);
    const times = await readIndexTimes(
      telemetry,
      await logEncryption.sourceOf([group.value.id]),
      group.value.id,
    );
    const add = (field: PolicyField, indexCategory: FieldIndex["indexCategory"]) => {
      if (indexCategory === undefined || !indexCategories.includes(indexCategory)) return;
      const { name: fieldIndexName, type } = field;
      const found = times.get(fieldIndexName);
      const seen =
        found === undefined
          ? {}
          : {
              firstEventTime: found.firstEventAt,
              lastEventTime: found.lastEventAt,
              lastScanTime: found.scannedAt,
            };
      indexes.push({ logGroupIdentifier, fieldIndexName, type, indexCategory, ...seen });
    };
    if (group.value.logGroupClass === "STANDARD") for (const field of defaultFields) add(field, "DEFAULT");
    const isCurrent = ({ until }: FieldIndexSpan) => until === undefined;
    const current = [...new Map(fields.filter(isCurrent).map((field) => [field.name, field])).values()];
    for (const field of current) add(field, "CUSTOM");
    const past = new Map(fields.filter((field) => !isCurrent(field)).map((field) => [field.name, field]));
    for (const field of current) past.delete(field.name);
    for (const field of past.values()) add(field, "INACTIVE");
  }
  const { items, next } = page(indexes, input.nextToken);
  return { fieldIndexes: items, ...next };
}

/** Those of the groups of an account and region that index all of the fields now. */
export async function groupsThatIndex(
  names: readonly string[],
  groups: readonly Document<StoredGroup>[],
  scope: string,
  context: LogsContext,
): Promise<readonly Document<StoredGroup>[]> {
  const account = await readAccountRules(context.dependencies.state, scope);
  const found = await withIndexes(groups, context);
  return found.flatMap(([group, stored]) => {
    const ofPolicies = shownIndexes(account, group, stored);
    const indexed = new Set(ofPolicies.flatMap(({ name, until }) => (until === undefined ? [name] : [])));
    const isStandard = group.value.logGroupClass === "STANDARD";
    for (const { name } of isStandard ? defaultFields : []) indexed.add(name);
    return names.every((name) => indexed.has(name)) ? [group] : [];
  });
}
