// The types of account policies: what each is checked for, and what else is written with it.
import type { PolicyType } from "@aws-sdk/client-cloudwatch-logs";
import { parseGroupExclusion, parseSubscriptionPolicy } from "../../core/logs/account-policy.ts";
import { parseObject } from "../../core/logs/embedded-metrics.ts";
import {
  allGroups,
  parseGroupSelection,
  selectionLimits,
  selectionsOverlap,
} from "../../core/logs/group-selection.ts";
import { parseIndexPolicy } from "../../core/logs/index-policy.ts";
import { parseRetentionPolicy, retentionPolicyLimits } from "../../core/logs/retention-policy.ts";
import { subscriptionLimits } from "../../core/logs/subscription-payload.ts";
import {
  cursorChange,
  cursorDeletion,
  policyCursorKey,
  type StoredAccountPolicy,
} from "../../storage/log-subscriptions.ts";
import { settledSequence } from "../../storage/telemetry/log-events.ts";
import type { Change } from "../../storage/state.ts";
import { amendRetention } from "./account-retention.ts";
import {
  accountIndexChanges,
  accountRuleLimits,
  parseGroupPrefix,
  parseIndexTarget,
  transformedFlag,
} from "./account-rules.ts";
import type { LogsContext } from "./context.ts";
import { checkProtectionPolicy } from "./data-protection.ts";
import { invalidParameter } from "./errors.ts";
import { compilePattern } from "./filter-patterns.ts";
import { scopeOf } from "./stored-groups.ts";
import { requireTransformer } from "./transformers.ts";
import { tryDestination } from "./subscription-destinations.ts";

/** Everything about a type of account policy that is served. */
export interface ServedType {
  readonly policiesPerAccount: number;
  /**
   * How the criteria of two policies stand to each other; they only count together where it is not told. Both
   * were checked.
   */
  readonly compare?: (
    one: string | undefined,
    other: string | undefined,
  ) => "overlap" | "countTogether" | "apart";
  /** @throws InvalidParameterException */
  check(policy: StoredAccountPolicy, context: LogsContext): Promise<void>;
  /** What is stored in the place of a policy. */
  amend?(policy: StoredAccountPolicy, before: StoredAccountPolicy | undefined): StoredAccountPolicy;
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
  announce(context: LogsContext): Promise<void> | void;
}

export const servedTypes: Readonly<Record<PolicyType, ServedType>> = {
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
      if (selectionCriteria !== undefined && parseGroupExclusion(selectionCriteria) === undefined) {
        throw invalidParameter('The selection criteria must be LogGroupName NOT IN ["...", "..."].');
      }
      const { patternLength } = subscriptionLimits;
      if (document.filterPattern.length > patternLength) {
        throw invalidParameter(`The filter pattern can be up to ${patternLength} characters long.`);
      }
      compilePattern(document.filterPattern);
      await tryDestination(context, document, "logs:PutAccountPolicy");
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
    compare: comparePrefixes,
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
    compare: compareIndexTargets,
    async check({ policyDocument, selectionCriteria }) {
      requireIndexTarget(selectionCriteria);
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
  METRIC_EXTRACTION_POLICY: {
    policiesPerAccount: accountRuleLimits.extractionPolicies,
    compare: compareSelections,
    async check({ policyDocument, selectionCriteria }) {
      requireSelection(selectionCriteria);
      if (parseObject(policyDocument) === undefined) {
        throw invalidParameter("The policy document must be a JSON object.");
      }
    },
    whenCreated: () => [],
    whenDeleted: () => [],
    announce: ({ ingestRules }) => ingestRules.forget(),
  },
  RETENTION_POLICY: {
    policiesPerAccount: retentionPolicyLimits.policies,
    async check({ policyDocument, selectionCriteria }) {
      requirePrefix(selectionCriteria);
      const document = parseRetentionPolicy(policyDocument);
      if (typeof document === "string") throw invalidParameter(document);
    },
    amend: amendRetention,
    whenCreated: () => [],
    whenChanged: async (policyName, policy, context) =>
      policy === undefined
        ? []
        : [context.accountRetention.plan(scopeOf(context), policyName, context.call.now)],
    whenDeleted: () => [],
    // A policy that is gone is not in effect any more.
    announce: (context) => context.accountRetention.apply(scopeOf(context)),
  },
};

function requirePrefix(selectionCriteria: string | undefined): void {
  if (parseGroupPrefix(selectionCriteria) !== undefined) return;
  throw invalidParameter('The selection criteria must be LogGroupNamePrefix IN ["..."].');
}

function comparePrefixes(one: string | undefined, other: string | undefined) {
  const prefix = parseGroupPrefix(one) ?? "";
  const another = parseGroupPrefix(other) ?? "";
  return prefix.startsWith(another) || another.startsWith(prefix) ? "overlap" : "countTogether";
}

function requireIndexTarget(selectionCriteria: string | undefined): void {
  if (parseIndexTarget(selectionCriteria) !== undefined) return;
  throw invalidParameter(
    'The selection criteria must be LogGroupNamePrefix IN ["..."] or ' +
      'DataSourceName IN ["..."] AND DataSourceType IN ["..."].',
  );
}

/** Those for data sources have a quota of their own. */
function compareIndexTargets(one: string | undefined, other: string | undefined) {
  const target = parseIndexTarget(one);
  const another = parseIndexTarget(other);
  if (target?.dataSource === undefined && another?.dataSource === undefined) {
    return comparePrefixes(one, other);
  }
  if (target?.dataSource === undefined || another?.dataSource === undefined) return "apart";
  return target.key === another.key ? "overlap" : "countTogether";
}

function requireSelection(selectionCriteria: string | undefined): void {
  if (parseGroupSelection(selectionCriteria) !== undefined) return;
  throw invalidParameter(
    "The selection criteria must be LogGroupName or LogGroupNamePrefix, then IN or NOT IN, then a list of " +
      `up to ${selectionLimits.values} texts.`,
  );
}

function compareSelections(one: string | undefined, other: string | undefined) {
  const selection = parseGroupSelection(one) ?? allGroups;
  const another = parseGroupSelection(other) ?? allGroups;
  return selectionsOverlap(selection, another) ? "overlap" : "countTogether";
}
