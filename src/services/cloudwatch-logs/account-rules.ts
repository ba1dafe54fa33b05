// What account policies say of the events of log groups: transformers, field indexes and data protection.
import { dataSourceOf, type DataSource } from "../../core/logs/data-source.ts";
import { parseGroupSelection, type GroupSelection } from "../../core/logs/group-selection.ts";
import { changeIndexSpans, parseIndexPolicy, type FieldIndexSpan } from "../../core/logs/index-policy.ts";
import { accountPoliciesIn, type StoredAccountPolicy } from "../../storage/log-subscriptions.ts";
import type { Change, Document, State } from "../../storage/state.ts";
import type { StoredGroup } from "./stored-groups.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html */
export const accountRuleLimits = {
  transformers: 20,
  /** For groups, and as many for data sources. */
  indexPolicies: 20,
  protectionPolicies: 1,
  extractionPolicies: 5,
} as const;

/** A policy and the beginning of the names of the groups that it is for; empty for all. */
export interface PrefixedPolicy {
  readonly name: string;
  readonly prefix: string;
  readonly policy: StoredAccountPolicy;
}

/** The groups that an index policy is for: those of a prefix, or those of a data source. */
export interface IndexTarget {
  /** Different for each target. */
  readonly key: string;
  readonly prefix: string;
  readonly dataSource?: DataSource;
}

/** The fields that a policy has indexed; one document for each target that it had. */
export interface StoredAccountIndex {
  readonly policyName: string;
  readonly prefix: string;
  readonly dataSource?: DataSource;
  readonly fields: readonly FieldIndexSpan[];
}

/** The rules of an account in a region. */
export interface AccountRules {
  readonly transformers: readonly PrefixedPolicy[];
  readonly indexPolicies: readonly PrefixedPolicy[];
  /** Those for data sources. */
  readonly sourceIndexPolicies: readonly PrefixedPolicy[];
  readonly indexes: readonly StoredAccountIndex[];
  readonly protection: StoredAccountPolicy | undefined;
  /** The groups of which no metrics of the embedded metric format are made. */
  readonly withoutExtraction: readonly GroupSelection[];
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

/** As `parseGroupPrefix`, or `DataSourceName IN ["a"] AND DataSourceType IN ["b"]`. */
export function parseIndexTarget(criteria: string | undefined): IndexTarget | undefined {
  const prefix = parseGroupPrefix(criteria);
  if (prefix !== undefined) return { key: prefix, prefix };
  const one = String.raw`\s*(?:=|IN)?\s*\[?\s*"([^"]+)"\s*\]?\s*`;
  const both = new RegExp(`^\\s*DataSourceName${one}AND\\s+DataSourceType${one}$`);
  const [, name, type] = both.exec(criteria ?? "") ?? [];
  if (name === undefined || type === undefined) return undefined;
  return { key: `\n${name}\n${type}`, prefix: "", dataSource: { name, type } };
}

const listed = 1_000;

export async function readAccountRules(state: State, scope: string): Promise<AccountRules> {
  const policiesOf = (type: string) =>
    accountPoliciesIn(state).list(scope, { prefix: `${type}:`, limit: listed });
  const [transformers, indexPolicies, [protection], extraction, indexes, flag] = await Promise.all([
    policiesOf("TRANSFORMER_POLICY"),
    policiesOf("FIELD_INDEX_POLICY"),
    policiesOf("DATA_PROTECTION_POLICY"),
    policiesOf("METRIC_EXTRACTION_POLICY"),
    accountIndexesIn(state).list(scope, { limit: listed }),
    state.collection(collections.flags).get("", scope),
  ]);
  return {
    transformers: transformers.map(prefixed),
    indexPolicies: indexPolicies.filter((policy) => !isForDataSource(policy)).map(prefixed),
    sourceIndexPolicies: indexPolicies.filter(isForDataSource).map(prefixed),
    indexes: indexes.map(({ value }) => value),
    protection: protection?.value,
    withoutExtraction: extraction.flatMap(({ value }) => parseGroupSelection(value.selectionCriteria) ?? []),
    isTransformed: flag !== undefined,
  };
}

const isForDataSource = ({ value }: Document<StoredAccountPolicy>) =>
  parseIndexTarget(value.selectionCriteria)?.dataSource !== undefined;

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

/** The policies for the data source that a group is of. */
export function sourcePoliciesFor(
  { sourceIndexPolicies }: AccountRules,
  group: Pick<StoredGroup, "logGroupClass" | "tags">,
): readonly PrefixedPolicy[] {
  if (group.logGroupClass !== "STANDARD") return [];
  return sourceIndexPolicies.filter(({ policy }) => {
    const target = parseIndexTarget(policy.selectionCriteria);
    return target?.dataSource !== undefined && isOfSource(group, target.dataSource);
  });
}

function isOfSource({ tags }: Pick<StoredGroup, "tags">, { name, type }: DataSource): boolean {
  const source = dataSourceOf(tags);
  return source?.name === name && source.type === type;
}

/**
 * What policies of the account index in a group, also where they are not shown: in groups with a policy of
 * their own, and those for data sources in all groups. So an index has a field at all times that it tells of,
 * whatever policies and tags a group gets later.
 */
export function accountIndexesOf(
  { indexes }: Pick<AccountRules, "indexes">,
  logGroupName: string,
  { logGroupClass }: Pick<StoredGroup, "logGroupClass">,
): readonly FieldIndexSpan[] {
  if (logGroupClass !== "STANDARD") return [];
  return indexes.filter(({ prefix }) => logGroupName.startsWith(prefix)).flatMap(({ fields }) => fields);
}

/** Those that are shown: a group with a policy of its own has beside it those for its data source alone. */
export function shownAccountIndexesOf(
  { indexes }: AccountRules,
  logGroupName: string,
  group: Pick<StoredGroup, "logGroupClass" | "tags">,
  hasOwnPolicy: boolean,
): readonly FieldIndexSpan[] {
  const shown = indexes.filter(({ dataSource }) =>
    dataSource === undefined ? !hasOwnPolicy : isOfSource(group, dataSource),
  );
  return accountIndexesOf({ indexes: shown }, logGroupName, group);
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
  const target = policy === undefined ? undefined : parseIndexTarget(policy.selectionCriteria);
  const parsed = policy === undefined ? [] : parseIndexPolicy(policy.policyDocument);
  const wanted = typeof parsed === "string" ? [] : parsed;
  const targets = new Map<string, Omit<IndexTarget, "key">>(
    found.map(({ key, value: { fields: _fields, policyName: _name, ...each } }) => [key, each]),
  );
  const keyOf = ({ key }: IndexTarget) => `${policyName}\n${key}`;
  if (target !== undefined) {
    const { key: _key, ...each } = target;
    targets.set(keyOf(target), each);
  }
  return [...targets].map(([key, each]) => {
    const before = found.find((document) => document.key === key)?.value.fields ?? [];
    const isTarget = target !== undefined && key === keyOf(target);
    const fields = changeIndexSpans(before, isTarget ? wanted : [], now);
    const value: StoredAccountIndex = { policyName, ...each, fields };
    return { kind: "put", collection: collections.indexes, scope, key, value } as const;
  });
}
