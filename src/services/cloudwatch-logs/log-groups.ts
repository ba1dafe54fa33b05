// Log groups: create, describe, list, delete, retention and deletion protection.
import {
  type LogGroupClass,
  ResourceAlreadyExistsException,
  ValidationException,
} from "@aws-sdk/client-cloudwatch-logs";
import { logLimits, retentionDaysValues } from "../../core/logs/limits.ts";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import type { Document } from "../../storage/state.ts";
import { deleteLogEvents } from "../../storage/telemetry/log-events.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter, parseToken, printToken } from "./errors.ts";
import {
  changeGroup,
  collectionNames,
  groupName,
  groupsIn,
  requireGroup,
  scopeOf,
  sizesIn,
  streamScope,
  type StoredGroup,
} from "./stored-groups.ts";
import { checkTags } from "./tags.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export async function createLogGroup(
  input: Input<"CreateLogGroup">,
  context: LogsContext,
): Promise<Output<"CreateLogGroup">> {
  if (input.logGroupName.startsWith("aws/")) {
    throw invalidParameter('Log groups starting with "aws/" are reserved for AWS.');
  }
  if (input.kmsKeyId !== undefined) {
    throw invalidParameter(
      "The specified KMS key does not exist or is not allowed to be used: there are no keys here.",
    );
  }
  const { state } = context.dependencies;
  const tags = checkTags(input.tags ?? {});
  const group: StoredGroup = {
    id: await state.nextNumber("log-group"),
    createdAt: context.call.now,
    logGroupClass: input.logGroupClass ?? "STANDARD",
    deletionProtection: input.deletionProtectionEnabled ?? false,
    tags,
    // AWS keeps the events of a DELIVERY group for a day, whatever is asked.
    ...(input.logGroupClass === "DELIVERY" ? { retentionDays: 1 } : {}),
  };
  if (!(await groupsIn(state).create(scopeOf(context), input.logGroupName, group))) {
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
  const { state, telemetry } = context.dependencies;
  const { scope, key, value, version } = await requireGroup(context, input.logGroupName);
  if (value.deletionProtection) {
    throw modelled(
      ValidationException,
      `The log group ${key} cannot be deleted because deletion protection is enabled.`,
    );
  }
  const { groups, streams, sizes } = collectionNames;
  const deleted = await state.write([
    { kind: "delete", collection: groups, scope, key, version },
    { kind: "deleteScope", collection: streams, scope: streamScope(value.id) },
    { kind: "delete", collection: sizes, scope: "", key: String(value.id) },
  ]);
  context.streams.forget();
  if (!deleted) return deleteLogGroup(input, context); // it changed since it was read
  deleteLogEvents(telemetry, value.id).catch(() => undefined); // retention takes what a failure leaves
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
export async function describeLogGroups(
  input: Input<"DescribeLogGroups">,
  context: LogsContext,
): Promise<Output<"DescribeLogGroups">> {
  if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined) {
    throw invalidParameter(
      "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
    );
  }
  if (input.includeLinkedAccounts !== true && input.accountIdentifiers !== undefined) {
    throw invalidParameter("accountIdentifiers can be specified only when includeLinkedAccounts is true.");
  }
  const page = await pageOfGroups(input, context, {
    prefix: input.logGroupNamePrefix,
    contains: input.logGroupNamePattern,
    only: input.logGroupIdentifiers,
  });
  const { state } = context.dependencies;
  await context.activity.flush();
  const sizes = new Map(
    (
      await sizesIn(state).getMany(
        "",
        page.groups.map(({ value }) => String(value.id)),
      )
    ).map(({ key, value }) => [key, value.storedBytes] as const),
  );
  return {
    logGroups: page.groups.map((group) => ({
      ...describe(context, group),
      storedBytes: sizes.get(String(group.value.id)) ?? 0,
    })),
    ...(page.nextToken === undefined ? {} : { nextToken: page.nextToken }),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html */
export async function listLogGroups(
  input: Input<"ListLogGroups">,
  context: LogsContext,
): Promise<Output<"ListLogGroups">> {
  if (input.dataSources !== undefined || input.fieldIndexNames !== undefined) {
    throw invalidParameter("Filtering by data sources or field indexes is not supported here.");
  }
  if (input.logGroupTags !== undefined) {
    throw invalidParameter("Filtering by tags is not supported here.");
  }
  const pattern = input.logGroupNamePattern;
  const anchored = pattern?.startsWith("^") === true;
  const page = await pageOfGroups(input, context, {
    prefix: anchored ? pattern?.slice(1) : undefined,
    contains: anchored ? undefined : pattern,
    only: undefined,
  });
  const { account, region } = context.call;
  return {
    logGroups: page.groups.map(({ key, value }) => ({
      logGroupName: key,
      logGroupArn: logGroupArn(account, region, key),
      logGroupClass: value.logGroupClass,
    })),
    ...(page.nextToken === undefined ? {} : { nextToken: page.nextToken }),
  };
}

interface GroupFilter {
  readonly prefix: string | undefined;
  readonly contains: string | undefined;
  readonly only: readonly string[] | undefined;
}

const isName = (value: unknown): value is string => typeof value === "string";

/** By name, in the order of its characters; `contains` looks at letters whatever their case, as AWS does. */
async function pageOfGroups(
  input: {
    limit?: number | undefined;
    nextToken?: string | undefined;
    logGroupClass?: LogGroupClass | undefined;
  },
  context: LogsContext,
  { prefix, contains, only }: GroupFilter,
): Promise<{ groups: readonly Document<StoredGroup>[]; nextToken: string | undefined }> {
  const limit = input.limit ?? logLimits.describePage;
  const collection = groupsIn(context.dependencies.state);
  let after = input.nextToken === undefined ? undefined : parseToken(input.nextToken, isName);
  const names =
    only === undefined ? undefined : new Set(only.map((identifier) => groupName(context, identifier)));
  const groups: Document<StoredGroup>[] = [];
  for (;;) {
    const found = await collection.list(scopeOf(context), {
      limit: limit + 1,
      ...(prefix === undefined ? {} : { prefix }),
      ...(contains === undefined ? {} : { contains, ignoreCase: true }),
      ...(after === undefined ? {} : { after: { key: after } }),
    });
    for (const group of found) {
      if (names?.has(group.key) === false) continue;
      if (input.logGroupClass !== undefined && group.value.logGroupClass !== input.logGroupClass) continue;
      groups.push(group);
    }
    after = found.at(-1)?.key;
    if (found.length <= limit || groups.length > limit) break;
  }
  const page = groups.slice(0, limit);
  return { groups: page, nextToken: groups.length > limit ? printToken(page.at(-1)?.key) : undefined };
}

function describe({ call }: LogsContext, { key, value }: Document<StoredGroup>) {
  const arn = logGroupArn(call.account, call.region, key);
  return {
    logGroupName: key,
    creationTime: value.createdAt,
    ...(value.retentionDays === undefined ? {} : { retentionInDays: value.retentionDays }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    logGroupClass: value.logGroupClass,
    deletionProtectionEnabled: value.deletionProtection,
  };
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
  await changeGroup(context, logGroupName, ({ retentionDays: _before, ...group }) =>
    retentionDays === undefined ? group : { ...group, retentionDays },
  );
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
