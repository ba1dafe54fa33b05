// What account policies say of the events of log groups: transformers, field indexes and data protection.
import { changeIndexSpans, parseIndexPolicy, type FieldIndexSpan } from "../../core/logs/index-policy.ts";
import { accountPoliciesIn, type StoredAccountPolicy } from "../../storage/log-subscriptions.ts";
import type { Change, Document, State } from "../../storage/state.ts";
import type { StoredGroup } from "./stored-groups.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html */
export const accountRuleLimits = { transformers: 20, indexPolicies: 20, protectionPolicies: 1 } as const;

/** A policy and the beginning of the names of the groups that it is for; empty for all. */
export interface PrefixedPolicy {
  readonly name: string;
  readonly prefix: string;
  readonly policy: StoredAccountPolicy;
}

/** The fields that a policy has indexed; one document for each prefix that it had. */
export interface StoredAccountIndex {
  readonly policyName: string;
  readonly prefix: string;
  readonly fields: readonly FieldIndexSpan[];
}

/** The rules of an account in a region. */
export interface AccountRules {
  readonly transformers: readonly PrefixedPolicy[];
  readonly indexPolicies: readonly PrefixedPolicy[];
  readonly indexes: readonly StoredAccountIndex[];
  readonly protection: StoredAccountPolicy | undefined;
  /** Some events may have a transformed form because of a policy that there is or was. */
  readonly isTransformed: boolean;
}

const collections = { indexes: "log-account-field-indexes", flags: "log-account-transformed" } as const;

const accountIndexesIn = (state: State) => state.collection<StoredAccountIndex>(collections.indexes);

/** `LogGroupNamePrefix IN ["a"]`, also with `=` and without brackets; undefined for another text. */
export function parseGroupPrefix(criteria: string | undefined): string | undefined {
  if (criteria === undefined || criteria.trim() === "") return "";
  return /^\s*LogGroupNamePrefix\s*(?:=|IN)?\s*\[?\s*"([^"]+)"\s*\]?\s*$/.exec(criteria)?.[1];
}

const listed = 1_000;

export async function readAccountRules(state: State, scope: string): Promise<AccountRules> {
  const policiesOf = (type: string) =>
    accountPoliciesIn(state).list(scope, { prefix: `${type}:`, limit: listed });
  const [transformers, indexPolicies, [protection], indexes, flag] = await Promise.all([
    policiesOf("TRANSFORMER_POLICY"),
    policiesOf("FIELD_INDEX_POLICY"),
    policiesOf("DATA_PROTECTION_POLICY"),
    accountIndexesIn(state).list(scope, { limit: listed }),
    state.collection(collections.flags).get("", scope),
  ]);
  return {
    transformers: transformers.map(prefixed),
    indexPolicies: indexPolicies.map(prefixed),
    indexes: indexes.map(({ value }) => value),
    protection: protection?.value,
    isTransformed: flag !== undefined,
  };
}

function prefixed({ key, value }: Document<StoredAccountPolicy>): PrefixedPolicy {
  const prefix = parseGroupPrefix(value.selectionCriteria) ?? "";
  return { name: key.slice(key.indexOf(":") + 1), prefix, policy: value };
}

/** The policy with the longest prefix of a group's name; these are for the Standard class alone. */
export function policyFor(
  policies: readonly PrefixedPolicy[],
  logGroupName: string,
  { logGroupClass }: Pick<StoredGroup, "logGroupClass">,
): PrefixedPolicy | undefined {
  if (logGroupClass !== "STANDARD") return undefined;
  return policies
    .filter(({ prefix }) => logGroupName.startsWith(prefix))
    .toSorted((one, other) => other.prefix.length - one.prefix.length)[0];
}

/** The fields of all policies are indexed, whatever policy the group has itself. */
export function accountIndexesOf(
  { indexes }: AccountRules,
  logGroupName: string,
  { logGroupClass }: Pick<StoredGroup, "logGroupClass">,
): readonly FieldIndexSpan[] {
  if (logGroupClass !== "STANDARD") return [];
  return indexes.filter(({ prefix }) => logGroupName.startsWith(prefix)).flatMap(({ fields }) => fields);
}

/** To be written in one with a transformer policy. */
export function transformedFlag(scope: string): Change {
  return { kind: "put", collection: collections.flags, scope: "", key: scope, value: true };
}

/** What is written in one with an index policy, or with its deletion (without a policy). */
export async function accountIndexChanges(
  state: State,
  scope: string,
  policyName: string,
  policy: StoredAccountPolicy | undefined,
  now: number,
): Promise<readonly Change[]> {
  const found = await accountIndexesIn(state).list(scope, { prefix: `${policyName}\n`, limit: listed });
  const prefix = policy === undefined ? undefined : parseGroupPrefix(policy.selectionCriteria);
  const parsed = policy === undefined ? [] : parseIndexPolicy(policy.policyDocument);
  const wanted = typeof parsed === "string" ? [] : parsed;
  const prefixes = new Set([
    ...found.map(({ value }) => value.prefix),
    ...(prefix === undefined ? [] : [prefix]),
  ]);
  return [...prefixes].map((each) => {
    const before = found.find(({ value }) => value.prefix === each)?.value.fields ?? [];
    const fields = changeIndexSpans(before, each === prefix ? wanted : [], now);
    const value: StoredAccountIndex = { policyName, prefix: each, fields };
    const key = `${policyName}\n${each}`;
    return { kind: "put", collection: collections.indexes, scope, key, value } as const;
  });
}
