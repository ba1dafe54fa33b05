// Topics by their ARNs, and changes of them.
import { topicOfArn, type StoredTopic } from "../../core/notifications/topic.ts";
import type { Topic } from "../../storage/topics.ts";
import type { SnsContext } from "./context.ts";
import { changedMeanwhile, invalidParameter, notAuthorized, topicNotFound } from "./errors.ts";

/**
 * @throws InvalidParameterException for what is no ARN of a topic of this region, AuthorizationErrorException
 * for a topic of another account, NotFoundException.
 */
export async function requireTopic({ call, dependencies }: SnsContext, arn: string): Promise<Topic> {
  const name = topicOfArn(arn);
  if (name === undefined) {
    const elements = arn.split(":").length;
    const reason = elements < 6 ? ` Reason: An ARN must have at least 6 elements, not ${elements}` : "";
    throw invalidParameter(`TopicArn${reason}`);
  }
  if (name.region !== call.region) throw invalidParameter("TopicArn");
  if (name.account !== call.account) throw notAuthorized(call.principal, call.operation, arn);
  const topic = await dependencies.topics.find(name);
  if (topic === undefined) throw topicNotFound();
  return topic;
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
