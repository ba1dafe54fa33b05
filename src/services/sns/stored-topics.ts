// Topics by their ARNs, and changes of them.
import { refusalOfTopic, topicActionOf } from "../../core/notifications/topic-access.ts";
import { topicOfArn, type StoredTopic } from "../../core/notifications/topic.ts";
import type { Topic } from "../../storage/topics.ts";
import type { SnsContext } from "./context.ts";
import { changedMeanwhile, invalidParameter, notAuthorized, topicNotFound } from "./errors.ts";

/**
 * @throws InvalidParameterException for what is no ARN of a topic of this region, AuthorizationErrorException
 * for a topic with which the caller may not do this, NotFoundException.
 */
export async function requireTopic(
  context: SnsContext,
  arn: string,
  asked: { readonly protocol?: string; readonly endpoint?: string } = {},
): Promise<Topic> {
  const { call } = context;
  const topic = await findTopic(context, arn);
  // Of others' topics nobody is told whether they exist.
  if (topic === undefined && topicOfArn(arn)?.account === call.account) throw topicNotFound();
  const refusal = topic === undefined ? "not allowed" : refusalOfTopic(topic, call, call.operation, asked);
  if (topic !== undefined && refusal === undefined) return topic;
  throw notAuthorized(call.principal, topicActionOf(call.operation), arn, refusal);
}

/**
 * A topic of anybody, for what needs no right to it.
 * @throws InvalidParameterException
 */
export async function findTopic({ call, dependencies }: SnsContext, arn: string): Promise<Topic | undefined> {
  const name = topicOfArn(arn);
  if (name === undefined) {
    const elements = arn.split(":").length;
    const reason = elements < 6 ? ` Reason: An ARN must have at least 6 elements, not ${elements}` : "";
    throw invalidParameter(`TopicArn${reason}`);
  }
  if (name.region !== call.region) throw invalidParameter("TopicArn");
  return dependencies.topics.find(name);
}

/** How often a change that races another one is made again. */
const attempts = 10;

/** Changes a topic with what `change` makes of it; `change` may throw, and may run again. */
export async function changeTopic(
  context: SnsContext,
  arn: string,
  change: (topic: Topic) => Partial<StoredTopic>,
): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const topic = await requireTopic(context, arn);
    if (await context.dependencies.topics.change(topic, change(topic))) return;
  }
  throw changedMeanwhile();
}
