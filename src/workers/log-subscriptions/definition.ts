// A subscription as the worker knows it: which groups, which events of them, and where they go.
import { parseGroupExclusion, parseSubscriptionPolicy } from "../../core/logs/account-policy.ts";
import { parseFieldSelection } from "../../core/logs/field-selection.ts";
import {
  compileFilterPattern,
  type CompileRegex,
  type MessagePredicate,
} from "../../core/logs/filter-pattern/compile.ts";
import { needlesOf } from "../../core/logs/filter-pattern/needles.ts";
import { parseFilterPattern } from "../../core/logs/filter-pattern/parse.ts";
import { allows, parseDestinationPolicy } from "../../core/logs/destination-policy.ts";
import {
  ownLogGroupOf,
  parseSubscriptionTarget,
  type SubscriptionTarget,
} from "../../core/logs/subscription-target.ts";
import { accountPoliciesIn, destinationsIn, subscriptionFiltersIn } from "../../storage/log-subscriptions.ts";
import type { State } from "../../storage/state.ts";

export interface SubscriptionParts {
  readonly state: State;
  readonly compileRegex: CompileRegex;
}

export interface Subscription {
  /** Changes with the definition. */
  readonly identity: string;
  readonly account: string;
  readonly region: string;
  /** The filter's or the policy's, as payloads name it. */
  readonly name: string;
  readonly arn: string;
  /** Undefined for all groups of the account but those that are left out. */
  readonly group: { readonly id: number; readonly name: string } | undefined;
  readonly excludedGroups: ReadonlySet<string>;
  readonly matches: MessagePredicate;
  /** All messages match. */
  readonly isEverything: boolean;
  readonly needles: readonly string[];
  readonly isRandom: boolean;
  readonly isOnTransformed: boolean;
  readonly systemFields: readonly string[];
  /** What the definition names; a logical destination is looked up at every delivery. */
  readonly destinationArn: string;
}

/** Undefined when it is no more. `subscription` as in the key of its cursor. */
export async function readSubscription(
  parts: SubscriptionParts,
  scope: string,
  subscription: string,
): Promise<Subscription | undefined> {
  return subscription.startsWith(":")
    ? readPolicy(parts, scope, subscription.slice(1))
    : readFilter(parts, scope, subscription);
}

async function readFilter(
  { state, compileRegex }: SubscriptionParts,
  scope: string,
  key: string,
): Promise<Subscription | undefined> {
  const stored = await subscriptionFiltersIn(state).get(scope, key);
  if (stored === undefined) return undefined;
  const { value } = stored;
  const { account, region } = placeOf(scope);
  const [groupName = "", name = ""] = key.split(":");
  const fields = { "@aws.account": account, "@aws.region": region };
  const isSelected =
    value.fieldSelectionCriteria === undefined || parseFieldSelection(value.fieldSelectionCriteria)(fields);
  const compiled = compile(value.filterPattern, compileRegex);
  return {
    ...compiled,
    ...(isSelected ? {} : { matches: () => false, isEverything: false }),
    identity: JSON.stringify(value),
    account,
    region,
    name,
    arn: `arn:aws:logs:${region}:${account}:log-group:${groupName}:subscription-filter:${name}`,
    group: { id: value.groupId, name: groupName },
    excludedGroups: new Set(),
    isRandom: value.distribution === "Random",
    isOnTransformed: value.isOnTransformed ?? false,
    systemFields: value.emitSystemFields ?? [],
    destinationArn: value.destinationArn,
  };
}

async function readPolicy(
  { state, compileRegex }: SubscriptionParts,
  scope: string,
  name: string,
): Promise<Subscription | undefined> {
  const stored = await accountPoliciesIn(state).get(scope, `SUBSCRIPTION_FILTER_POLICY:${name}`);
  const document = parseSubscriptionPolicy(stored?.value.policyDocument ?? "");
  if (stored === undefined || document === undefined) return undefined;
  const { account, region } = placeOf(scope);
  const excluded = parseGroupExclusion(stored.value.selectionCriteria ?? "") ?? [];
  return {
    ...compile(document.filterPattern, compileRegex),
    identity: JSON.stringify(stored.value),
    account,
    region,
    name,
    arn: `arn:aws:logs:${region}:${account}:account-policy:${name}`,
    group: undefined,
    excludedGroups: new Set([...excluded, ...optional(ownLogGroupOf(document.destinationArn))]),
    isRandom: document.distribution === "Random",
    isOnTransformed: false,
    systemFields: [],
    destinationArn: document.destinationArn,
  };
}

const optional = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);

function compile(text: string, compileRegex: CompileRegex) {
  const pattern = parseFilterPattern(text);
  const isEverything = pattern.kind === "everything";
  return { matches: compileFilterPattern(pattern, compileRegex), needles: needlesOf(pattern), isEverything };
}

function placeOf(scope: string): { readonly account: string; readonly region: string } {
  const [account = "", region = ""] = scope.split("/");
  return { account, region };
}

/**
 * Where a subscription delivers now. A destination may have been deleted, or may refuse the account by now.
 * @throws Error that says why nothing can be delivered.
 */
export async function resolveTarget(
  state: State,
  { destinationArn, account, group }: Subscription,
): Promise<SubscriptionTarget> {
  const target = parseSubscriptionTarget(destinationArn);
  if (target === undefined) throw new Error(`${destinationArn} is nothing that can be delivered to`);
  if (target.kind !== "destination") return target;
  const stored = await destinationsIn(state).get(`${target.account}/${target.region}`, target.name);
  if (stored === undefined) throw new Error(`the destination ${destinationArn} does not exist`);
  const policy = parseDestinationPolicy(stored.value.accessPolicy ?? "");
  const action = group === undefined ? "logs:PutAccountPolicy" : "logs:PutSubscriptionFilter";
  const isAllowed =
    target.account === account || (policy !== undefined && allows(policy, account, action, destinationArn));
  if (!isAllowed) throw new Error(`the destination ${destinationArn} does not allow the account ${account}`);
  const behind = parseSubscriptionTarget(stored.value.targetArn);
  if (behind === undefined || behind.kind === "destination") {
    throw new Error(`${stored.value.targetArn} is nothing that can be delivered to`);
  }
  return behind;
}
