// Tags of event buses.
import { ResourceNotFoundException } from "@aws-sdk/client-eventbridge";
import type * as Sdk from "@aws-sdk/client-eventbridge";
import { eventLimits } from "../../core/events/limits.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { modelled } from "../../wire/service.ts";
import type { EventBridgeContext } from "./context.ts";
import { validationError } from "./errors.ts";
import { changeBus, requireBus } from "./stored-buses.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;
type Tags = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html */
export async function tagResource(input: Input<"TagResource">, context: EventBridgeContext): Promise<object> {
  await changeBus(context, busArnIn(input.ResourceARN), (bus) => ({
    ...bus,
    tags: tagsOf(bus.tags, input.Tags),
  }));
  return {};
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UntagResource.html */
export async function untagResource(
  input: Input<"UntagResource">,
  context: EventBridgeContext,
): Promise<object> {
  const removed = new Set(input.TagKeys);
  await changeBus(context, busArnIn(input.ResourceARN), (bus) => ({
    ...bus,
    tags: Object.fromEntries(Object.entries(bus.tags).filter(([key]) => !removed.has(key))),
  }));
  return {};
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTagsForResource.html */
export async function listTagsForResource(
  input: Input<"ListTagsForResource">,
  context: EventBridgeContext,
): Promise<Output<"ListTagsForResource">> {
  const { value } = await requireBus(context, busArnIn(input.ResourceARN));
  return { Tags: Object.entries(value.tags).map(([Key, Value]) => ({ Key, Value })) };
}

/**
 * The tags with others added or replaced: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
 * @throws ValidationException for more tags than there may be, and for AWS's own prefix.
 */
export function tagsOf(before: Tags, added: readonly { Key: string; Value: string }[]): Tags {
  const tags = Object.fromEntries([
    ...Object.entries(before),
    ...added.map(({ Key, Value }) => [Key, Value] as const),
  ]);
  if (added.some(({ Key }) => /^aws:/i.test(Key))) {
    throw validationError("Tag keys that begin with aws: are reserved.");
  }
  if (Object.keys(tags).length > eventLimits.tags) {
    throw validationError(`A resource must have at most ${eventLimits.tags} tags.`);
  }
  return tags;
}

const ruleArn = /^arn:[\w-]+:events:[\w-]+:\d{12}:rule\/(?:(.+)\/)?([^/]+)$/;

/** Buses are the only resources with tags so far; a rule that is named cannot exist. */
function busArnIn(arn: string): string {
  if (/^arn:[\w-]+:events:[\w-]+:\d{12}:event-bus\//.test(arn)) return arn;
  const [, bus = "default", rule] = ruleArn.exec(arn) ?? [];
  if (rule !== undefined) {
    throw modelled(ResourceNotFoundException, `Rule ${rule} does not exist on EventBus ${bus}.`);
  }
  throw validationError(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`);
}
