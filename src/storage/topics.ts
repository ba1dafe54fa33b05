// Topics and subscriptions in state.
import { randomUUID } from "node:crypto";
import { topicLimits } from "../core/notifications/limits.ts";
import type { PublishedMessage } from "../core/notifications/published-message.ts";
import {
  type StoredSubscription,
  type StoredTopic,
  type SubscriptionName,
  type TopicName,
} from "../core/notifications/topic.ts";
import { deliveryChange } from "./outbox.ts";
import type { ListOptions, State } from "./state.ts";
import { endingOf, questionOf } from "./topic-deliveries.ts";
import { createPublisher } from "./topic-publisher.ts";
import {
  deduplicationCollection,
  deduplicationScopeOf,
  isOver,
  scopeOf,
  subscriptionOf,
  subscriptionsCollection,
} from "./topic-records.ts";

/** As it was read; `version` makes a change conditional. */
export interface Topic extends StoredTopic, TopicName {
  readonly version: number;
}

export interface Subscription extends StoredSubscription, SubscriptionName {
  readonly version: number;
}

export type Page = Pick<ListOptions, "limit"> & { readonly after?: string };

export interface SubscriptionPage {
  readonly subscriptions: readonly Subscription[];
  readonly next: string | undefined;
}

export interface Topics {
  find(name: TopicName): Promise<Topic | undefined>;
  /** False when the name is taken. */
  create(name: TopicName, topic: StoredTopic): Promise<boolean>;
  /** False when it was changed or deleted meanwhile. */
  change(topic: Topic, change: Partial<StoredTopic>): Promise<boolean>;
  /** With its subscriptions. */
  delete(name: TopicName): Promise<void>;
  /** By name, strictly behind `after`. */
  list(place: Omit<TopicName, "name">, page: Page): Promise<readonly Topic[]>;

  findSubscription(name: SubscriptionName, now: number): Promise<Subscription | undefined>;
  /**
   * Together with the question to the endpoint whether messages are wanted, unless it is confirmed already.
   */
  addSubscription(topic: Topic, subscription: StoredSubscription, now: number): Promise<Subscription>;
  /** Asks the endpoint of a subscription that nobody has confirmed yet once more. */
  askAgain(topic: Topic, subscription: Subscription, now: number): Promise<void>;
  changeSubscription(subscription: Subscription, change: Partial<StoredSubscription>): Promise<boolean>;
  confirmSubscription(subscription: Subscription, needsAuthenticationToEnd: boolean): Promise<boolean>;
  deleteSubscription(subscription: SubscriptionName): Promise<void>;
  /**
   * Ends a subscription and tells its endpoint, which may bring it back by the token that it is given. False
   * when it was changed or ended meanwhile.
   */
  endSubscription(
    topic: Topic,
    subscription: Subscription,
    end: { readonly token: string; readonly now: number },
  ): Promise<boolean>;
  /**
   * By topic and id, of one topic if `topicName` is given. A page may be shorter than its limit; there is
   * more as long as it has a `next`, which is the following page's `after`.
   */
  listSubscriptions(
    place: Omit<TopicName, "name"> & { readonly topicName?: string },
    page: Page & { readonly now: number },
  ): Promise<SubscriptionPage>;

  /**
   * Puts a message for every subscription that wants it into the outbox; resolves when that is durable. Of a
   * FIFO topic, with what was published before under the same deduplication id.
   */
  publish(topic: Topic, message: PublishedMessage): Promise<Published>;
}

export interface Published {
  readonly messageId: string;
  /** Of a FIFO topic: 20 digits. */
  readonly sequenceNumber?: string;
}

const topicsCollection = "topics";
const subscriptionKey = ({ name, id }: SubscriptionName) => `${name}/${id}`;

export function createTopics(state: State): Topics {
  return { ...createTopicStore(state), ...createSubscriptionStore(state), ...createPublisher(state) };
}

function createTopicStore(state: State): Pick<Topics, "find" | "create" | "change" | "delete" | "list"> {
  const topics = state.collection<StoredTopic>(topicsCollection);
  const subscriptions = state.collection<StoredSubscription>(subscriptionsCollection);
  return {
    async find(name) {
      const found = await topics.get(scopeOf(name), name.name);
      return found && { ...found.value, ...name, version: found.version };
    },
    create: (name, topic) => topics.create(scopeOf(name), name.name, topic),
    change({ account: _account, region: _region, name, version, ...stored }, change) {
      const scope = scopeOf({ account: _account, region: _region });
      return topics.replace(scope, name, { ...stored, ...change }, version);
    },
    async delete(name) {
      await topics.delete(scopeOf(name), name.name);
      const forgotten = { collection: deduplicationCollection, scope: deduplicationScopeOf(name) };
      await state.write([{ kind: "deleteScope", ...forgotten }]);
      for (;;) {
        const limit = topicLimits.subscriptionsPerRead;
        const found = await subscriptions.list(scopeOf(name), { prefix: `${name.name}/`, limit });
        await Promise.all(found.map(({ scope, key }) => subscriptions.delete(scope, key)));
        if (found.length < limit) return;
      }
    },
    async list(place, { limit, after }) {
      const options = { limit, ...(after === undefined ? {} : { after: { key: after } }) };
      const found = await topics.list(scopeOf(place), options);
      return found.map(({ key, value, version }) => ({ ...value, ...place, name: key, version }));
    },
  };
}

type SubscriptionStore = Pick<
  Topics,
  | "findSubscription"
  | "addSubscription"
  | "askAgain"
  | "changeSubscription"
  | "confirmSubscription"
  | "deleteSubscription"
  | "endSubscription"
  | "listSubscriptions"
>;

function createSubscriptionStore(state: State): SubscriptionStore {
  const subscriptions = state.collection<StoredSubscription>(subscriptionsCollection);
  const changeSubscription: Topics["changeSubscription"] = (subscription, change) => {
    const value = { ...storedPartOf(subscription), ...change };
    const key = subscriptionKey(subscription);
    return subscriptions.replace(scopeOf(subscription), key, value, subscription.version);
  };
  return {
    async findSubscription(name, now) {
      const found = await subscriptions.get(scopeOf(name), subscriptionKey(name));
      const isThere = found !== undefined && !isOver(found.value, now) && found.value.endedAt === undefined;
      return isThere ? subscriptionOf(name, found) : undefined;
    },
    async addSubscription(topic, value, now) {
      const { account, region, name } = topic;
      const added = { ...value, account, region, name, id: randomUUID(), version: 1 };
      const question = value.token === undefined ? [] : [deliveryChange(questionOf(topic, added, now), now)];
      const key = subscriptionKey(added);
      const collection = subscriptionsCollection;
      await state.write([{ kind: "create", collection, scope: scopeOf(topic), key, value }, ...question]);
      return added;
    },
    async askAgain(topic, subscription, now) {
      await state.write([deliveryChange(questionOf(topic, subscription, now), now)]);
    },
    changeSubscription,
    confirmSubscription(subscription, needsAuthenticationToEnd) {
      const { token: _token, endedAt: _endedAt, ...confirmed } = storedPartOf(subscription);
      const key = subscriptionKey(subscription);
      const value = { ...confirmed, needsAuthenticationToEnd };
      return subscriptions.replace(scopeOf(subscription), key, value, subscription.version);
    },
    async deleteSubscription(subscription) {
      await subscriptions.delete(scopeOf(subscription), subscriptionKey(subscription));
    },
    endSubscription(topic, subscription, { token, now }) {
      const ended = { ...subscription, token, endedAt: now };
      const scope = scopeOf(subscription);
      const key = subscriptionKey(subscription);
      const { version } = subscription;
      const change = { collection: subscriptionsCollection, scope, key, version, value: storedPartOf(ended) };
      return state.write([{ kind: "replace", ...change }, deliveryChange(endingOf(topic, ended, now), now)]);
    },
    async listSubscriptions({ topicName, ...place }, { limit, after, now }) {
      const found = await subscriptions.list(scopeOf(place), {
        limit,
        ...(topicName === undefined ? {} : { prefix: `${topicName}/` }),
        ...(after === undefined ? {} : { after: { key: after } }),
      });
      const alive = found.filter(({ value }) => !isOver(value, now));
      return {
        subscriptions: alive.map((one) => subscriptionOf(place, one)),
        next: found.length < limit ? undefined : found.at(-1)?.key,
      };
    },
  };
}

function storedPartOf(subscription: Subscription): StoredSubscription {
  const {
    account: _account,
    region: _region,
    name: _name,
    id: _id,
    version: _version,
    ...stored
  } = subscription;
  return stored;
}
