// Where topics, subscriptions and what is remembered of messages stand in state, and how they are read.
import { topicLimits } from "../core/notifications/limits.ts";
import type { StoredSubscription, TopicName } from "../core/notifications/topic.ts";
import type { Document } from "./state.ts";
import type { Subscription } from "./topics.ts";

export const subscriptionsCollection = "topic-subscriptions";
export const deduplicationCollection = "topic-deduplication";

export const scopeOf = ({ account, region }: Omit<TopicName, "name">) => `${account}/${region}`;
/** Where the messages of a FIFO topic are remembered. */
export const deduplicationScopeOf = (topic: TopicName) => `${scopeOf(topic)}/${topic.name}`;

/** Nobody confirmed it, or brought it back, in time. */
export function isOver({ token, createdAt, endedAt = createdAt }: StoredSubscription, now: number): boolean {
  return token !== undefined && now - endedAt >= topicLimits.confirmationMs;
}

export function subscriptionOf(
  place: Omit<TopicName, "name">,
  { key, value, version }: Document<StoredSubscription>,
): Subscription {
  const [name = "", id = ""] = key.split("/");
  const { account, region } = place;
  return { ...value, account, region, name, id, version };
}
