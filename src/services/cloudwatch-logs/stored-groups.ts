// Log groups and streams in state: one document each, with the number that their events carry.
import { ValidationException, type LogGroupClass } from "@aws-sdk/client-cloudwatch-logs";
import { parseLogGroupIdentifier } from "../../core/logs/log-group-identifier.ts";
import type { Collection, Document, State } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { LogsContext } from "./context.ts";
import { aborted, groupNotFound, invalidParameter } from "./errors.ts";

/** Instants are epoch milliseconds. */
export interface StoredGroup {
  readonly id: number;
  readonly createdAt: number;
  readonly logGroupClass: LogGroupClass;
  /** As it is in effect: that of an account policy, where there is one for the group, or else its own. */
  readonly retentionDays?: number;
  /** The account policy that is in effect, and the retention that the group has itself. */
  readonly accountRetention?: { readonly policyName: string; readonly ownDays?: number };
  readonly deletionProtection: boolean;
  /** The ARN of the key under which new events are sealed. */
  readonly kmsKeyId?: string;
  /** Whether events may be put with a bearer token. */
  readonly bearerTokens?: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** Set with the first transformer and for good: some events may have a transformed form. */
  readonly isTransformed?: boolean;
  /** How many metric filters it has; none when undefined. */
  readonly metricFilters?: number;
  /** How many subscription filters it has; none when undefined. */
  readonly subscriptionFilters?: number;
}

/** The rank of a stream's document is the time of its last event. */
export interface StoredStream {
  readonly id: number;
  readonly createdAt: number;
  readonly firstEventAt?: number;
  readonly lastEventAt?: number;
  readonly lastIngestionAt?: number;
}

/** Approximate, as AWS's `storedBytes` is: bytes that came in, written behind. */
export interface StoredGroupSize {
  readonly storedBytes: number;
}

export const collectionNames = {
  groups: "log-groups",
  streams: "log-streams",
  sizes: "log-group-sizes",
} as const;

export function groupsIn(state: State): Collection<StoredGroup> {
  return state.collection<StoredGroup>(collectionNames.groups);
}

/** The scope of a group's streams is its number. */
export function streamsIn(state: State): Collection<StoredStream> {
  return state.collection<StoredStream>(collectionNames.streams);
}

export function sizesIn(state: State): Collection<StoredGroupSize> {
  return state.collection<StoredGroupSize>(collectionNames.sizes);
}

export const streamScope = (groupId: number) => String(groupId);

export function scopeOf({ call }: LogsContext): string {
  return `${call.account}/${call.region}`;
}

/**
 * The group that a name or an ARN means, in the caller's account and region.
 * @throws ResourceNotFoundException, InvalidParameterException
 */
export async function requireGroup(context: LogsContext, identifier: string): Promise<Document<StoredGroup>> {
  const group = await groupsIn(context.dependencies.state).get(
    scopeOf(context),
    groupName(context, identifier),
  );
  if (group === undefined) throw groupNotFound();
  return group;
}

/**
 * @throws ResourceNotFoundException for a group elsewhere, InvalidParameterException for another kind of ARN.
 */
export function groupName({ call }: LogsContext, identifier: string): string {
  const reference = parseLogGroupIdentifier(identifier);
  if (reference === undefined) throw invalidParameter(`Invalid log group identifier: ${identifier}`);
  const { name, account = call.account, region = call.region } = reference;
  if (account !== call.account || region !== call.region) throw groupNotFound();
  return name;
}

/** The account that a group is in. */
export const accountOf = ({ scope }: Document<StoredGroup>): string => scope.slice(0, scope.indexOf("/"));

/** The accounts, with the region, whose groups the caller may read: its own, then those that are linked. */
export function readableScopes({ call, dependencies }: LogsContext): readonly string[] {
  const accounts = [call.account, ...dependencies.linkedAccounts.sourcesOf(call.account)];
  return accounts.map((account) => `${account}/${call.region}`);
}

/**
 * Where the group is that a name or an ARN means for a reader: in its own account, or in one that is linked
 * as its source.
 * @throws ResourceNotFoundException for a group elsewhere, InvalidParameterException for another kind of ARN.
 */
export function readablePlace(
  { call, dependencies }: LogsContext,
  identifier: string,
): { readonly account: string; readonly scope: string; readonly name: string } {
  const reference = parseLogGroupIdentifier(identifier);
  if (reference === undefined) throw invalidParameter(`Invalid log group identifier: ${identifier}`);
  const { name, account = call.account, region = call.region } = reference;
  const isReadable = dependencies.linkedAccounts.mayRead(call.account, account);
  if (!isReadable || region !== call.region) throw groupNotFound();
  return { account, scope: `${account}/${region}`, name };
}

/**
 * The group that a name or an ARN means for a reader.
 * @throws ResourceNotFoundException, InvalidParameterException
 */
export async function requireReadableGroup(
  context: LogsContext,
  identifier: string,
): Promise<Document<StoredGroup>> {
  const { scope, name } = readablePlace(context, identifier);
  const group = await groupsIn(context.dependencies.state).get(scope, name);
  if (group === undefined) throw groupNotFound();
  return group;
}

/**
 * Deletion protection blocks all deletions: that of the group, and of what is in it.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html
 * @throws ValidationException
 */
export function requireUnprotected(
  { key, value }: Document<StoredGroup>,
  things: "log streams" | undefined,
): void {
  if (!value.deletionProtection) return;
  const what = things === undefined ? `The log group ${key}` : `The ${things} of the log group ${key}`;
  throw modelled(ValidationException, `${what} cannot be deleted because deletion protection is enabled.`);
}

/** How often a change that races another one of the same group is made again. */
const attempts = 10;

/**
 * Changes a group to what `change` makes of it, which may run again.
 * @throws ResourceNotFoundException, OperationAbortedException
 */
export async function changeGroup(
  context: LogsContext,
  identifier: string,
  change: (group: StoredGroup) => StoredGroup,
): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const { scope, key, value, version } = await requireGroup(context, identifier);
    if (await groupsIn(context.dependencies.state).replace(scope, key, change(value), version)) {
      context.streams.forget();
      return;
    }
  }
  throw aborted();
}
