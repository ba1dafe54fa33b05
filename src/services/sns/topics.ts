// Topics: create, delete and list.
import type * as Sdk from "@aws-sdk/client-sns";
import { topicLimits } from "../../core/notifications/limits.ts";
import { isTopicName, topicArnOf, topicOfArn } from "../../core/notifications/topic.ts";
import type { Topic } from "../../storage/topics.ts";
import type { InputOf, OutputOf } from "../../wire/handlers.ts";
import { notImplemented } from "../../wire/service.ts";
import type { SnsContext } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { placeOf, tokenOf } from "./page-token.ts";
import { findTopic, requireTopic } from "./stored-topics.ts";
import { tagsOf, type Tags } from "./tags.ts";
import { checkTopicAttributes, presentIn } from "./topic-attributes.ts";

type Input<Name extends string> = InputOf<typeof Sdk, Name>;
type Output<Name extends string> = OutputOf<typeof Sdk, Name>;

/**
 * Making a topic that is there already succeeds when nothing about it is asked to be different.
 * https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
 */
export async function createTopic(
  input: Input<"CreateTopic">,
  context: SnsContext,
): Promise<Output<"CreateTopic">> {
  const { account, region, now } = context.call;
  const { topics } = context.dependencies;
  const attributes = presentIn(input.Attributes ?? {});
  const isFifo = attributes["FifoTopic"] === "true";
  if (!isTopicName(input.Name, isFifo)) throw invalidParameter("Topic Name");
  if (input.DataProtectionPolicy !== undefined) {
    throw notImplemented("Groundwatch does not support the DataProtectionPolicy of topics.");
  }
  checkTopicAttributes(attributes, {});
  const tags = tagsOf(input.Tags ?? []);
  const name = { account, region, name: input.Name };
  const existing = await topics.find(name);
  if (existing !== undefined) refuseDifference(existing, attributes, input.Tags === undefined ? {} : tags);
  // Somebody else may have made it at the same moment: the answer is as if that had been a little earlier.
  else if (!(await topics.create(name, { attributes, tags, createdAt: now }))) {
    return createTopic(input, context);
  }
  return { TopicArn: topicArnOf(name) };
}

function refuseDifference(existing: Topic, attributes: Tags, tags: Tags): void {
  const differs = (asked: Tags, present: Tags) =>
    Object.entries(asked).some(([name, value]) => present[name] !== value);
  if (differs(attributes, { FifoTopic: "false", ...existing.attributes })) {
    throw invalidParameter("Attributes Reason: Topic already exists with different attributes");
  }
  if (differs(tags, existing.tags)) {
    throw invalidParameter("Tags Reason: Topic already exists with different tags");
  }
}

/**
 * With its subscriptions; what is on its way is still delivered. Deleting what is not there succeeds.
 * https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
 */
export async function deleteTopic(input: Input<"DeleteTopic">, context: SnsContext): Promise<object> {
  const { call, dependencies } = context;
  const name = topicOfArn(input.TopicArn);
  const found = await findTopic(context, input.TopicArn);
  if (found === undefined && name?.account === call.account) return {};
  await dependencies.topics.delete(await requireTopic(context, input.TopicArn));
  return {};
}

/** By name. https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html */
export async function listTopics(
  input: Input<"ListTopics">,
  { call: { account, region }, dependencies }: SnsContext,
): Promise<Output<"ListTopics">> {
  const limit = topicLimits.topicsPerPage;
  const found = await dependencies.topics.list(
    { account, region },
    { limit: limit + 1, ...(input.NextToken === undefined ? {} : { after: placeOf(input.NextToken) }) },
  );
  const page = found.slice(0, limit);
  return {
    Topics: page.map((topic) => ({ TopicArn: topicArnOf(topic) })),
    ...(found.length > limit ? { NextToken: tokenOf(page.at(-1)?.name ?? "") } : {}),
  };
}
