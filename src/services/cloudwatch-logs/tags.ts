// Tags of log groups, by the operations of today and by those of before 2022.
import { ResourceNotFoundException, TooManyTagsException } from "@aws-sdk/client-cloudwatch-logs";
import { logLimits } from "../../core/logs/limits.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { changeGroup, requireGroup } from "./stored-groups.ts";

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
  await addTags(context, groupOf(input.resourceArn), input.tags);
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html */
export async function untagResource(
  input: Input<"UntagResource">,
  context: LogsContext,
): Promise<Output<"UntagResource">> {
  await removeTags(context, groupOf(input.resourceArn), input.tagKeys);
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html */
export async function listTagsForResource(
  input: Input<"ListTagsForResource">,
  context: LogsContext,
): Promise<Output<"ListTagsForResource">> {
  return { tags: { ...(await requireGroup(context, groupOf(input.resourceArn))).value.tags } };
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

/** Destinations can have tags too; there are none here. */
function groupOf(resourceArn: string): string {
  if (resourceArn.includes(":log-group:")) return resourceArn;
  throw modelled(ResourceNotFoundException, "The specified resource does not exist.");
}

function addTags(context: LogsContext, identifier: string, tags: Tags): Promise<void> {
  return changeGroup(context, identifier, (group) => ({
    ...group,
    tags: checkTags({ ...group.tags, ...tags }),
  }));
}

function removeTags(context: LogsContext, identifier: string, names: readonly string[]): Promise<void> {
  return changeGroup(context, identifier, (group) => ({
    ...group,
    tags: Object.fromEntries(Object.entries(group.tags).filter(([name]) => !names.includes(name))),
  }));
}
