// Which key encrypts the new events of a log group, and the results of queries.
import type { Collection, Document, State } from "../../storage/state.ts";
import { logGroupArn, parseLogGroupIdentifier } from "../../core/logs/log-group-identifier.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { groupNotFound, invalidParameter } from "./errors.ts";
import { changeGroup, scopeOf, type StoredGroup } from "./stored-groups.ts";

/** Of an account and region: the key that seals the results of its queries. */
interface StoredResultKey {
  readonly kmsKeyId: string;
}

const resultKeyName = "query-result";

function resultKeysIn(state: State): Collection<StoredResultKey> {
  return state.collection<StoredResultKey>("log-query-result-keys");
}

/**
 * The key that seals the results of a query over these groups: the one for results; where there is none, that
 * of a group or a lookup table, since what is encrypted must not lie about in results.
 */
export async function resultKey(
  {
    groups,
    tableKeys,
  }: { readonly groups: readonly Document<StoredGroup>[]; readonly tableKeys: readonly string[] },
  context: LogsContext,
): Promise<{ readonly resultKeyArn?: string }> {
  const { state, logEncryption } = context.dependencies;
  const associated = await resultKeysIn(state).get(scopeOf(context), resultKeyName);
  const ofGroups = groups.map(({ value }) => logEncryption.usableKeyOf(value.id));
  const ofRead = [...ofGroups, ...tableKeys].find((arn) => arn !== undefined);
  const keyArn = associated?.value.kmsKeyId ?? ofRead;
  return keyArn === undefined ? {} : { resultKeyArn: keyArn };
}

/**
 * Events that come from then on are encrypted under the key; those that are there stay as they are.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
 */
export async function associateKmsKey(
  input: Input<"AssociateKmsKey">,
  context: LogsContext,
): Promise<Output<"AssociateKmsKey">> {
  const target = targetOf(input, context);
  const { kmsKeyId } = input;
  await requireKey(kmsKeyId, target.arn, context);
  if (target.kind === "queryResults") {
    await resultKeysIn(context.dependencies.state).put(scopeOf(context), resultKeyName, { kmsKeyId });
  } else await changeGroup(context, target.name, (group) => ({ ...group, kmsKeyId }));
  return {};
}

/**
 * Events that come from then on are stored as they are; the encrypted ones still need their key.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html
 */
export async function disassociateKmsKey(
  input: Input<"DisassociateKmsKey">,
  context: LogsContext,
): Promise<Output<"DisassociateKmsKey">> {
  const target = targetOf(input, context);
  if (target.kind === "queryResults") {
    await resultKeysIn(context.dependencies.state).delete(scopeOf(context), resultKeyName);
  } else await changeGroup(context, target.name, ({ kmsKeyId: _before, ...group }) => group);
  return {};
}

type Target = { readonly arn: string } & (
  | { readonly kind: "group"; readonly name: string }
  | { readonly kind: "queryResults" }
);

/** @throws InvalidParameterException, ResourceNotFoundException for a group of somebody else. */
function targetOf(
  { logGroupName, resourceIdentifier }: Input<"DisassociateKmsKey">,
  { call }: LogsContext,
): Target {
  if ((logGroupName === undefined) === (resourceIdentifier === undefined)) {
    throw invalidParameter("Exactly one of logGroupName and resourceIdentifier must be specified.");
  }
  const groupNamed = (name: string): Target => {
    return { kind: "group", name, arn: logGroupArn(call.account, call.region, name) };
  };
  if (logGroupName !== undefined) return groupNamed(logGroupName);
  const identifier = resourceIdentifier ?? "";
  if (identifier === `arn:aws:logs:${call.region}:${call.account}:query-result:*`) {
    return { kind: "queryResults", arn: identifier };
  }
  const group = identifier.startsWith("arn:") ? parseLogGroupIdentifier(identifier) : undefined;
  if (group === undefined) throw invalidParameter(`Invalid resource identifier: ${identifier}`);
  if (group.account !== call.account || group.region !== call.region) throw groupNotFound();
  return groupNamed(group.name);
}

/**
 * The key for what has this ARN must be one of the caller's account and region, and enabled.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 * @throws InvalidParameterException
 */
export async function requireKey(
  kmsKeyId: string,
  arn: string,
  { call, dependencies }: LogsContext,
): Promise<void> {
  const { account, region } = call;
  const key = (await dependencies.logEncryption.currentKeyring()).find(kmsKeyId);
  const isOwn = kmsKeyId.startsWith(`arn:aws:kms:${region}:${account}:key/`);
  if (isOwn && key?.state === "Enabled") return;
  throw invalidParameter(
    `The specified KMS key does not exist or is not allowed to be used with Arn '${arn}'`,
  );
}
