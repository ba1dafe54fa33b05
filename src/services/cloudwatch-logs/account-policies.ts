// Account policies: what applies to all log groups of an account, by the type of the policy.
import {
  LimitExceededException,
  ResourceNotFoundException,
  type AccountPolicy,
  type PolicyType,
} from "@aws-sdk/client-cloudwatch-logs";
import { parseGroupExclusion, parseSubscriptionPolicy } from "../../core/logs/account-policy.ts";
import { parseIndexPolicy } from "../../core/logs/index-policy.ts";
import { logLimits } from "../../core/logs/limits.ts";
import { subscriptionLimits } from "../../core/logs/subscription-payload.ts";
import {
  accountPoliciesIn,
  cursorChange,
  cursorDeletion,
  policyCursorKey,
  subscriptionCollections,
  type StoredAccountPolicy,
} from "../../storage/log-subscriptions.ts";
import { settledSequence } from "../../storage/telemetry/log-events.ts";
import type { Change, Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import {
  accountIndexChanges,
  accountRuleLimits,
  parseGroupPrefix,
  transformedFlag,
} from "./account-rules.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { checkProtectionPolicy } from "./data-protection.ts";
import { invalidParameter, parseToken, printToken } from "./errors.ts";
import { compilePattern } from "./filter-patterns.ts";
import { scopeOf } from "./stored-groups.ts";
import { requireTransformer } from "./transformers.ts";
import { tryDestination } from "./subscription-destinations.ts";

/** Everything about a type of account policy that is served. */
interface ServedType {
  readonly policiesPerAccount: number;
  /** @throws InvalidParameterException */
  check(policy: StoredAccountPolicy, context: LogsContext): Promise<void>;
  /** What is written in one with a policy that was not there before. */
  whenCreated(policyName: string, context: LogsContext): readonly Change[];
  /** What is written in one with any policy, and with its deletion (without a policy). */
  whenChanged?(
    policyName: string,
    policy: StoredAccountPolicy | undefined,
    context: LogsContext,
  ): Promise<readonly Change[]>;
  whenDeleted(policyName: string, context: LogsContext): readonly Change[];
  /** Behind every change. */
  announce(context: LogsContext): void;
}

const selectionBytes = 25 * 1024;

const servedTypes: Readonly<Partial<Record<PolicyType, ServedType>>> = {
  SUBSCRIPTION_FILTER_POLICY: {
    policiesPerAccount: subscriptionLimits.policiesPerAccount,
    async check({ policyDocument, selectionCriteria }, context) {
      const document = parseSubscriptionPolicy(policyDocument);
      if (document === undefined) {
        throw invalidParameter(
          "The policy document must be JSON with DestinationArn and FilterPattern, and perhaps RoleArn and " +
            "Distribution.",
        );
      }
      const isSelection =
        selectionCriteria === undefined ||
        (Buffer.byteLength(selectionCriteria) <= selectionBytes &&
          parseGroupExclusion(selectionCriteria) !== undefined);
      if (!isSelection) {
        throw invalidParameter('The selection criteria must be LogGroupName NOT IN ["...", "..."].');
      }
      compilePattern(document.filterPattern);
      await tryDestination(context, document.destinationArn, "logs:PutAccountPolicy");
    },
    whenCreated(policyName, context) {
      const sequence = settledSequence(context.dependencies.clock.now());
      return [cursorChange(policyCursorKey(scopeOf(context), policyName), sequence)];
    },
    whenDeleted: (policyName, context) => [cursorDeletion(policyCursorKey(scopeOf(context), policyName))],
    announce: ({ dependencies }) => dependencies.facts.publish({ kind: "LogSubscriptionsChanged" }),
  },
  TRANSFORMER_POLICY: {
    policiesPerAccount: accountRuleLimits.transformers,
    async check({ policyDocument, selectionCriteria }) {
      requirePrefix(selectionCriteria);
      requireTransformer(policyDocument);
    },
    whenCreated: (_policyName, context) => [transformedFlag(scopeOf(context))],
    whenDeleted: () => [],
    announce: ({ ingestRules }) => ingestRules.forget(),
  },
  FIELD_INDEX_POLICY: {
    policiesPerAccount: accountRuleLimits.indexPolicies,
    async check({ policyDocument, selectionCriteria }) {
      requirePrefix(selectionCriteria);
      const fields = parseIndexPolicy(policyDocument);
      if (typeof fields === "string") throw invalidParameter(fields);
    },
    whenCreated: () => [],
    whenChanged: (policyName, policy, context) =>
      accountIndexChanges(context.dependencies.state, scopeOf(context), policyName, policy, context.call.now),
    whenDeleted: () => [],
    announce: ({ ingestRules }) => ingestRules.forget(),
  },
  DATA_PROTECTION_POLICY: {
    policiesPerAccount: accountRuleLimits.protectionPolicies,
    async check({ policyDocument, selectionCriteria }, context) {
      if (selectionCriteria !== undefined) {
        throw invalidParameter("Selection criteria cannot be specified for a data protection policy.");
      }
      await checkProtectionPolicy(policyDocument, context, undefined);
    },
    whenCreated: () => [],
    whenDeleted: () => [],
    announce: ({ ingestRules }) => ingestRules.forget(),
  },
};

function requirePrefix(selectionCriteria: string | undefined): void {
  if (parseGroupPrefix(selectionCriteria) !== undefined) return;
  throw invalidParameter('The selection criteria must be LogGroupNamePrefix IN ["..."].');
}

/**
 * A policy of the same type and name is replaced.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
 */
export async function putAccountPolicy(
  input: Input<"PutAccountPolicy">,
  context: LogsContext,
): Promise<Output<"PutAccountPolicy">> {
  const { policyName, policyType, policyDocument, selectionCriteria } = input;
  const served = servedType(policyType);
  const value: StoredAccountPolicy = {
    policyDocument,
    updatedAt: context.call.now,
    ...(selectionCriteria === undefined ? {} : { selectionCriteria }),
  };
  await served.check(value, context);
  const { state } = context.dependencies;
  const scope = scopeOf(context);
  const policies = await accountPoliciesIn(state).list(scope, {
    prefix: keyOf(policyType, ""),
    limit: served.policiesPerAccount,
  });
  const key = keyOf(policyType, policyName);
  const isNew = policies.every((policy) => policy.key !== key);
  if (isNew && policies.length >= served.policiesPerAccount) {
    throw modelled(LimitExceededException, "Resource limit exceeded.");
  }
  const { policies: collection } = subscriptionCollections;
  await state.write([
    { kind: "put", collection, scope, key, value },
    ...(isNew ? served.whenCreated(policyName, context) : []),
    ...((await served.whenChanged?.(policyName, value, context)) ?? []),
  ]);
  served.announce(context);
  return { accountPolicy: describe(context, { scope, key, value }) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteAccountPolicy.html */
export async function deleteAccountPolicy(
  input: Input<"DeleteAccountPolicy">,
  context: LogsContext,
): Promise<Output<"DeleteAccountPolicy">> {
  const { policyName, policyType } = input;
  const { state } = context.dependencies;
  const scope = scopeOf(context);
  const key = keyOf(policyType, policyName);
  const served = servedTypes[policyType];
  if (served === undefined || (await accountPoliciesIn(state).get(scope, key)) === undefined) {
    throw modelled(ResourceNotFoundException, "The specified account policy does not exist.");
  }
  const { policies: collection } = subscriptionCollections;
  await state.write([
    { kind: "delete", collection, scope, key },
    ...served.whenDeleted(policyName, context),
    ...((await served.whenChanged?.(policyName, undefined, context)) ?? []),
  ]);
  served.announce(context);
  return {};
}

const isKey = (value: unknown): value is string => typeof value === "string";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeAccountPolicies.html */
export async function describeAccountPolicies(
  input: Input<"DescribeAccountPolicies">,
  context: LogsContext,
): Promise<Output<"DescribeAccountPolicies">> {
  const { policyType, policyName, accountIdentifiers = [] } = input;
  // No account is linked to another one here.
  const isOwn = accountIdentifiers.length === 0 || accountIdentifiers.includes(context.call.account);
  if (!isOwn) return { accountPolicies: [] };
  const after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isKey);
  const limit = logLimits.describePage;
  const found = await accountPoliciesIn(context.dependencies.state).list(scopeOf(context), {
    prefix: keyOf(policyType, policyName ?? ""),
    limit: limit + 1,
    ...(after === undefined ? {} : { after: { key: after } }),
  });
  const named = (policy: Document<StoredAccountPolicy>) =>
    policyName === undefined || policy.key === keyOf(policyType, policyName);
  const page = found.slice(0, limit);
  return {
    accountPolicies: page.filter(named).map((policy) => describe(context, policy)),
    ...(found.length > limit ? { nextToken: printToken(page.at(-1)?.key) } : {}),
  };
}

/** @throws InvalidParameterException */
function servedType(policyType: PolicyType): ServedType {
  const served = servedTypes[policyType];
  if (served !== undefined) return served;
  throw invalidParameter(`Account policies of the type ${policyType} are not supported here.`);
}

const keyOf = (policyType: PolicyType, policyName: string) => `${policyType}:${policyName}`;

function describe(
  { call }: LogsContext,
  { key, value }: Pick<Document<StoredAccountPolicy>, "scope" | "key" | "value">,
): AccountPolicy {
  const separator = key.indexOf(":");
  const { policyDocument, selectionCriteria, updatedAt } = value;
  return {
    policyName: key.slice(separator + 1),
    policyType: key.slice(0, separator) as PolicyType,
    policyDocument,
    lastUpdatedTime: updatedAt,
    scope: "ALL",
    accountId: call.account,
    ...(selectionCriteria === undefined ? {} : { selectionCriteria }),
  };
}
