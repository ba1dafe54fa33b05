// Tags of log groups, and of what else has some, by the operations of today and by those of before 2022.
import { TooManyTagsException } from "@aws-sdk/client-cloudwatch-logs";
import { logLimits } from "../../core/logs/limits.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { changeGroup, requireGroup } from "./stored-groups.ts";
import { changeTagsOfResource, tagsOfResource } from "./tagged-resources.ts";

type Tags = Readonly<Record<string, string>>;

/** @throws InvalidParameterException for reserved names, TooManyTagsException for more than fifty. */
export function checkTags(tags: Tags): Tags {
  const reserved = Object.keys(tags).find((name) => name.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) {
    throw invalidParameter(`Tag keys starting with "aws:" are reserved: ${reserved}`);
  }
  if (Object.keys(tags).length > logLimits.tagsPerResource) {
    throw modelled(TooManyTagsException, "A resource can have no more than 50 tags.");
  }
  return tags;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html */
export async function tagResource(
  input: Input<"TagResource">,
  context: LogsContext,
): Promise<Output<"TagResource">> {
  const { resourceArn, tags } = input;
  if (isGroup(resourceArn)) await addTags(context, resourceArn, tags);
  else await changeTagsOfResource(context, resourceArn, (before) => checkTags({ ...before, ...tags }));
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html */
export async function untagResource(
  input: Input<"UntagResource">,
  context: LogsContext,
): Promise<Output<"UntagResource">> {
  const { resourceArn, tagKeys } = input;
  if (isGroup(resourceArn)) await removeTags(context, resourceArn, tagKeys);
  else await changeTagsOfResource(context, resourceArn, (before) => without(before, tagKeys));
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html */
export async function listTagsForResource(
  input: Input<"ListTagsForResource">,
  context: LogsContext,
): Promise<Output<"ListTagsForResource">> {
  const { resourceArn } = input;
  const tags = isGroup(resourceArn)
    ? (await requireGroup(context, resourceArn)).value.tags
    : await tagsOfResource(context, resourceArn);
  return { tags: { ...tags } };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html */
export async function tagLogGroup(
  input: Input<"TagLogGroup">,
  context: LogsContext,
): Promise<Output<"TagLogGroup">> {
  await addTags(context, input.logGroupName, input.tags);
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagLogGroup.html */
export async function untagLogGroup(
  input: Input<"UntagLogGroup">,
  context: LogsContext,
): Promise<Output<"UntagLogGroup">> {
  await removeTags(context, input.logGroupName, input.tags);
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsLogGroup.html */
export async function listTagsLogGroup(
  input: Input<"ListTagsLogGroup">,
  context: LogsContext,
): Promise<Output<"ListTagsLogGroup">> {
  return { tags: { ...(await requireGroup(context, input.logGroupName)).value.tags } };
}

const isGroup = (resourceArn: string) => resourceArn.includes(":log-group:");

function addTags(context: LogsContext, identifier: string, tags: Tags): Promise<void> {
  return changeGroup(context, identifier, (group) => ({
    ...group,
    tags: checkTags({ ...group.tags, ...tags }),
  }));
}

function removeTags(context: LogsContext, identifier: string, names: readonly string[]): Promise<void> {
  return changeGroup(context, identifier, (group) => ({
    ...group,
    tags: without(group.tags, names),
  }));
}

function without(tags: Tags, names: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !names.includes(name)));
}
