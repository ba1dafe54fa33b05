// Tags of topics.
import {
  InvalidParameterException,
  ResourceNotFoundException,
  TagLimitExceededException,
} from "@aws-sdk/client-sns";
import type * as Sdk from "@aws-sdk/client-sns";
import { topicLimits } from "../../core/notifications/limits.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { modelled } from "../../wire/service.ts";
import type { SnsContext } from "./context.ts";
import { changeTopic, requireTopic } from "./stored-topics.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;
export type Tags = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html */
export async function tagResource(input: Input<"TagResource">, context: SnsContext): Promise<object> {
  const given = tagsOf(input.Tags);
  await ofResource(() =>
    changeTopic(context, input.ResourceArn, (topic) => {
      const tags = { ...topic.tags, ...given };
      requireFewTags(tags);
      return { tags };
    }),
  );
  return {};
}

/** https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html */
export async function untagResource(input: Input<"UntagResource">, context: SnsContext): Promise<object> {
  const removed = new Set(input.TagKeys);
  await ofResource(() =>
    changeTopic(context, input.ResourceArn, ({ tags }) => ({
      tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
    })),
  );
  return {};
}

/** https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html */
export async function listTagsForResource(
  input: Input<"ListTagsForResource">,
  context: SnsContext,
): Promise<Output<"ListTagsForResource">> {
  const { tags } = await ofResource(() => requireTopic(context, input.ResourceArn));
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

/**
 * @throws InvalidParameterException for a key that is given twice or is AWS's, TagLimitExceededException.
 */
export function tagsOf(list: readonly { readonly Key: string; readonly Value: string }[]): Tags {
  const keys = list.map(({ Key: key }) => key);
  if (new Set(keys).size < keys.length) throw tagProblem("Duplicated keys are not allowed.");
  if (keys.some((key) => /^aws:/i.test(key))) throw tagProblem("System tags cannot be added/updated.");
  const tags = Object.fromEntries(list.map(({ Key: key, Value: value }) => [key, value]));
  requireFewTags(tags);
  return tags;
}

function requireFewTags(tags: Tags): void {
  if (Object.keys(tags).length <= topicLimits.tags) return;
  throw modelled(TagLimitExceededException, "Could not complete request: tag quota of per resource exceeded");
}

function tagProblem(reason: string): InvalidParameterException {
  return modelled(InvalidParameterException, `Invalid parameter: Tags Reason: ${reason}`);
}

/** Of tags, SNS says that a resource does not exist, not a topic. */
async function ofResource<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "NotFoundException") throw error;
    throw modelled(ResourceNotFoundException, "Resource does not exist");
  }
}
