// What a log group does with its events as they come, in state: transformer, field indexes, data protection.
import type { FieldIndexSpan } from "../../core/logs/index-policy.ts";
import type { Change, Collection, State } from "../../storage/state.ts";

/** Instants are epoch milliseconds. */
export interface StoredTransformer {
  /** The processors as PutTransformer was given them. */
  readonly config: readonly object[];
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export interface StoredIndexPolicy {
  /** Absent when the policy was deleted. */
  readonly policy?: { readonly document: string; readonly updatedAt: number };
  /** Also those that are not indexed any more. */
  readonly fields: readonly FieldIndexSpan[];
}

export interface StoredProtectionPolicy {
  /** Absent when the policy was deleted. */
  readonly document?: string;
  readonly updatedAt: number;
}

const collections = {
  transformers: "log-transformers",
  indexes: "log-field-indexes",
  protection: "log-data-protection",
} as const;

/** Documents have the group's number as their key, and no scope. */
export const transformersIn = (state: State): Collection<StoredTransformer> =>
  state.collection<StoredTransformer>(collections.transformers);

export const indexPoliciesIn = (state: State): Collection<StoredIndexPolicy> =>
  state.collection<StoredIndexPolicy>(collections.indexes);

export const protectionPoliciesIn = (state: State): Collection<StoredProtectionPolicy> =>
  state.collection<StoredProtectionPolicy>(collections.protection);

export const policyKey = (groupId: number) => String(groupId);

/** To be written in one with the deletion of a group. */
export function groupPolicyDeletions(groupId: number): readonly Change[] {
  return Object.values(collections).map(
    (collection) => ({ kind: "delete", collection, scope: "", key: policyKey(groupId) }) as const,
  );
}
