// Topics and subscriptions in state, and the way of a message from its topic into the outbox.
import { randomUUID } from "node:crypto";
import { passesFilter } from "../core/notifications/filter-policy.ts";
import { topicLimits } from "../core/notifications/limits.ts";
import { textFor, type PublishedMessage } from "../core/notifications/published-message.ts";
import {
  subscriptionArnOf,
  topicArnOf,
  type StoredSubscription,
  type StoredTopic,
  type SubscriptionName,
  type TopicName,
} from "../core/notifications/topic.ts";
import { deadLetterArnOf, filterScopeOf } from "../core/notifications/topic-attributes.ts";
import { deliveryChange, type Delivery } from "./outbox.ts";
import type { Document, ListOptions, State } from "./state.ts";

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
   * By topic and id, of one topic if `topicName` is given. A page may be shorter than its limit; there is
   * more as long as it has a `next`, which is the following page's `after`.
   */
  listSubscriptions(
    place: Omit<TopicName, "name"> & { readonly topicName?: string },
    page: Page & { readonly now: number },
  ): Promise<SubscriptionPage>;

  /** Puts a message for every subscription that wants it into the outbox; resolves when that is durable. */
  publish(topic: Topic, message: PublishedMessage): Promise<void>;
}

const topicsCollection = "topics";
const subscriptionsCollection = "topic-subscriptions";

const scopeOf = ({ account, region }: Omit<TopicName, "name">) => `${account}/${region}`;
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
      return found === undefined || isOver(found.value, now) ? undefined : subscriptionOf(name, found);
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
      const { token: _token, ...confirmed } = storedPartOf(subscription);
      const key = subscriptionKey(subscription);
      const value = { ...confirmed, needsAuthenticationToEnd };
      return subscriptions.replace(scopeOf(subscription), key, value, subscription.version);
    },
    async deleteSubscription(subscription) {
      await subscriptions.delete(scopeOf(subscription), subscriptionKey(subscription));
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

function createPublisher(state: State): Pick<Topics, "publish"> {
  const subscriptions = state.collection<StoredSubscription>(subscriptionsCollection);
  return {
    async publish(topic, message) {
      for await (const deliveries of deliveriesOf(topic, message)) {
        await state.write(deliveries.map((delivery) => deliveryChange(delivery, message.publishedAt)));
      }
    },
  };

  async function* deliveriesOf(topic: Topic, message: PublishedMessage): AsyncIterable<readonly Delivery[]> {
    const limit = topicLimits.subscriptionsPerRead;
    let last: string | undefined;
    for (;;) {
      const found = await subscriptions.list(scopeOf(topic), {
        prefix: `${topic.name}/`,
        limit,
        ...(last === undefined ? {} : { after: { key: last } }),
      });
      const confirmed = found.filter(({ value }) => value.token === undefined);
      const wanting = confirmed.map((one) => subscriptionOf(topic, one)).filter((one) => wants(one, message));
      yield wanting.map((subscription) => deliveryOf(topic, subscription, message));
      // What nobody confirmed is in nobody's way until here, where all subscriptions are read anyway.
      const over = found.filter(({ value }) => isOver(value, message.publishedAt));
      await Promise.all(over.map(({ scope, key, version }) => subscriptions.delete(scope, key, version)));
      last = found.at(-1)?.key;
      if (found.length < limit) return;
    }
  }
}

function wants({ attributes, protocol }: StoredSubscription, message: PublishedMessage): boolean {
  const policy = attributes["FilterPolicy"];
  if (policy === undefined) return true;
  const text = textFor(message, protocol);
  return passesFilter(policy, filterScopeOf(attributes), { text, attributes: message.attributes });
}

/** What a delivery knows of its topic and subscription. */
function addressed(topic: Topic, subscription: Subscription) {
  const { account, region, attributes: ofTopic } = topic;
  const { protocol, endpoint, attributes } = subscription;
  const deliveryPolicy = attributes["DeliveryPolicy"] ?? ofTopic["DeliveryPolicy"];
  const deadLetterArn = deadLetterArnOf(attributes["RedrivePolicy"] ?? "");
  const displayName = ofTopic["DisplayName"];
  return {
    account,
    region,
    topicArn: topicArnOf(topic),
    subscriptionArn: subscriptionArnOf(subscription),
    protocol,
    endpoint,
    isRaw: attributes["RawMessageDelivery"] === "true",
    signatureVersion: ofTopic["SignatureVersion"] === "2" ? ("2" as const) : ("1" as const),
    ...(displayName === undefined ? {} : { displayName }),
    ...(deliveryPolicy === undefined ? {} : { deliveryPolicy }),
    ...(deadLetterArn === undefined ? {} : { deadLetterArn }),
  };
}

function deliveryOf(topic: Topic, subscription: Subscription, published: PublishedMessage): Delivery {
  const { byProtocol: _texts, message: _text, ...rest } = published;
  const message = textFor(published, subscription.protocol);
  return { type: "Notification", ...addressed(topic, subscription), ...rest, message };
}

function questionOf(topic: Topic, subscription: Subscription, now: number): Delivery {
  const topicArn = topicArnOf(topic);
  const { token } = subscription;
  return {
    type: "SubscriptionConfirmation",
    ...addressed(topic, subscription),
    isRaw: false,
    messageId: randomUUID(),
    publishedAt: now,
    message:
      `You have chosen to subscribe to the topic ${topicArn}.\n` +
      "To confirm the subscription, visit the SubscribeURL included in this message.",
    attributes: {},
    ...(token === undefined ? {} : { token }),
  };
}

/** Nobody confirmed it in time. */
function isOver({ token, createdAt }: StoredSubscription, now: number): boolean {
  return token !== undefined && now - createdAt >= topicLimits.confirmationMs;
}

function subscriptionOf(
  place: Omit<TopicName, "name">,
  { key, value, version }: Document<StoredSubscription>,
): Subscription {
  const [name = "", id = ""] = key.split("/");
  const { account, region } = place;
  return { ...value, account, region, name, id, version };
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
