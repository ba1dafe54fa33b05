// Account policies: what applies to all log groups of an account, by the type of the policy.
import {
  LimitExceededException,
  ResourceNotFoundException,
  type AccountPolicy,
  type PolicyType,
} from "@aws-sdk/client-cloudwatch-logs";
import { selectionLimits } from "../../core/logs/group-selection.ts";
import { logLimits } from "../../core/logs/limits.ts";
import {
  accountPoliciesIn,
  subscriptionCollections,
  type StoredAccountPolicy,
} from "../../storage/log-subscriptions.ts";
import type { Change, Document, State } from "../../storage/state.ts";
import { untilWritten } from "../../storage/until-written.ts";
import { modelled } from "../../wire/service.ts";
import { servedTypes, type ServedType } from "./account-policy-types.ts";
import { previewRetention } from "./account-retention.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { aborted, invalidParameter, parseToken, printToken } from "./errors.ts";
import { scopeOf } from "./stored-groups.ts";

/**
 * A policy of the same type and name is replaced.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
 */
export async function putAccountPolicy(
  input: Input<"PutAccountPolicy">,
  context: LogsContext,
): Promise<Output<"PutAccountPolicy">> {
  const { policyName, policyType, policyDocument, selectionCriteria } = input;
  const served = servedTypes[policyType];
  checkNames(input);
  checkDryRun(input);
  const given: StoredAccountPolicy = {
    policyDocument,
    updatedAt: context.call.now,
    ...(selectionCriteria === undefined ? {} : { selectionCriteria }),
  };
  await served.check(given, context);
  const { state } = context.dependencies;
  const scope = scopeOf(context);
  const key = keyOf(policyType, policyName);
  return untilWritten<Output<"PutAccountPolicy">>(async () => {
    const stored = await policiesOfType(state, scope, policyType);
    const before = stored.policies.find((policy) => policy.key === key);
    const others = stored.policies.filter((policy) => policy.key !== key);
    checkOthers(served, selectionCriteria, others);
    const value = served.amend?.(given, before?.value) ?? given;
    if (input.dryRun === true) {
      const change = { before: before?.value, policy: value };
      return { dryRunResult: await previewRetention(state, scope, policyName, change, context.call.now) };
    }
    const { policies: collection } = subscriptionCollections;
    const isWritten = await state.write([
      stored.nextChange,
      { kind: "put", collection, scope, key, value },
      ...(before === undefined ? served.whenCreated(policyName, context) : []),
      ...((await served.whenChanged?.(policyName, value, context)) ?? []),
    ]);
    if (!isWritten) return undefined;
    await served.announce(context);
    return { accountPolicy: describe(context.call.account, { key, value }) };
  }, aborted);
}

/** No type has more. */
const storedPolicies = 1_000;

interface PoliciesOfType {
  readonly policies: readonly Document<StoredAccountPolicy>[];
  /**
   * Written in one with a change of a policy, so that two changes come one after the other: what one has
   * found of the number of policies, and of what is there beside each, is so when it is written.
   */
  readonly nextChange: Change;
}

async function policiesOfType(state: State, scope: string, type: PolicyType): Promise<PoliciesOfType> {
  const collection = "log-account-policy-changes";
  const last = await state.collection<number>(collection).get(scope, type);
  const options = { prefix: keyOf(type, ""), limit: storedPolicies };
  const policies = await accountPoliciesIn(state).list(scope, options);
  const place = { collection, scope, key: type };
  const nextChange: Change =
    last === undefined
      ? { kind: "create", ...place, value: 1 }
      : { kind: "replace", ...place, value: last.value + 1, version: last.version };
  return { policies, nextChange };
}

/** @throws InvalidParameterException */
function checkNames({ policyName, selectionCriteria }: Input<"PutAccountPolicy">): void {
  if (policyName.startsWith("aws/")) throw invalidParameter('Policy names cannot start with "aws/".');
  if (!/^[^:*\n]{1,256}$/.test(policyName)) {
    throw invalidParameter("The policy name must have 1 to 256 characters, and none of : and *.");
  }
  if (Buffer.byteLength(selectionCriteria ?? "") > selectionLimits.bytes) {
    throw invalidParameter("The selection criteria can be up to 25 KB in length.");
  }
}

/**
 * Only changes of retention can be looked at before they are made.
 * @throws InvalidParameterException
 */
function checkDryRun({ policyType, dryRun }: { policyType: PolicyType; dryRun?: boolean | undefined }): void {
  if (dryRun !== true || policyType === "RETENTION_POLICY") return;
  throw invalidParameter("dryRun can be specified only for policies of the type RETENTION_POLICY.");
}

/** @throws InvalidParameterException, LimitExceededException */
function checkOthers(
  { policiesPerAccount, compare = () => "countTogether" }: ServedType,
  selectionCriteria: string | undefined,
  others: readonly Document<StoredAccountPolicy>[],
): void {
  const rivals = others.map(({ key, value }) => ({
    name: key.slice(key.indexOf(":") + 1),
    stand: compare(selectionCriteria, value.selectionCriteria),
  }));
  const overlapping = rivals.find(({ stand }) => stand === "overlap");
  if (overlapping !== undefined) {
    throw invalidParameter(
      `The selection criteria overlap with those of the account policy ${overlapping.name}.`,
    );
  }
  if (rivals.filter(({ stand }) => stand === "countTogether").length >= policiesPerAccount) {
    throw modelled(LimitExceededException, "Resource limit exceeded.");
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteAccountPolicy.html */
export async function deleteAccountPolicy(
  input: Input<"DeleteAccountPolicy">,
  context: LogsContext,
): Promise<Output<"DeleteAccountPolicy">> {
  const { policyName, policyType, dryRun } = input;
  checkDryRun(input);
  const { state } = context.dependencies;
  const scope = scopeOf(context);
  const key = keyOf(policyType, policyName);
  const served = servedTypes[policyType];
  return untilWritten<Output<"DeleteAccountPolicy">>(async () => {
    const stored = await policiesOfType(state, scope, policyType);
    const before = stored.policies.find((policy) => policy.key === key);
    if (before === undefined) {
      throw modelled(ResourceNotFoundException, "The specified account policy does not exist.");
    }
    if (dryRun === true) {
      const change = { before: before.value };
      return { dryRunResult: await previewRetention(state, scope, policyName, change, context.call.now) };
    }
    const { policies: collection } = subscriptionCollections;
    const isWritten = await state.write([
      stored.nextChange,
      { kind: "delete", collection, scope, key },
      ...served.whenDeleted(policyName, context),
      ...((await served.whenChanged?.(policyName, undefined, context)) ?? []),
    ]);
    if (!isWritten) return undefined;
    await served.announce(context);
    return {};
  }, aborted);
}

const isKey = (value: unknown): value is string => typeof value === "string";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeAccountPolicies.html */
export async function describeAccountPolicies(
  input: Input<"DescribeAccountPolicies">,
  context: LogsContext,
): Promise<Output<"DescribeAccountPolicies">> {
  const { policyType, policyName } = input;
  const account = describedAccount(input, context);
  const after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isKey);
  const limit = logLimits.describePage;
  const found = await accountPoliciesIn(context.dependencies.state).list(
    `${account}/${context.call.region}`,
    {
      prefix: keyOf(policyType, policyName ?? ""),
      limit: limit + 1,
      ...(after === undefined ? {} : { after: { key: after } }),
    },
  );
  const named = (policy: Document<StoredAccountPolicy>) =>
    policyName === undefined || policy.key === keyOf(policyType, policyName);
  const page = found.slice(0, limit);
  return {
    accountPolicies: page.filter(named).map((policy) => describe(account, policy)),
    ...(found.length > limit ? { nextToken: printToken(page.at(-1)?.key) } : {}),
  };
}

/**
 * The caller's, or one that is linked to it as a source.
 * @throws InvalidParameterException, ResourceNotFoundException
 */
function describedAccount(
  { accountIdentifiers = [] }: Input<"DescribeAccountPolicies">,
  { call, dependencies }: LogsContext,
): string {
  if (accountIdentifiers.length > 1) {
    throw invalidParameter("Only one account can be specified in accountIdentifiers.");
  }
  const [account = call.account] = accountIdentifiers;
  if (dependencies.linkedAccounts.mayRead(call.account, account)) return account;
  throw modelled(ResourceNotFoundException, `The account ${account} is not linked to this one.`);
}

const keyOf = (policyType: PolicyType, policyName: string) => `${policyType}:${policyName}`;

function describe(
  accountId: string,
  { key, value }: Pick<Document<StoredAccountPolicy>, "key" | "value">,
): AccountPolicy {
  const separator = key.indexOf(":");
  const { policyDocument, selectionCriteria, updatedAt } = value;
  return {
    policyName: key.slice(separator + 1),
    policyType: key.slice(0, separator) as PolicyType,
    policyDocument,
    lastUpdatedTime: updatedAt,
    scope: "ALL",
    accountId,
    ...(selectionCriteria === undefined ? {} : { selectionCriteria }),
  };
}
