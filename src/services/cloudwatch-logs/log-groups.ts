// Log groups: create, delete, retention and deletion protection.
import { ResourceAlreadyExistsException } from "@aws-sdk/client-cloudwatch-logs";
import { retentionDaysValues } from "../../core/logs/limits.ts";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import { modelled } from "../../wire/service.ts";
import { retentionRulesOf, withRetention } from "./account-retention.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { forgetDetectorsOf } from "./anomaly-detectors.ts";
import { groupPolicyDeletions } from "./group-policies.ts";
import { requireKey } from "./kms-keys.ts";
import { metricFilterDeletions } from "./stored-metric-filters.ts";
import {
  changeGroup,
  collectionNames,
  groupsIn,
  requireGroup,
  requireUnprotected,
  scopeOf,
  streamScope,
  type StoredGroup,
} from "./stored-groups.ts";
import { syslogConfigurationDeletion } from "./syslog-configurations.ts";
import { subscriptionDeletions } from "./subscription-filters.ts";
import { checkTags } from "./tags.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export async function createLogGroup(
  input: Input<"CreateLogGroup">,
  context: LogsContext,
): Promise<Output<"CreateLogGroup">> {
  if (input.logGroupName.startsWith("aws/")) {
    throw invalidParameter('Log groups starting with "aws/" are reserved for AWS.');
  }
  const { kmsKeyId, logGroupName } = input;
  if (kmsKeyId !== undefined) {
    const { account, region } = context.call;
    await requireKey(kmsKeyId, logGroupArn(account, region, logGroupName), context);
  }
  const { state } = context.dependencies;
  const tags = checkTags(input.tags ?? {});
  const made: StoredGroup = {
    id: await state.nextNumber("log-group"),
    createdAt: context.call.now,
    logGroupClass: input.logGroupClass ?? "STANDARD",
    deletionProtection: input.deletionProtectionEnabled ?? false,
    tags,
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    // AWS keeps the events of a DELIVERY group for a day, whatever is asked.
    ...(input.logGroupClass === "DELIVERY" ? { retentionDays: 1 } : {}),
  };
  const scope = scopeOf(context);
  const rules = await retentionRulesOf(state, scope, context.call.now);
  const group = withRetention(made, logGroupName, rules);
  if (!(await groupsIn(state).create(scope, logGroupName, group))) {
    throw modelled(ResourceAlreadyExistsException, "The specified log group already exists");
  }
  return {};
}

/**
 * The events of the group are unreachable when this answers, since nobody has their number any more, and are
 * deleted behind the answer.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
 */
export async function deleteLogGroup(
  input: Input<"DeleteLogGroup">,
  context: LogsContext,
): Promise<Output<"DeleteLogGroup">> {
  const { state, logEncryption } = context.dependencies;
  const group = await requireGroup(context, input.logGroupName);
  const { scope, key, value, version } = group;
  requireUnprotected(group, undefined);
  const { groups, streams, sizes } = collectionNames;
  await logEncryption.currentKeyring();
  const deleted = await state.write([
    { kind: "delete", collection: groups, scope, key, version },
    { kind: "deleteScope", collection: streams, scope: streamScope(value.id) },
    { kind: "delete", collection: sizes, scope: "", key: String(value.id) },
    syslogConfigurationDeletion(scope, key),
    ...(await metricFilterDeletions(state, scope, key)),
    ...(await subscriptionDeletions(state, scope, key)),
    ...groupPolicyDeletions(value.id),
    ...logEncryption.deletionsOf(value.id),
    context.deletions.note({ groupId: value.id }),
  ]);
  context.streams.forget();
  context.metricFilters.forget(value.id);
  context.ingestRules.forget(value.id);
  await forgetDetectorsOf(context, value.id);
  if (!deleted) return deleteLogGroup(input, context); // it changed since it was read
  logEncryption.forget(value.id);
  context.deletions.begin({ groupId: value.id });
  context.dependencies.facts.publish({ kind: "LogSubscriptionsChanged" });
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export async function putRetentionPolicy(
  input: Input<"PutRetentionPolicy">,
  context: LogsContext,
): Promise<Output<"PutRetentionPolicy">> {
  const { retentionInDays } = input;
  if (!retentionDaysValues.includes(retentionInDays)) {
    throw invalidParameter(
      `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy ` +
        `constraint: Member must satisfy enum value set: [${retentionDaysValues.join(", ")}]`,
    );
  }
  await changeRetention(context, input.logGroupName, retentionInDays);
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html */
export async function deleteRetentionPolicy(
  input: Input<"DeleteRetentionPolicy">,
  context: LogsContext,
): Promise<Output<"DeleteRetentionPolicy">> {
  await changeRetention(context, input.logGroupName, undefined);
  return {};
}

/** Reads go by the new retention at once; events that are to be kept longer are moved behind the answer. */
async function changeRetention(
  context: LogsContext,
  logGroupName: string,
  retentionDays: number | undefined,
): Promise<void> {
  const { value: before } = await requireGroup(context, logGroupName);
  if (before.logGroupClass === "DELIVERY") {
    throw invalidParameter("The retention of a log group of the class DELIVERY cannot be changed.");
  }
  const own = retentionDays === undefined ? {} : { ownDays: retentionDays };
  await changeGroup(context, logGroupName, (group) => {
    const { retentionDays: _before, accountRetention, ...others } = group;
    if (accountRetention !== undefined) {
      // What the account says goes on to be in effect.
      return { ...group, accountRetention: { policyName: accountRetention.policyName, ...own } };
    }
    return retentionDays === undefined ? others : { ...others, retentionDays };
  });
  if (before.accountRetention !== undefined) return;
  const forEver = Number.POSITIVE_INFINITY;
  if ((retentionDays ?? forEver) > (before.retentionDays ?? forEver)) {
    await context.retentionMoves.begin(before.id, retentionDays);
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html */
export async function putLogGroupDeletionProtection(
  input: Input<"PutLogGroupDeletionProtection">,
  context: LogsContext,
): Promise<Output<"PutLogGroupDeletionProtection">> {
  const deletionProtection = input.deletionProtectionEnabled;
  await changeGroup(context, input.logGroupIdentifier, (group) => ({ ...group, deletionProtection }));
  return {};
}
