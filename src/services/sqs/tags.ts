// Tags of queues.
import type * as Sdk from "@aws-sdk/client-sqs";
import { queueLimits } from "../../core/queues/limits.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import type { SqsContext } from "./context.ts";
import { invalidParameterValue } from "./errors.ts";
import { changeQueue, requireQueue } from "./stored-queues.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;
type Tags = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html */
export async function tagQueue(input: Input<"TagQueue">, context: SqsContext): Promise<object> {
  await changeQueue(context, input.QueueUrl, (queue) => {
    const tags = { ...queue.tags, ...input.Tags };
    checkTags(tags);
    return { tags };
  });
  return {};
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html */
export async function untagQueue(input: Input<"UntagQueue">, context: SqsContext): Promise<object> {
  const removed = new Set(input.TagKeys);
  await changeQueue(context, input.QueueUrl, ({ tags }) => ({
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
  }));
  return {};
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html */
export async function listQueueTags(
  input: Input<"ListQueueTags">,
  context: SqsContext,
): Promise<Output<"ListQueueTags">> {
  const { tags } = await requireQueue(context, input.QueueUrl);
  return Object.keys(tags).length === 0 ? {} : { Tags: { ...tags } };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html */
export function checkTags(tags: Tags): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key === "" || key.length > 128)
      throw invalidParameterValue("Tag keys must be between 1 and 128 characters.");
    if (value.length > 256) throw invalidParameterValue("Tag values must be at most 256 characters.");
    if (/^aws:/i.test(key)) throw invalidParameterValue("Tag keys that begin with aws: are reserved.");
  }
  if (Object.keys(tags).length > queueLimits.tags) {
    throw invalidParameterValue(`Too many tags added for queue. Maximum is ${queueLimits.tags}.`);
  }
}
