// Topics and subscriptions as they are stored, and how they are named.

/** Instants are epoch milliseconds. */
export interface StoredTopic {
  /** As they were set; those that were not have their defaults. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export const protocols = ["email", "email-json", "http", "https", "lambda", "sqs"] as const;
export type Protocol = (typeof protocols)[number];

export interface StoredSubscription {
  readonly protocol: Protocol;
  /** An address, an e-mail address or an ARN, by the protocol. */
  readonly endpoint: string;
  /** The account that subscribed. */
  readonly owner: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: number;
  /** Until it is confirmed: what proves that the endpoint's owner wants it. */
  readonly token?: string;
  readonly needsAuthenticationToEnd: boolean;
  /** When it was ended: for some time its token brings it back. */
  readonly endedAt?: number;
}

export interface TopicName {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

export interface SubscriptionName extends TopicName {
  readonly id: string;
}

export function topicArnOf({ account, region, name }: TopicName): string {
  return `arn:aws:sns:${region}:${account}:${name}`;
}

export function subscriptionArnOf(subscription: SubscriptionName): string {
  return `${topicArnOf(subscription)}:${subscription.id}`;
}

/** The name of a FIFO topic ends in `.fifo`, with which it has at most 256 characters. */
const name = String.raw`([\w-]{1,256}|[\w-]{1,251}\.fifo)`;
const topicName = new RegExp(`^${name}$`);
const topicArn = new RegExp(String.raw`^arn:[\w-]+:sns:([\w-]+):(\d{12}):${name}$`);
const subscriptionArn = new RegExp(
  String.raw`^arn:[\w-]+:sns:([\w-]+):(\d{12}):${name}:([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$`,
);

/** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
export function isTopicName(text: string, isFifo: boolean): boolean {
  return topicName.test(text) && text.endsWith(".fifo") === isFifo;
}

export function isFifoTopic({ attributes }: Pick<StoredTopic, "attributes">): boolean {
  return attributes["FifoTopic"] === "true";
}

/** Undefined for what is no ARN of a topic. */
export function topicOfArn(arn: string): TopicName | undefined {
  const [, region, account, name] = topicArn.exec(arn) ?? [];
  const isWhole = region !== undefined && account !== undefined && name !== undefined;
  return isWhole ? { account, region, name } : undefined;
}

/** Undefined for what is no ARN of a subscription. */
export function subscriptionOfArn(arn: string): SubscriptionName | undefined {
  const [, region, account, name, id] = subscriptionArn.exec(arn) ?? [];
  const isWhole = region !== undefined && account !== undefined && name !== undefined && id !== undefined;
  return isWhole ? { account, region, name, id } : undefined;
}
