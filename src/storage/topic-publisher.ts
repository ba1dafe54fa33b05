// The way of a message from its topic into the outbox, once for every subscription that wants it.
import { passesFilter } from "../core/notifications/filter-policy.ts";
import { topicLimits } from "../core/notifications/limits.ts";
import { textFor, type PublishedMessage } from "../core/notifications/published-message.ts";
import { isFifoTopic, type StoredSubscription, type TopicName } from "../core/notifications/topic.ts";
import { filterScopeOf } from "../core/notifications/topic-attributes.ts";
import { deliveryChange } from "./outbox.ts";
import type { Change, State } from "./state.ts";
import { notificationOf } from "./topic-deliveries.ts";
import {
  deduplicationCollection,
  deduplicationScopeOf,
  isOver,
  scopeOf,
  subscriptionOf,
  subscriptionsCollection,
} from "./topic-records.ts";
import type { Published, Subscription, Topic, Topics } from "./topics.ts";

const forgottenPerMessage = 50;

export function createPublisher(state: State): Pick<Topics, "publish"> {
  const pages = createSubscriptionPages(state);
  const publishOnce = createOnce(state, pages);
  const inTurn = createTurns();
  return {
    async publish(topic, message) {
      const { messageId, publishedAt } = message;
      // Numbers grow in the order of messages only if one is stored before the next one gets its own.
      if (isFifoTopic(topic)) return inTurn(topic, () => publishOnce(topic, message));
      for await (const subscriptions of pages(topic, publishedAt)) {
        const wanting = subscriptions.filter((one) => wants(one, message));
        const deliveries = wanting.map((subscription) => notificationOf(topic, subscription, message));
        await state.write(deliveries.map((delivery) => deliveryChange(delivery, publishedAt)));
      }
      return { messageId };
    },
  };
}

type Pages = (topic: Topic, now: number) => AsyncIterable<readonly Subscription[]>;

/** The confirmed subscriptions of a topic. */
function createSubscriptionPages(state: State): Pages {
  const subscriptions = state.collection<StoredSubscription>(subscriptionsCollection);
  return async function* pagesOf(topic, now) {
    const limit = topicLimits.subscriptionsPerRead;
    let last: string | undefined;
    for (;;) {
      const found = await subscriptions.list(scopeOf(topic), {
        prefix: `${topic.name}/`,
        limit,
        ...(last === undefined ? {} : { after: { key: last } }),
      });
      const confirmed = found.filter(({ value }) => value.token === undefined);
      yield confirmed.map((one) => subscriptionOf(topic, one));
      // What nobody confirmed is in nobody's way until here, where all subscriptions are read anyway.
      const over = found.filter(({ value }) => isOver(value, now));
      await Promise.all(over.map(({ scope, key, version }) => subscriptions.delete(scope, key, version)));
      last = found.at(-1)?.key;
      if (found.length < limit) return;
    }
  };
}

/**
 * The message of a FIFO topic and what remembers it are one write, so that a sender who tries again after a
 * failure has it delivered once.
 * https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
 */
function createOnce(state: State, pages: Pages) {
  const remembered = state.collection<Published>(deduplicationCollection);
  return publishOnce;

  async function publishOnce(topic: Topic, message: PublishedMessage): Promise<Published> {
    const { messageId, publishedAt, groupId = "", deduplicationId = "" } = message;
    const scope = deduplicationScopeOf(topic);
    await forgetOld(scope, publishedAt);
    const isPerGroup = topic.attributes["FifoThroughputScope"] === "MessageGroup";
    const key = `${isPerGroup ? encodeURIComponent(groupId) : ""}/${deduplicationId}`;
    const sequenceNumber = String(await state.nextNumber("topic-message")).padStart(20, "0");
    const published = { messageId, sequenceNumber };
    const changes: Change[] = [
      {
        kind: "create",
        collection: deduplicationCollection,
        scope,
        key,
        value: published,
        rank: publishedAt + topicLimits.deduplicationMs,
      },
    ];
    for await (const subscriptions of pages(topic, publishedAt)) {
      const wanting = subscriptions.filter((one) => wants(one, message));
      const numbered = { ...message, sequenceNumber };
      const deliveries = wanting.map((subscription) => notificationOf(topic, subscription, numbered));
      changes.push(...deliveries.map((delivery) => deliveryChange(delivery, publishedAt)));
    }
    if (await state.write(changes)) return published;
    const earlier = await remembered.get(scope, key);
    if (earlier !== undefined && isRemembered(earlier.rank ?? 0, publishedAt)) return earlier.value;
    // It is over, or was forgotten between the two looks: it is as if there had never been one.
    if (earlier !== undefined) await remembered.delete(scope, key, earlier.version);
    return publishOnce(topic, message);
  }

  async function forgetOld(scope: string, now: number): Promise<void> {
    const old = await remembered.list(scope, { order: "rank", maxRank: now, limit: forgottenPerMessage });
    await Promise.all(old.map(({ key, version }) => remembered.delete(scope, key, version)));
  }
}

/** What was published later than now, before a set-back, does not count: better twice than never. */
const isRemembered = (forgottenAt: number, now: number) =>
  forgottenAt > now && forgottenAt <= now + topicLimits.deduplicationMs;

/** Lets those who publish to one topic do so one after another, in the order in which they came. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return async <Result>(topic: TopicName, act: () => Promise<Result>): Promise<Result> => {
    const key = deduplicationScopeOf(topic);
    const before = last.get(key) ?? Promise.resolve();
    const result = before.then(act, act);
    last.set(key, result);
    try {
      return await result;
    } finally {
      if (last.get(key) === result) last.delete(key);
    }
  };
}

function wants({ attributes, protocol }: StoredSubscription, message: PublishedMessage): boolean {
  const policy = attributes["FilterPolicy"];
  if (policy === undefined) return true;
  const text = textFor(message, protocol);
  return passesFilter(policy, filterScopeOf(attributes), { text, attributes: message.attributes });
}
